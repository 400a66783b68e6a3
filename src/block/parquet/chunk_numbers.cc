// Columns of numbers, booleans and ids.
#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstring>

#include "block/parquet/bit_packing.h"
#include "block/parquet/chunk_encoder.h"
#include "block/parquet/delta_packing.h"
#include "block/parquet/parquet_limits.h"
#include "block/parquet/split_bloom_filter.h"

namespace clew::block::parquet {
namespace {

// Integers within such a range are looked up in a table without hashing.
constexpr uint64_t kDirectRangeMax = 1u << 16;
// From this many values on a dictionary must repeat each at least this often.
constexpr size_t kDistinctCheckValues = 1024;
constexpr size_t kRepetitionMin = 8;
constexpr size_t kNumberEntriesMax = 1u << 14;

template <class T>
void append_raw(T value, std::string& out) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

// Appends the non-null values, converted by `convert`.
template <class T, class Out, class Convert>
void compact(std::span<const T> values, const std::vector<uint64_t>& valid, std::vector<Out>& out, Convert convert) {
  out.resize(values.size());
  Out* cursor = out.data();
  if (valid.empty()) {
    for (const T value : values) *cursor++ = convert(value);
  } else {
    for (size_t word = 0; word * 64 < values.size(); ++word) {
      for (uint64_t bits = valid[word]; bits != 0; bits &= bits - 1) {
        *cursor++ = convert(values[word * 64 + static_cast<size_t>(std::countr_zero(bits))]);
      }
    }
  }
  out.resize(static_cast<size_t>(cursor - out.data()));
}

struct RealBounds {
  double low = INFINITY, high = -INFINITY;
  bool empty = true;
  void add(double value) {
    if (std::isnan(value)) return;
    empty = false;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  // Zeros of both signs are equal, so bounds must admit both.
  double low_written() const { return low == 0 ? -0.0 : low; }
  double high_written() const { return high == 0 ? 0.0 : high; }
};

std::string raw_bytes(const void* data, size_t size) { return std::string(static_cast<const char*>(data), size); }

std::string number_bytes(PhysicalType type, int64_t value) {
  if (type == PhysicalType::kInt32) {
    const auto narrow = static_cast<int32_t>(value);
    return raw_bytes(&narrow, 4);
  }
  return raw_bytes(&value, 8);
}

std::string id_bytes(uint64_t id) {
  id = __builtin_bswap64(id);
  return raw_bytes(&id, 8);
}
std::string id_bytes(otlp::TraceId id) { return id_bytes(id.hi) + id_bytes(id.lo); }

}  // namespace

// Distinct values of numbers_ into number_entries_ and indexes_; false if they repeat too seldom.
bool ChunkEncoder::build_number_dictionary(bool is_real) {
  const size_t count = numbers_.size();
  indexes_.resize(count);
  number_entries_.clear();
  const size_t entries_max =
      count < kDistinctCheckValues ? count / 2 + 1 : std::min(count / kRepetitionMin, kNumberEntriesMax);
  int64_t low = INT64_MAX, high = INT64_MIN;
  for (const uint64_t bits : numbers_) {
    low = std::min(low, static_cast<int64_t>(bits));
    high = std::max(high, static_cast<int64_t>(bits));
  }
  const uint64_t range = static_cast<uint64_t>(high) - static_cast<uint64_t>(low);
  if (!is_real && range < kDirectRangeMax) {
    if (remap_.size() < kDirectRangeMax) remap_.resize(kDirectRangeMax);
    bool fits = true;
    for (size_t i = 0; i < count && fits; ++i) {
      uint32_t& mapped = remap_[numbers_[i] - static_cast<uint64_t>(low)];
      if (mapped == 0) {
        number_entries_.push_back(numbers_[i]);
        mapped = static_cast<uint32_t>(number_entries_.size());
        fits = number_entries_.size() <= entries_max;
      }
      indexes_[i] = mapped - 1;
    }
    for (const uint64_t entry : number_entries_) remap_[entry - static_cast<uint64_t>(low)] = 0;
    return fits;
  }
  // A quick look at the first values dismisses most columns that do not repeat.
  const size_t slots = std::bit_ceil(std::max<size_t>(entries_max * 2, 64));
  table_keys_.resize(slots);
  table_indexes_.assign(slots, 0);
  for (size_t i = 0; i < count; ++i) {
    const uint64_t value = numbers_[i];
    size_t slot = (value * 0x9e3779b97f4a7c15u) >> 32 & (slots - 1);
    while (table_indexes_[slot] != 0 && table_keys_[slot] != value) slot = (slot + 1) & (slots - 1);
    if (table_indexes_[slot] == 0) {
      if (number_entries_.size() == entries_max) return false;
      if (i < kDistinctCheckValues && number_entries_.size() >= kDistinctCheckValues / 2) return false;
      number_entries_.push_back(value);
      table_keys_[slot] = value;
      table_indexes_[slot] = static_cast<uint32_t>(number_entries_.size());
    }
    indexes_[i] = table_indexes_[slot] - 1;
  }
  return true;
}

void ChunkEncoder::encode_numbers(const Leaf& leaf, const ColumnInput& input, ColumnMemory& memory, EncodedChunk& chunk) {
  const PhysicalType type = leaf.spec.physical;
  switch (type) {
    case PhysicalType::kInt32:
      compact(input.ints32, valid_, numbers_, [](int32_t v) { return static_cast<uint64_t>(int64_t{v}); });
      break;
    case PhysicalType::kInt64:
      compact(input.ints, valid_, numbers_, [](int64_t v) { return static_cast<uint64_t>(v); });
      break;
    default:
      compact(input.doubles, valid_, numbers_, [](double v) { return std::bit_cast<uint64_t>(v); });
  }
  if (!memory.plain && build_number_dictionary(type == PhysicalType::kDouble)) {
    chunk.encoding = Encoding::kRleDictionary;
    chunk.has_dictionary = true;
    chunk.dictionary_count = static_cast<uint32_t>(number_entries_.size());
    const size_t size = type == PhysicalType::kInt32 ? 4 : 8;  // Little-endian: the low bytes come first.
    for (const uint64_t entry : number_entries_) {
      chunk.dictionary.append(reinterpret_cast<const char*>(&entry), size);
    }
    write_index_pages(leaf, input, memory.index_plan, chunk.dictionary_count, chunk.pages);
  } else {
    memory.plain = true;
    write_plain_numbers(leaf, input, memory, chunk);
  }
  number_bounds(leaf, chunk);
}

void ChunkEncoder::write_plain_numbers(const Leaf& leaf, const ColumnInput& input, ColumnMemory& memory,
                                       EncodedChunk& chunk) {
  const PhysicalType type = leaf.spec.physical;
  const std::span<const uint64_t> all(numbers_);
  bool decided = false;
  for (size_t page = 0; page < layout_.page_count(); ++page) {
    const auto values = all.subspan(layout_.values[page], layout_.values[page + 1] - layout_.values[page]);
    const std::span<const int64_t> ints(reinterpret_cast<const int64_t*>(values.data()), values.size());
    const auto plain = [&](std::string& out) {
      out.clear();
      if (type != PhysicalType::kInt32) return out.assign(reinterpret_cast<const char*>(values.data()), values.size() * 8);
      for (const uint64_t value : values) append_raw(static_cast<int32_t>(value), out);
      return out;
    };
    if (type == PhysicalType::kInt64 && !decided && page == 0 && values.size() >= kDistinctCheckValues) {
      decided = true;
      trial_.clear();
      append_delta_packed(ints, trial_);
      plain(values_);
      memory.delta = trial_.size() <= compressor_.compress(values_).size() * 13 / 10;
    }
    page_levels(leaf, input, page);
    if (type == PhysicalType::kInt64 && memory.delta) {
      values_.clear();
      append_delta_packed(ints, values_);
      chunk.encoding = Encoding::kDeltaBinaryPacked;
      finish_page(leaf, chunk.pages, page, chunk.encoding, values_, false);
    } else {
      plain(values_);
      const bool compressed =
          finish_page(leaf, chunk.pages, page, Encoding::kPlain, values_, memory.compress_plain).header.is_compressed;
      if (!compressed && values.size() >= kDistinctCheckValues) memory.compress_plain = false;
    }
  }
}

void ChunkEncoder::number_bounds(const Leaf& leaf, EncodedChunk& chunk) {
  const bool is_real = leaf.spec.physical == PhysicalType::kDouble;
  int64_t low = INT64_MAX, high = INT64_MIN;
  RealBounds real;
  for (size_t page = 0; page < layout_.page_count(); ++page) {
    const uint32_t begin = layout_.values[page], end = layout_.values[page + 1];
    if (begin == end) continue;
    PageBounds& bounds = chunk.pages.pages[page].bounds;
    if (is_real) {
      RealBounds page_real;
      for (uint32_t i = begin; i < end; ++i) page_real.add(std::bit_cast<double>(numbers_[i]));
      if (page_real.empty) continue;
      const double page_low = page_real.low_written(), page_high = page_real.high_written();
      bounds.low = raw_bytes(&page_low, 8);
      bounds.high = raw_bytes(&page_high, 8);
      real.add(page_real.low);
      real.add(page_real.high);
      continue;
    }
    int64_t page_low = INT64_MAX, page_high = INT64_MIN;
    for (uint32_t i = begin; i < end; ++i) {
      page_low = std::min(page_low, static_cast<int64_t>(numbers_[i]));
      page_high = std::max(page_high, static_cast<int64_t>(numbers_[i]));
    }
    bounds.low = number_bytes(leaf.spec.physical, page_low);
    bounds.high = number_bytes(leaf.spec.physical, page_high);
    low = std::min(low, page_low);
    high = std::max(high, page_high);
  }
  if (is_real) {
    if (real.empty) return;
    const double written_low = real.low_written(), written_high = real.high_written();
    chunk.bounds = Bounds{raw_bytes(&written_low, 8), raw_bytes(&written_high, 8)};
  } else {
    chunk.bounds = Bounds{number_bytes(leaf.spec.physical, low), number_bytes(leaf.spec.physical, high)};
  }
}

void ChunkEncoder::encode_booleans(const Leaf& leaf, const ColumnInput& input, EncodedChunk& chunk) {
  compact(input.booleans, valid_, numbers_, [](uint8_t v) { return uint64_t{v != 0}; });
  bool any = false, all = true;
  for (size_t page = 0; page < layout_.page_count(); ++page) {
    indexes_.clear();
    bool page_any = false, page_all = true;
    for (uint32_t i = layout_.values[page]; i < layout_.values[page + 1]; ++i) {
      indexes_.push_back(static_cast<uint32_t>(numbers_[i]));
      page_any |= numbers_[i] != 0;
      page_all &= numbers_[i] != 0;
    }
    values_.clear();
    pack_bits(indexes_.data(), indexes_.size(), 1, values_);
    page_levels(leaf, input, page);
    EncodedPage& encoded = finish_page(leaf, chunk.pages, page, Encoding::kPlain, values_, true);
    if (indexes_.empty()) continue;
    encoded.bounds.low.assign(1, page_all ? 1 : 0);
    encoded.bounds.high.assign(1, page_any ? 1 : 0);
    any |= page_any;
    all &= page_all;
  }
  chunk.bounds = Bounds{std::string(1, all ? 1 : 0), std::string(1, any ? 1 : 0)};
}

void ChunkEncoder::encode_ids8(const Leaf& leaf, const ColumnInput& input, ColumnMemory& memory, EncodedChunk& chunk) {
  compact(input.ids8, valid_, numbers_, [](uint64_t v) { return v; });
  uint64_t low = UINT64_MAX, high = 0;
  for (size_t page = 0; page < layout_.page_count(); ++page) {
    const uint32_t begin = layout_.values[page], end = layout_.values[page + 1];
    uint64_t page_low = UINT64_MAX, page_high = 0;
    values_.resize(size_t{end - begin} * 8);
    char* cursor = values_.data();
    for (uint32_t i = begin; i < end; ++i, cursor += 8) {
      const uint64_t value = numbers_[i];
      page_low = std::min(page_low, value);
      page_high = std::max(page_high, value);
      otlp::store_big_endian(value, cursor);
    }
    page_levels(leaf, input, page);
    EncodedPage& encoded = finish_page(leaf, chunk.pages, page, Encoding::kPlain, values_, memory.compress_plain);
    if (!encoded.header.is_compressed && end - begin >= kDistinctCheckValues) memory.compress_plain = false;
    if (begin == end) continue;
    encoded.bounds.low = id_bytes(page_low);
    encoded.bounds.high = id_bytes(page_high);
    low = std::min(low, page_low);
    high = std::max(high, page_high);
  }
  chunk.bounds = Bounds{id_bytes(low), id_bytes(high)};
}

void ChunkEncoder::encode_ids16(const Leaf& leaf, const ColumnInput& input, bool bloom, ColumnMemory& memory,
                                EncodedChunk& chunk) {
  std::span<const otlp::TraceId> ids = input.ids16;
  if (leaf.spec.optional) {
    compact(input.ids16, valid_, ids16_, [](otlp::TraceId id) { return id; });
    ids = ids16_;
  }
  // Ids that follow each other are often equal, because rows are in the order of the trace.
  indexes_.resize(ids.size());
  std::vector<uint32_t>& firsts = entries_;
  firsts.clear();
  for (uint32_t i = 0; i < ids.size(); ++i) {
    if (i == 0 || ids[i] != ids[i - 1]) firsts.push_back(i);
    indexes_[i] = static_cast<uint32_t>(firsts.size() - 1);
  }
  if (firsts.size() * 2 <= ids.size()) {
    chunk.encoding = Encoding::kRleDictionary;
    chunk.has_dictionary = true;
    chunk.dictionary_count = static_cast<uint32_t>(firsts.size());
    for (const uint32_t first : firsts) chunk.dictionary.append(id_bytes(ids[first]));
    IndexPlan plan = IndexPlan::kRunLength;
    write_index_pages(leaf, input, plan, chunk.dictionary_count, chunk.pages);
  } else {
    for (size_t page = 0; page < layout_.page_count(); ++page) {
      values_.clear();
      for (uint32_t i = layout_.values[page]; i < layout_.values[page + 1]; ++i) values_.append(id_bytes(ids[i]));
      page_levels(leaf, input, page);
      finish_page(leaf, chunk.pages, page, Encoding::kPlain, values_, memory.compress_plain);
    }
  }
  otlp::TraceId low = ids.empty() ? otlp::TraceId{} : ids[0], high = low;
  for (size_t page = 0; page < layout_.page_count(); ++page) {
    const auto part = ids.subspan(layout_.values[page], layout_.values[page + 1] - layout_.values[page]);
    if (part.empty()) continue;
    const auto [page_low, page_high] = std::minmax_element(part.begin(), part.end());
    PageBounds& bounds = chunk.pages.pages[page].bounds;
    bounds.low = id_bytes(*page_low);
    bounds.high = id_bytes(*page_high);
    low = std::min(low, *page_low);
    high = std::max(high, *page_high);
  }
  chunk.bounds = Bounds{id_bytes(low), id_bytes(high)};
  if (bloom) {
    hashes_.clear();
    for (const uint32_t first : firsts) hashes_.push_back(bloom_hash(id_bytes(ids[first])));
    build_bloom_filter(hashes_, chunk.bloom);
  }
}

}  // namespace clew::block::parquet
