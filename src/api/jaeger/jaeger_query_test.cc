#include "api/jaeger/jaeger_query.h"

#include <gtest/gtest.h>

#include <sstream>

#include "query/traceql/golden_file.h"
#include "query/traceql/parser.h"
#include "stdx/time_text.h"

namespace clew::api_jaeger {
namespace {

// Lines of "<field> <value>"; the answer is the TraceQL, which must also be TraceQL.
std::string answer_query(const std::string& input) {
  SpanPredicate predicate;
  std::istringstream lines(input);
  for (std::string line; std::getline(lines, line);) {
    const size_t blank = line.find(' ');
    const std::string field = line.substr(0, blank);
    const std::string value = blank == std::string::npos ? "" : line.substr(blank + 1);
    stdx::Result<void> read;
    if (field == "service") predicate.service = value;
    if (field == "operation") predicate.operation = value;
    if (field == "tag") read = parse_tag(value, predicate.tags);
    if (field == "tags") read = parse_tag_map(value, predicate.tags);
    if (field == "min") predicate.duration_min_ns = stdx::parse_duration_ns(value);
    if (field == "max") predicate.duration_max_ns = stdx::parse_duration_ns(value);
    if (!read) return read.error().message;
  }
  const std::string traceql = to_traceql(predicate);
  const auto parsed = query_traceql::parse_filter(traceql);
  EXPECT_TRUE(parsed) << traceql << "\n" << parsed.error().message;
  return traceql;
}

TEST(JaegerQuery, BecomesTraceQl) {
  query_test::run_golden_file(CLEW_SOURCE_DIR "/src/api/jaeger/testdata/query.golden", answer_query);
}

TEST(JaegerQuery, TraceIdsInEveryNotation) {
  const otlp::TraceId id{0x0102030405060708, 0x090a0b0c0d0e0fff};
  EXPECT_EQ(parse_any_trace_id("0102030405060708090a0b0c0d0e0fff"), id);
  EXPECT_EQ(parse_any_trace_id("0102030405060708090A0B0C0D0E0FFF"), id);
  EXPECT_EQ(parse_any_trace_id("AQIDBAUGBwgJCgsMDQ4P/w=="), id);
  EXPECT_EQ(parse_any_trace_id("AQIDBAUGBwgJCgsMDQ4P_w"), id);
  EXPECT_EQ(parse_any_trace_id("ff"), (otlp::TraceId{0, 255}));
  for (const char* text : {"", "0", "00000000000000000000000000000000", "xyz", "AQIDBAUGBwgJCgsMDQ4=",
                           "0102030405060708090a0b0c0d0e0fff0", "AAAAAAAAAAAAAAAAAAAAAA=="}) {
    EXPECT_EQ(parse_any_trace_id(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace clew::api_jaeger
