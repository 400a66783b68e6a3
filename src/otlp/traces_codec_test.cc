#include "otlp/traces_codec.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <sstream>

#include "otlp/message_writer.h"
#include "otlp/random_traces.h"
#include "otlp/traces_survey.h"

namespace clew::otlp {
namespace {

std::string testdata(const std::string& name) {
  std::ifstream file(std::string(CLEW_SOURCE_DIR "/src/otlp/testdata/") + name, std::ios::binary);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

bool same_scope_spans(const ScopeSpans& a, const ScopeSpans& b) {
  return same_scope(a.scope, b.scope) && std::ranges::equal(a.spans, b.spans, same_span);
}
bool same_traces(const TracesData& a, const TracesData& b) {
  return std::ranges::equal(a.resource_spans, b.resource_spans, [](const auto& x, const auto& y) {
    return same_resource(x.resource, y.resource) && std::ranges::equal(x.scope_spans, y.scope_spans, same_scope_spans);
  });
}

TEST(TracesCodec, RandomTracesComeBackFromProtobufAndFromJson) {
  for (uint64_t seed = 1; seed <= 150; ++seed) {
    const TracesData data = RandomTraces(seed).traces();
    const std::string protobuf = encode_traces(data);
    const auto decoded = decode_traces(protobuf);
    ASSERT_TRUE(decoded) << "seed " << seed << ": " << decoded.error().message;
    ASSERT_TRUE(same_traces(*decoded, data)) << "seed " << seed;

    const auto from_json = traces_json_to_protobuf(traces_to_json(data));
    ASSERT_TRUE(from_json) << "seed " << seed << ": " << from_json.error().message;
    const auto decoded_json = decode_traces(*from_json);
    ASSERT_TRUE(decoded_json) << "seed " << seed << ": " << decoded_json.error().message;
    ASSERT_TRUE(same_traces(*decoded_json, data)) << "seed " << seed;
  }
}

TEST(TracesCodec, TenThousandAttributes) {
  TracesData data;
  data.resource_spans.emplace_back().scope_spans.emplace_back().spans.push_back(RandomTraces(7).wide_span(10'000));
  EXPECT_TRUE(same_traces(*decode_traces(encode_traces(data)), data));
  EXPECT_TRUE(same_traces(*decode_traces(*traces_json_to_protobuf(traces_to_json(data))), data));
}

TEST(TracesCodec, EqualityNoticesEveryField) {
  const Span span = RandomTraces(3).wide_span(3);
  const std::vector<void (*)(Span&)> kChanges = {
      [](Span& s) { s.trace_id.lo ^= 1; },
      [](Span& s) { s.span_id ^= 1; },
      [](Span& s) { s.parent_span_id ^= 1; },
      [](Span& s) { s.trace_state += "x"; },
      [](Span& s) { s.flags ^= 1; },
      [](Span& s) { s.name += "x"; },
      [](Span& s) { s.kind = s.kind == SpanKind::kServer ? SpanKind::kClient : SpanKind::kServer; },
      [](Span& s) { ++s.start_time_unix_nano; },
      [](Span& s) { ++s.end_time_unix_nano; },
      [](Span& s) { s.attributes.pop_back(); },
      [](Span& s) { s.attributes[0].value = {Bytes{"other"}}; },
      [](Span& s) { ++s.dropped_attributes_count; },
      [](Span& s) { s.events.emplace_back(); },
      [](Span& s) { ++s.dropped_events_count; },
      [](Span& s) { s.links.emplace_back(); },
      [](Span& s) { ++s.dropped_links_count; },
      [](Span& s) { s.status_code = s.status_code == StatusCode::kOk ? StatusCode::kError : StatusCode::kOk; },
      [](Span& s) { s.status_message += "x"; },
  };
  for (size_t i = 0; i < kChanges.size(); ++i) {
    Span changed = span;
    kChanges[i](changed);
    EXPECT_FALSE(same_span(span, changed)) << "change " << i;
  }
  Span reordered = span;
  std::ranges::reverse(reordered.attributes);
  EXPECT_TRUE(same_span(span, reordered));
}

TEST(TracesCodec, EqualityOfValuesIsExact) {
  EXPECT_NE(AnyValue{int64_t{1}}, AnyValue{1.0});
  EXPECT_NE(AnyValue{0.0}, AnyValue{-0.0});
  EXPECT_EQ(AnyValue{std::nan("1")}, AnyValue{std::nan("2")});
  EXPECT_NE(AnyValue{std::string("x")}, AnyValue{Bytes{"x"}});
}

TEST(TracesCodec, StrictDecoderNamesThePlace) {
  const auto request_with_span = [](std::string_view span) {
    std::string request;
    MessageWriter out(request);
    const size_t resource_spans = out.open(field::kTracesResourceSpans);
    const size_t scope_spans = out.open(field::kResourceSpansScopeSpans);
    out.add_bytes(field::kScopeSpansSpans, span);
    out.close(scope_spans);
    out.close(resource_spans);
    return request;
  };
  const std::string span = "resource_spans[0].scope_spans[0].spans[0]";
  const std::pair<std::string, std::string> kTable[] = {
      {"\x0a", "request: truncated"},
      {request_with_span("\x0a\x01x"), span + ": trace_id has 1 bytes, not 16"},
      {request_with_span("\x2a\x01\xff"), span + ": name is not UTF-8"},
      {request_with_span("\x28\x01"), span + ": field 5 has wire type 0"},
      {request_with_span("\x4a\x04\x12\x02\x08\x01"), span + ".attributes[0].value: field 1 has wire type 0"},
      {request_with_span("\x5a\x02\x12\x05"), span + ".events[0]: truncated"},
      {request_with_span("\x7a\x01\x18"), span + ".status: truncated"},
  };
  for (const auto& [request, message] : kTable) {
    const auto decoded = decode_traces(request);
    ASSERT_FALSE(decoded) << message;
    EXPECT_TRUE(decoded.error().message.starts_with(message)) << decoded.error().message;
  }
}

TEST(TracesCodec, DepthIsBounded) {
  std::string value;
  for (int depth = 0; depth < 50'000; ++depth) {
    std::string outer;
    if (value.size() > 200'000) break;
    MessageWriter out(outer);
    const size_t array = out.open(field::kAnyValueArray);
    out.add_bytes(field::kArrayValues, value);
    out.close(array);
    value = std::move(outer);
  }
  std::string request;
  MessageWriter out(request);
  const size_t resource_spans = out.open(field::kTracesResourceSpans);
  const size_t resource = out.open(field::kResourceSpansResource);
  const size_t attribute = out.open(field::kResourceAttributes);
  out.add_bytes(field::kKeyValueValue, value);
  out.close(attribute);
  out.close(resource);
  out.close(resource_spans);
  const auto decoded = decode_traces(request);
  ASSERT_FALSE(decoded);
  EXPECT_NE(decoded.error().message.find("nest deeper"), std::string::npos);
}

struct Sample {
  std::string file;
  size_t spans = 0;
  std::string service;
  int first_kind = 0;
  std::string first_name;
};

// A line a sample: file, spans, service of the first resource, kind and name of the first span.
std::vector<Sample> samples() {
  std::vector<Sample> samples;
  std::istringstream lines(testdata("samples.txt"));
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.front() == '#') continue;
    Sample sample;
    std::istringstream words(line);
    words >> sample.file >> sample.spans >> sample.service >> sample.first_kind >> std::ws;
    std::getline(words, sample.first_name);
    samples.push_back(sample);
  }
  return samples;
}

// Requests as real SDKs sent them.
TEST(TracesCodec, RequestsOfRealSdks) {
  ASSERT_GE(samples().size(), 7u);
  for (const Sample& sample : samples()) {
    std::string request = testdata(sample.file);
    if (sample.file.ends_with(".json")) {
      auto protobuf = traces_json_to_protobuf(request);
      ASSERT_TRUE(protobuf) << sample.file << ": " << protobuf.error().message;
      request = std::move(*protobuf);
    }
    const auto survey = survey_traces(request);
    ASSERT_TRUE(survey) << sample.file << ": " << survey.error().message;
    EXPECT_EQ(survey->span_count, sample.spans) << sample.file;
    EXPECT_EQ(survey->refused_count, 0u) << sample.file;
    const auto data = decode_traces(request);
    ASSERT_TRUE(data) << sample.file << ": " << data.error().message;
    const ResourceSpans& first = data->resource_spans.at(0);
    const std::string* service = find_string(first.resource.attributes, "service.name");
    ASSERT_NE(service, nullptr) << sample.file;
    EXPECT_EQ(*service, sample.service) << sample.file;
    const Span& span = first.scope_spans.at(0).spans.at(0);
    EXPECT_EQ(span.name, sample.first_name) << sample.file;
    EXPECT_EQ(static_cast<int>(span.kind), sample.first_kind) << sample.file;
    EXPECT_LT(span.start_time_unix_nano, span.end_time_unix_nano) << sample.file;
    EXPECT_TRUE(same_traces(*decode_traces(encode_traces(*data)), *data)) << sample.file;
  }
}

}  // namespace
}  // namespace clew::otlp
