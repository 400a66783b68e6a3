// The API as a client sees it, over a real engine, held against its own description.
#include "api/native/native_routes.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "api/native/endpoint.h"
#include "api/native/rum_session_endpoints.h"
#include "net/http_router.h"
#include "otlp/traces_codec.h"
#include "query/naive_span_set.h"
#include "query/record_set_for_test.h"
#include "query/rum/event_set_for_test.h"
#include "query/traceql/golden_file.h"
#include "receive/fake_log_for_test.h"
#include "receive/intake.h"
#include "wire/ascii.h"

namespace clew::api_native {
namespace {

using simdjson::dom::element;

constexpr int64_t kNow = 1'767'225'605'000'000'000;  // 2026-01-01T00:00:05Z
constexpr int64_t kSecond = 1'000'000'000;
constexpr const char* kShopFile = CLEW_SOURCE_DIR "/src/api/native/testdata/shop.json";

class FixedClock final : public stdx::Clock {
 public:
  int64_t now_ns() const override { return kNow; }
};

class Heard final : public net::HttpReply {
 public:
  void send(net::HttpResponse response) override { answer = std::move(response); }
  net::HttpResponse answer;
};

otlp::TracesData read_otlp_file(const char* path) {
  std::ifstream file(path);
  const std::string json((std::istreambuf_iterator<char>(file)), {});
  const auto protobuf = otlp::traces_json_to_protobuf(json);
  EXPECT_TRUE(protobuf) << path << ": " << protobuf.error().message;
  auto data = otlp::decode_traces(*protobuf);
  EXPECT_TRUE(data) << path;
  return std::move(*data);
}

// A body that is accepted, for endpoints that take one.
std::string good_body(const Endpoint& endpoint) {
  if (endpoint.id == "putTopologyLayout") return R"({"version":0,"nodes":[{"id":"service:cart","rank":1,"slot":0.5,"pinned":true}]})";
  if (endpoint.id == "openTraces") {
    return R"({"data":[{"traceID":"a1","spans":[{"traceID":"a1","spanID":"b1","operationName":"op","references":[],"startTime":1767225580000000,)"
           R"("duration":1500,"tags":[{"key":"error","type":"bool","value":true},{"key":"n","type":"int64","value":3}],"logs":[],)"
           R"("processID":"p1"}],"processes":{"p1":{"serviceName":"svc","tags":[]}}}]})";
  }
  return "";
}

// The spans, and beside them a session with one event of each kind.
std::shared_ptr<const table::SpanSet> with_session(std::shared_ptr<const table::SpanSet> spans) {
  using query_rum_test::pair_of;
  std::vector<query_rum_test::TestEvent> events;
  const auto add = [&](const std::string& name, const std::string& type, otlp::Attributes more) {
    query_rum_test::TestEvent& event = events.emplace_back();
    event.time_ns = kNow - 60 * kSecond + static_cast<int64_t>(events.size()) * kSecond / 2;
    event.name = "rum." + name;
    event.resource = {pair_of("service.name", "rum-browser"), pair_of("rum.app.id", "shop"), pair_of("rum.app.type", "browser")};
    event.attributes = {pair_of("session.id", "s1"), pair_of("user.id", "u1"), pair_of("view.id", "v1"), pair_of("view.name", "/cart"),
                        pair_of("rum.type", type), pair_of("rum.event.id", "e" + std::to_string(events.size()))};
    for (auto& pair : more) event.attributes.push_back(std::move(pair));
  };
  add("view", "pv", {pair_of("url.full", "http://shop.example/cart"), pair_of("rum.loading_type", "initial_load")});
  add("view", "perf", {pair_of("rum.load_event", 900.0), pair_of("rum.dom_complete", 800.0), pair_of("rum.time_to_first_byte", 90.0)});
  add("view", "webvitals", {pair_of("rum.largest_contentful_paint", 5000.0), pair_of("rum.cumulative_layout_shift", 0.2)});
  add("action", "click", {pair_of("rum.target_name", "//button"), pair_of("rum.times", 3)});
  add("resource", "fetch", {pair_of("url.full", "http://shop.example/api"), pair_of("rum.name", "/api"), pair_of("rum.duration", 1600.0),
                            pair_of("http.request.method", "POST"), pair_of("http.response.status_code", 502),
                            pair_of("rum.trace.headers", "traceparent,tracestate"), pair_of("rum.first_byte_duration", 1500.0)});
  events.back().trace_id = *otlp::parse_trace_id("00000000000000001111111111111111");
  events.back().span_id = 0xa1;
  add("exception", "error", {pair_of("exception.type", "TypeError"), pair_of("exception.message", "x is null"),
                             pair_of("exception.stacktrace", "TypeError: x\n    at f (http://shop.example/app.js:1:2)")});
  add("longTask", "fps", {pair_of("rum.duration", 300.0), pair_of("rum.snapshots", "[]")});
  events.push_back(events.front());
  events.back().attributes[0] = pair_of("session.id", "s2");
  return std::make_shared<query_rum_test::EventSet>(std::vector{query_rum_test::event_table(events)}, spans, spans->name());
}

class NativeApi : public testing::Test {
 protected:
  explicit NativeApi(query::AdmissionLimits limits = {}) : admission_(limits) {
    otlp::TracesData data = read_otlp_file(kShopFile);
    // Two services are in a block, one is still in memory.
    otlp::TracesData block;
    block.resource_spans.assign(data.resource_spans.begin(), data.resource_spans.begin() + 2);
    data.resource_spans.erase(data.resource_spans.begin(), data.resource_spans.begin() + 2);
    catalog_.replace({}, {with_session(std::make_shared<query_test::NaiveSpanSet>("01ABC", std::move(block))),
                          std::make_shared<query_test::RecordSet>(
                              std::make_shared<query_test::NaiveSpanSet>("head-7", std::move(data)), kNow - kSecond)});
    // One sender that is kept, and one request that nobody could read.
    intake_.take(receive::Protocol::kOtlpGrpc, log::RecordKind::kTraces,
                 stdx::SharedBytes::from_string(otlp::encode_traces(read_otlp_file(kShopFile))),
                 [](stdx::Result<receive::Outcome> outcome) { EXPECT_TRUE(outcome.has_value()); });
    intake_.count_request(receive::Protocol::kZipkinV2Json, 17);
    intake_.count_failure(receive::Protocol::kZipkinV2Json, {stdx::ErrorCode::kInvalidArgument, "<b>no list</b>"}, "{\"a");
    NativeOptions options{.engine = &engine_,
                          .catalog = &catalog_,
                          .clock = &clock_,
                          .intake = &intake_,
                          .ports = [] { return std::vector<std::pair<std::string, uint16_t>>{
                              {"listen.main", 7070}, {"listen.otlp_grpc", 4317}, {"listen.otlp_http", 4318},
                              {"listen.jaeger", 16686}, {"listen.zipkin", 9411}, {"listen.skywalking_grpc", 11800},
                              {"listen.skywalking_http", 12800}, {"listen.jaeger_compact_udp", 6831},
                              {"listen.jaeger_binary_udp", 6832}, {"listen.jaeger_http", 14268},
                              {"listen.jaeger_grpc", 14250}, {"listen.jaeger_sampling", 5778}}; },
                          .admission = &admission_,
                          .build = {"1.2.3", "abc", "gcc"},
                          .started_at_ns = kNow - 60 * kSecond,
                          .block_bytes = [](const std::string& name) -> std::optional<uint64_t> {
                            if (name == "01ABC") return 4'096;
                            return std::nullopt;
                          },
                          .ui_state = {},
                          .opened = std::make_shared<OpenedTraces>(
                              [](std::string otlp) -> stdx::Result<std::shared_ptr<const table::Catalog>> {
                                auto catalog = std::make_shared<table::Catalog>();
                                catalog->replace({}, {std::make_shared<query_test::NaiveSpanSet>("opened", *otlp::decode_traces(otlp))});
                                return catalog;
                              },
                              clock_)};
    router_ = std::make_unique<net::HttpRouter>(routes(options), net::CorsPolicy());
  }

