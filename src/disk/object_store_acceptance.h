// What every ObjectStore must do. Include it in one test file and instantiate ObjectStoreAcceptance with a harness for each
// implementation: INSTANTIATE_TEST_SUITE_P(Local, ObjectStoreAcceptance, Values(…), name_of_harness).
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "disk/object_store.h"

namespace clew::disk {

// One empty place for objects, and its store.
class ObjectStoreHarness {
 public:
  virtual ~ObjectStoreHarness() = default;
  // The store on the place as it is now. The store opened before is gone by then.
  virtual std::unique_ptr<ObjectStore> open() = 0;
  // The machine dies and comes back; the store opened before is gone or unusable.
  virtual void crash() = 0;
};

struct ObjectStoreImplementation {
  std::string name;
  std::function<std::unique_ptr<ObjectStoreHarness>()> make;
};

inline void PrintTo(const ObjectStoreImplementation& implementation, std::ostream* out) { *out << implementation.name; }

class ObjectStoreAcceptance : public testing::TestWithParam<ObjectStoreImplementation> {
 protected:
  void SetUp() override {
    harness_ = GetParam().make();
    reopen();
  }
  void TearDown() override {
    store_.reset();
    harness_.reset();
  }
  void reopen() {
    store_.reset();
    store_ = harness_->open();
    ASSERT_NE(store_, nullptr);
  }
  void crash_and_reopen() {
    harness_->crash();
    reopen();
  }
  void put(const std::string& key, std::string_view bytes) {
    const auto put = store_->put(key, bytes, false);
    ASSERT_TRUE(put) << put.error().message;
  }
  stdx::ErrorCode put_error(const std::string& key) {
    const auto put = store_->put(key, "x", false);
    return put ? stdx::ErrorCode{} : put.error().code;
  }
  std::vector<std::string> keys(const std::string& prefix) {
    std::vector<std::string> keys;
    const auto listed = store_->list(prefix);
    EXPECT_TRUE(listed) << listed.error().message;
    if (listed) {
      for (const auto& info : *listed) keys.push_back(info.key);
    }
    return keys;
  }

  std::unique_ptr<ObjectStoreHarness> harness_;
  std::unique_ptr<ObjectStore> store_;
};

using Keys = std::vector<std::string>;

TEST_P(ObjectStoreAcceptance, PutThenGetWholeAndRanges) {
  put("blocks/tenant=a/b-1.json", "0123456789");
  EXPECT_EQ(store_->get_all("blocks/tenant=a/b-1.json"), "0123456789");
  EXPECT_EQ(store_->get("blocks/tenant=a/b-1.json", 3, 4), "3456");
  EXPECT_EQ(store_->get("blocks/tenant=a/b-1.json", 10, 0), "");
  EXPECT_EQ(store_->get("blocks/tenant=a/b-1.json", 9, 1), "9");
  const auto info = store_->stat("blocks/tenant=a/b-1.json");
  ASSERT_TRUE(info);
  EXPECT_EQ(info->key, "blocks/tenant=a/b-1.json");
  EXPECT_EQ(info->size, 10u);
}

TEST_P(ObjectStoreAcceptance, RangesBeyondTheEndAreRefused) {
  put("a", "0123456789");
  for (const auto& [offset, length] : std::vector<std::pair<uint64_t, uint64_t>>{
           {5, 6}, {11, 0}, {0, 11}, {UINT64_MAX, 1}, {1, UINT64_MAX}, {UINT64_MAX, UINT64_MAX}}) {
    const auto got = store_->get("a", offset, length);
    ASSERT_FALSE(got) << offset << " " << length;
    EXPECT_EQ(got.error().code, stdx::ErrorCode::kInvalidArgument);
  }
}

TEST_P(ObjectStoreAcceptance, WhatIsNotThereIsNotFound) {
  EXPECT_EQ(store_->get("a/b", 0, 1).error().code, stdx::ErrorCode::kNotFound);
  EXPECT_EQ(store_->get_all("a/b").error().code, stdx::ErrorCode::kNotFound);
  EXPECT_EQ(store_->stat("a/b").error().code, stdx::ErrorCode::kNotFound);
  put("a/b/c", "x");
  EXPECT_EQ(store_->get_all("a/b").error().code, stdx::ErrorCode::kNotFound) << "a prefix of a key is no object";
  EXPECT_TRUE(store_->remove("a/b/d"));
  EXPECT_TRUE(store_->remove("x/y"));
}

TEST_P(ObjectStoreAcceptance, BadKeysAreRefused) {
  for (const std::string key : {"", "/a", "a/", "a//b", "..", "a/../b", "a/..", ".a", "a/.b", "a b", "a\n", "ü", "a\\b"}) {
    EXPECT_EQ(put_error(key), stdx::ErrorCode::kInvalidArgument) << key;
    EXPECT_EQ(store_->get_all(key).error().code, stdx::ErrorCode::kInvalidArgument) << key;
    EXPECT_EQ(store_->remove(key).error().code, stdx::ErrorCode::kInvalidArgument) << key;
    EXPECT_EQ(store_->create(key).error().code, stdx::ErrorCode::kInvalidArgument) << key;
  }
  EXPECT_EQ(put_error(std::string(2000, 'a')), stdx::ErrorCode::kInvalidArgument);
  EXPECT_EQ(put_error(std::string("a\0b", 3)), stdx::ErrorCode::kInvalidArgument);
}

TEST_P(ObjectStoreAcceptance, PutReplacesUnlessTold) {
  put("a", "old");
  EXPECT_EQ(store_->get_all("a"), "old");
  put("a", "newer");
  EXPECT_EQ(store_->get_all("a"), "newer");
  const auto second = store_->put("a", "third", true);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, stdx::ErrorCode::kAlreadyExists);
  EXPECT_EQ(store_->get_all("a"), "newer");
  EXPECT_TRUE(store_->remove("a"));
  EXPECT_TRUE(store_->put("a", "fourth", true));
  EXPECT_EQ(store_->get_all("a"), "fourth");
}

