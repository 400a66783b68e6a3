// What every Log must do. Include it in one test file and instantiate LogAcceptance with a harness for each implementation.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "log/log.h"

namespace clew::log {

struct LogShape {
  uint32_t partition_count = 1;
  uint64_t waiting_bytes_max = 1 << 20;  // About so many bytes wait for the disk or the reader before append() refuses.
};

// One place for a log. `seed` makes the harness's own choices, if it has any.
class LogHarness {
 public:
  virtual ~LogHarness() = default;
  // The log on the place as it is now. The log opened before is gone, or has crashed.
  virtual std::unique_ptr<Log> open(LogShape shape) = 0;
  // The machine dies, at any moment, with the log still open; the log's acknowledgements still come, but are refusals.
  virtual void crash() = 0;
};

struct LogImplementation {
  std::string name;
  int crash_rounds = 0;
  std::function<std::unique_ptr<LogHarness>(uint64_t seed)> make;
};

inline void PrintTo(const LogImplementation& implementation, std::ostream* out) { *out << implementation.name; }
inline std::string name_of_implementation(const testing::TestParamInfo<LogImplementation>& info) {
  return info.param.name;
}

// Appends and waits for the acknowledgement.
inline stdx::Result<uint64_t> append_and_wait(Log& log, uint32_t partition, std::string payload,
                                              RecordKind kind = RecordKind::kTraces, int64_t receive_time_ns = 1) {
  std::promise<stdx::Result<uint64_t>> done;
  auto result = done.get_future();
  log.append(partition, kind, receive_time_ns, stdx::SharedBytes::from_string(std::move(payload)),
             [&done](stdx::Result<uint64_t> acknowledged) { done.set_value(std::move(acknowledged)); });
  return result.get();
}

// Everything from `offset` to the end.
inline std::vector<Record> read_all(Log& log, uint32_t partition, uint64_t offset, size_t bytes_max = 1 << 20) {
  std::vector<Record> records;
  while (offset < log.next_offset(partition)) {
    const size_t before = records.size();
    const auto read = log.read(partition, offset, bytes_max, std::chrono::milliseconds(0), records);
    EXPECT_TRUE(read) << read.error().message;
    if (!read || records.size() == before) break;
    offset = records.back().offset + 1;
  }
  return records;
}

// A payload that says which it is and cannot be mistaken for another, of a length that depends on the number.
inline std::string payload_number(uint64_t number) {
  std::mt19937_64 random(number);
  std::string payload = "record " + std::to_string(number) + " ";
  const size_t size = random() % 50 == 0 ? random() % 40'000 : random() % 1'500;
  while (payload.size() < size) {
    const uint64_t bits = random();
    payload.append(reinterpret_cast<const char*>(&bits), sizeof(bits));
  }
  return payload;
}

class LogAcceptance : public testing::TestWithParam<LogImplementation> {
 protected:
  void SetUp() override {
    harness_ = GetParam().make(1);
    reopen();
  }
  void TearDown() override {
    log_.reset();
    harness_.reset();
  }
  void reopen() {
    log_.reset();
    log_ = harness_->open(shape_);
    ASSERT_NE(log_, nullptr);
  }
  uint64_t append(std::string payload, uint32_t partition = 0) {
    const auto offset = append_and_wait(*log_, partition, std::move(payload));
    EXPECT_TRUE(offset) << offset.error().message;
    return offset.value_or(UINT64_MAX);
  }
  void expect_records(uint64_t offset, const std::vector<std::string>& payloads, uint32_t partition = 0) {
    const auto records = read_all(*log_, partition, offset);
    ASSERT_EQ(records.size(), payloads.size());
    for (size_t i = 0; i < records.size(); ++i) {
      EXPECT_EQ(records[i].offset, offset + i);
      EXPECT_EQ(records[i].payload.view, payloads[i]);
    }
  }

