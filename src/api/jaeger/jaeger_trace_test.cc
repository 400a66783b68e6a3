#include "api/jaeger/jaeger_trace.h"

#include <gtest/gtest.h>

#include "api/jaeger/jaeger_envelope.h"
#include "otlp/traces_codec.h"
#include "query/traceql/golden_file.h"

namespace clew::api_jaeger {
namespace {

stdx::Result<otlp::TracesData> read_otlp(const std::string& json) {
  const auto protobuf = otlp::traces_json_to_protobuf(json);
  if (!protobuf) return std::unexpected(protobuf.error());
  return otlp::decode_traces(*protobuf);
}

std::string as_jaeger(const otlp::TracesData& data, const Warnings& warnings) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_array();
  write_traces(json, data, warnings);
  json.end_array();
  return indented(text);
}

TEST(JaegerTrace, ModelOfOtlpSpans) {
  query_test::run_golden_file(CLEW_SOURCE_DIR "/src/api/jaeger/testdata/model.golden", [](const std::string& input) {
    const auto data = read_otlp(input);
    return data ? as_jaeger(*data, {}) : data.error().message;
  });
}

// Input: the largest clock correction in ns, then OTLP JSON.
TEST(JaegerTrace, Adjusted) {
  query_test::run_golden_file(CLEW_SOURCE_DIR "/src/api/jaeger/testdata/adjust.golden", [](const std::string& input) {
    const size_t line_end = input.find('\n');
    auto data = read_otlp(input.substr(line_end + 1));
    if (!data) return data.error().message;
    const Warnings warnings = adjust(*data, std::stoll(input.substr(0, line_end)));
    return as_jaeger(*data, warnings);
  });
}

TEST(JaegerTrace, WarningsTravelWithOtlpToo) {
  otlp::TracesData data;
  otlp::Span span;
  span.trace_id = {1, 2};
  span.span_id = 3;
  span.parent_span_id = 4;
  data.resource_spans.push_back({{}, {{{}, {span}}}});
  attach_warnings(data, adjust(data, 0));
  const otlp::Attributes& attributes = data.resource_spans[0].scope_spans[0].spans[0].attributes;
  ASSERT_EQ(attributes.size(), 1u);
  EXPECT_EQ(attributes[0].key, "@jaeger@warnings");
  const auto& array = std::get<otlp::ArrayValue>(attributes[0].value.value);
  ASSERT_EQ(array.values.size(), 1u);
  EXPECT_EQ(std::get<std::string>(array.values[0].value),
            "parent span ID=0000000000000004 is not in the trace; skipping clock skew adjustment");
}

// A chain as deep as a trace may be, and parents in a circle: neither recursion nor an endless loop.
TEST(JaegerTrace, DeepAndCircularTraces) {
  otlp::TracesData data;
  std::vector<otlp::Span> spans(200'000);
  for (size_t i = 0; i < spans.size(); ++i) {
    spans[i].trace_id = {0, 1};
    spans[i].span_id = i + 1;
    spans[i].parent_span_id = i;
    spans[i].start_time_unix_nano = 1'000 + i;
    spans[i].end_time_unix_nano = 1'000'000;
  }
  otlp::Span first, second;
  first.trace_id = second.trace_id = {0, 1};
  first.span_id = second.parent_span_id = 1'000'001;
  second.span_id = first.parent_span_id = 1'000'002;
  spans.push_back(first);
  spans.push_back(second);
  data.resource_spans.push_back({{}, {{{}, std::move(spans)}}});
  EXPECT_TRUE(adjust(data, 0).empty());
}

}  // namespace
}  // namespace clew::api_jaeger
