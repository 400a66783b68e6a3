// Walks over the records of one segment file.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "disk/file_system.h"
#include "log/local/aligned_buffer.h"
#include "log/local/segment_format.h"

namespace clew::log_local {

// How far a cursor may go and what it may believe.
struct SegmentBounds {
  uint64_t end_position = 0;    // Bytes of the file that may be looked at; whole blocks.
  uint64_t end_offset = 0;      // Records from here on are not part of the log, whatever the bytes say.
  uint64_t certain_offset = 0;  // Records below were acknowledged: if one is missing, that is a loss and not a torn tail.
};

// Yields valid records in ascending offset order and never bytes that fail a checksum. Where records are damaged but later
// ones prove that these had been acknowledged, it goes on behind the damage, and the caller sees the gap in the offsets; where nothing proves
// it, the segment ends there (a torn tail). Payloads share the chunk they were read into. One thread. Guarded by
// segment_cursor_fuzz.
class SegmentCursor {
 public:
  // Starts at `position`, where the record with offset `expected_offset` or a later one is to be found. `file` must outlive it.
  SegmentCursor(disk::File& file, const SegmentHeader& header, uint64_t position, uint64_t expected_offset);

  void set_bounds(SegmentBounds bounds) { bounds_ = bounds; }
  // False at the end. Errors are those of the disk; the call may be repeated.
  stdx::Result<bool> next(log::Record& record);

  uint64_t expected_offset() const { return expected_offset_; }
  uint64_t position() const { return position_; }  // Behind the last record yielded.
  // Where the group of the last record yielded begins; a block boundary.
  uint64_t group_position() const { return group_position_; }
  // Set at the end: behind the last record lies the beginning of others that were never acknowledged.
  bool found_torn_tail() const { return torn_tail_; }

 private:
  enum class Finding : uint8_t { kValid, kBadPayload, kNothing };
  struct Candidate {
    Finding finding = Finding::kNothing;
    uint64_t position = 0;
    RecordHeader header;
    std::string_view payload;
  };

  stdx::Result<std::string_view> view(uint64_t position, uint64_t length);
  // Looks at `position`, or at the next block where `position` is filling.
  stdx::Result<Candidate> look(uint64_t position);
  stdx::Result<Candidate> look_behind_damage(const Candidate& damaged);
  void yield(const Candidate& candidate, log::Record& record);

  disk::File& file_;
  const uint64_t salt_;
  uint64_t position_;
  uint64_t expected_offset_;
  uint64_t group_position_ = 0;
  uint64_t group_acknowledged_below_ = UINT64_MAX;  // The same for the records of a group, and higher in the next.
  bool torn_tail_ = false;
  SegmentBounds bounds_;
  std::shared_ptr<AlignedBuffer> chunk_;  // Shared with the payloads handed out.
  uint64_t chunk_position_ = 0;
  uint64_t chunk_bytes_ = 0;
};

}  // namespace clew::log_local
