#include "receive/rum/skywalking_segments.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <optional>

#include "otlp/foreign_ids.h"
#include "otlp/log_fields.h"
#include "receive/rum/event_fields.h"
#include "receive/rum/event_repeats.h"
#include "receive/rum/json_fields.h"
#include "receive/rum/record_writer.h"
#include "receive/rum/rum_limits.h"
#include "receive/rum/rum_request.h"

namespace clew::receive_rum {
namespace {

namespace field = otlp::field;
using simdjson::dom::element;

constexpr int64_t kNsPerMs = 1'000'000;
constexpr int64_t kTimeMsMax = 9'000'000'000'000;  // Year 2255: below what 64-bit nanoseconds hold.
constexpr uint64_t kKindClient = 3;
constexpr uint64_t kStatusError = 2;

// A request in the words of both tables.
struct Request {
  std::string trace_id, segment_id;
  otlp::TraceId trace;
  otlp::SpanId span = 0, parent = 0;
  int64_t start_ns = 0, end_ns = 0;
  std::string page, name, event_id;
  bool failed = false;
};

std::optional<int64_t> whole_number(element object, std::string_view key) {
  const auto number = number_of(object, key);
  return number && *number >= INT32_MIN && *number <= INT32_MAX ? std::optional(static_cast<int64_t>(*number)) : std::nullopt;
}

std::optional<int64_t> moment_ms(element span, std::string_view key) {
  const auto ms = number_of(span, key);
  return ms && *ms >= 0 && *ms <= static_cast<double>(kTimeMsMax) ? std::optional(static_cast<int64_t>(*ms)) : std::nullopt;
}

class SegmentTranslator {
 public:
  SegmentTranslator(const BundleContext& context, const Scrubber& scrubber, ClientClocks& clocks, const IsRepeated& is_repeated)
      : context_(context),
        scrubber_(scrubber),
        clocks_(clocks),
        repeats_(is_repeated, done_.repeated_count, done_.event_keys) {}

  TranslatedBundle run(element body) {
    each_segment(body, [this](element segment) { learn_clock(segment); });
    const int64_t receive_ms = context_.receive_time_ns / kNsPerMs;
    offset_ms_ = newest_ms_ ? clocks_.offset_ms({}, *newest_ms_, receive_ms) : 0;
    each_segment(body, [this](element segment) { take_segment(segment); });
    done_.logs = logs_.finish();
    done_.traces = traces_.finish();
    return std::move(done_);
  }

 private:
  template <class Take>
  static void each_segment(element body, Take take) {
    if (!body.is_array()) return take(body);
    for (const element segment : simdjson::dom::array(body)) take(segment);
  }

  void learn_clock(element segment) {
    const auto spans = array_of(segment, "spans");
    if (!spans) return;
    for (const element span : *spans) {
      if (const auto end = moment_ms(span, "endTime")) newest_ms_ = std::max(newest_ms_.value_or(*end), *end);
    }
  }

  void take_segment(element segment) {
    const std::string trace_id = text_of(segment, "traceId"), segment_id = text_of(segment, "traceSegmentId");
    const auto spans = array_of(segment, "spans");
    if (!spans || trace_id.empty() || segment_id.empty()) {
      ++done_.malformed_count;
      return;
    }
    if (done_.app_id.empty()) done_.app_id = text_of(segment, "service");
    for (RumRequest* request : {&logs_, &traces_}) {
      request->begin_resource([&](otlp::MessageWriter& out) { write_resource(out, segment); });
    }
    for (const element span : *spans) take_span(span, trace_id, segment_id);
  }

  void write_resource(otlp::MessageWriter& out, element segment) const {
    RecordWriter resource(out, field::kResourceAttributes, scrubber_);
    resource.text("service.name", "rum-browser");
    resource.text("service.version", text_of(segment, "serviceInstance"));
    resource.text("telemetry.sdk.name", "skywalking-client-js");
    resource.text("telemetry.sdk.language", "webjs");
    resource.text("rum.app.id", text_of(segment, "service"));
    resource.text("rum.app.type", "browser");
  }

  void take_span(element span, const std::string& trace_id, const std::string& segment_id) {
    if (done_.event_count == kEventsPerBundleMax || logs_.size() + traces_.size() >= kTranslatedBytesMax) {
      ++done_.excess_count;
      return;
    }
    const auto start = moment_ms(span, "startTime"), end = moment_ms(span, "endTime");
    const auto number = whole_number(span, "spanId");
    if (!start || !end || !number) {
      ++done_.malformed_count;
      return;
    }
    Request request;
    request.trace_id = trace_id;
    request.segment_id = segment_id;
    request.trace = otlp::trace_id_of_text(trace_id);
    request.span = otlp::span_id_of_segment(segment_id, static_cast<int32_t>(*number));
    const int64_t parent = whole_number(span, "parentSpanId").value_or(-1);
    if (parent >= 0) request.parent = otlp::span_id_of_segment(segment_id, static_cast<int32_t>(parent));
    request.event_id = segment_id + "." + std::to_string(*number);
    if (!repeats_.is_new(request.event_id)) return;
    const int64_t start_ms = std::clamp<int64_t>(*start + offset_ms_, 0, kTimeMsMax);
    request.start_ns = plausible_time_ns(start_ms * kNsPerMs, context_.receive_time_ns);
    const int64_t duration_ms = std::clamp<int64_t>(*end - *start, 0, kDurationMsMax);
    request.end_ns = request.start_ns + duration_ms * kNsPerMs;
    request.page = text_of(span, "operationName");
    const std::string path(path_of(tag_of(span, "url").substr(0, kNameBytesMax)));
    request.name = path.empty() ? std::string(path_of(request.page)) : path;
    request.failed = member(span, "isError").is_bool() && bool(member(span, "isError"));
    write_event(request, span);
    write_span(request, span);
    ++done_.event_count;
    ++done_.span_count;
  }

