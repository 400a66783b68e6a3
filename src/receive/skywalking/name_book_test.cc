#include "receive/skywalking/name_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <future>
#include <optional>

#include "disk/lying_disk.h"
#include "disk/real_file_system.h"
#include "disk/temporary_folder.h"

namespace clew::receive_skywalking {
namespace {

using stdx::ErrorCode;

stdx::Result<std::vector<int32_t>> numbers_of(NameBook& book, std::vector<NameWish> wishes) {
  std::promise<stdx::Result<std::vector<int32_t>>> promise;
  book.register_names(std::move(wishes), [&](auto numbers) { promise.set_value(std::move(numbers)); });
  return promise.get_future().get();
}

int32_t number_of(NameBook& book, NameKind kind, std::string name, int32_t owner = 0) {
  const auto numbers = numbers_of(book, {{kind, owner, std::move(name), {}}});
  return numbers ? numbers->at(0) : -1;
}

class NameBookFile : public testing::Test {
 protected:
  std::unique_ptr<NameBook> open() {
    auto opened = NameBook::open(files_, path_);
    EXPECT_TRUE(opened.has_value()) << opened.error().message;
    return opened ? std::move(*opened) : nullptr;
  }
  std::string bytes() {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void write(const std::string& bytes) { std::ofstream(path_, std::ios::binary | std::ios::trunc) << bytes; }

  disk::TemporaryFolder folder_;
  disk::RealFileSystem files_;
  std::string path_ = folder_.path() + "/names";
};

// Agents of running services hold these numbers, and other nodes give out the same ones.
TEST(NameBook, NumbersAreTheSameForEver) {
  NameBook book;
  EXPECT_EQ(number_of(book, NameKind::kService, "frontend"), 539881900);
  EXPECT_EQ(number_of(book, NameKind::kInstance, "frontend-1", 7), 287296871);
  EXPECT_EQ(number_of(book, NameKind::kService, "frontend"), 539881900);
  EXPECT_EQ(book.size(), 2u);
}

TEST(NameBook, OwnersAndKindsTellNamesApart) {
  NameBook book;
  const int32_t one = number_of(book, NameKind::kEndpoint, "/cart", 5);
  EXPECT_NE(one, number_of(book, NameKind::kEndpoint, "/cart", 6));
  EXPECT_NE(one, number_of(book, NameKind::kAddress, "/cart"));
  EXPECT_GT(one, 1);
  EXPECT_EQ(book.find(NameKind::kEndpoint, one)->owner, 5);
  EXPECT_EQ(book.find(NameKind::kAddress, one), nullptr);
  EXPECT_EQ(book.find(NameKind::kInstance, 1), nullptr) << "the browser's";
}

TEST(NameBook, NamesThatCannotBeTakenGetNoNumber) {
  NameBook book;
  const auto numbers = numbers_of(book, {{NameKind::kService, 0, "", {}},
                                         {NameKind::kService, 0, std::string(5000, 'x'), {}},
                                         {NameKind::kService, 0, "good", {}}});
  ASSERT_TRUE(numbers.has_value());
  EXPECT_EQ(numbers->at(0), 0);
  EXPECT_EQ(numbers->at(1), 0);
  EXPECT_GT(numbers->at(2), 1);
}

// 200 000 names in 31 bits: by the birthday's rule about nine meet.
TEST(NameBook, NamesThatMeetGetDifferentNumbers) {
  NameBook book;
  std::vector<NameWish> wishes;
  for (int index = 0; index < 200'000; ++index) wishes.push_back({NameKind::kAddress, 0, std::to_string(index), {}});
  const auto numbers = numbers_of(book, wishes);
  for (size_t index = 0; index < wishes.size(); ++index) {
    ASSERT_EQ(book.find(NameKind::kAddress, numbers->at(index))->text, wishes[index].name);
  }
}

TEST_F(NameBookFile, NamesOutliveTheProcess) {
  int32_t service = 0;
  int32_t instance = 0;
  {
    auto book = open();
    service = number_of(*book, NameKind::kService, "shop");
    instance = numbers_of(*book, {{NameKind::kInstance, service, "shop-1", "properties"}})->at(0);
  }
  auto book = open();
  EXPECT_EQ(book->find(NameKind::kService, service)->text, "shop");
  const auto found = book->find(NameKind::kInstance, instance);
  EXPECT_EQ(found->text, "shop-1");
  EXPECT_EQ(found->owner, service);
  EXPECT_EQ(found->resource, "properties");
  EXPECT_EQ(number_of(*book, NameKind::kService, "shop"), service);
  EXPECT_EQ(book->size(), 2u);
}

TEST_F(NameBookFile, ATornEndIsCutOff) {
  { number_of(*open(), NameKind::kService, "first"); }
  const std::string whole = bytes();
  { number_of(*open(), NameKind::kService, "second"); }
  const std::string both = bytes();
  for (size_t size = whole.size(); size < both.size(); ++size) {
    write(both.substr(0, size));
    auto book = open();
    ASSERT_NE(book, nullptr);
    EXPECT_EQ(book->size(), 1u) << size;
    EXPECT_GT(number_of(*book, NameKind::kService, "third"), 1);
    book.reset();
    EXPECT_EQ(open()->size(), 2u);
  }
}

TEST_F(NameBookFile, DamageCostsTheDamagedNameOnly) {
  int32_t first = 0;
  {
    auto book = open();
    first = number_of(*book, NameKind::kService, "first");
    number_of(*book, NameKind::kService, "second");
  }
  std::string damaged = bytes();
  damaged[10] ^= 1;
  write(damaged);
  auto book = open();
  EXPECT_EQ(book->size(), 1u);
  EXPECT_EQ(number_of(*book, NameKind::kService, "first"), first) << "it gets the number that its agents hold";
  book.reset();
  EXPECT_EQ(open()->size(), 2u);
}

// Whatever the disk does: a number that was given out leads to its name after the crash.
TEST(NameBookOnALyingDisk, WhatWasAnsweredIsThereAfterACrash) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    disk::LyingDisk disk(seed);
    ASSERT_TRUE(disk.create_folders("data").has_value());
    std::vector<std::pair<int32_t, std::string>> answered;
    for (int round = 0; round < 5; ++round) {
      auto opened = NameBook::open(disk, "data/names");
      ASSERT_TRUE(opened.has_value()) << "seed " << seed << ": " << opened.error().message;
      for (const auto& [number, name] : answered) {
        const auto found = (*opened)->find(NameKind::kService, number);
        ASSERT_NE(found, nullptr) << "seed " << seed << ": " << name;
        ASSERT_EQ(found->text, name) << "seed " << seed;
      }
      disk.set_fault_rate(disk::DiskCall::kWrite | disk::DiskCall::kSyncData, 0.2);
      for (int index = 0; index < 20; ++index) {
        const std::string name = std::to_string(seed) + "." + std::to_string(round) + "." + std::to_string(index);
        const auto numbers = numbers_of(**opened, {{NameKind::kService, 0, name, std::string(700, 'r')}});
        if (numbers) {
          answered.emplace_back(numbers->at(0), name);
        } else {
          EXPECT_EQ(numbers.error().code, ErrorCode::kUnavailable);
        }
      }
      disk.crash();
      opened->reset();
      disk.set_fault_rate(disk::DiskCall::kWrite | disk::DiskCall::kSyncData, 0);
      disk.power_on();
    }
    EXPECT_GT(answered.size(), 20u) << "seed " << seed;
  }
}

TEST_F(NameBookFile, ManyAskAtOnce) {
  auto book = open();
  std::vector<std::future<int32_t>> answers;
  for (int thread = 0; thread < 8; ++thread) {
    answers.push_back(std::async(std::launch::async, [&] {
      int32_t last = 0;
      for (int index = 0; index < 50; ++index) last = number_of(*book, NameKind::kEndpoint, std::to_string(index), 1);
      return last;
    }));
  }
  const int32_t first = answers[0].get();
  for (size_t index = 1; index < answers.size(); ++index) EXPECT_EQ(answers[index].get(), first);
  book.reset();
  EXPECT_EQ(open()->size(), 50u);
}

}  // namespace
}  // namespace clew::receive_skywalking
