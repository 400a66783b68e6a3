// What arrives at the doors: by protocol, by sender, and the newest refusals.
#include <algorithm>
#include <tuple>

#include "api/native/answers.h"
#include "api/native/shape_fields.h"
#include "otlp/base64.h"
#include "receive/intake.h"

namespace clew::api_native {
namespace {

// A list of {reason, count} for what is not zero.
template <class Counts, class Names>
void write_refused(wire::JsonWriter& json, std::string_view name, const Counts& counts, const Names& name_of) {
  json.key(name).begin_array();
  for (size_t i = 0; i < counts.size(); ++i) {
    const uint64_t count = counts[i].load(std::memory_order_relaxed);
    if (count == 0) continue;
    json.begin_object().member("reason", name_of(i)).member("count", count).end_object();
  }
  json.end_array();
}

std::string_view refusal_at(size_t index) { return receive::kRefusalNames[index]; }
std::string_view code_at(size_t index) { return stdx::error_code_name(static_cast<stdx::ErrorCode>(index)); }

void write_door(wire::JsonWriter& json, std::string_view protocol, const receive::ProtocolCounters& counters) {
  json.begin_object();
  json.member("protocol", protocol);
  json.member("request_count", counters.requests.load());
  json.member("byte_count", counters.bytes.load());
  json.member("span_count", counters.spans_accepted.load());
  json.member("log_record_count", counters.log_records_accepted.load());
  json.member("data_point_count", counters.data_points_accepted.load());
  write_refused(json, "refused_items", counters.items_refused, refusal_at);
  write_refused(json, "failed_requests", counters.requests_failed, code_at);
  json.end_object();
}

void write_sender(wire::JsonWriter& json, const receive::Sender& sender) {
  json.begin_object();
  json.member("protocol", receive::protocol_name(sender.protocol));
  json.member("service", sender.service);
  json.member("library", sender.library);
  json.member("library_version", sender.library_version);
  json.member("language", sender.language);
  json.member("span_count", sender.spans.load());
  json.member("log_record_count", sender.log_records.load());
  json.member("data_point_count", sender.data_points.load());
  write_refused(json, "refused_items", sender.refused, refusal_at);
  json.key("first_seen_ns").int64_string(sender.first_seen_ns);
  json.key("last_seen_ns").int64_string(sender.last_seen_ns.load());
  json.member("clock_ahead_ns", sender.clock_ahead_ns.load());
  json.end_object();
}

void write_refusal(wire::JsonWriter& json, const receive::RefusalSeen& seen) {
  std::string payload;
  otlp::append_base64(seen.payload_begin, payload);
  json.begin_object();
  json.key("time_ns").int64_string(seen.time_ns);
  json.member("protocol", receive::protocol_name(seen.protocol));
  json.member("reason", receive::refusal_name(seen.reason));
  json.member("count", seen.count);
  json.member("service", seen.service);
  json.member("why", seen.why);
  json.member("payload_begin", payload);
  json.end_object();
}

AnswerResult answer_arrivals(const Question& question) {
  const receive::Intake& intake = *question.options.intake;
  auto senders = intake.arrivals().senders();
  const auto order = [](const auto& row) {
    return std::tie(row->service, row->protocol, row->library, row->library_version, row->language);
  };
  std::ranges::sort(senders, [&](const auto& a, const auto& b) { return order(a) < order(b); });
  Answer answer;
  wire::JsonWriter json(answer.body);
  json.begin_object();
  json.key("started_at_ns").int64_string(question.options.started_at_ns);
  json.key("now_ns").int64_string(question.options.clock->now_ns());
  json.key("ports").begin_object();
  if (question.options.ports) {
    for (const auto& [setting, port] : question.options.ports()) json.member(setting, port);
  }
  json.end_object();
  json.key("doors").begin_array();
  for (size_t i = 0; i < receive::kProtocolCount; ++i) {
    write_door(json, receive::kProtocolNames[i], intake.counters().by_protocol[i]);
  }
  json.end_array().key("senders").begin_array();
  for (const auto& sender : senders) write_sender(json, *sender);
  json.end_array().key("refusals").begin_array();
  for (const receive::RefusalSeen& seen : intake.arrivals().refusals()) write_refusal(json, seen);
  json.end_array().end_object();
  return answer;
}

}  // namespace

std::vector<Endpoint> arrival_endpoints() {
  return {{.path = "/api/v1/arrivals",
           .id = "arrivals",
           .summary = "What arrives",
           .description = "What came in since the server started: by protocol, by sender, and the newest refusals with the "
                          "first bytes of what was refused. For connecting services; `/metrics` has the same counters.",
           .parameters = {},
           .answer = "ArrivalsAnswer",
           .handler = answer_arrivals,
           .admitted = false}};
}

namespace {

std::vector<Field> port_fields() {
  std::vector<Field> fields;
  for (const std::string_view setting :
       {"listen.main", "listen.otlp_grpc", "listen.otlp_http", "listen.jaeger", "listen.zipkin", "listen.skywalking_grpc",
        "listen.skywalking_http", "listen.jaeger_compact_udp", "listen.jaeger_binary_udp", "listen.jaeger_http",
        "listen.jaeger_grpc", "listen.jaeger_sampling"}) {
    fields.push_back({.name = setting, .type = FieldType::kInteger, .description = "Port", .optional = true});
  }
  return fields;
}

}  // namespace

std::vector<Shape> arrival_shapes() {
  using enum FieldType;
  return {
      {"ArrivalsAnswer",
       "What came in since the server started.",
       {{"started_at_ns", kTime, "When the server started"},
        {"now_ns", kTime, "Its clock"},
        {.name = "ports", .type = kObject, .description = "The ports that are open", .object = "ArrivalPorts"},
        list_of("doors", "ArrivalDoor", "One for each protocol, silent ones too"),
        list_of("senders", "ArrivalSender", "By service, then protocol"),
        list_of("refusals", "ArrivalRefusal", "The newest 100, newest first")}},
      {"ArrivalPorts", "Open ports by their setting; those that are off are absent.", port_fields()},
      {"ArrivalDoor",
       "A protocol.",
       {{"protocol", kText, "otlp_grpc, zipkin_v2_json, …: the label `door` of /metrics"},
        {"request_count", kInteger, "Requests, stream messages or datagrams"},
        {"byte_count", kInteger, "Bytes of their bodies"},
        {"span_count", kInteger, "Spans that are durable"},
        {"log_record_count", kInteger, "Log records that are durable"},
        {"data_point_count", kInteger, "Metric data points that are durable"},
        list_of("refused_items", "RefusedCount", "Items refused while the rest of their request was kept"),
        list_of("failed_requests", "RefusedCount", "Requests of which nothing was kept")}},
      {"ArrivalSender",
       "Who sends over a protocol, as far as it says so.",
       {{"protocol", kText, "As in ArrivalDoor"},
        {"service", kText, "`service.name`; empty where it is missing or the request could not be read"},
        {"library", kText, "`telemetry.sdk.name`, or empty"},
        {"library_version", kText, "`telemetry.sdk.version`, or empty"},
        {"language", kText, "`telemetry.sdk.language`, or empty"},
        {"span_count", kInteger, "Spans that are durable"},
        {"log_record_count", kInteger, "Log records that are durable"},
        {"data_point_count", kInteger, "Metric data points that are durable"},
        list_of("refused_items", "RefusedCount", "What was refused"),
        {"first_seen_ns", kTime, "When it was first heard of"},
        {"last_seen_ns", kTime, "When it was last heard of"},
        {"clock_ahead_ns", kDuration, "The furthest that a span's end lay in the future when it came: its clock is ahead"}}},
      {"ArrivalRefusal",
       "Something that was refused. Its texts come from the sender: escape them.",
       {{"time_ns", kTime, "When"},
        {"protocol", kText, "As in ArrivalDoor"},
        {"reason", kText, "The label `reason` of /metrics"},
        {"count", kInteger, "Items, or 1 for a request"},
        {"service", kText, "Where it is known, else empty"},
        {"why", kText, "For people"},
        {"payload_begin", kText, "The first bytes of what came, in base64"}}},
      {"RefusedCount", "A reason and how often.", {{"reason", kText, "Why"}, {"count", kInteger, "How often"}}},
  };
}

}  // namespace clew::api_native
