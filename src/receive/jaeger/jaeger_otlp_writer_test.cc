// What becomes of tags, references, logs and flags, whichever encoding they came in: the cases below, their results in
// mapping.golden, rewritten with CLEW_GOLDEN_REWRITE=1.
#include "receive/jaeger/jaeger_otlp_writer.h"

#include <gtest/gtest.h>

#include <bit>

#include "receive/jaeger/otlp_text_for_test.h"

namespace clew::receive_jaeger {
namespace {

constexpr uint64_t kStart = 1'700'000'000'000'000'000;
constexpr otlp::TraceId kTrace{0x1111111111111111, 0x2222222222222222};

Tag text(std::string_view key, std::string_view value) { return {key, TagType::kString, value, 0}; }
Tag truth(std::string_view key, bool value) { return {key, TagType::kBool, {}, value}; }
Tag whole(std::string_view key, int64_t value) { return {key, TagType::kLong, {}, static_cast<uint64_t>(value)}; }
Tag real(std::string_view key, double value) { return {key, TagType::kDouble, {}, std::bit_cast<uint64_t>(value)}; }
Tag binary(std::string_view key, std::string_view value) { return {key, TagType::kBinary, value, 0}; }

void set_ids(Span& span) {
  otlp::store_big_endian(kTrace.hi, span.id_bytes);
  otlp::store_big_endian(kTrace.lo, span.id_bytes + 8);
  otlp::store_big_endian(0x33, span.id_bytes + 16);
  span.trace_id = {span.id_bytes, 16};
  span.span_id = {span.id_bytes + 16, 8};
  span.name = "op";
  span.start_ns = kStart;
  span.end_ns = kStart + 5000;
}

class Cases {
 public:
  void add(std::string_view title, const std::vector<Tag>& tags) {
    add(title, [&](Span& span) { span.tags = tags; });
  }
  template <class Change>
    requires std::invocable<Change, Span&>
  void add(std::string_view title, Change change) {
    Span span;
    set_ids(span);
    change(span);
    OtlpWriter writer;
    Process process;
    process.service = "s";
    writer.begin_process(process);
    writer.add_span(span);
    writer.end_process();
    put(title, writer.take());
  }
  void add_process(std::string_view title, std::string_view service, const std::vector<Tag>& tags) {
    Span span;
    set_ids(span);
    OtlpWriter writer;
    writer.begin_process({service, tags});
    writer.add_span(span);
    writer.end_process();
    put(title, writer.take());
  }
  void put(std::string_view title, std::string_view request) {
    all_ += "== " + std::string(title) + "\n" + otlp_text(request);
  }
  const std::string& all() const { return all_; }

