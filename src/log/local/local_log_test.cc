#include "log/local/local_log.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <future>
#include <set>

#include "disk/lying_disk.h"
#include "disk/real_file_system.h"
#include "disk/temporary_folder.h"
#include "log/local/log_limits.h"
#include "log/log_acceptance.h"

namespace clew::log_local {
namespace {

using disk::DiskCall;
using disk::LyingDisk;
using log::append_and_wait;
using log::payload_number;
using log::read_all;

constexpr uint32_t bits(DiskCall call) { return static_cast<uint32_t>(call); }

LocalLogOptions small_options(log::LogShape shape = {}) {
  LocalLogOptions options;
  options.folder = "log";
  options.partition_count = shape.partition_count;
  options.segment_bytes = 128 << 10;
  options.spare_segments_max = 2;
  options.free_bytes_min = 0;
  options.window_bytes_max = 64 << 10;
  options.queued_bytes_max = shape.waiting_bytes_max;
  options.unread_bytes_max = shape.waiting_bytes_max;
  options.random = [next = uint64_t{1}]() mutable { return next++ * 0x9e3779b97f4a7c15; };
  return options;
}

class RealHarness final : public log::LogHarness {
 public:
  std::unique_ptr<log::Log> open(log::LogShape shape) override {
    auto options = small_options(shape);
    options.folder = folder_.path() + "/log";
    options.random = nullptr;
    auto log = LocalLog::open(files_, clock_, std::move(options));
    EXPECT_TRUE(log) << log.error().message;
    return log ? std::move(*log) : nullptr;
  }
  void crash() override {}

 private:
  disk::TemporaryFolder folder_;
  disk::RealFileSystem files_;
  stdx::SystemClock clock_;
};

class LyingHarness final : public log::LogHarness {
 public:
  LyingHarness(uint64_t seed, double fault_rate) : disk_(seed), fault_rate_(fault_rate), seed_(seed), salt_(seed) {}
  std::unique_ptr<log::Log> open(log::LogShape shape) override {
    disk_.power_on();
    disk_.set_fault_rate(0, 0);
    auto options = small_options(shape);
    options.random = [this] { return ++salt_ * 0x9e3779b97f4a7c15; };
    auto log = LocalLog::open(disk_, clock_, std::move(options));
    EXPECT_TRUE(log) << log.error().message;
    if (fault_rate_ > 0) disk_.set_fault_rate(~bits(DiskCall::kRead), fault_rate_);
    return log ? std::move(*log) : nullptr;
  }
  // By turns: what a killed process left unsynced must not be believed, for the machine may die next.
  void crash() override { ++crashes_ % 2 == seed_ % 2 ? disk_.crash() : disk_.kill_process(); }

 private:
  LyingDisk disk_;
  stdx::SystemClock clock_;
  double fault_rate_;
  uint64_t seed_;
  uint64_t salt_;
  uint64_t crashes_ = 0;
};

}  // namespace
}  // namespace clew::log_local

namespace clew::log {

INSTANTIATE_TEST_SUITE_P(
    Local, LogAcceptance,
    testing::Values(LogImplementation{"RealDisk", 2, [](uint64_t) { return std::make_unique<log_local::RealHarness>(); }},
                    LogImplementation{"LyingDisk", 60,
                                      [](uint64_t seed) { return std::make_unique<log_local::LyingHarness>(seed, 0); }}),
    name_of_implementation);

}  // namespace clew::log

namespace clew::log_local {
namespace {

// As CrashRounds, on a disk whose every call but reads fails now and then.
TEST(LocalLog, FailingDiskLosesNothingAcknowledged) {
  for (uint64_t seed = 0; seed < 40 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    LyingHarness harness(seed, 0.05);
    log::CrashRounds(harness, seed).run(4);
  }
}

// A log on a disk of its own.
struct Bench {
  explicit Bench(uint64_t seed = 1) : disk(seed) {
    options = small_options();
    options.warn = [this](const std::string& line) { warnings.push_back(line); };
    open();
  }
  void open() {
    log.reset();
    auto opened = LocalLog::open(disk, clock, options);
    ASSERT_TRUE(opened) << opened.error().message;
    log = std::move(*opened);
  }
  void crash() {
    disk.crash();
    log.reset();
    disk.power_on();
    open();
  }
  std::string segment(size_t index) {
    std::set<std::string> names;
    const auto entries = disk.list("log/0");
    for (const auto& entry : *entries) {
      if (entry.name.ends_with(".segment")) names.insert(entry.name);
    }
    return "log/0/" + *std::next(names.begin(), static_cast<std::ptrdiff_t>(index));
  }
  void append(int count, size_t size = 1000) {
    for (int i = 0; i < count; ++i) {
      const auto offset = append_and_wait(*log, 0, std::string(size, static_cast<char>('a' + i % 26)));
      ASSERT_TRUE(offset) << offset.error().message;
    }
  }