  LogShape shape_;
  std::unique_ptr<LogHarness> harness_;
  std::unique_ptr<Log> log_;
};

TEST_P(LogAcceptance, OffsetsAscendByOne) {
  EXPECT_EQ(log_->partition_count(), 1u);
  EXPECT_EQ(log_->first_offset(0), log_->next_offset(0));
  const uint64_t first = append("a");
  EXPECT_EQ(append("b"), first + 1);
  EXPECT_EQ(append("c"), first + 2);
  EXPECT_EQ(log_->first_offset(0), first);
  EXPECT_EQ(log_->next_offset(0), first + 3);
  expect_records(first, {"a", "b", "c"});
  expect_records(first + 1, {"b", "c"});
}

TEST_P(LogAcceptance, RecordsKeepWhatTheyWereGiven) {
  const std::string all_bytes = [] {
    std::string bytes;
    for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<char>(i));
    return bytes;
  }();
  const uint64_t first = *append_and_wait(*log_, 0, all_bytes, RecordKind::kLogs, -5);
  (void)append_and_wait(*log_, 0, "", RecordKind::kMetrics, INT64_MAX);
  (void)append_and_wait(*log_, 0, std::string(50'000, '\0'), RecordKind::kTraces, 1'700'000'000'000'000'000);
  for (int round = 0; round < 2; ++round) {
    const auto records = read_all(*log_, 0, first);
    ASSERT_EQ(records.size(), 3u);
    EXPECT_EQ(records[0].kind, RecordKind::kLogs);
    EXPECT_EQ(records[0].receive_time_ns, -5);
    EXPECT_EQ(records[0].payload.view, all_bytes);
    EXPECT_EQ(records[1].kind, RecordKind::kMetrics);
    EXPECT_EQ(records[1].receive_time_ns, INT64_MAX);
    EXPECT_EQ(records[1].payload.view, "");
    EXPECT_EQ(records[2].receive_time_ns, 1'700'000'000'000'000'000);
    EXPECT_EQ(records[2].payload.view, std::string(50'000, '\0'));
    reopen();
  }
}

TEST_P(LogAcceptance, ReadGivesAtLeastOneRecordAndAboutWhatWasAsked) {
  const uint64_t first = append(std::string(1000, 'a'));
  for (int i = 0; i < 9; ++i) append(std::string(1000, 'b'));
  for (int round = 0; round < 2; ++round) {
    std::vector<Record> records(1);  // What is in the vector stays.
    ASSERT_TRUE(log_->read(0, first, 1, std::chrono::milliseconds(0), records));
    EXPECT_EQ(records.size(), 2u);
    records.clear();
    ASSERT_TRUE(log_->read(0, first, 3000, std::chrono::milliseconds(0), records));
    EXPECT_GE(records.size(), 2u);
    EXPECT_LE(records.size(), 4u);
    reopen();
  }
}

TEST_P(LogAcceptance, ReadWaitsForRecords) {
  const uint64_t next = log_->next_offset(0);
  std::vector<Record> records;
  ASSERT_TRUE(log_->read(0, next, 1 << 20, std::chrono::milliseconds(1), records));
  EXPECT_TRUE(records.empty());
  std::jthread reader([&] { (void)log_->read(0, next, 1 << 20, std::chrono::minutes(5), records); });
  append("x");
  reader.join();
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].payload.view, "x");
}

TEST_P(LogAcceptance, PartitionsAreIndependent) {
  shape_.partition_count = 3;
  harness_ = GetParam().make(2);
  reopen();
  ASSERT_EQ(log_->partition_count(), 3u);
  const uint64_t zero = append("zero", 0);
  const uint64_t two = append("two", 2);
  append("two again", 2);
  for (int round = 0; round < 2; ++round) {
    expect_records(zero, {"zero"}, 0);
    EXPECT_EQ(log_->first_offset(1), log_->next_offset(1));
    expect_records(two, {"two", "two again"}, 2);
    reopen();
  }
}

TEST_P(LogAcceptance, ReopenedLogGoesOn) {
  const uint64_t first = append("a");
  append("b");
  reopen();
  EXPECT_EQ(log_->first_offset(0), first);
  EXPECT_EQ(log_->next_offset(0), first + 2);
  EXPECT_EQ(append("c"), first + 2);
  reopen();
  reopen();
  EXPECT_EQ(append("d"), first + 3);
  expect_records(first, {"a", "b", "c", "d"});
}

TEST_P(LogAcceptance, AcknowledgedIsReadableAfterACrash) {
  const uint64_t first = append("a");
  append("b");
  harness_->crash();
  reopen();
  expect_records(first, {"a", "b"});
  EXPECT_EQ(append("c"), first + 2);
  harness_->crash();
  reopen();
  expect_records(first, {"a", "b", "c"});
}

TEST_P(LogAcceptance, ConcurrentAppendersEachKeepTheirOrder) {
  constexpr uint64_t kThreads = 4;
  constexpr uint64_t kRecords = 200;
  std::vector<std::vector<uint64_t>> offsets(kThreads);
  const uint64_t first = log_->next_offset(0);
  {
    std::vector<std::jthread> threads;
    for (uint64_t thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        for (uint64_t i = 0; i < kRecords; ++i) offsets[thread].push_back(append(payload_number(thread * 1000 + i)));
      });
    }
    // A reader beside them, so that nothing is refused.
    threads.emplace_back([&] {
      uint64_t offset = first;
      std::vector<Record> records;
      while (offset < first + kThreads * kRecords) {
        records.clear();
        if (!log_->read(0, offset, 64 << 10, std::chrono::seconds(60), records) || records.empty()) break;
        offset = records.back().offset + 1;
      }
      EXPECT_EQ(offset, first + kThreads * kRecords);
    });
  }
  for (int round = 0; round < 2; ++round) {
    const auto records = read_all(*log_, 0, first);
    ASSERT_EQ(records.size(), kThreads * kRecords);
    for (uint64_t thread = 0; thread < kThreads; ++thread) {
      EXPECT_TRUE(std::is_sorted(offsets[thread].begin(), offsets[thread].end()));
      for (uint64_t i = 0; i < kRecords; ++i) {
        ASSERT_EQ(records[offsets[thread][i] - first].payload.view, payload_number(thread * 1000 + i));
      }
    }
    reopen();
  }
}