TEST_P(ObjectStoreAcceptance, OfConcurrentConditionalPutsOneWins) {
  constexpr int kThreads = 4;
  for (int round = 0; round < 25; ++round) {
    const std::string key = "race/" + std::to_string(round);
    std::latch start(kThreads);
    std::atomic<int> winners{0};
    std::atomic<int> losers{0};
    std::string winner;
    {
      std::vector<std::jthread> threads;
      for (int thread = 0; thread < kThreads; ++thread) {
        threads.emplace_back([&, thread] {
          const std::string bytes(100 + thread, static_cast<char>('a' + thread));
          start.arrive_and_wait();
          const auto put = store_->put(key, bytes, true);
          if (put) {
            ++winners;
            winner = bytes;
          } else if (put.error().code == stdx::ErrorCode::kAlreadyExists) {
            ++losers;
          }
        });
      }
    }
    ASSERT_EQ(winners, 1);
    ASSERT_EQ(losers, kThreads - 1);
    ASSERT_EQ(store_->get_all(key), winner);
  }
}

TEST_P(ObjectStoreAcceptance, ListIsOrderedAndComplete) {
  const Keys all = {"a",           "b/1",         "b/10",         "b/2",          "b=x/date=2024-01-01/c.parquet",
                    "b=x/date=2/d", "b=y/1", "c"};
  for (const auto& key : all) put(key, key);
  EXPECT_EQ(keys(""), (Keys{"a", "b/1", "b/10", "b/2", "b=x/date=2/d", "b=x/date=2024-01-01/c.parquet", "b=y/1", "c"}));
  EXPECT_EQ(keys("b/1"), (Keys{"b/1", "b/10"}));
  EXPECT_EQ(keys("b="), (Keys{"b=x/date=2/d", "b=x/date=2024-01-01/c.parquet", "b=y/1"}));
  EXPECT_EQ(keys("b=x/"), (Keys{"b=x/date=2/d", "b=x/date=2024-01-01/c.parquet"}));
  EXPECT_EQ(keys("nothing"), Keys{});
  EXPECT_EQ(keys("nothing/here"), Keys{});
  const auto listed = store_->list("b=x/date=2024");
  ASSERT_TRUE(listed);
  ASSERT_EQ(listed->size(), 1u);
  EXPECT_EQ(listed->front().size, all[4].size());
  EXPECT_TRUE(store_->remove("b=x/date=2/d"));
  EXPECT_EQ(keys("b=x/"), (Keys{"b=x/date=2024-01-01/c.parquet"}));
  EXPECT_EQ(store_->get_all("b=x/date=2/d").error().code, stdx::ErrorCode::kNotFound);
}

