// Round trips of what is written, and reading of anything, for the encodings below pages.
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "block/parquet/delta_packing.h"
#include "block/parquet/hybrid_rle.h"

using namespace clew::block::parquet;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const int width = 1 + data[0] % 32;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);

  std::vector<int64_t> ints(bytes.size() / 8);
  if (!ints.empty()) std::memcpy(ints.data(), bytes.data(), ints.size() * 8);
  std::string encoded;
  append_delta_packed(ints, encoded);
  DeltaReader reader(encoded);
  uint64_t count = 0;
  std::vector<int64_t> read(ints.size());
  if (!reader.open(ints.size(), count) || count != ints.size() || !reader.read(count, read.data()) || read != ints) {
    __builtin_trap();
  }
  std::vector<uint32_t> values(bytes.size());
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<uint8_t>(bytes[i]) & ((uint64_t{1} << width) - 1);
  for (const bool packed : {false, true}) {
    encoded.clear();
    if (packed) {
      append_packed(values.data(), values.size(), width, encoded);
    } else {
      append_hybrid(values.data(), values.size(), width, encoded);
    }
    std::vector<uint32_t> back(values.size());
    HybridReader hybrid(encoded, width);
    if (!hybrid.read(back.size(), back.data()) || back != values) __builtin_trap();
  }
  // Anything.
  DeltaReader any(bytes);
  if (any.open(1 << 16, count)) {
    std::vector<int64_t> out(count);
    (void)any.read(count, out.data());
  }
  std::vector<uint32_t> out(5000);
  HybridReader hybrid(bytes, data[0] % 33);
  (void)(hybrid.skip(data[1]) && hybrid.read(out.size(), out.data()));
  std::vector<uint64_t> bits(5000 / 64 + 1);
  HybridReader levels(bytes, 1);
  size_t ones = 0;
  (void)(levels.skip_count_ones(data[1], ones) && levels.read_bits(5000, bits.data()));
  return 0;
}