  static std::string_view tag_of(element span, std::string_view key) {
    const auto tags = array_of(span, "tags");
    if (!tags) return {};
    for (const element tag : *tags) {
      if (long_text_of(tag, "key") == key) return long_text_of(tag, "value");
    }
    return {};
  }

  void write_event(const Request& request, element span) {
    const size_t row = logs_.begin_row();
    otlp::MessageWriter& out = logs_.out();
    const std::string body = fmt::format("{:.16} {}", tag_of(span, "http.method"), request.name);
    write_event_head(out, {request.start_ns, context_.receive_time_ns, "rum.resource", 0, body}, scrubber_);
    out.add_bytes(field::kLogTraceId, otlp::to_bytes(request.trace));
    out.add_bytes(field::kLogSpanId, otlp::span_id_bytes(request.span));
    out.add_fixed32(field::kLogFlags, 1);
    RecordWriter record(out, field::kLogAttributes, scrubber_);
    write_client(record, context_);
    write_place(record, context_);
    record.text("rum.type", "fetch");
    record.text("rum.name", request.name);
    record.real("rum.duration", static_cast<double>(request.end_ns - request.start_ns) / kNsPerMs);
    write_common(record, request, span);
    logs_.end_row(row);
  }

  void write_span(const Request& request, element span) {
    const size_t row = traces_.begin_row();
    otlp::MessageWriter& out = traces_.out();
    out.add_bytes(field::kSpanTraceId, otlp::to_bytes(request.trace));
    out.add_bytes(field::kSpanSpanId, otlp::span_id_bytes(request.span));
    if (request.parent != 0) out.add_bytes(field::kSpanParentSpanId, otlp::span_id_bytes(request.parent));
    out.add_bytes(field::kSpanName, "browser.request: " + request.name);
    out.add_varint(field::kSpanKind, kKindClient);
    out.add_fixed64(field::kSpanStartTimeUnixNano, static_cast<uint64_t>(request.start_ns));
    out.add_fixed64(field::kSpanEndTimeUnixNano, static_cast<uint64_t>(request.end_ns));
    RecordWriter record(out, field::kSpanAttributes, scrubber_);
    write_common(record, request, span);
    if (request.failed) {
      const size_t status = out.open(field::kSpanStatus);
      out.add_varint(field::kStatusCode, kStatusError);
      out.close(status);
    }
    out.add_fixed32(field::kSpanFlags, 1);
    traces_.end_row(row);
  }

  void write_common(RecordWriter& record, const Request& request, element span) const {
    record.text("rum.event.id", request.event_id);
    record.text("view.name", request.page);
    record.integer("rum.success", request.failed ? 0 : 1);
    record.text("server.address", text_of(span, "peer"));
    if (offset_ms_ != 0) record.integer("rum.clock_offset_ms", offset_ms_);
    const auto tags = array_of(span, "tags");
    if (tags) {
      for (const element tag : *tags) {
        const std::string key = text_of(tag, "key");
        if (!key.empty()) record.text(tag_name(key), long_text_of(tag, "value"));
      }
    }
    record.text("sw8.trace_id", request.trace_id);
    record.text("sw8.segment_id", request.segment_id);
    record.text("rum.trace.headers", "sw8");
  }

  static std::string tag_name(const std::string& key) {
    if (key == "http.method") return "http.request.method";
    if (key == "url") return "url.full";
    return key == "http.status_code" || key == "status_code" ? "http.response.status_code" : "rum.tags." + key;
  }

  const BundleContext& context_;
  const Scrubber& scrubber_;
  ClientClocks& clocks_;
  std::optional<int64_t> newest_ms_;
  int64_t offset_ms_ = 0;
  RumRequest logs_, traces_;
  TranslatedBundle done_;
  Repeats repeats_;
};

}  // namespace

stdx::Result<TranslatedBundle> translate_browser_segments(std::string_view json, const BundleContext& context,
                                                          const Scrubber& scrubber, ClientClocks& clocks,
                                                          const IsRepeated& is_repeated) {
  simdjson::dom::parser parser;
  auto body = parse_body(json, parser);
  if (!body) return std::unexpected(std::move(body.error()));
  if (!body->is_object() && !body->is_array()) {
    return stdx::fail(stdx::ErrorCode::kInvalidArgument, "the body is JSON, but neither a segment nor a list of segments");
  }
  return SegmentTranslator(context, scrubber, clocks, is_repeated).run(*body);
}

}  // namespace clew::receive_rum
