#include "log/paced_log.h"

#include <gtest/gtest.h>

namespace clew::log {
namespace {

// Makes records durable when told to; reads nothing.
class ManualLog final : public Log {
 public:
  uint32_t partition_count() const override { return 1; }
  void append(uint32_t, RecordKind, int64_t, stdx::SharedBytes, Acknowledge acknowledge) override {
    waiting.push_back(std::move(acknowledge));
  }
  stdx::Result<void> read(uint32_t, uint64_t, size_t, std::chrono::milliseconds, std::vector<Record>&) override {
    return {};
  }
  stdx::Result<void> trim(uint32_t, uint64_t) override { return {}; }
  uint64_t first_offset(uint32_t) const override { return 0; }
  uint64_t next_offset(uint32_t) const override { return next; }

  void make_all_durable() {
    for (Acknowledge& acknowledge : waiting) acknowledge(next++);
    waiting.clear();
  }
  std::vector<Acknowledge> waiting;
  uint64_t next = 0;
};

class PacedLogTest : public testing::Test {
 protected:
  void append(size_t bytes) {
    paced.append(0, RecordKind::kTraces, 0, stdx::SharedBytes::from_string(std::string(bytes, 'x')),
                 [this](stdx::Result<uint64_t> offset) {
                   if (offset) {
                     acknowledged.push_back(*offset);
                   } else {
                     ++refused;
                   }
                 });
  }
  void read_from(uint64_t offset) {
    std::vector<Record> records;
    ASSERT_TRUE(paced.read(0, offset, 1, std::chrono::milliseconds(0), records));
  }

  ManualLog inner;
  std::vector<uint64_t> acknowledged;
  int refused = 0;
  PacedLog paced{inner, 100};
};

TEST_F(PacedLogTest, AcknowledgesAtOnceWhileTheReaderKeepsUp) {
  append(60);
  EXPECT_TRUE(acknowledged.empty());
  inner.make_all_durable();
  EXPECT_EQ(acknowledged, (std::vector<uint64_t>{0}));
}

TEST_F(PacedLogTest, HoldsBackBeyondTheLagAndGoesOnWithTheReader) {
  for (int i = 0; i < 5; ++i) append(60);
  inner.make_all_durable();
  EXPECT_EQ(acknowledged, (std::vector<uint64_t>{0, 1}));
  EXPECT_EQ(paced.lag_bytes(0), 300u);
  read_from(1);
  EXPECT_EQ(acknowledged, (std::vector<uint64_t>{0, 1, 2}));
  read_from(5);
  EXPECT_EQ(acknowledged, (std::vector<uint64_t>{0, 1, 2, 3, 4}));
  EXPECT_EQ(paced.lag_bytes(0), 0u);
}

TEST_F(PacedLogTest, PassesRefusalsOnAtOnce) {
  append(500);
  inner.make_all_durable();
  append(10);
  inner.waiting[0](stdx::fail(stdx::ErrorCode::kUnavailable, "full"));
  EXPECT_EQ(refused, 1);
}

TEST_F(PacedLogTest, AReaderAheadOfTheAcknowledgementLosesNothing) {
  append(60);
  read_from(1);
  inner.make_all_durable();
  EXPECT_EQ(acknowledged, (std::vector<uint64_t>{0}));
  EXPECT_EQ(paced.lag_bytes(0), 0u);
}

TEST_F(PacedLogTest, ARecordLargerThanTheLagIsAcknowledged) {
  append(1'000);
  inner.make_all_durable();
  EXPECT_EQ(acknowledged, (std::vector<uint64_t>{0}));
}

}  // namespace
}  // namespace clew::log