  // Appends records that share a group and take a block each: they are queued while the commit thread is held in the
  // acknowledgement of one that is refused.
  void append_group(int count, const std::function<void()>& before_commit, bool accepted) {
    std::promise<void> held;
    std::promise<void> queued;
    disk.fail_once_after(bits(DiskCall::kWrite), 0);
    log->append(0, log::RecordKind::kTraces, 1, stdx::SharedBytes::from_string("refused"), [&](auto acknowledged) {
      EXPECT_FALSE(acknowledged);
      held.set_value();
      queued.get_future().wait();
    });
    held.get_future().wait();
    before_commit();
    std::vector<std::promise<bool>> results(static_cast<size_t>(count));
    for (auto& result : results) {
      log->append(0, log::RecordKind::kTraces, 1, stdx::SharedBytes::from_string(std::string(kBlockBytes - 48, 'g')),
                  [&](auto acknowledged) { result.set_value(acknowledged.has_value()); });
    }
    queued.set_value();
    for (auto& result : results) EXPECT_EQ(result.get_future().get(), accepted);
  }

  LyingDisk disk;
  stdx::SystemClock clock;
  LocalLogOptions options;
  std::vector<std::string> warnings;
  std::unique_ptr<LocalLog> log;
};

TEST(LocalLog, FullDiskRefusesRetryablyServesReadsAndRecovers) {
  Bench bench;
  bench.disk.set_capacity_bytes(300 << 10);  // Two segments.
  uint64_t accepted = 0;
  stdx::Result<uint64_t> last;
  do {
    last = append_and_wait(*bench.log, 0, std::string(10'000, 'x'));
    if (last) ++accepted;
  } while (last);
  EXPECT_EQ(last.error().code, stdx::ErrorCode::kUnavailable);
  EXPECT_NE(last.error().message.find("free"), std::string::npos) << last.error().message;
  EXPECT_GE(accepted, 15u);
  EXPECT_EQ(bench.log->stats().refused_disk, 1u);
  EXPECT_EQ(read_all(*bench.log, 0, 0).size(), accepted);
  EXPECT_FALSE(append_and_wait(*bench.log, 0, "still full"));
  ASSERT_TRUE(bench.log->trim(0, accepted));
  EXPECT_EQ(*append_and_wait(*bench.log, 0, "room again"), accepted);
}

TEST(LocalLog, FreeSpaceIsLeftForTheBlocks) {
  Bench bench;
  bench.options.free_bytes_min = 1 << 20;
  bench.disk.set_capacity_bytes(1 << 20);
  bench.open();
  EXPECT_EQ(append_and_wait(*bench.log, 0, "x").error().code, stdx::ErrorCode::kUnavailable);
  bench.disk.set_capacity_bytes(2 << 20);
  EXPECT_TRUE(append_and_wait(*bench.log, 0, "x"));
}

TEST(LocalLog, FailedSyncSealsTheSegmentAndOffsetsGoOn) {
  Bench bench;
  bench.append(3);
  bench.disk.fail_once_after(bits(DiskCall::kSyncData), 0);
  const auto refused = append_and_wait(*bench.log, 0, "refused");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, stdx::ErrorCode::kUnavailable);
  EXPECT_EQ(bench.log->next_offset(0), 3u);
  EXPECT_EQ(*append_and_wait(*bench.log, 0, "accepted"), 3u);
  EXPECT_EQ(bench.log->stats().segments, 2u);
  EXPECT_EQ(bench.log->stats().sync_failures, 1u);
  for (int round = 0; round < 2; ++round) {
    const auto records = read_all(*bench.log, 0, 0);
    ASSERT_EQ(records.size(), 4u);
    EXPECT_EQ(records[3].payload.view, "accepted") << "the refused record came back";
    bench.open();
  }
  EXPECT_EQ(bench.log->stats().lost_records, 0u);
}

TEST(LocalLog, DamageInAnEarlierSegmentIsCountedAndReadingGoesOn) {
  Bench bench;
  bench.append(300);
  ASSERT_GE(bench.log->stats().segments, 3u);
  bench.log.reset();
  // One payload byte of the 6th record, each in a block pair of its own; then a header's byte.
  bench.disk.damage(bench.segment(0), 4096 * 6 + 500, 1);
  bench.disk.damage(bench.segment(1), 4096 * 3 + 2, 1);
  bench.open();
  const auto records = read_all(*bench.log, 0, 0);
  EXPECT_EQ(records.size(), 298u);
  EXPECT_EQ(records[4].offset, 4u);
  EXPECT_EQ(records[5].offset, 6u);
  EXPECT_EQ(bench.log->stats().lost_records, 2u);
  ASSERT_EQ(bench.warnings.size(), 2u);
  EXPECT_NE(bench.warnings[0].find(bench.segment(0)), std::string::npos) << bench.warnings[0];
  EXPECT_NE(bench.warnings[0].find("1 acknowledged records from offset 5"), std::string::npos) << bench.warnings[0];
  (void)read_all(*bench.log, 0, 0);
  EXPECT_EQ(bench.log->stats().lost_records, 2u) << "counted twice";
}

TEST(LocalLog, DamageInTheNewestSegmentIsALossWhereLaterRecordsProveIt) {
  Bench bench;
  bench.append(10);
  bench.log.reset();
  bench.disk.damage(bench.segment(0), 4096 * 4, 4096 * 2);  // Records 3 and 4.
  bench.open();
  EXPECT_EQ(bench.log->next_offset(0), 10u);
  EXPECT_EQ(read_all(*bench.log, 0, 0).size(), 8u);
  EXPECT_EQ(bench.log->stats().lost_records, 2u);
  EXPECT_EQ(bench.log->stats().torn_tails, 0u);
}

TEST(LocalLog, TornTailIsCutAndReported) {
  Bench bench;
  bench.append(10);
  bench.log.reset();
  bench.disk.damage(bench.segment(0), 4096 * 10 + 600, 1);  // The last record's payload.
  bench.open();
  EXPECT_EQ(bench.log->next_offset(0), 9u);
  EXPECT_EQ(bench.log->stats().torn_tails, 1u);
  EXPECT_EQ(bench.log->stats().lost_records, 0u);
  ASSERT_EQ(bench.warnings.size(), 1u);
  EXPECT_EQ(*append_and_wait(*bench.log, 0, "next"), 9u);
  bench.crash();
  EXPECT_EQ(read_all(*bench.log, 0, 0).size(), 10u);
}

TEST(LocalLog, SegmentWithDamagedHeaderIsSetAside) {
  Bench bench;
  bench.append(300);
  bench.log.reset();
  bench.disk.damage(bench.segment(1), 20, 1);
  bench.open();
  EXPECT_EQ(bench.log->stats().damaged_segments, 1u);
  const auto records = read_all(*bench.log, 0, 0);
  EXPECT_LT(records.size(), 300u);
  EXPECT_EQ(bench.log->stats().lost_records, 300 - records.size());
  EXPECT_EQ(bench.log->next_offset(0), 300u);
}

TEST(LocalLog, RecycledBytesAreNeverTakenForRecords) {
  Bench bench;
  bench.append(200);
  ASSERT_TRUE(bench.log->trim(0, 200));
  EXPECT_EQ(bench.log->stats().spare_segments, 2u);
  bench.append(40);  // Into a recycled file, over less than its old records.
  EXPECT_EQ(bench.log->stats().spare_segments, 1u);
  bench.crash();
  EXPECT_EQ(bench.log->next_offset(0), 240u);
  const auto records = read_all(*bench.log, 0, 200);
  ASSERT_EQ(records.size(), 40u);
  EXPECT_EQ(records.front().offset, 200u);
  EXPECT_EQ(bench.log->stats().torn_tails, 0u);
}

// A refused group's offsets are used again. If its file is recycled for exactly these offsets, only the salt tells its old
// records from new ones.
TEST(LocalLog, RefusedRecordsOfARecycledFileStayRefused) {
  Bench bench;
  // The sync after the new segment's header's is the group's.
  bench.append_group(3, [&] { bench.disk.fail_once_after(bits(DiskCall::kSyncData), 1); }, false);
  EXPECT_EQ(bench.log->stats().spare_segments, 1u);
  EXPECT_EQ(*append_and_wait(*bench.log, 0, std::string(kBlockBytes - 48, 'n')), 0u);
  bench.open();
  EXPECT_EQ(bench.log->next_offset(0), 1u) << "a refused record came back";
  EXPECT_EQ(read_all(*bench.log, 0, 0).size(), 1u);
}

// Records behind a hole in the last group prove nothing: the group may never have been acknowledged.
TEST(LocalLog, HoleInTheLastGroupEndsTheLog) {
  Bench bench;
  bench.append(1);
  bench.append_group(3, [] {}, true);
  EXPECT_EQ(bench.log->stats().groups, 2u);
  bench.log.reset();
  bench.disk.damage(bench.segment(1), 2 * kBlockBytes + 100, 1);  // The middle one of the group.
  bench.open();
  EXPECT_EQ(bench.log->next_offset(0), 2u);
  EXPECT_EQ(bench.log->stats().torn_tails, 1u);
  EXPECT_EQ(bench.log->stats().lost_records, 0u);
}

TEST(LocalLog, OffsetsStartAtOrAboveTheMinimum) {
  Bench bench;
  bench.append(3);
  bench.options.min_next_offset = {100};
  bench.open();
  EXPECT_EQ(bench.log->next_offset(0), 100u);
  EXPECT_EQ(read_all(*bench.log, 0, 0).size(), 3u);
  bench.disk.fail_once_after(bits(DiskCall::kSyncData), 1);
  EXPECT_FALSE(append_and_wait(*bench.log, 0, "refused")) << "the first segment behind the gap is given up";
  EXPECT_EQ(*append_and_wait(*bench.log, 0, "x"), 100u);
  bench.options.min_next_offset = {50};
  bench.open();
  const auto records = read_all(*bench.log, 0, 0);
  ASSERT_EQ(records.size(), 4u);
  EXPECT_EQ(records[3].offset, 100u);
  EXPECT_EQ(bench.log->stats().lost_records, 0u) << "skipped on purpose is not lost";
  EXPECT_EQ(bench.log->next_offset(0), 101u);
}

TEST(LocalLog, CaughtUpReaderIsServedFromMemory) {
  Bench bench;
  bench.append(1);
  const uint64_t before = bench.disk.calls(DiskCall::kRead);
  for (uint64_t offset = 0; offset < 50; ++offset) {
    ASSERT_EQ(read_all(*bench.log, 0, offset).size(), 1u);
    bench.append(1);
  }
  EXPECT_EQ(bench.disk.calls(DiskCall::kRead), before);
  EXPECT_EQ(bench.log->stats().unread_bytes, 1000u);
  bench.append(200);  // More than the window holds.
  EXPECT_LE(bench.log->stats().window_bytes, bench.options.window_bytes_max);
  EXPECT_EQ(read_all(*bench.log, 0, 50).size(), 201u);
  EXPECT_GT(bench.disk.calls(DiskCall::kRead), before);
  EXPECT_EQ(bench.log->stats().unread_bytes, 0u);
}

TEST(LocalLog, RecordsOfTheLargestSizeFit) {
  Bench bench;
  const size_t largest = bench.options.segment_bytes - 2 * kBlockBytes;
  bench.append(2, largest);
  EXPECT_EQ(append_and_wait(*bench.log, 0, std::string(largest + 1, 'x')).error().code,
            stdx::ErrorCode::kPayloadTooLarge);
  bench.open();
  const auto records = read_all(*bench.log, 0, 0);
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[1].payload.view, std::string(largest, 'b'));
}

TEST(LocalLog, UnsyncedModesAcknowledgeBeforeTheSync) {
  Bench bench;
  bench.options.sync_mode = *parse_sync_mode("none");
  bench.open();
  bench.append(5);
  EXPECT_EQ(bench.log->stats().syncs, 0u);
  bench.options.sync_mode = *parse_sync_mode("interval:1");
  bench.open();
  bench.append(5);
  while (bench.log->stats().syncs == 0) std::this_thread::yield();
  EXPECT_EQ(read_all(*bench.log, 0, 0).size(), 10u);
}

TEST(LocalLog, WithoutDirectTransfers) {
  Bench bench;
  bench.disk.set_direct_supported(false);
  bench.open();
  bench.append(100);
  bench.crash();
  EXPECT_EQ(read_all(*bench.log, 0, 0).size(), 100u);
}

TEST(LocalLog, RefusesAFolderWithMorePartitions) {
  Bench bench;
  bench.options.partition_count = 3;
  bench.open();
  bench.options.partition_count = 2;
  bench.log.reset();
  const auto opened = LocalLog::open(bench.disk, bench.clock, bench.options);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().message, "log folder log holds partition 2, but only 2 are configured");
}

TEST(LocalLog, OptionsAreChecked) {
  LyingDisk disk(1);
  stdx::SystemClock clock;
  for (const uint64_t segment_bytes : {0, 4096, 100'000}) {
    auto options = small_options();
    options.segment_bytes = segment_bytes;
    EXPECT_EQ(LocalLog::open(disk, clock, options).error().code, stdx::ErrorCode::kInvalidArgument);
  }
  EXPECT_EQ(parse_sync_mode("interval:250")->interval, std::chrono::milliseconds(250));
  for (const char* text : {"", "Sync", "interval", "interval:", "interval:0", "interval:1s", "interval:-1", "none "}) {
    EXPECT_EQ(parse_sync_mode(text).error().code, stdx::ErrorCode::kInvalidArgument) << text;
  }
}

}  // namespace
}  // namespace clew::log_local
