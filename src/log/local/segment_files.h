// The segment files of one partition: which are there, which are spare, where a new one comes from.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "disk/file_system.h"
#include "log/local/local_log_options.h"
#include "log/local/segment_format.h"
#include "stdx/clock.h"

namespace clew::log_local {

struct IndexPoint {
  uint64_t offset = 0;
  uint64_t position = 0;
};

// Shared by the partition's list and a read under way, which may outlast the segment's trimming. Fields without a comment do
// not change; the others are guarded by the partition's state mutex.
struct Segment {
  SegmentHeader header;
  std::string path;
  std::unique_ptr<disk::File> file;
  uint64_t end_position = 0;  // Guarded. Behind the last durable group.
  uint64_t end_offset = 0;    // Guarded. Behind the last durable record.
  std::vector<IndexPoint> index;  // Guarded. Some of its groups, ascending.
  bool retired = false;       // Guarded. Trimmed: its bytes may be overwritten at any time.
};

// Names: `<generation, 20 digits>.segment` in use, `.spare` to be used again, `.damaged` set aside with an unreadable header.
// Any thread.
class SegmentFiles {
 public:
  SegmentFiles(disk::FileSystem& files, const stdx::Clock& clock, const LocalLogOptions& options, uint32_t partition);

  struct Found {
    std::vector<std::shared_ptr<Segment>> segments;  // By generation; ends are not known yet.
    uint64_t damaged_count = 0;
  };
  stdx::Result<Found> open_all();

  // A durable, empty segment. On failure nothing of it is left that could be mistaken for one with records.
  stdx::Result<std::shared_ptr<Segment>> create(uint64_t first_offset, uint64_t previous_end);

  // Takes the file away: kept as a spare or deleted. The segment must be marked retired before.
  void retire(Segment& segment);

  size_t spare_count() const;

 private:
  struct Named {
    uint64_t generation = 0;
    std::string name;
  };
  stdx::Result<std::shared_ptr<Segment>> begin(const std::string& path, std::unique_ptr<disk::File> file,
                                               uint64_t generation, uint64_t first_offset, uint64_t previous_end);
  stdx::Result<std::unique_ptr<disk::File>> take_spare(const std::string& path);
  stdx::Result<std::unique_ptr<disk::File>> create_file(const std::string& path);
  stdx::Result<void> open_one(const Named& named, Found& found);
  void keep_or_remove(const std::string& path, uint64_t generation);
  std::string path_of(uint64_t generation, const char* ending) const;

  disk::FileSystem& files_;
  const stdx::Clock& clock_;
  const LocalLogOptions& options_;
  const uint32_t partition_;
  const std::string folder_;

  mutable std::mutex mutex_;  // Guards what follows.
  uint64_t next_generation_ = 1;
  std::vector<std::string> spares_;  // Paths.
};

}  // namespace clew::log_local
