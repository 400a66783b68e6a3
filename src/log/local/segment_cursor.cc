#include "log/local/segment_cursor.h"

#include <algorithm>

namespace clew::log_local {

SegmentCursor::SegmentCursor(disk::File& file, const SegmentHeader& header, uint64_t position, uint64_t expected_offset)
    : file_(file), salt_(header.salt), position_(position), expected_offset_(expected_offset) {}

// The bytes at `position`, or fewer than asked for where the segment ends.
stdx::Result<std::string_view> SegmentCursor::view(uint64_t position, uint64_t length) {
  if (position >= bounds_.end_position) return std::string_view{};
  length = std::min(length, bounds_.end_position - position);
  if (position < chunk_position_ || position + length > chunk_position_ + chunk_bytes_) {
    const uint64_t begin = position / kBlockBytes * kBlockBytes;
    const uint64_t end = std::min(round_up(std::max(position + length, begin + kReadChunkBytes), kBlockBytes),
                                  round_up(bounds_.end_position, kBlockBytes));
    // Always a new chunk: payloads may still hold the old one.
    auto chunk = std::make_shared<AlignedBuffer>(end - begin);
    const auto got = file_.read_at(begin, {chunk->data(), chunk->size()});
    if (!got) return std::unexpected(got.error());
    chunk_ = std::move(chunk);
    chunk_position_ = begin;
    // Bytes behind the end may be in the middle of being written.
    chunk_bytes_ = std::min<uint64_t>(*got, bounds_.end_position - begin);
  }
  const uint64_t available = chunk_position_ + chunk_bytes_;
  if (position >= available) return std::string_view{};
  return std::string_view(chunk_->data() + (position - chunk_position_), std::min(length, available - position));
}

stdx::Result<SegmentCursor::Candidate> SegmentCursor::look(uint64_t position) {
  Candidate candidate;
  const auto first = view(position, kRecordAlignment);
  if (!first) return std::unexpected(first.error());
  if (first->size() == kRecordAlignment && is_filling(*first)) position = round_up(position, kBlockBytes);
  candidate.position = position;
  const auto head = view(position, kRecordHeaderBytes);
  if (!head) return std::unexpected(head.error());
  const auto header = decode_record_header(*head, salt_);
  // A sound header out of order is as wrong as none: it was written by a log with other ideas of what came before.
  if (!header || header->offset < expected_offset_) return candidate;
  candidate.header = *header;
  candidate.finding = Finding::kBadPayload;
  const auto payload = view(position + kRecordHeaderBytes, header->payload_bytes);
  if (!payload) return std::unexpected(payload.error());
  if (payload->size() == header->payload_bytes && payload_checksum(*payload) == header->payload_checksum) {
    candidate.finding = Finding::kValid;
    candidate.payload = *payload;
  }
  return candidate;
}

// The next valid record behind `damaged`, if a record from there on proves that the damaged one had been acknowledged.
stdx::Result<SegmentCursor::Candidate> SegmentCursor::look_behind_damage(const Candidate& damaged) {
  // Positions, not records: a record's bytes are fetched again, so that only one chunk is held at a time.
  uint64_t resume = 0;
  bool proven = expected_offset_ < bounds_.certain_offset;
  Candidate current = damaged;
  while (true) {
    if (current.finding == Finding::kValid && current.header.offset > expected_offset_) {
      if (resume == 0) resume = current.position;
      proven = proven || current.header.acknowledged_below > expected_offset_;
      if (proven) return look(resume);
    }
    if (current.position >= bounds_.end_position) {
      torn_tail_ = resume != 0 || damaged.finding != Finding::kNothing;
      return Candidate{};
    }
    // Only a sound header tells where the next record is; else the next group begins at some block.
    const uint64_t following = current.finding == Finding::kNothing
                                   ? round_up(current.position + 1, kBlockBytes)
                                   : current.position + record_bytes(current.header.payload_bytes);
    auto found = look(following);
    if (!found) return found;
    current = *found;
  }
}

void SegmentCursor::yield(const Candidate& candidate, log::Record& record) {
  if (candidate.header.acknowledged_below != group_acknowledged_below_) {
    group_acknowledged_below_ = candidate.header.acknowledged_below;
    group_position_ = candidate.position / kBlockBytes * kBlockBytes;
  }
  expected_offset_ = candidate.header.offset + 1;
  position_ = candidate.position + record_bytes(candidate.header.payload_bytes);
  record = {.offset = candidate.header.offset,
            .receive_time_ns = candidate.header.receive_time_ns,
            .kind = candidate.header.kind,
            .payload = {chunk_, candidate.payload}};
}

stdx::Result<bool> SegmentCursor::next(log::Record& record) {
  if (expected_offset_ >= bounds_.end_offset) return false;
  auto candidate = look(position_);
  if (!candidate) return std::unexpected(candidate.error());
  if (candidate->finding != Finding::kValid || candidate->header.offset != expected_offset_) {
    candidate = look_behind_damage(*candidate);
    if (!candidate) return std::unexpected(candidate.error());
    if (candidate->finding != Finding::kValid) return false;
  }
  if (candidate->header.offset >= bounds_.end_offset) return false;
  yield(*candidate, record);
  return true;
}

}  // namespace clew::log_local