  net::HttpResponse get(const std::string& target) { return ask("GET", target, ""); }
  // With the body that its method needs.
  net::HttpResponse ask(const Endpoint& endpoint, const std::string& target) {
    return ask(std::string(endpoint.method), target, good_body(endpoint));
  }
  net::HttpResponse ask(const std::string& method, const std::string& target, const std::string& body) {
    net::HttpRequest request;
    request.method = method;
    request.body = body;
    EXPECT_TRUE(net::parse_target(target, request)) << target;
    const auto found = router_->resolve(request);
    const auto* route = std::get_if<const net::HttpRoute*>(&found);
    if (route == nullptr) {
      ADD_FAILURE() << "no route for " << target;
      return {};
    }
    const auto heard = std::make_shared<Heard>();
    (*route)->handler(request, heard);
    return heard->answer;
  }

  table::Catalog catalog_;
  query::Engine engine_{catalog_};
  FixedClock clock_;
  receive::FakeLog log_;
  receive::Intake intake_{log_, clock_};
  query::Admission admission_;
  std::unique_ptr<net::HttpRouter> router_;
};

// Of these test/system/rum_errors_test.py has what they need: errors of browsers, source maps.
bool is_asked_elsewhere(const Endpoint& endpoint) {
  for (const std::string_view id : {"browserError", "putBrowserError", "addSourceMap", "deleteSourceMap"}) {
    if (endpoint.id == id) return true;
  }
  return false;
}

// A question per endpoint that finds something.
std::string good_target(const Endpoint& endpoint) {
  const std::string id(endpoint.id);
  std::string target(endpoint.path);
  if (id == "trace") return "/api/v1/traces/0af7651916cd43dd8448eb211c80319c";
  if (id == "logs") return target + "?limit=1";
  if (id == "metricSeries") return target + "?metric=latency";
  if (id == "search") return target + "?limit=1&select=span.http.method,span.n";
  if (id == "traceColumns") return "/api/v1/traces/0af7651916cd43dd8448eb211c80319c/columns";
  if (id == "findInTrace") return "/api/v1/traces/00000000000000001111111111111111/find?text=declined";
  if (id == "traceEvents") return "/api/v1/traces/00000000000000001111111111111111/events";
  if (id == "findings") return "/api/v1/traces/00000000000000001111111111111111/findings";
  if (id == "span") return "/api/v1/traces/00000000000000001111111111111111/spans/00000000000000b1";
  if (id == "traceDiff") return target + "?a=0af7651916cd43dd8448eb211c80319c&b=00000000000000001111111111111111";
  if (id == "serviceDetail" || id == "serviceCalls" || id == "serviceInstances") return target + "?service=frontend";
  if (id == "operations") return target + "?service=frontend";
  if (id == "tagValues") return target + "?tag=span.http.method";
  if (id == "red") return target + "?by=operation";
  if (id == "rumSession") return "/api/v1/rum/sessions/s1";
  if (id == "rumSessionEvent") return "/api/v1/rum/sessions/s1/events/e6";
  if (id == "rumOfTrace") return "/api/v1/rum/of-trace/00000000000000001111111111111111";
  if (id == "rumBreakdown") return target + "?by=view.name";
  if (id == "rumPage") return target + "?view=/cart";
  if (id == "aggregate") return target + "?by=name,span.n";
  return target;
}

// Walks an answer along its shape, both ways: nothing that is not described, nothing described that is not there.
class ShapeCheck {
 public:
  void check(element answer, const Shape& shape) {
    simdjson::dom::object object;
    ASSERT_EQ(answer.get(object), simdjson::SUCCESS) << shape.name;
    std::set<std::string_view> present;
    for (const auto [key, value] : object) {
      const auto field = std::ranges::find(shape.fields, key, &Field::name);
      ASSERT_NE(field, shape.fields.end()) << shape.name << " does not describe \"" << key << "\"";
      EXPECT_TRUE(present.insert(key).second) << shape.name << "." << key << " twice";
      seen_.insert(std::string(shape.name) + "." + std::string(key));
      check_field(value, *field);
    }
    for (const Field& field : shape.fields) {
      EXPECT_TRUE(field.optional || present.contains(field.name)) << shape.name << " lacks " << field.name;
    }
  }
  bool saw(std::string_view shape, std::string_view field) const {
    return seen_.contains(std::string(shape) + "." + std::string(field));
  }

