// String columns: dictionary or DELTA_LENGTH_BYTE_ARRAY, bounds and bloom filter.
#include <algorithm>
#include <bit>
#include <cstring>

#include "block/parquet/chunk_encoder.h"
#include "block/parquet/delta_packing.h"
#include "block/parquet/parquet_limits.h"
#include "block/parquet/split_bloom_filter.h"

namespace clew::block::parquet {
namespace {

// A bloom filter pays where reading the dictionary to answer the same question would cost more.
constexpr uint32_t kBloomEntriesMin = 512;
// With more distinct values than this share of all, a dictionary costs more than it saves.
constexpr double kDistinctShareMax = 0.6;
// A dictionary above the size limit is still worth it below this share.
constexpr double kDistinctShareLarge = 0.1;

void append_plain(std::string_view value, std::string& out) {
  const auto length = static_cast<uint32_t>(value.size());
  out.append(reinterpret_cast<const char*>(&length), sizeof length);
  out.append(value);
}

}  // namespace

// Remaps codes to indexes in the order of first appearance. False if the values are too distinct.
bool ChunkEncoder::build_string_dictionary(const ColumnInput& input) {
  const uint32_t elements = input.element_count();
  if (remap_.size() < input.strings->code_count()) remap_.resize(input.strings->code_count());
  indexes_.resize(value_count_);
  entries_.clear();
  const uint32_t entries_max = value_count_ < 64 ? value_count_
                                                 : static_cast<uint32_t>(kDistinctShareMax * value_count_);
  const uint32_t* codes = input.codes.data();
  uint32_t* index = indexes_.data();
  uint32_t* remap = remap_.data();
  const auto add = [&](uint32_t code) {
    uint32_t mapped = remap[code];
    if (mapped == 0) [[unlikely]] {
      entries_.push_back(code);
      mapped = remap[code] = static_cast<uint32_t>(entries_.size());
    }
    *index++ = mapped - 1;
  };
  // Looked at now and then rather than for each value.
  constexpr uint32_t kStride = 4096;
  bool fits = true;
  for (uint32_t begin = 0; begin < elements && fits; begin += kStride) {
    const uint32_t end = std::min(elements, begin + kStride);
    if (valid_.empty()) {
      for (uint32_t i = begin; i < end; ++i) add(codes[i]);
    } else {
      for (uint32_t word = begin / 64; word * 64 < end; ++word) {
        for (uint64_t bits = valid_[word]; bits != 0; bits &= bits - 1) {
          add(codes[word * 64 + static_cast<uint32_t>(std::countr_zero(bits))]);
        }
      }
    }
    fits = entries_.size() <= entries_max;
  }
  for (const uint32_t code : entries_) remap[code] = 0;
  return fits;
}

void ChunkEncoder::encode_dictionary(const StringSource& strings, std::span<const uint32_t> entries, bool bloom,
                                     EncodedChunk& chunk) {
  views_.resize(entries.size());
  strings.views(entries, views_.data());
  TextBounds bounds;
  chunk.dictionary.clear();
  for (const std::string_view value : views_) {
    append_plain(value, chunk.dictionary);
    bounds.add(value);
  }
  chunk.encoding = Encoding::kRleDictionary;
  chunk.has_dictionary = true;
  chunk.dictionary_count = static_cast<uint32_t>(entries.size());
  Bounds cut;
  if (!bounds.empty() && cut_bounds(bounds.low(), bounds.high(), cut)) chunk.bounds = std::move(cut);
  if (bloom && entries.size() >= kBloomEntriesMin) {
    hashes_.clear();
    for (const std::string_view value : views_) hashes_.push_back(bloom_hash(value));
    build_bloom_filter(hashes_, chunk.bloom);
  }
}

void ChunkEncoder::encode_strings(const Leaf& leaf, const ColumnInput& input, bool bloom, ColumnMemory& memory,
                                  EncodedChunk& chunk) {
  bool dictionary = !memory.plain && build_string_dictionary(input);
  if (dictionary) {
    encode_dictionary(*input.strings, entries_, bloom, chunk);
    dictionary = chunk.dictionary.size() <= options_.dictionary_bytes_max ||
                 static_cast<double>(entries_.size()) <= kDistinctShareLarge * value_count_;
  }
  if (!dictionary) {
    chunk.clear();
    memory.plain = true;
    return write_plain_strings(leaf, input, bloom, memory, chunk);
  }
  write_index_pages(leaf, input, memory.index_plan, chunk.dictionary_count, chunk.pages);
}

void ChunkEncoder::write_plain_strings(const Leaf& leaf, const ColumnInput& input, bool bloom, ColumnMemory& memory,
                                       EncodedChunk& chunk) {
  chunk.encoding = Encoding::kDeltaLengthByteArray;
  TextBounds all_bounds;
  if (bloom) {
    hashes_.clear();
    hashes_.reserve(value_count_);
  }
  std::vector<uint32_t>& codes = entries_;
  for (size_t page = 0; page < layout_.page_count(); ++page) {
    const uint32_t begin = layout_.elements[page], end = layout_.elements[page + 1];
    codes.clear();
    if (valid_.empty()) {
      codes.assign(input.codes.begin() + begin, input.codes.begin() + end);
    } else {
      for (uint32_t i = begin; i < end; ++i) {
        if (input.codes[i] != kNullIndex) codes.push_back(input.codes[i]);
      }
    }
    views_.resize(codes.size());
    input.strings->views(codes, views_.data());
    lengths_.resize(codes.size());
    size_t total = 0;
    for (size_t i = 0; i < codes.size(); ++i) {
      lengths_[i] = static_cast<int64_t>(views_[i].size());
      total += views_[i].size();
    }
    values_.clear();
    append_delta_packed(lengths_, values_);
    TextBounds bounds;
    const size_t text_at = values_.size();
    values_.resize(text_at + total);
    char* cursor = values_.data() + text_at;
    constexpr size_t kAhead = 12;  // Strings lie scattered in the order of arrival.
    for (size_t i = 0; i < views_.size(); ++i) {
      if (i + kAhead < views_.size()) __builtin_prefetch(views_[i + kAhead].data());
      const std::string_view value = views_[i];
      bounds.add(value);
      if (bloom) hashes_.push_back(bloom_hash(value));
      std::memcpy(cursor, value.data(), value.size());
      cursor += value.size();
    }
    page_levels(leaf, input, page);
    EncodedPage& encoded =
        finish_page(leaf, chunk.pages, page, chunk.encoding, values_, memory.compress_plain);
    if (!encoded.header.is_compressed && codes.size() >= 1024) memory.compress_plain = false;
    Bounds cut;
    if (!bounds.empty() && cut_bounds(bounds.low(), bounds.high(), cut)) {
      encoded.bounds.low = std::move(cut.low);
      encoded.bounds.high = std::move(cut.high);
    }
    all_bounds.add(bounds);
  }
  Bounds cut;
  if (!all_bounds.empty() && cut_bounds(all_bounds.low(), all_bounds.high(), cut)) chunk.bounds = std::move(cut);
  if (bloom && !hashes_.empty()) build_bloom_filter(hashes_, chunk.bloom);
}

}  // namespace clew::block::parquet
