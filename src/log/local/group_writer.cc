#include "log/local/group_writer.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace clew::log_local {

void GroupWriter::begin(Segment& segment, uint64_t position) {
  assert(position % kBlockBytes == 0);
  segment_ = &segment;
  position_ = position;
  staged_bytes_ = 0;
}

stdx::Result<void> GroupWriter::add(const RecordHeader& header, std::string_view payload) {
  const auto bytes = encode(header, segment_->header.salt);
  if (auto done = put({bytes.data(), bytes.size()}); !done) return done;
  if (auto done = put(payload); !done) return done;
  return put_filling(record_bytes(payload.size()) - bytes.size() - payload.size());
}

stdx::Result<uint64_t> GroupWriter::finish() {
  const uint64_t end = position_ + staged_bytes_;
  if (auto done = put_filling(round_up(end, kBlockBytes) - end); !done) return std::unexpected(done.error());
  if (staged_bytes_ > 0) {
    if (auto done = write_staging(); !done) return std::unexpected(done.error());
  }
  return position_;
}

stdx::Result<void> GroupWriter::put(std::string_view bytes) {
  while (!bytes.empty()) {
    const size_t count = std::min(bytes.size(), staging_.size() - staged_bytes_);
    std::memcpy(staging_.data() + staged_bytes_, bytes.data(), count);
    staged_bytes_ += count;
    bytes.remove_prefix(count);
    if (staged_bytes_ == staging_.size()) {
      if (auto done = write_staging(); !done) return done;
    }
  }
  return {};
}

stdx::Result<void> GroupWriter::put_filling(size_t count) {
  static constexpr char kZeros[kBlockBytes] = {};
  assert(count < sizeof(kZeros));
  return put({kZeros, count});
}

stdx::Result<void> GroupWriter::write_staging() {
  if (auto done = segment_->file->write_at(position_, {staging_.data(), staged_bytes_}); !done) return done;
  position_ += staged_bytes_;
  staged_bytes_ = 0;
  return {};
}

}  // namespace clew::log_local