 private:
  void check_field(element value, const Field& field) {
    if (!field.list) return check_entry(value, field);
    simdjson::dom::array array;
    ASSERT_EQ(value.get(array), simdjson::SUCCESS) << field.name;
    for (const element entry : array) {
      if (!field.nested) {
        check_entry(entry, field);
        continue;
      }
      simdjson::dom::array inner;
      ASSERT_EQ(entry.get(inner), simdjson::SUCCESS) << field.name;
      for (const element number : inner) check_entry(number, field);
    }
  }
  void check_entry(element value, const Field& field) {
    if (!field.nullable || !value.is_null()) check_value(value, field);
  }
  void check_value(element value, const Field& field) {
    static const std::regex kTime("-?[0-9]{1,19}"), kTraceId("[0-9a-f]{32}"), kSpanId("[0-9a-f]{16}");
    uint64_t number = 0;
    switch (field.type) {
      case FieldType::kText: EXPECT_TRUE(value.is_string()) << field.name; return;
      case FieldType::kTraceId: text_like(value, kTraceId, field); return;
      case FieldType::kSpanId: text_like(value, kSpanId, field); return;
      case FieldType::kTime: text_like(value, kTime, field); return;
      case FieldType::kDuration:
      case FieldType::kInteger: EXPECT_EQ(value.get(number), simdjson::SUCCESS) << field.name; return;
      case FieldType::kSigned: EXPECT_TRUE(value.is_int64()) << field.name; return;
      case FieldType::kNumber: EXPECT_TRUE(value.is_number()) << field.name; return;
      case FieldType::kFlag: EXPECT_TRUE(value.is_bool()) << field.name; return;
      case FieldType::kValue: EXPECT_TRUE(value.is_object()) << field.name; return;
      case FieldType::kObject: check(value, shape(field.object)); return;
    }
  }
  static void text_like(element value, const std::regex& pattern, const Field& field) {
    std::string_view text;
    ASSERT_EQ(value.get(text), simdjson::SUCCESS) << field.name;
    EXPECT_TRUE(std::regex_match(std::string(text), pattern)) << field.name << ": " << text;
  }

