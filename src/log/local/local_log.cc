#include "log/local/local_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <random>

#include "log/local/log_limits.h"
#include "log/local/partition.h"

namespace clew::log_local {
namespace {

stdx::Result<void> check(const LocalLogOptions& options) {
  const auto refuse = [](std::string what) { return stdx::fail(stdx::ErrorCode::kInvalidArgument, std::move(what)); };
  if (options.partition_count == 0 || options.partition_count > kPartitionsMax) {
    return refuse(fmt::format("log partitions: {} is not from 1 to {}", options.partition_count, kPartitionsMax));
  }
  if (options.segment_bytes % kBlockBytes != 0 || options.segment_bytes < kSegmentBytesMin ||
      options.segment_bytes > kSegmentBytesMax) {
    return refuse(fmt::format("log segment bytes: {} is not a multiple of {} from {} to {}", options.segment_bytes,
                              kBlockBytes, kSegmentBytesMin, kSegmentBytesMax));
  }
  return {};
}

// Records of a partition that nobody reads any more would be lost without a word.
stdx::Result<void> check_no_partition_beyond(disk::FileSystem& files, const LocalLogOptions& options) {
  const auto entries = files.list(options.folder);
  if (!entries) return std::unexpected(entries.error());
  for (const auto& entry : *entries) {
    uint32_t partition = 0;
    const char* end = entry.name.data() + entry.name.size();
    const auto [stop, error] = std::from_chars(entry.name.data(), end, partition);
    if (error != std::errc{} || stop != end || partition < options.partition_count) continue;
    return stdx::fail(stdx::ErrorCode::kInvalidArgument,
                      fmt::format("log folder {} holds partition {}, but only {} are configured", options.folder,
                                  partition, options.partition_count));
  }
  return {};
}

}  // namespace

LocalLog::LocalLog(LocalLogOptions options) : options_(std::move(options)) {}
LocalLog::~LocalLog() = default;

stdx::Result<std::unique_ptr<LocalLog>> LocalLog::open(disk::FileSystem& files, const stdx::Clock& clock,
                                                       LocalLogOptions options) {
  if (auto checked = check(options); !checked) return std::unexpected(checked.error());
  if (!options.random) options.random = [] { return uint64_t{std::random_device{}()} << 32 | std::random_device{}(); };
  if (auto made = files.create_folders(options.folder); !made) return std::unexpected(made.error());
  if (auto checked = check_no_partition_beyond(files, options); !checked) return std::unexpected(checked.error());
  const uint32_t count = options.partition_count;
  const PartitionLimits limits = {.window_bytes_max = options.window_bytes_max / count,
                                  .queued_bytes_max = options.queued_bytes_max / count,
                                  .unread_bytes_max = options.unread_bytes_max / count};
  std::unique_ptr<LocalLog> log(new LocalLog(std::move(options)));
  for (uint32_t i = 0; i < count; ++i) {
    auto partition = Partition::open(files, clock, log->options_, i, limits);
    if (!partition) return std::unexpected(partition.error());
    log->partitions_.push_back(std::move(*partition));
  }
  return log;
}

void LocalLog::append(uint32_t partition, log::RecordKind kind, int64_t receive_time_ns, stdx::SharedBytes payload,
                      Acknowledge acknowledge) {
  partitions_.at(partition)->append(kind, receive_time_ns, std::move(payload), std::move(acknowledge));
}

stdx::Result<void> LocalLog::read(uint32_t partition, uint64_t offset, size_t bytes_max, std::chrono::milliseconds wait,
                                  std::vector<log::Record>& records) {
  return partitions_.at(partition)->read(offset, bytes_max, wait, records);
}

stdx::Result<void> LocalLog::trim(uint32_t partition, uint64_t offset) { return partitions_.at(partition)->trim(offset); }
uint64_t LocalLog::first_offset(uint32_t partition) const { return partitions_.at(partition)->first_offset(); }
uint64_t LocalLog::next_offset(uint32_t partition) const { return partitions_.at(partition)->next_offset(); }

LogStats LocalLog::stats() const {
  LogStats sum;
  for (const auto& partition : partitions_) sum += partition->stats();
  return sum;
}

}  // namespace clew::log_local
