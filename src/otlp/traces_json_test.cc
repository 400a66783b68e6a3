#include <fmt/format.h>
#include <gtest/gtest.h>

#include <limits>

#include "otlp/traces_codec.h"
#include "otlp/traces_survey.h"

namespace clew::otlp {
namespace {

std::string with_span(std::string_view members) {
  return fmt::format(R"({{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{{}}}]}}]}}]}})", members);
}

Span span_of(std::string_view members) {
  const auto protobuf = traces_json_to_protobuf(with_span(members));
  EXPECT_TRUE(protobuf) << members << ": " << protobuf.error().message;
  if (!protobuf) return {};
  auto data = decode_traces(*protobuf);
  EXPECT_TRUE(data) << members << ": " << data.error().message;
  return data ? data->resource_spans.at(0).scope_spans.at(0).spans.at(0) : Span();
}

AnyValue value_of(std::string_view json) {
  const Span span = span_of(fmt::format(R"("attributes":[{{"key":"k","value":{}}}])", json));
  return span.attributes.empty() ? AnyValue{std::string("(no attribute)")} : span.attributes[0].value;
}

TEST(TracesJson, IdsAreHexInEitherCase) {
  const Span span = span_of(
      R"("traceId":"5B8EFFF798038103d269b633813fc60c","spanId":"EEE19B7EC3C1B174","parentSpanId":"eee19b7ec3c1b173")");
  EXPECT_EQ(to_hex(span.trace_id), "5b8efff798038103d269b633813fc60c");
  EXPECT_EQ(span_id_hex(span.span_id), "eee19b7ec3c1b174");
  EXPECT_EQ(span_id_hex(span.parent_span_id), "eee19b7ec3c1b173");
}

TEST(TracesJson, AnIdThatIsNotHexCostsOnlyItsSpan) {
  for (const char* id : {"W47/95gDgQPSabYzgT/GDA==", "xyz", "5b8efff798038103d269b633813fc60", "0123456789abcdeg"}) {
    const auto protobuf = traces_json_to_protobuf(with_span(fmt::format(R"("traceId":"{}")", id)));
    ASSERT_TRUE(protobuf) << id;
    EXPECT_EQ(survey_traces(*protobuf)->refused_by[static_cast<size_t>(SpanRefusal::kTraceIdLength)], 1u) << id;
  }
}

TEST(TracesJson, NumbersEnumsAndNames) {
  const Span camel = span_of(
      R"("name":"a","kind":3,"startTimeUnixNano":"1544712660000000000","endTimeUnixNano":1544712661000000000,)"
      R"("flags":257,"droppedAttributesCount":1e2,"status":{"code":2,"message":"m"},"events":[{"timeUnixNano":"7"}])");
  const Span snake = span_of(
      R"("name":"a","kind":"SPAN_KIND_CLIENT","start_time_unix_nano":1544712660000000000,)"
      R"("end_time_unix_nano":"1544712661000000000","flags":"257","dropped_attributes_count":"100",)"
      R"("status":{"code":"STATUS_CODE_ERROR","message":"m"},"events":[{"time_unix_nano":7.0}])");
  EXPECT_TRUE(same_span(camel, snake));
  EXPECT_EQ(camel.kind, SpanKind::kClient);
  EXPECT_EQ(camel.status_code, StatusCode::kError);
  EXPECT_EQ(camel.start_time_unix_nano, 1544712660000000000u);
  EXPECT_EQ(camel.dropped_attributes_count, 100u);
}

TEST(TracesJson, ValuesOfEveryType) {
  const std::pair<std::string, AnyValue> kTable[] = {
      {R"({})", {}},
      {R"(null)", {}},
      {R"({"stringValue":""})", {std::string()}},
      {R"({"stringValue":"\u00e9\ud83d\udd11\u0000"})", {std::string("\xC3\xA9\xF0\x9F\x94\x91\0", 7)}},
      {R"({"boolValue":false})", {false}},
      {R"({"intValue":"-9223372036854775808"})", {INT64_MIN}},
      {R"({"intValue":9223372036854775807})", {INT64_MAX}},
      {R"({"int_value":0})", {int64_t{0}}},
      {R"({"intValue":1.5e1})", {int64_t{15}}},
      {R"({"doubleValue":1})", {1.0}},
      {R"({"doubleValue":-0})", {-0.0}},
      {R"({"doubleValue":18446744073709552000})", {0x1p64}},
      {R"({"doubleValue":"-0.5"})", {-0.5}},
      {R"({"doubleValue":"-Infinity"})", {-std::numeric_limits<double>::infinity()}},
      {R"({"doubleValue":"NaN"})", {std::numeric_limits<double>::quiet_NaN()}},
      {R"({"bytesValue":"AP8="})", {Bytes{std::string("\0\xff", 2)}}},
      {R"({"bytesValue":""})", {Bytes{}}},
      {R"({"arrayValue":{}})", {ArrayValue{}}},
      {R"({"arrayValue":{"values":[{"intValue":1},{}]}})", {ArrayValue{{{int64_t{1}}, {}}}}},
      {R"({"kvlistValue":{"values":[{"key":"a","value":{"boolValue":true}},{"key":"b"}]}})",
       {KeyValueList{{{"a", {true}}, {"b", {}}}}}},
      {R"({"stringValue":"first","unknown":[{"deep":{}}],"intValue":2})", {int64_t{2}}},
  };
  for (const auto& [json, value] : kTable) EXPECT_EQ(value_of(json), value) << json;
}

TEST(TracesJson, UnknownFieldsAndNullsAreIgnored) {
  const Span span = span_of(R"("name":"a","future":{"x":[1,2,{"y":null}]},"traceState":null,"attributes":null,"kind":42)");
  EXPECT_EQ(span.name, "a");
  EXPECT_EQ(span.kind, SpanKind::kUnspecified);
  EXPECT_EQ(*traces_json_to_protobuf(" {} \n"), "");
  EXPECT_EQ(*traces_json_to_protobuf(R"({"resourceSpans":[]})"), "");
}

TEST(TracesJson, ErrorsNameThePath) {
  const std::string span = "OTLP JSON at $.resourceSpans[0].scopeSpans[0].spans[0]";
  const std::pair<std::string, std::string> kTable[] = {
      {"", "OTLP JSON at $: "},
      {"[]", "OTLP JSON at $: expected a JSON object"},
      {"{} {}", "OTLP JSON at $: something follows the JSON object"},
      {R"({"resourceSpans":{}})", "OTLP JSON at $.resourceSpans: expected an array"},
      {R"({"resourceSpans":[7]})", "OTLP JSON at $.resourceSpans[0]: expected an object"},
      {R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"x"},{"name":1}]}]}]})",
       "OTLP JSON at $.resourceSpans[0].scopeSpans[0].spans[1].name: expected a string"},
      {with_span(R"("kind":"CLIENT")"), span + ".kind: unknown name; known are SPAN_KIND_UNSPECIFIED, "},
      {with_span(R"("startTimeUnixNano":"-1")"), span + ".startTimeUnixNano: must not be negative"},
      {with_span(R"("startTimeUnixNano":"1x")"), span + ".startTimeUnixNano: expected a number"},
      {with_span(R"("startTimeUnixNano":1.5)"), span + ".startTimeUnixNano: expected a whole number"},
      {with_span(R"("flags":4294967296)"), span + ".flags: beyond 32 bits"},
      {with_span(R"("attributes":[{"key":"a"},{"key":"b","value":{"intValue":"9223372036854775808"}}])"),
       span + ".attributes[1].value.intValue: beyond 64 bits with sign"},
      {with_span(R"("attributes":[{"value":{"boolValue":"true"}}])"),
       span + ".attributes[0].value.boolValue: expected true or false"},
      {with_span(R"("attributes":[{"value":{"bytesValue":"*"}}])"),
       span + ".attributes[0].value.bytesValue: expected base64"},
      {with_span(R"("name":"x)"), "OTLP JSON at $"},
      {with_span("\"name\":\"\xff\""), "OTLP JSON at $"},
      {with_span(R"("name":"\ud83d")"), span + ".name: "},
      {with_span(R"("traceState":nope)"), span + ".traceState: "},
  };
  for (const auto& [json, message] : kTable) {
    const auto protobuf = traces_json_to_protobuf(json);
    ASSERT_FALSE(protobuf) << json;
    EXPECT_EQ(protobuf.error().code, stdx::ErrorCode::kInvalidArgument);
    EXPECT_TRUE(protobuf.error().message.starts_with(message)) << json << "\n" << protobuf.error().message;
  }
}

TEST(TracesJson, EveryCutIsRefused) {
  const std::string json = with_span(R"("name":"a","attributes":[{"key":"k","value":{"intValue":"1"}}],"kind":2)");
  for (size_t length = 0; length < json.size(); ++length) {
    EXPECT_FALSE(traces_json_to_protobuf(std::string_view(json).substr(0, length))) << length;
  }
}

TEST(TracesJson, DepthIsBounded) {
  std::string json;
  for (int i = 0; i < 20'000; ++i) json += R"({"arrayValue":{"values":[)";
  for (int i = 0; i < 20'000; ++i) json += "]}}";
  EXPECT_FALSE(traces_json_to_protobuf(with_span(R"("attributes":[{"value":)" + json + "}]")));
}

}  // namespace
}  // namespace clew::otlp
