#include "self/log_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "self/repeat_limiter.h"

namespace clew::self {
namespace {

// Collects lines and puts everything back at the end.
class Log : public ::testing::Test {
 protected:
  Log() {
    redirect_log([this](std::string_view line) { lines_.emplace_back(line); });
  }
  ~Log() override {
    redirect_log({});
    configure_log(LogLevel::kInfo, LogFormat::kText);
  }
  std::vector<std::string> lines_;
};

TEST(LogLine, TextForm) {
  EXPECT_EQ(format_log_line(LogFormat::kText, 1'767'322'800'007, LogLevel::kWarn, "log segment is full",
                            {{"segment", 7}, {"path", "/data/log 1"}, {"ratio", 0.5}, {"ok", true}, {"empty", ""}}, 3),
            "2026-01-02T03:00:00.007Z WARN  log segment is full segment=7 path=\"/data/log 1\" ratio=0.5 ok=true "
            "empty=\"\" suppressed=3");
}

TEST(LogLine, JsonForm) {
  EXPECT_EQ(format_log_line(LogFormat::kJson, 1'767'322'800'007, LogLevel::kError, "it \"broke\"",
                            {{"n", int64_t{-1}}, {"text", "a\nb\x01"}, {"nan", 0.0 / 0.0}}),
            R"({"time":"2026-01-02T03:00:00.007Z","level":"error","message":"it \"broke\"","n":-1,)"
            R"("text":"a\nb\u0001","nan":null})");
}

TEST(LogLine, NewlinesCannotForgeALine) {
  const std::string line = format_log_line(LogFormat::kText, 0, LogLevel::kInfo, "m", {{"key", "a\nb"}});
  EXPECT_EQ(line.find('\n'), std::string::npos);
}

TEST_F(Log, LevelDecides) {
  configure_log(LogLevel::kWarn, LogFormat::kText);
  log_info("too quiet");
  log_error("loud enough");
  ASSERT_EQ(lines_.size(), 1u);
  EXPECT_THAT(lines_[0], ::testing::EndsWith("ERROR loud enough"));
}

TEST_F(Log, RepeatedLinesAreHeldBack) {
  for (int i = 0; i < 100; ++i) log_warn("the same again", {{"i", i}});
  log_warn("another");
  EXPECT_EQ(lines_.size(), RepeatLimiter::kRepeatsMax + 1);
}

TEST(RepeatLimiter, CountsAndReports) {
  RepeatLimiter limiter;
  for (uint32_t i = 0; i < RepeatLimiter::kRepeatsMax; ++i) EXPECT_TRUE(limiter.see("m", 1000).print);
  EXPECT_FALSE(limiter.see("m", 1001).print);
  EXPECT_FALSE(limiter.see("m", 1000 + RepeatLimiter::kRepeatWindowMs - 1).print);
  EXPECT_TRUE(limiter.see("other", 1001).print);
  const RepeatLimiter::Verdict next = limiter.see("m", 1000 + RepeatLimiter::kRepeatWindowMs);
  EXPECT_TRUE(next.print);
  EXPECT_EQ(next.suppressed_count, 2u);
}

TEST(RepeatLimiter, MemoryIsBounded) {
  RepeatLimiter limiter;
  for (size_t i = 0; i < RepeatLimiter::kMessagesMax; ++i) limiter.see(std::to_string(i), 0);
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(limiter.see("one too many", 0).print);
}

TEST(LogNames, AreParsed) {
  EXPECT_EQ(parse_log_level("debug"), LogLevel::kDebug);
  EXPECT_EQ(parse_log_level("error"), LogLevel::kError);
  EXPECT_EQ(parse_log_level("verbose"), std::nullopt);
  EXPECT_EQ(parse_log_format("json"), LogFormat::kJson);
  EXPECT_EQ(parse_log_format("xml"), std::nullopt);
}

}  // namespace
}  // namespace clew::self