TEST_P(LogAcceptance, TrimmedRecordsMayGoAndTheRestStays) {
  std::vector<std::string> payloads;
  const uint64_t first = log_->next_offset(0);
  const auto fill = [&](int count) {
    for (int i = 0; i < count; ++i) {
      payloads.push_back(std::string(20'000, static_cast<char>('a' + payloads.size() % 26)));
      append(payloads.back());
      (void)read_all(*log_, 0, log_->next_offset(0) - 1);
    }
  };
  for (int round = 0; round < 4; ++round) {
    fill(40);
    const uint64_t kept_from = log_->next_offset(0) - 5;
    ASSERT_TRUE(log_->trim(0, kept_from));
    EXPECT_LE(log_->first_offset(0), kept_from);
    EXPECT_GT(log_->first_offset(0), first) << "nothing was deleted";
    expect_records(kept_from, {payloads.end() - 5, payloads.end()});
    std::vector<Record> records;
    const auto gone = log_->read(0, first, 1, std::chrono::milliseconds(0), records);
    ASSERT_FALSE(gone);
    EXPECT_EQ(gone.error().code, stdx::ErrorCode::kNotFound);
    if (round % 2 == 1) {
      reopen();
      EXPECT_LE(log_->first_offset(0), kept_from);
      expect_records(kept_from, {payloads.end() - 5, payloads.end()});
    }
  }
  const uint64_t next = log_->next_offset(0);
  ASSERT_TRUE(log_->trim(0, UINT64_MAX));
  EXPECT_EQ(log_->next_offset(0), next);
  EXPECT_EQ(append("next"), next);
  reopen();
  expect_records(next, {"next"});
}

TEST_P(LogAcceptance, BackPressureRefusesAndPasses) {
  const uint64_t first = log_->next_offset(0);
  uint64_t accepted = 0;
  stdx::Result<uint64_t> last;
  for (int i = 0; i < 1000; ++i) {
    last = append_and_wait(*log_, 0, std::string(10'000, 'x'));
    if (!last) break;
    ++accepted;
  }
  ASSERT_FALSE(last) << "nothing was ever refused";
  EXPECT_EQ(last.error().code, stdx::ErrorCode::kResourceExhausted);
  EXPECT_GE(accepted, 50u);
  EXPECT_EQ(read_all(*log_, 0, first).size(), accepted);
  EXPECT_EQ(append("again"), first + accepted);
}

// Appenders, a reader and a trimmer at work while the machine dies; again and again on the same disk.
class CrashRounds {
 public:
  CrashRounds(LogHarness& harness, uint64_t seed) : harness_(harness), random_(seed) {}

  void run(int lives) {
    for (int life = 0; life < lives && !testing::Test::HasFailure(); ++life) {
      log_ = harness_.open({.waiting_bytes_max = 4 << 20});
      ASSERT_NE(log_, nullptr);
      check();
      work();
      log_.reset();
    }
    log_ = harness_.open({});
    ASSERT_NE(log_, nullptr);
    check();
  }

 private:
  void work() {
    const uint64_t crash_after = random_() % 120;
    const uint64_t trim_seed = random_();
    std::atomic<uint64_t> acknowledged{0};
    std::atomic<bool> dead{false};
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 2; ++thread) {
      threads.emplace_back([&] {
        while (!dead) {
          const uint64_t number = next_number_.fetch_add(1);
          const auto offset = append_and_wait(*log_, 0, payload_number(number));
          if (!offset) continue;
          {
            const std::scoped_lock lock(mutex_);
            numbers_[*offset] = number;
          }
          ++acknowledged;
        }
      });
    }
    threads.emplace_back([&] { read_and_trim(trim_seed, dead); });
    while (acknowledged < crash_after) std::this_thread::yield();
    harness_.crash();
    dead = true;
  }

  void read_and_trim(uint64_t seed, const std::atomic<bool>& dead) {
    std::mt19937_64 random(seed);
    uint64_t offset = log_->first_offset(0);
    std::vector<Record> records;
    while (!dead) {
      records.clear();
      if (!log_->read(0, offset, random() % 20'000, std::chrono::milliseconds(1), records)) continue;
      if (records.empty()) continue;
      {
        const std::scoped_lock lock(mutex_);
        for (const auto& record : records) served_[record.offset] = std::string(record.payload.view);
      }
      offset = records.back().offset + 1;
      if (random() % 50 == 0) {
        trimmed_ = std::max(trimmed_, offset - std::min<uint64_t>(offset, random() % 20));
        (void)log_->trim(0, trimmed_);
      }
    }
  }

  void check() {
    if (trimmed_ > 0) {
      ASSERT_LE(log_->first_offset(0), trimmed_);
    }
    std::map<uint64_t, std::string> found;
    for (const auto& record : read_all(*log_, 0, log_->first_offset(0))) {
      ASSERT_TRUE(found.empty() || record.offset > found.rbegin()->first);
      found[record.offset] = std::string(record.payload.view);
      ASSERT_TRUE(record.payload.view.starts_with("record "));
      const uint64_t number = std::stoull(std::string(record.payload.view.substr(7, 20)));
      ASSERT_LT(number, next_number_) << "never appended";
      ASSERT_EQ(record.payload.view, payload_number(number)) << "torn at offset " << record.offset;
    }
    for (const auto& [offset, number] : numbers_) {
      if (offset < trimmed_) continue;
      ASSERT_TRUE(found.contains(offset)) << "acknowledged and lost: offset " << offset;
      ASSERT_EQ(found[offset], payload_number(number));
    }
    for (const auto& [offset, payload] : served_) {
      if (offset < trimmed_) continue;
      ASSERT_TRUE(found.contains(offset)) << "served and lost: offset " << offset;
      ASSERT_EQ(found[offset], payload) << "an offset that a reader saw was used again";
    }
  }

  LogHarness& harness_;
  std::mt19937_64 random_;
  std::unique_ptr<Log> log_;
  std::atomic<uint64_t> next_number_{0};
  std::mutex mutex_;  // Guards what follows while threads run.
  std::map<uint64_t, uint64_t> numbers_;  // Acknowledged: offset → number of the payload.
  std::map<uint64_t, std::string> served_;
  uint64_t trimmed_ = 0;
};

TEST_P(LogAcceptance, CrashesLoseNothingAcknowledgedAndServeNothingTorn) {
  log_.reset();
  for (int round = 0; round < GetParam().crash_rounds && !HasFailure(); ++round) {
    SCOPED_TRACE(testing::Message() << "seed " << round);
    const auto harness = GetParam().make(static_cast<uint64_t>(round));
    CrashRounds(*harness, static_cast<uint64_t>(round)).run(4);
  }
}

}  // namespace clew::log
