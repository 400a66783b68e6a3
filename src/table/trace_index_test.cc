#include "table/trace_index.h"

#include <gtest/gtest.h>

namespace clew::table {
namespace {

otlp::TraceId id(uint64_t number) { return {number * 0x1234567, number}; }

TEST(TraceIndex, FindsTheRowsOfEachTraceInOrder) {
  TraceIndex index;
  for (uint32_t row = 0; row < 30'000; ++row) index.add(id(row % 3'000), row);
  EXPECT_EQ(index.trace_count(), 3'000u);
  const uint32_t trace = index.find(id(1'234));
  ASSERT_NE(trace, kNoTrace);
  std::vector<uint32_t> rows;
  index.rows_of(trace, 30'000, rows);
  EXPECT_EQ(rows, (std::vector<uint32_t>{1234, 4234, 7234, 10234, 13234, 16234, 19234, 22234, 25234, 28234}));
  EXPECT_EQ(index.find(id(3'000)), kNoTrace);
}

TEST(TraceIndex, HidesRowsAtAndBehindTheEnd) {
  TraceIndex index;
  for (uint32_t row = 0; row < 10; ++row) index.add(id(1), row);
  std::vector<uint32_t> rows;
  index.rows_of(index.find(id(1)), 4, rows);
  EXPECT_EQ(rows, (std::vector<uint32_t>{0, 1, 2, 3}));
}

TEST(TraceIndex, TellsIdsApartThatShareAHalf) {
  TraceIndex index;
  index.add({1, 7}, 0);
  index.add({2, 7}, 1);
  index.add({1, 8}, 2);
  EXPECT_EQ(index.trace_count(), 3u);
  EXPECT_NE(index.find({1, 7}), index.find({2, 7}));
}

}  // namespace
}  // namespace clew::table