TEST_P(ObjectStoreAcceptance, WriterShowsNothingBeforeCommit) {
  auto writer = store_->create("big/object");
  ASSERT_TRUE(writer);
  std::string expected;
  for (int i = 0; i < 300; ++i) {
    const std::string piece(static_cast<size_t>(i) * 97 % 20'000, static_cast<char>('a' + i % 26));
    ASSERT_TRUE((*writer)->append(piece));
    expected += piece;
    ASSERT_EQ((*writer)->size(), expected.size());
  }
  EXPECT_EQ(store_->stat("big/object").error().code, stdx::ErrorCode::kNotFound);
  EXPECT_EQ(keys(""), Keys{});
  ASSERT_TRUE((*writer)->commit());
  writer->reset();
  EXPECT_EQ(store_->get_all("big/object"), expected);
  EXPECT_EQ(keys(""), Keys{"big/object"});
}

TEST_P(ObjectStoreAcceptance, AbandonedWriterLeavesNothing) {
  {
    auto writer = store_->create("gone");
    ASSERT_TRUE(writer);
    ASSERT_TRUE((*writer)->append(std::string(3 << 20, 'x')));
  }
  EXPECT_EQ(keys(""), Keys{});
  reopen();
  EXPECT_EQ(keys(""), Keys{});
}

TEST_P(ObjectStoreAcceptance, EmptyAndLargeObjects) {
  put("empty", "");
  EXPECT_EQ(store_->get_all("empty"), "");
  const std::string large(5 << 20, 'L');
  put("large", large);
  EXPECT_EQ(store_->get_all("large"), large);
}

TEST_P(ObjectStoreAcceptance, SurvivesCrashes) {
  put("kept/by-put", "one");
  auto committed = store_->create("kept/by-writer");
  ASSERT_TRUE(committed);
  ASSERT_TRUE((*committed)->append("two"));
  ASSERT_TRUE((*committed)->commit());
  put("removed/object", "three");
  ASSERT_TRUE(store_->remove("removed/object"));
  auto torn = store_->create("torn/object");
  ASSERT_TRUE(torn);
  ASSERT_TRUE((*torn)->append(std::string(2 << 20, 'x')));
  harness_->crash();
  torn->reset();
  committed->reset();
  reopen();
  EXPECT_EQ(keys(""), (Keys{"kept/by-put", "kept/by-writer"}));
  EXPECT_EQ(store_->get_all("kept/by-put"), "one");
  EXPECT_EQ(store_->get_all("kept/by-writer"), "two");
  put("torn/object", "whole");
  EXPECT_EQ(store_->get_all("torn/object"), "whole");
}

TEST_P(ObjectStoreAcceptance, ManyObjectsReadByManyThreads) {
  constexpr int kObjects = 60;
  const auto bytes_of = [](int i) { return std::string(static_cast<size_t>(i) + 1, static_cast<char>('0' + i % 10)); };
  for (int i = 0; i < kObjects; ++i) put("many/" + std::to_string(i), bytes_of(i));
  std::atomic<int> wrong{0};
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 3; ++thread) {
      threads.emplace_back([&, thread] {
        for (int i = 0; i < kObjects * 5; ++i) {
          const int object = (i * 7 + thread) % kObjects;
          if (store_->get_all("many/" + std::to_string(object)) != bytes_of(object)) ++wrong;
        }
      });
    }
    threads.emplace_back([&] {
      for (int i = 0; i < kObjects; ++i) {
        if (!store_->put("other/" + std::to_string(i % 3), "x", false)) ++wrong;
        if (!store_->remove("other/" + std::to_string((i + 1) % 3))) ++wrong;
      }
    });
  }
  EXPECT_EQ(wrong, 0);
}

inline std::string name_of_implementation(const testing::TestParamInfo<ObjectStoreImplementation>& info) {
  return info.param.name;
}

}  // namespace clew::disk
