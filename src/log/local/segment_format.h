// How a segment of the log looks on disk: docs/internals/log.md, in code. Bytes only; no files.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "log/local/log_limits.h"
#include "log/log.h"

namespace clew::log_local {

inline constexpr uint32_t kSegmentFormatVersion = 1;
inline constexpr uint8_t kRecordFormatVersion = 1;
inline constexpr size_t kSegmentHeaderBytes = 72;  // At the start of the first block, the rest of which is zero.
inline constexpr size_t kRecordHeaderBytes = 48;
inline constexpr size_t kRecordAlignment = 8;

static_assert(kSegmentHeaderBytes <= kBlockBytes);
static_assert(kRecordHeaderBytes % kRecordAlignment == 0);

struct SegmentHeader {
  uint32_t partition = 0;
  uint64_t generation = 0;    // Ascending; orders the segments of a partition.
  uint64_t salt = 0;          // Seed of the record headers' checksums: bytes of the file's earlier life never match.
  uint64_t first_offset = 0;  // Of the first record, whether or not it was written.
  uint64_t previous_end = 0;  // Where the segment before ended; less than first_offset where offsets were skipped on purpose.
  int64_t created_ns = 0;
  uint64_t segment_bytes = 0;  // Preallocated size.
};

struct RecordHeader {
  uint64_t payload_checksum = 0;
  uint64_t offset = 0;
  int64_t receive_time_ns = 0;
  uint64_t acknowledged_below = 0;  // Every offset below it had been acknowledged when the record was written.
  uint32_t payload_bytes = 0;
  log::RecordKind kind = log::RecordKind::kTraces;
};

using SegmentHeaderBytes = std::array<char, kSegmentHeaderBytes>;
using RecordHeaderBytes = std::array<char, kRecordHeaderBytes>;

SegmentHeaderBytes encode(const SegmentHeader& header);
// Nothing if the bytes are no header, are damaged or of a version from the future.
std::optional<SegmentHeader> decode_segment_header(std::string_view bytes);

RecordHeaderBytes encode(const RecordHeader& header, uint64_t salt);
std::optional<RecordHeader> decode_record_header(std::string_view bytes, uint64_t salt);

// True where a group has ended and the rest of its block is filling.
bool is_filling(std::string_view bytes);

uint64_t payload_checksum(std::string_view payload);

constexpr uint64_t round_up(uint64_t value, uint64_t to) { return (value + to - 1) / to * to; }
// Bytes that a record takes, with its header and filling.
constexpr uint64_t record_bytes(uint64_t payload_bytes) {
  return round_up(kRecordHeaderBytes + payload_bytes, kRecordAlignment);
}

}  // namespace clew::log_local
