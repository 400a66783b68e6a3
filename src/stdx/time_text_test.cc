#include "stdx/time_text.h"

#include <gtest/gtest.h>

namespace clew::stdx {
namespace {

TEST(TimeText, DurationsAsGoReadsThem) {
  const std::pair<const char*, int64_t> good[] = {
      {"0", 0}, {"0s", 0}, {"1ns", 1}, {"1.5s", 1'500'000'000}, {"100ms", 100'000'000}, {"500us", 500'000},
      {"5\u00b5s", 5'000}, {"5\u03bcs", 5'000}, {"1h2m3.5s", 3'723'500'000'000}, {"-2m", -120'000'000'000},
      {"+1s", 1'000'000'000}, {"1d2h", 93'600'000'000'000}, {"1w", 604'800'000'000'000}, {".5ms", 500'000},
      {"0.1s", 100'000'000}, {"2.s", 2'000'000'000}, {"106751d", 9'223'286'400'000'000'000}};
  for (const auto& [text, ns] : good) EXPECT_EQ(parse_duration_ns(text), ns) << text;
  for (const char* text : {"", "-", "1", "s", "1.5", ".s", "1 s", "1x", "1s ", "ms", "1..5s", "200000d",
                           "9999999999999999999999ns", "1e3s"}) {
    EXPECT_EQ(parse_duration_ns(text), std::nullopt) << text;
  }
}

TEST(TimeText, DurationsAsGoPrintsThem) {
  const std::pair<int64_t, const char*> table[] = {
      {0, "0s"}, {12, "12ns"}, {1'500, "1.5\u00b5s"}, {340'000'000, "340ms"}, {1'500'000'000, "1.5s"},
      {60'000'000'000, "1m0s"}, {9'900'000'000'000, "2h45m0s"}, {-1'000, "-1\u00b5s"}, {3'600'000'000'001, "1h0m0.000000001s"}};
  for (const auto& [ns, text] : table) {
    EXPECT_EQ(go_duration_text(ns), text);
    EXPECT_EQ(parse_duration_ns(text), ns);
  }
  EXPECT_EQ(go_duration_text(INT64_MIN), "-2562047h47m16.854775808s");
}

TEST(TimeText, DurationsForPeople) {
  const std::pair<int64_t, const char*> table[] = {
      {0, "0 ns"}, {999, "999 ns"}, {1'530, "1.53 \u00b5s"}, {999'499, "999 \u00b5s"}, {999'500, "1.00 ms"},
      {12'340'000, "12.3 ms"}, {1'530'000'000, "1.53 s"}, {59'949'000'000, "59.9 s"}, {60'000'000'000, "1 min 0 s"},
      {9'900'000'000'000, "2 h 45 min"}, {259'200'000'000'000, "3 d 0 h"}};
  for (const auto& [ns, text] : table) EXPECT_EQ(short_duration_text(ns), text) << ns;
}

TEST(TimeText, InstantsRoundTrip) {
  const std::pair<const char*, int64_t> table[] = {
      {"1970-01-01T00:00:00Z", 0}, {"2026-01-01T00:00:05.25Z", 1'767'225'605'250'000'000},
      {"1969-12-31T23:59:59.5Z", -500'000'000}, {"2262-04-11T23:47:16.854775807Z", INT64_MAX},
      {"2024-02-29T12:00:00Z", 1'709'208'000'000'000'000}};
  for (const auto& [text, ns] : table) {
    EXPECT_EQ(parse_rfc3339_ns(text), ns) << text;
    EXPECT_EQ(rfc3339_text(ns), text);
  }
  EXPECT_EQ(parse_rfc3339_ns("2026-01-01t08:00:05.250000000999+08:00"), 1'767'225'605'250'000'000);
  EXPECT_EQ(parse_rfc3339_ns("2025-12-31 16:30:05.25-07:30"), 1'767'225'605'250'000'000);
  EXPECT_EQ(parse_rfc3339_ns("2016-12-31T23:59:60Z"), parse_rfc3339_ns("2017-01-01T00:00:00Z"));
  for (const char* text : {"", "2026", "2026-01-01", "2026-01-01T00:00:05", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z",
                           "2026-01-01T24:00:00Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00+8:00",
                           "2026-01-01T00:00:00Zx", "2263-01-01T00:00:00Z", "1600-01-01T00:00:00Z", "-026-01-01T00:00:00Z"}) {
    EXPECT_EQ(parse_rfc3339_ns(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace clew::stdx
