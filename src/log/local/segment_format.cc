#include "log/local/segment_format.h"

#include <bit>
#include <cassert>
#include <cstring>

#include "disk/checksum.h"

namespace clew::log_local {
namespace {

static_assert(std::endian::native == std::endian::little, "the format is little-endian and so are our machines");

constexpr std::string_view kMagic = "CLEWSEG\n";
constexpr size_t kSegmentChecksumAt = 64;

template <class T>
void store(char* at, T value) {
  std::memcpy(at, &value, sizeof(value));
}

template <class T>
T load(const char* at) {
  T value;
  std::memcpy(&value, at, sizeof(value));
  return value;
}

// Zero in this place means filling.
uint64_t header_checksum(std::string_view header, uint64_t salt) {
  const uint64_t sum = disk::checksum(header.substr(8, kRecordHeaderBytes - 8), salt);
  return sum == 0 ? 1 : sum;
}

}  // namespace

SegmentHeaderBytes encode(const SegmentHeader& header) {
  SegmentHeaderBytes bytes{};
  char* at = bytes.data();
  std::memcpy(at, kMagic.data(), kMagic.size());
  store(at + 8, kSegmentFormatVersion);
  store(at + 12, header.partition);
  store(at + 16, header.generation);
  store(at + 24, header.salt);
  store(at + 32, header.first_offset);
  store(at + 40, header.previous_end);
  store(at + 48, header.created_ns);
  store(at + 56, header.segment_bytes);
  store(at + kSegmentChecksumAt, disk::checksum({at, kSegmentChecksumAt}));
  return bytes;
}

std::optional<SegmentHeader> decode_segment_header(std::string_view bytes) {
  if (bytes.size() < kSegmentHeaderBytes || !bytes.starts_with(kMagic)) return std::nullopt;
  const char* at = bytes.data();
  if (load<uint64_t>(at + kSegmentChecksumAt) != disk::checksum({at, kSegmentChecksumAt})) return std::nullopt;
  if (load<uint32_t>(at + 8) != kSegmentFormatVersion) return std::nullopt;
  return SegmentHeader{.partition = load<uint32_t>(at + 12),
                       .generation = load<uint64_t>(at + 16),
                       .salt = load<uint64_t>(at + 24),
                       .first_offset = load<uint64_t>(at + 32),
                       .previous_end = load<uint64_t>(at + 40),
                       .created_ns = load<int64_t>(at + 48),
                       .segment_bytes = load<uint64_t>(at + 56)};
}

RecordHeaderBytes encode(const RecordHeader& header, uint64_t salt) {
  RecordHeaderBytes bytes{};
  char* at = bytes.data();
  store(at + 8, header.payload_checksum);
  store(at + 16, header.offset);
  store(at + 24, header.receive_time_ns);
  store(at + 32, header.acknowledged_below);
  store(at + 40, header.payload_bytes);
  store(at + 44, static_cast<uint8_t>(header.kind));
  store(at + 45, kRecordFormatVersion);
  store(at, header_checksum({at, kRecordHeaderBytes}, salt));
  return bytes;
}

std::optional<RecordHeader> decode_record_header(std::string_view bytes, uint64_t salt) {
  if (bytes.size() < kRecordHeaderBytes) return std::nullopt;
  const char* at = bytes.data();
  if (load<uint64_t>(at) != header_checksum(bytes, salt)) return std::nullopt;
  if (load<uint8_t>(at + 45) != kRecordFormatVersion) return std::nullopt;
  return RecordHeader{.payload_checksum = load<uint64_t>(at + 8),
                      .offset = load<uint64_t>(at + 16),
                      .receive_time_ns = load<int64_t>(at + 24),
                      .acknowledged_below = load<uint64_t>(at + 32),
                      .payload_bytes = load<uint32_t>(at + 40),
                      .kind = static_cast<log::RecordKind>(load<uint8_t>(at + 44))};
}

bool is_filling(std::string_view bytes) {
  assert(bytes.size() >= kRecordAlignment);
  return load<uint64_t>(bytes.data()) == 0;
}

uint64_t payload_checksum(std::string_view payload) { return disk::checksum(payload); }

}  // namespace clew::log_local
