#include "otlp/traces_survey.h"

#include <gtest/gtest.h>

#include <numeric>

#include "otlp/message_writer.h"
#include "otlp/random_traces.h"
#include "otlp/traces_codec.h"

namespace clew::otlp {
namespace {

using namespace std::string_view_literals;

std::string good_span() {
  std::string span;
  MessageWriter out(span);
  out.add_bytes(field::kSpanTraceId, "0123456789abcdef");
  out.add_bytes(field::kSpanSpanId, "01234567");
  out.add_bytes(field::kSpanName, "GET");
  return span;
}

template <class Add>
std::string span_with(Add add) {
  std::string span = good_span();
  MessageWriter out(span);
  add(out);
  return span;
}

std::string request_of(const std::vector<std::string>& spans) {
  std::string request;
  MessageWriter out(request);
  const size_t resource_spans = out.open(field::kTracesResourceSpans);
  const size_t scope_spans = out.open(field::kResourceSpansScopeSpans);
  for (const std::string& span : spans) out.add_bytes(field::kScopeSpansSpans, span);
  out.close(scope_spans);
  out.close(resource_spans);
  return request;
}

struct Case {
  std::string span;
  SpanRefusal refusal;
};

std::vector<Case> cases() {
  using enum SpanRefusal;
  const auto bytes = [](uint32_t field, std::string_view value) {
    return span_with([&](MessageWriter& out) { out.add_bytes(field, value); });
  };
  return {
      {good_span(), kNone},
      {bytes(field::kSpanTraceId, ""), kTraceIdLength},
      {bytes(field::kSpanTraceId, "0123456789abcde"), kTraceIdLength},
      {bytes(field::kSpanTraceId, "0123456789abcdef0"), kTraceIdLength},
      {bytes(field::kSpanTraceId, std::string(16, '\0')), kTraceIdZero},
      {bytes(field::kSpanTraceId, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"sv), kNone},
      {bytes(field::kSpanSpanId, "0123456"), kSpanIdLength},
      {bytes(field::kSpanSpanId, std::string(8, '\0')), kSpanIdZero},
      {bytes(field::kSpanParentSpanId, ""), kNone},
      {bytes(field::kSpanParentSpanId, std::string(8, '\0')), kNone},
      {bytes(field::kSpanParentSpanId, "0123"), kParentIdLength},
      {span_with([](auto& out) { out.add_fixed64(field::kSpanStartTimeUnixNano, INT64_MAX); }), kNone},
      {span_with([](auto& out) { out.add_fixed64(field::kSpanStartTimeUnixNano, uint64_t{1} << 63); }), kTimeOutOfRange},
      {span_with([](auto& out) { out.add_fixed64(field::kSpanEndTimeUnixNano, UINT64_MAX); }), kTimeOutOfRange},
      {span_with([](auto& out) { out.add_varint(field::kSpanName, 1); }), kMalformed},
      {span_with([](auto& out) { out.add_varint(field::kSpanStartTimeUnixNano, 1); }), kMalformed},
      {span_with([](auto& out) { out.add_varint(field::kSpanFieldMax + 1, 1); }), kNone},
      {good_span() + "\x4a\x7f", kMalformed},                                        // Attributes beyond the end.
      {good_span() + "\x4a", kMalformed},                                            // A tag alone.
      {good_span() + "\x0b\x0c", kMalformed},                                        // A group.
      {good_span() + "\x02\x01x", kMalformed},                                       // Field number 0.
      {good_span() + "\x30\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", kMalformed},  // A varint of 11 bytes.
      {good_span() + "\x4a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", kMalformed},      // A length of 2^64 - 1.
      {"", kTraceIdLength},
  };
}

TEST(TracesSurvey, JudgesEachSpanByItsFields) {
  const std::vector<Case> table = cases();
  for (size_t i = 0; i < table.size(); ++i) {
    EXPECT_EQ(refusal_name(check_span(table[i].span)), refusal_name(table[i].refusal)) << "case " << i;
  }
}

TEST(TracesSurvey, RefusedSpansDoNotCostTheGoodOnesBesideThem) {
  std::vector<std::string> spans;
  std::array<uint32_t, static_cast<size_t>(SpanRefusal::kCount)> refused_by{};
  for (const Case& each : cases()) {
    spans.push_back(each.span);
    if (each.refusal != SpanRefusal::kNone) ++refused_by[static_cast<size_t>(each.refusal)];
  }
  const auto survey = survey_traces(request_of(spans));
  ASSERT_TRUE(survey) << survey.error().message;
  EXPECT_EQ(survey->span_count, spans.size());
  EXPECT_EQ(survey->refused_by, refused_by);
  EXPECT_EQ(survey->refused_count, std::accumulate(refused_by.begin(), refused_by.end(), 0u));
  EXPECT_EQ(survey->first_refusal, SpanRefusal::kTraceIdLength);
  EXPECT_EQ(survey->first_refused_index, 1u);
}

TEST(TracesSurvey, BrokenEnvelopesAreRefusedWithTheirPlace) {
  const std::string good = request_of({good_span(), good_span()});
  const std::pair<std::string, std::string> kTable[] = {
      {good + "\x0a\x05", "ExportTraceServiceRequest"},
      {good + "\x08\x05", "resource_spans: field 1 has wire type 0"},
      {good + "\x0a\x02\x12\x09", "resource_spans[1]"},
      {good + "\x0a\x02\x10\x09", "resource_spans[1]: field 2 has wire type 0"},
      {good + "\x0a\x04\x12\x02\x12\x7f", "resource_spans[1].scope_spans[0]"},
      {"not protobuf at all", "ExportTraceServiceRequest"},
  };
  for (const auto& [request, place] : kTable) {
    const auto survey = survey_traces(request);
    ASSERT_FALSE(survey) << place;
    EXPECT_EQ(survey.error().code, stdx::ErrorCode::kInvalidArgument);
    EXPECT_NE(survey.error().message.find(place), std::string::npos) << survey.error().message;
  }
}

TEST(TracesSurvey, EveryCutOfARequestIsSeen) {
  const std::string request = request_of({good_span(), good_span(), good_span()});
  for (size_t length = 1; length < request.size(); ++length) {
    EXPECT_FALSE(survey_traces(std::string_view(request).substr(0, length))) << length;
  }
  EXPECT_EQ(survey_traces("")->span_count, 0u);
}

TEST(TracesSurvey, UnknownFieldsOfLaterVersionsAreIgnored) {
  std::string request = request_of({good_span()});
  MessageWriter(request).add_bytes(99, "later");
  EXPECT_EQ(survey_traces(request)->span_count, 1u);
}

TEST(TracesSurvey, AcceptsAllThatTheGeneratorMakes) {
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    const TracesData data = RandomTraces(seed).traces();
    size_t spans = 0;
    for (const ResourceSpans& resource_spans : data.resource_spans) {
      for (const ScopeSpans& scope_spans : resource_spans.scope_spans) spans += scope_spans.spans.size();
    }
    const auto survey = survey_traces(encode_traces(data));
    ASSERT_TRUE(survey);
    EXPECT_EQ(survey->span_count, spans);
    EXPECT_EQ(survey->refused_count, 0u);
  }
}

}  // namespace
}  // namespace clew::otlp
