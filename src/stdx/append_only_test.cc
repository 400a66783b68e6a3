#include "stdx/append_only.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace clew::stdx {
namespace {

TEST(AppendOnly, KeepsEveryElementAcrossChunks) {
  AppendOnly<uint64_t> array;
  for (uint64_t i = 0; i < 100'000; ++i) array.push(i * 3);
  ASSERT_EQ(array.size(), 100'000u);
  for (uint64_t i = 0; i < 100'000; ++i) ASSERT_EQ(array[i], i * 3);
}

TEST(AppendOnly, RunsCoverARangeInOrder) {
  AppendOnly<uint32_t> array;
  for (uint32_t i = 0; i < 5'000; ++i) array.push(i);
  std::vector<uint32_t> seen;
  array.for_each_run(63, 4'097, [&](size_t first, std::span<const uint32_t> run) {
    EXPECT_EQ(first, 63 + seen.size());
    seen.insert(seen.end(), run.begin(), run.end());
  });
  ASSERT_EQ(seen.size(), 4'034u);
  for (uint32_t i = 0; i < seen.size(); ++i) ASSERT_EQ(seen[i], 63 + i);
}

TEST(AppendOnly, ElementsDoNotMove) {
  AppendOnly<int> array;
  const int* first = &array.push(7);
  for (int i = 0; i < 10'000; ++i) array.push(i);
  EXPECT_EQ(first, &array[0]);
  EXPECT_EQ(*first, 7);
}

TEST(AppendOnly, ReadersSeeCompleteElementsWhileOneWriterAppends) {
  AppendOnly<uint64_t> array;
  constexpr uint64_t kCount = 300'000;
  std::vector<std::jthread> readers;
  std::atomic<uint64_t> wrong{0};
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      for (size_t size = 0; size < kCount; size = array.size()) {
        if (size != 0 && array[size - 1] != (size - 1) * 11) ++wrong;
      }
    });
  }
  for (uint64_t i = 0; i < kCount; ++i) array.push(i * 11);
  readers.clear();
  EXPECT_EQ(wrong.load(), 0u);
}

}  // namespace
}  // namespace clew::stdx