 private:
  std::string all_;
};

void add_log(Span& span, const std::vector<Tag>& fields) {
  span.logs.push_back({kStart + 1000, span.log_fields.size(), fields.size()});
  span.log_fields.insert(span.log_fields.end(), fields.begin(), fields.end());
}

TEST(JaegerOtlpWriter, MapsAsTheGoldenFileSays) {
  Cases cases;
  cases.add("typed tags", {text("t", "x"), truth("b", true), whole("l", -7), real("d", 0.5), binary("y", std::string_view("\0\xff", 2)),
                           text("", "no key")});
  for (const char* kind : {"client", "server", "producer", "consumer", "internal", "rpc"}) {
    cases.add(std::string("kind ") + kind, {text("span.kind", kind)});
  }
  cases.add("error true", {truth("error", true), text("http.status_message", "nope")});
  cases.add("error as text", {text("error", "true")});
  cases.add("error false stays a tag", {truth("error", false)});
  cases.add("error with another text stays a tag", {text("error", "timeout")});
  cases.add("error goes before OK", {text("otel.status_code", "OK"), truth("error", true)});
  cases.add("OpenTelemetry's status", {text("otel.status_code", "ERROR"), text("otel.status_description", "why"), truth("error", true)});
  cases.add("OK before HTTP", {text("otel.status_code", "OK"), whole("http.status_code", 500)});
  cases.add("a status code of the future", {text("otel.status_code", "MAYBE")});
  cases.add("server 404", {text("span.kind", "server"), whole("http.status_code", 404)});
  cases.add("server 500 as Node's double", {text("span.kind", "server"), real("http.status_code", 500)});
  cases.add("client 404 as text", {text("span.kind", "client"), text("http.status_code", "404")});
  cases.add("client 200, new name", {text("span.kind", "client"), whole("http.response.status_code", 200)});
  cases.add("client 503, new name", {text("span.kind", "client"), whole("http.response.status_code", 503)});
  cases.add("status of another service", {whole("http.status_code", 70000)});
  cases.add("scope", {text("otel.scope.name", "lib"), text("otel.scope.version", "1"), text("otel.library.name", "lib"),
                      text("otel.library.version", "1")});
  cases.add("older scope", {text("otel.library.name", "lib"), text("otel.library.version", "1")});
  cases.add("two scopes that differ", {text("otel.scope.name", "new"), text("otel.library.name", "old")});
  cases.add("trace state", {text("w3c.tracestate", "a=1,b=2")});
  cases.add("dropped counts", {whole("otel.dropped_attributes_count", 1), whole("otel.dropped_events_count", 2),
                               whole("otel.dropped_links_count", 3), whole("otel.dropped_things_count", 4)});
  cases.add("flags", [](Span& span) { span.flags = kFlagSampled | kFlagDebug | kFlagFirehose; });
  cases.add("warnings", [](Span& span) { span.warnings = {"clock skew", "late"}; });
  cases.add("duration below zero", [](Span& span) { span.end_ns = span.start_ns - 1000; });

  cases.add("parent id and the same reference", [](Span& span) {
    span.parent_span_id = 0x44;
    span.references = {{false, kTrace, 0x44}};
  });
  cases.add("parent from CHILD_OF, the first one", [](Span& span) {
    span.references = {{true, kTrace, 0x55}, {false, kTrace, 0x44}, {false, kTrace, 0x66}};
  });
  cases.add("parent from FOLLOWS_FROM", [](Span& span) { span.references = {{true, kTrace, 0x55}}; });
  cases.add("a reference to another trace is no parent", [](Span& span) { span.references = {{false, {0, 9}, 0x55}}; });
  cases.add("a reference to nothing", [](Span& span) { span.references = {{false, {}, 0}}; });

  cases.add("log with event", [](Span& span) { add_log(span, {text("event", "cache miss"), whole("size", 7)}); });
  cases.add("log without event", [](Span& span) { add_log(span, {text("message", "hello")}); });
  cases.add("event that is no text", [](Span& span) { add_log(span, {whole("event", 1)}); });
  cases.add("error event of OpenTracing", [](Span& span) {
    add_log(span, {text("event", "error"), text("error.kind", "E"), text("message", "m"), text("stack", "at x"),
                   text("error.object", "E(m)"), whole("attempt", 2)});
  });
  cases.add("error event with an object that says both", [](Span& span) {
    add_log(span, {text("event", "error"), text("message", "m: n"), text("error.object", "java.lang.E: m: n")});
  });
  cases.add("error event with an object alone", [](Span& span) {
    add_log(span, {text("error.object", "boom"), text("event", "error")});
  });
  cases.add("error event that says nothing", [](Span& span) { add_log(span, {text("event", "error"), whole("n", 1)}); });

  cases.add_process("process of a Jaeger client", "shop",
                    {text("jaeger.version", "Python-4.8.0"), text("hostname", "h"), text("ip", "10.0.0.1"),
                     text("client-uuid", "u"), whole("n", 1)});
  cases.add_process("process of an OpenTelemetry exporter", "shop",
                    {text("service.name", "shop"), text("jaeger.version", "opentelemetry-java"),
                     text("telemetry.sdk.name", "opentelemetry"), text("hostname", "h"), text("host.name", "h2"),
                     text("service.instance.id", "i"), text("client-uuid", "u")});
  cases.add_process("client of an unknown language", "shop", {text("jaeger.version", "Cobol-1.0")});
  cases.add_process("no service", "", {text("jaeger.version", "C++-0.9.0"), text("service.name", "from tag")});
  expect_golden(CLEW_SOURCE_DIR "/src/receive/jaeger/testdata/mapping.golden", cases.all());
}

TEST(JaegerOtlpWriter, BatchesScopesAndRollback) {
  Span span;
  set_ids(span);
  OtlpWriter writer;
  for (const char* service : {"a", "b"}) {
    writer.begin_process({service, {}});
    for (const char* scope : {"x", "x", "y"}) {
      span.tags = {text("otel.scope.name", scope)};
      writer.add_span(span);
    }
    writer.end_process();
  }
  const size_t end = writer.size();
  writer.begin_process({"c", {}});
  writer.add_span(span);
  writer.rollback(end);
  const auto data = otlp::decode_traces(writer.take());
  ASSERT_TRUE(data) << data.error().message;
  ASSERT_EQ(data->resource_spans.size(), 2u);
  for (const auto& resource : data->resource_spans) {
    ASSERT_EQ(resource.scope_spans.size(), 2u);
    EXPECT_EQ(resource.scope_spans[0].spans.size(), 2u);
    EXPECT_EQ(resource.scope_spans[1].scope.name, "y");
  }
  EXPECT_TRUE(writer.empty());
}

// More tags than Facts looks at: all of them stay, none is lost.
TEST(JaegerOtlpWriter, ManyTags) {
  Span span;
  set_ids(span);
  std::vector<std::string> keys;
  for (int i = 0; i < 200; ++i) keys.push_back("k" + std::to_string(i));
  for (const std::string& key : keys) span.tags.push_back(text(key, "v"));
  OtlpWriter writer;
  writer.begin_process({});
  writer.add_span(span);
  writer.end_process();
  const auto data = otlp::decode_traces(writer.take());
  ASSERT_TRUE(data);
  EXPECT_EQ(data->resource_spans[0].scope_spans[0].spans[0].attributes.size(), 200u);
}

}  // namespace
}  // namespace clew::receive_jaeger
