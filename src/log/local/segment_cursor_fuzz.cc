// Feeds damaged and invented segment files to the cursor. Whatever the bytes: it ends, its offsets ascend, and every record it
// yields from a damaged file is one that was written.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <string_view>

#include "log/local/segment_cursor.h"

namespace {

using namespace clew;
using namespace clew::log_local;

class MemoryFile final : public disk::File {
 public:
  explicit MemoryFile(std::string bytes) : bytes_(std::move(bytes)) {}
  stdx::Result<void> write_at(uint64_t, std::string_view) override { std::abort(); }
  stdx::Result<size_t> read_at(uint64_t offset, std::span<char> into) override {
    if (offset >= bytes_.size()) return size_t{0};
    return bytes_.copy(into.data(), into.size(), offset);
  }
  stdx::Result<void> preallocate(uint64_t) override { std::abort(); }
  stdx::Result<void> truncate(uint64_t) override { std::abort(); }
  stdx::Result<void> sync_data() override { std::abort(); }
  stdx::Result<uint64_t> size() override { return bytes_.size(); }
  bool direct() const override { return false; }

 private:
  std::string bytes_;
};

constexpr uint64_t kSalt = 42;
constexpr uint64_t kFirstOffset = 7;

// A segment as the writer would leave it: groups of records at block boundaries, shapes chosen by the input.
std::string written_segment(std::string_view& input, std::map<uint64_t, std::string>& payloads) {
  std::string file(kBlockBytes, '\0');
  uint64_t offset = kFirstOffset;
  const auto take = [&]() -> uint8_t {
    if (input.empty()) return 0;
    const auto byte = static_cast<uint8_t>(input.front());
    input.remove_prefix(1);
    return byte;
  };
  const int groups = take() % 8;
  for (int group = 0; group < groups; ++group) {
    const uint64_t acknowledged_below = offset;
    for (int left = take() % 4; left >= 0; --left) {
      const std::string payload(take() * 40u, static_cast<char>('a' + offset % 26));
      const RecordHeader header = {.payload_checksum = payload_checksum(payload),
                                   .offset = offset,
                                   .acknowledged_below = acknowledged_below,
                                   .payload_bytes = static_cast<uint32_t>(payload.size())};
      const auto bytes = encode(header, kSalt);
      file.append(bytes.data(), bytes.size()).append(payload);
      file.resize(round_up(file.size(), kRecordAlignment));
      payloads[offset++] = payload;
    }
    file.resize(round_up(file.size(), kBlockBytes));
  }
  file.resize(file.size() + (take() % 3) * kBlockBytes);
  return file;
}

void walk(std::string bytes, SegmentBounds bounds, const std::map<uint64_t, std::string>* payloads) {
  bounds.end_position = bytes.size() / kBlockBytes * kBlockBytes;
  MemoryFile file(std::move(bytes));
  SegmentCursor cursor(file, {.salt = kSalt, .first_offset = kFirstOffset}, kBlockBytes, kFirstOffset);
  cursor.set_bounds(bounds);
  log::Record record;
  uint64_t expected = kFirstOffset;
  while (true) {
    const auto got = cursor.next(record);
    if (!got) std::abort();
    if (!*got) break;
    if (record.offset < expected || record.offset >= bounds.end_offset) std::abort();
    expected = record.offset + 1;
    if (payloads == nullptr) continue;
    const auto written = payloads->find(record.offset);
    if (written == payloads->end() || written->second != record.payload.view) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  if (input.size() < 2) return 0;
  const bool invented = (input[0] & 1) != 0;
  const SegmentBounds bounds = {.end_offset = (input[0] & 2) != 0 ? UINT64_MAX : kFirstOffset + 10,
                                .certain_offset = (input[0] & 4) != 0 ? kFirstOffset : kFirstOffset + 10};
  input.remove_prefix(1);
  decode_segment_header(input);
  if (invented) {
    walk(std::string(kBlockBytes, '\0') + std::string(input) + std::string(kBlockBytes, '\0'), bounds, nullptr);
    return 0;
  }
  std::map<uint64_t, std::string> payloads;
  std::string file = written_segment(input, payloads);
  // The rest is damage: place, length, new byte.
  while (input.size() >= 4) {
    uint16_t place = 0;
    std::memcpy(&place, input.data(), 2);
    const size_t begin = place % file.size();
    const size_t length = std::min<size_t>(static_cast<uint8_t>(input[2]) * 8 + 1, file.size() - begin);
    std::memset(file.data() + begin, input[3], length);
    input.remove_prefix(4);
  }
  walk(std::move(file), bounds, &payloads);
  return 0;
}