  std::set<std::string> seen_;
};

TEST_F(NativeApi, AnswersAreAsDescribed) {
  ShapeCheck checked;
  simdjson::dom::parser parser;
  for (const Endpoint& endpoint : endpoints()) {
    if (endpoint.stream != nullptr || is_asked_elsewhere(endpoint)) continue;  // A stream has no end.
    const net::HttpResponse response = ask(endpoint, good_target(endpoint));
    ASSERT_EQ(response.status, 200) << endpoint.path << "\n" << response.body;
    if (endpoint.id == "traceColumns") continue;
    EXPECT_EQ(response.content_type, "application/json");
    const element answer = parser.parse(response.body);
    if (!endpoint.answer.empty()) checked.check(answer, shape(endpoint.answer));
  }
  // A cursor appears only with more traces, a parent only below a root.
  checked.check(parser.parse(get("/api/v1/search?q=" "%7Bname%3D%22POST%20/charge%22%7D").body), shape("SearchAnswer"));
  checked.check(parser.parse(get("/api/v1/search?limit=0").body), shape("ErrorAnswer"));
  std::vector<Shape> ui = ui_shapes();
  // rum_answers_test.cc has what these need.
  std::ranges::copy(rum_overview_shapes(), std::back_inserter(ui));
  std::ranges::copy(rum_error_shapes(), std::back_inserter(ui));
  std::ranges::copy(rum_session_shapes(), std::back_inserter(ui));
  for (const Shape& shape : shapes()) {
    // What is optional there depends on data that this small shop lacks; web/test/pages_ui_test.ts asks the demo.
    const bool is_ui = std::ranges::find(ui, shape.name, &Shape::name) != ui.end();
    for (const Field& field : shape.fields) {
      if (is_ui && !checked.saw(shape.name, field.name)) continue;
      EXPECT_TRUE(checked.saw(shape.name, field.name)) << shape.name << "." << field.name << " was in no answer";
    }
  }
}

std::string encoded(std::string_view text) {
  std::string out;
  for (const char c : text) out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return out;
}

// What the table says is taken is taken; what it does not say is refused, by name.
TEST_F(NativeApi, TakesExactlyTheParametersDescribed) {
  for (const Endpoint& endpoint : endpoints()) {
    if (endpoint.stream != nullptr || is_asked_elsewhere(endpoint)) continue;
    const std::string base = endpoint.id == "trace" || endpoint.parameters.empty() || endpoint.id == "search" ||
                                     endpoint.id == "red" || endpoint.id == "aggregate" || endpoint.id == "logs"
                                 ? std::string(endpoint.path) + "?"
                                 : good_target(endpoint) + (good_target(endpoint).find('?') == std::string::npos ? "?" : "&");
    const std::string start = std::regex_replace(std::regex_replace(base, std::regex("\\{span_id\\}"), "00000000000000a1"), std::regex("\\{trace_id\\}"), "0af7651916cd43dd8448eb211c80319c");
    const auto status = [&](std::string_view name, std::string_view value) {
      return ask(endpoint, start + encoded(name) + "=" + encoded(value)).status;
    };
    EXPECT_EQ(status("nonsense", "1"), 400) << endpoint.path;
    for (const Parameter& parameter : endpoint.parameters) {
      if (parameter.in_path || start.find(std::string(parameter.name) + "=") != std::string::npos) continue;
      SCOPED_TRACE(std::string(endpoint.path) + " " + std::string(parameter.name));
      if (!parameter.fallback.empty()) {
        EXPECT_EQ(status(parameter.name, parameter.fallback), 200);
      }
      if (parameter.name == "open") continue;  // Only what was opened is taken.
      switch (parameter.type) {
        case ParameterType::kInteger:
          EXPECT_EQ(status(parameter.name, std::to_string(parameter.low)), 200);
          EXPECT_EQ(status(parameter.name, std::to_string(parameter.high)), 200);
          EXPECT_EQ(status(parameter.name, std::to_string(parameter.low - 1)), 400);
          EXPECT_EQ(status(parameter.name, std::to_string(parameter.high + 1)), 400);
          break;
        case ParameterType::kChoice:
          for (const std::string_view choice : parameter.choices) EXPECT_EQ(status(parameter.name, choice), 200) << choice;
          EXPECT_EQ(status(parameter.name, "nonsense"), 400);
          break;
        case ParameterType::kTime:
          for (const char* time : {"2025-12-31T23:59:00Z", "1767225000", "1767225000000", "now-5m"}) {
            EXPECT_EQ(status(parameter.name, time), 200) << time;
          }
          EXPECT_EQ(status(parameter.name, "yesterday"), 400);
          break;
        case ParameterType::kDuration:
        case ParameterType::kQuantiles: EXPECT_EQ(status(parameter.name, "nonsense"), 400); break;
        case ParameterType::kTextList: EXPECT_EQ(status(parameter.name, "span.a,,span.b"), 400); break;
        case ParameterType::kText:
        case ParameterType::kSpanId:
        case ParameterType::kTraceId: break;
      }
      EXPECT_EQ(ask(endpoint, start + std::string(parameter.name) + "=1&" + std::string(parameter.name) + "=1").status, 400);
    }
  }
}

TEST_F(NativeApi, OpenApiNamesEveryRouteAndParameter) {
  simdjson::dom::parser parser;
  const net::HttpResponse response = get("/api/v1/openapi.json");
  const element api = parser.parse(response.body);
  EXPECT_EQ(std::string_view(api["openapi"]), "3.1.0");
  std::set<std::string> described;
  size_t operations = 0;
  for (const auto [path, item] : simdjson::dom::object(api["paths"])) {
    described.insert(std::string(path));
    for (const auto [method, operation] : simdjson::dom::object(item)) {
      const auto endpoint = std::ranges::find_if(endpoints(), [&](const Endpoint& candidate) {
        return candidate.path == path && wire::equal_ignoring_case(candidate.method, method);
      });
      ASSERT_NE(endpoint, endpoints().end());
      std::set<std::string> names;
      for (const element parameter : simdjson::dom::array(operation["parameters"])) {
        names.insert(std::string(std::string_view(parameter["name"])));
      }
      std::set<std::string> expected;
      for (const Parameter& parameter : endpoint->parameters) expected.insert(std::string(parameter.name));
      EXPECT_EQ(names, expected) << path;
      ++operations;
    }
  }
  EXPECT_EQ(operations, endpoints().size());
  std::set<std::string> served;
  for (const net::HttpRoute& route : routes({})) served.insert(route.pattern);
  served.erase("/api/v1/{rest*}");
  EXPECT_EQ(described, served);
  // Every reference leads somewhere.
  const std::regex reference(R"(#/components/schemas/([A-Za-z]+))");
  for (std::sregex_iterator match(response.body.begin(), response.body.end(), reference); match != std::sregex_iterator();
       ++match) {
    element target;
    EXPECT_EQ(api["components"]["schemas"][(*match)[1].str()].get(target), simdjson::SUCCESS) << (*match)[1];
  }
}

TEST(NativeReference, PageIsWrittenFromTheTables) {
  const char* path = CLEW_SOURCE_DIR "/docs/reference/api.md";
  if (std::getenv("CLEW_GOLDEN_REWRITE") != nullptr) std::ofstream(path) << reference_markdown();
  std::ifstream file(path);
  const std::string page((std::istreambuf_iterator<char>(file)), {});
  EXPECT_EQ(page, reference_markdown()) << "run api_native_test with CLEW_GOLDEN_REWRITE=1";
}

// Input: a target; expected: status and body, what varies replaced.
TEST_F(NativeApi, Answers) {
  query_test::run_golden_file(CLEW_SOURCE_DIR "/src/api/native/testdata/answers.golden", [&](const std::string& target) {
    const net::HttpResponse response = get(target);
    const std::string body =
        std::regex_replace(response.body, std::regex("\"elapsed_ns\":[0-9]+"), "\"elapsed_ns\":0");
    return std::to_string(response.status) + "\n" + std::regex_replace(body, std::regex("(\\[|,)(\\{\")"), "$1\n  $2");
  });
}

// A Jaeger file, asked for span by span; what is opened is not stored.
TEST_F(NativeApi, AnOpenedFileIsAskedLikeAStoredTrace) {
  simdjson::dom::parser parser;
  const auto endpoint = std::ranges::find(endpoints(), "openTraces", &Endpoint::id);
  const net::HttpResponse opened = ask(*endpoint, "/api/v1/traces/open");
  ASSERT_EQ(opened.status, 200) << opened.body;
  const std::string token(std::string_view(parser.parse(opened.body)["open"]));
  const std::string span = "/api/v1/traces/a1/spans/b1";
  EXPECT_EQ(get(span).status, 404);
  const net::HttpResponse found = get(span + "?open=" + token);
  ASSERT_EQ(found.status, 200) << found.body;
  const element answer = parser.parse(found.body);
  EXPECT_EQ(std::string_view(answer["service"]), "svc");
  EXPECT_EQ(std::string_view(answer["status"]), "error");
  EXPECT_EQ(int64_t(answer["duration_ns"]), 1'500'000);
  EXPECT_EQ(get("/api/v1/traces/a1?open=" + token).status, 200);
  EXPECT_EQ(get("/api/v1/traces/a1?open=nonsense").status, 404);
  for (const char* bad : {"", "[]", "{}", "{\"data\":[{}]}", "{\"data\":[{\"spans\":[{\"traceID\":\"x\"}]}]}", "{\"resourceSpans\":[]}"}) {
    EXPECT_EQ(ask("POST", "/api/v1/traces/open", bad).status, 400) << bad;
  }
}

TEST_F(NativeApi, TraceInProtobufIsTheSameTrace) {
  const net::HttpResponse response = get("/api/v1/traces/0af7651916cd43dd8448eb211c80319c?format=protobuf");
  ASSERT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "application/x-protobuf");
  const auto data = otlp::decode_traces(response.body);
  ASSERT_TRUE(data);
  EXPECT_EQ(otlp::traces_to_json(*data), get("/api/v1/traces/0af7651916cd43dd8448eb211c80319c").body);
}

// Page by page is the same as all at once.
TEST_F(NativeApi, CursorWalksThroughEverything) {
  simdjson::dom::parser parser;
  for (const char* sort : {"start", "duration", "span_count", "error_count"}) {
    std::vector<std::string> whole, paged;
    for (const element trace : simdjson::dom::array(parser.parse(get(std::string("/api/v1/search?sort=") + sort).body)["traces"])) {
      whole.emplace_back(std::string_view(trace["trace_id"]));
    }
    std::string cursor;
    do {
      const net::HttpResponse response =
          get(std::string("/api/v1/search?limit=1&sort=") + sort + (cursor.empty() ? "" : "&cursor=" + encoded(cursor)));
      ASSERT_EQ(response.status, 200) << response.body;
      const element page = parser.parse(response.body);
      for (const element trace : simdjson::dom::array(page["traces"])) paged.emplace_back(std::string_view(trace["trace_id"]));
      std::string_view next;
      cursor = page["next_cursor"].get(next) == simdjson::SUCCESS ? std::string(next) : std::string();
      ASSERT_LE(paged.size(), whole.size());
    } while (!cursor.empty());
    EXPECT_EQ(paged, whole) << sort;
    EXPECT_GE(whole.size(), 3u);
  }
}

class BusyNativeApi : public NativeApi {
 protected:
  BusyNativeApi() : NativeApi({.concurrent_max = 1, .deadline_ns = 30 * kSecond}) {}
};

TEST_F(BusyNativeApi, RefusesWhatIsTooMuchAtOnce) {
  const auto other = admission_.try_enter();
  const net::HttpResponse response = get("/api/v1/services");
  EXPECT_EQ(response.status, 503);
  EXPECT_NE(std::ranges::find(response.headers, "Retry-After", &net::Headers::value_type::first), response.headers.end());
  // Asking how the server is must still work.
  EXPECT_EQ(get("/api/v1/status").status, 200);
}

class LateNativeApi : public NativeApi {
 protected:
  LateNativeApi() : NativeApi({.concurrent_max = 1, .deadline_ns = -1}) {}
};

TEST_F(LateNativeApi, DeadlineEndsAQuestion) {
  EXPECT_EQ(get("/api/v1/search?q=%7B%20span.n%20%3E%201%20%7D").status, 504);
}

}  // namespace
}  // namespace clew::api_native
