// Turns a group of records into aligned blocks of a segment file.
#pragma once

#include <cstdint>
#include <string_view>

#include "log/local/aligned_buffer.h"
#include "log/local/segment_files.h"
#include "log/local/segment_format.h"

namespace clew::log_local {

// begin(), add() for each record, finish(): the records are then in the file, not yet synced. Copies each payload once, into
// a staging buffer that direct transfers accept. After an error the segment must take no more groups. One thread.
class GroupWriter {
 public:
  GroupWriter() : staging_(kStagingBytes) {}

  // `position` is a multiple of the block size, behind every group before.
  void begin(Segment& segment, uint64_t position);
  stdx::Result<void> add(const RecordHeader& header, std::string_view payload);
  // Returns the position behind the group.
  stdx::Result<uint64_t> finish();

 private:
  stdx::Result<void> put(std::string_view bytes);
  stdx::Result<void> put_filling(size_t count);
  stdx::Result<void> write_staging();

  AlignedBuffer staging_;
  size_t staged_bytes_ = 0;
  uint64_t position_ = 0;  // Of the staging buffer's first byte in the file.
  Segment* segment_ = nullptr;
};

}  // namespace clew::log_local
