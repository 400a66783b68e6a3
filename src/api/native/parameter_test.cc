#include "api/native/parameter.h"

#include <gtest/gtest.h>

namespace clew::api_native {
namespace {

constexpr int64_t kNow = 1'767'225'605'000'000'000;  // 2026-01-01T00:00:05Z

TEST(Parameter, TimesOfEveryKind) {
  const std::pair<const char*, int64_t> good[] = {
      {"now", kNow},
      {"now-1h", kNow - 3'600'000'000'000},
      {"now-1h30m", kNow - 5'400'000'000'000},
      {"now+5m", kNow + 300'000'000'000},
      {"2026-01-01T00:00:05Z", kNow},
      {"2026-01-01T08:00:05.000000001+08:00", kNow + 1},
      {"1767225605", kNow},
      {"1767225605.25", kNow + 250'000'000},
      {"1767225605000", kNow},
      {"1767225605000000", kNow},
      {"1767225605000000001", kNow + 1},
      {"0", 0},
      {"-1", -1'000'000'000},
  };
  for (const auto& [text, ns] : good) EXPECT_EQ(parse_time_ns(text, kNow), ns) << text;
  // Where one unit ends and the next begins.
  EXPECT_EQ(parse_time_ns("9000000000", kNow), 9'000'000'000'000'000'000);
  EXPECT_EQ(parse_time_ns("100000000000", kNow), 100'000'000'000'000'000);
  EXPECT_EQ(parse_time_ns("100000000000000", kNow), 100'000'000'000'000'000);
  EXPECT_EQ(parse_time_ns("100000000000000000", kNow), 100'000'000'000'000'000);
  for (const char* text : {"", "now-", "now--1h", "now-1", "yesterday", "2026-01-01", "1e9x", "inf", "nan", "now 1h", " now",
                           "9223372036854775808", "99999999999", "-inf", "1e300"}) {
    EXPECT_EQ(parse_time_ns(text, kNow), std::nullopt) << text;
  }
}

const std::vector<Parameter>& table() {
  static const std::vector<Parameter> kTable = {
      {.name = "id", .type = ParameterType::kTraceId, .in_path = true, .required = true},
      {.name = "text", .fallback = "none"},
      {.name = "need", .required = true},
      {.name = "limit", .type = ParameterType::kInteger, .fallback = "20", .low = 1, .high = 100},
      {.name = "step", .type = ParameterType::kDuration},
      {.name = "order", .type = ParameterType::kChoice, .fallback = "desc", .choices = {"asc", "desc"}},
      {.name = "list", .type = ParameterType::kTextList, .high = 3},
      {.name = "quantiles", .type = ParameterType::kQuantiles, .fallback = "0.5,1", .high = 3},
      {.name = "start", .type = ParameterType::kTime, .fallback = "now-1s"},
  };
  return kTable;
}

// The parameter that is refused, or "".
std::string refused(Pairs query, const std::string& id = "1") {
  if (query.empty() || query.front().first != "need") query.emplace_back("need", "x");
  const auto arguments = Arguments::parse(table(), query, {id}, kNow);
  return arguments ? "" : arguments.error().parameter;
}

TEST(Parameter, DefaultsAndValues) {
  const auto defaults = Arguments::parse(table(), {{"need", "x"}, {"limit", ""}}, {"AB"}, kNow);
  ASSERT_TRUE(defaults);
  EXPECT_EQ(defaults->trace_id("id"), (otlp::TraceId{0, 0xab}));
  EXPECT_EQ(defaults->text("text"), "none");
  EXPECT_EQ(defaults->number("limit"), 20);
  EXPECT_FALSE(defaults->has("step"));
  EXPECT_EQ(defaults->text("order"), "desc");
  EXPECT_TRUE(defaults->texts("list").empty());
  EXPECT_EQ(defaults->quantiles("quantiles"), (std::vector<double>{0.5, 1}));
  EXPECT_EQ(defaults->number("start"), kNow - 1'000'000'000);

  const auto given = Arguments::parse(
      table(), {{"need", "x"}, {"list", "span.a,span.\"b,\\\"c\",name"}, {"step", "1m30s"}, {"limit", "100"}}, {"1"}, kNow);
  ASSERT_TRUE(given);
  EXPECT_EQ(given->texts("list"), (std::vector<std::string>{"span.a", "span.\"b,\\\"c\"", "name"}));
  EXPECT_EQ(given->number("step"), 90'000'000'000);
  EXPECT_EQ(given->number("limit"), 100);
}

TEST(Parameter, RefusesByName) {
  EXPECT_EQ(refused({}), "");
  EXPECT_EQ(refused({{"need", ""}}), "need");
  EXPECT_EQ(refused({{"other", "1"}}), "other");
  EXPECT_EQ(refused({{"id", "1"}}), "id");  // Of the path, not of the query.
  EXPECT_EQ(refused({{"limit", "1"}, {"limit", "2"}}), "limit");
  for (const char* text : {"0", "101", "-1", "1.5", "1 ", "0x10", "99999999999999999999"}) {
    EXPECT_EQ(refused({{"limit", text}}), "limit") << text;
  }
  for (const char* text : {"0s", "-1m", "5", "x"}) EXPECT_EQ(refused({{"step", text}}), "step") << text;
  for (const char* text : {"ASC", "up"}) EXPECT_EQ(refused({{"order", text}}), "order") << text;
  for (const char* text : {"a,b,c,d", "a,,b", ","}) EXPECT_EQ(refused({{"list", text}}), "list") << text;
  for (const char* text : {"0", "1.1", "x", "0.5,", "nan", "0.1,0.2,0.3,0.4"}) {
    EXPECT_EQ(refused({{"quantiles", text}}), "quantiles") << text;
  }
  EXPECT_EQ(refused({{"text", std::string(20'000, 'x')}}), "text");
  for (const char* id : {"0", "xyz", "123456789012345678901234567890123"}) EXPECT_EQ(refused({}, id), "id") << id;
}

}  // namespace
}  // namespace clew::api_native
