#include "block/compaction_plan.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace clew::block {
namespace {

const std::string kToday = "2026-03-10";

CompactionCandidate block(int number, uint64_t spans, std::string date = kToday) {
  return {"b" + std::to_string(number), std::move(date), spans, spans * 50, number};
}

TEST(CompactionPlan, LeavesLargeAndFewBlocksAlone) {
  EXPECT_TRUE(plan_compaction({}, kToday, {}).empty());
  EXPECT_TRUE(plan_compaction({block(1, 600'000), block(2, 700'000), block(3, 500'000)}, kToday, {}).empty());
  EXPECT_TRUE(plan_compaction({block(1, 100), block(2, 100), block(3, 100)}, kToday, {}).empty());
}

TEST(CompactionPlan, JoinsBlocksOfOneSizeOldestFirst) {
  const auto names = plan_compaction({block(4, 100), block(2, 100), block(9, 90'000), block(1, 100), block(3, 100)},
                                     kToday, {});
  EXPECT_EQ(names, (std::vector<std::string>{"b1", "b2", "b3", "b4"}));
}

TEST(CompactionPlan, StaysBelowTheTarget) {
  const CompactionOptions options{.target_spans = 1'000, .inputs_min = 2};
  const CompactionOptions by_bytes{.target_bytes = 50'000, .inputs_min = 2};
  EXPECT_EQ(plan_compaction({block(1, 400), block(2, 400), block(3, 400)}, kToday, by_bytes),
            (std::vector<std::string>{"b1", "b2"}));
  const auto names = plan_compaction({block(1, 400), block(2, 400), block(3, 400)}, kToday, options);
  EXPECT_EQ(names, (std::vector<std::string>{"b1", "b2"}));
}

TEST(CompactionPlan, JoinsTheRestOfAPastDayWhateverItsSize) {
  const auto names = plan_compaction({block(1, 9, "2026-03-09"), block(2, 90'000, "2026-03-09"), block(3, 9)}, kToday, {});
  EXPECT_EQ(names, (std::vector<std::string>{"b1", "b2"}));
}

TEST(CompactionPlan, NeverJoinsTwoDays) {
  EXPECT_TRUE(plan_compaction({block(1, 9, "2026-03-08"), block(2, 9, "2026-03-09")}, kToday, {}).empty());
}

// Ten days of light traffic, a block every ten minutes: joining keeps up, and few blocks are left.
TEST(CompactionPlan, TenDaysOfLightTrafficLeaveFewBlocks) {
  std::vector<CompactionCandidate> blocks;
  int number = 0;
  uint64_t rewritten = 0, spans = 0;
  for (int day = 0; day < 10; ++day) {
    const std::string date = "2026-03-" + std::to_string(10 + day);
    for (int cut = 0; cut < 144; ++cut) {
      blocks.push_back(block(++number, 200, date));
      spans += 200;
      for (auto names = plan_compaction(blocks, date, {}); !names.empty(); names = plan_compaction(blocks, date, {})) {
        CompactionCandidate joined = block(++number, 0, "");
        std::erase_if(blocks, [&](const CompactionCandidate& candidate) {
          if (std::ranges::find(names, candidate.name) == names.end()) return false;
          joined.span_count += candidate.span_count;
          joined.date = candidate.date;
          return true;
        });
        rewritten += joined.span_count;
        blocks.push_back(joined);
      }
      ASSERT_LT(blocks.size(), 40u);
    }
  }
  EXPECT_LT(blocks.size(), 25u);
  EXPECT_LT(rewritten, spans * 8);
}

}  // namespace
}  // namespace clew::block
