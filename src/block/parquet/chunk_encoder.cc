#include "block/parquet/chunk_encoder.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "block/parquet/bit_packing.h"
#include "block/parquet/hybrid_rle.h"
#include "block/parquet/parquet_limits.h"

namespace clew::block::parquet {
namespace {

// Row groups after which a column's encoding is chosen anew.
constexpr uint32_t kMemoryChunks = 8;
// A page with fewer values says too little about the column.
constexpr size_t kPlanValuesMin = 1024;

// Bit i: codes[i] is not null. Returns how many are not.
uint32_t valid_bits(std::span<const uint32_t> codes, std::vector<uint64_t>& words) {
  words.assign((codes.size() + 63) / 64, 0);
  uint32_t count = 0;
  size_t at = 0;
#if defined(__SSE2__)
  const __m128i null = _mm_set1_epi32(-1);
  for (; at + 64 <= codes.size(); at += 64) {
    uint64_t word = 0;
    for (int group = 0; group < 16; ++group) {
      const __m128i four = _mm_loadu_si128(reinterpret_cast<const __m128i*>(codes.data() + at + 4 * group));
      const int nulls = _mm_movemask_ps(_mm_castsi128_ps(_mm_cmpeq_epi32(four, null)));
      word |= static_cast<uint64_t>(nulls) << (4 * group);
    }
    words[at / 64] = ~word;
    count += static_cast<uint32_t>(std::popcount(~word));
  }
#endif
  for (; at < codes.size(); ++at) {
    const bool valid = codes[at] != kNullIndex;
    words[at / 64] |= static_cast<uint64_t>(valid) << (at % 64);
    count += valid;
  }
  return count;
}

uint32_t count_bits(const std::vector<uint64_t>& words, uint32_t begin, uint32_t end) {
  uint32_t count = 0;
  while (begin < end) {
    const uint32_t offset = begin % 64, step = std::min(64 - offset, end - begin);
    uint64_t word = words[begin / 64] >> offset;
    if (step < 64) word &= (uint64_t{1} << step) - 1;
    count += static_cast<uint32_t>(std::popcount(word));
    begin += step;
  }
  return count;
}

}  // namespace

void EncodedChunk::clear() {
  pages.clear();
  encoding = Encoding::kPlain;
  has_dictionary = false;
  dictionary.clear();
  dictionary_count = 0;
  bounds.reset();
  bloom.clear();
}

void ChunkEncoder::lay_out(const Leaf& leaf, const ColumnInput& input) {
  const uint32_t pages = (input.row_count + kPageRows - 1) / kPageRows;
  const uint32_t elements = input.element_count();
  layout_.rows.resize(pages + 1);
  layout_.elements.resize(pages + 1);
  layout_.values.resize(pages + 1);
  for (uint32_t page = 0; page <= pages; ++page) {
    const uint32_t row = std::min(page * kPageRows, input.row_count);
    layout_.rows[page] = row;
    layout_.elements[page] = input.list_begin.empty() ? row : input.list_begin[row] - input.list_begin[0];
  }
  valid_.clear();
  value_count_ = elements;
  if (leaf.spec.optional) {
    if (leaf.spec.physical == PhysicalType::kByteArray) {
      value_count_ = valid_bits(input.codes.first(elements), valid_);
    } else if (input.valid != nullptr) {
      valid_.assign(input.valid, input.valid + (elements + 63) / 64);
      value_count_ = count_bits(valid_, 0, elements);
    }
    if (value_count_ == elements) valid_.clear();
  }
  for (uint32_t page = 0; page <= pages; ++page) {
    layout_.values[page] = valid_.empty() ? layout_.elements[page]
                           : page == 0    ? 0
                                          : layout_.values[page - 1] + count_bits(valid_, layout_.elements[page - 1],
                                                                                  layout_.elements[page]);
  }
}

// Fills level_bytes_ and repetition_length_, and levels_ with one element for each value of the page (for its count).
void ChunkEncoder::page_levels(const Leaf& leaf, const ColumnInput& input, size_t page) {
  level_bytes_.clear();
  repetition_length_ = 0;
  const uint32_t rows = layout_.rows[page + 1] - layout_.rows[page];
  const uint32_t element_begin = layout_.elements[page], element_end = layout_.elements[page + 1];
  const uint32_t values = layout_.values[page + 1] - layout_.values[page];
  if (!leaf.in_list()) {
    if (!leaf.spec.optional) return;
    if (values == 0 || values == rows) {
      append_run(values == 0 ? 0 : 1, rows, 1, level_bytes_);
    } else {
      append_hybrid_bits(valid_.data() + element_begin / 64, rows, level_bytes_);
    }
    return;
  }
  if (element_begin == element_end) {
    append_run(0, rows, 1, level_bytes_);
    repetition_length_ = static_cast<uint32_t>(level_bytes_.size());
    append_run(0, rows, leaf.spec.optional ? 2 : 1, level_bytes_);
    return;
  }
  // Repetition in levels_, definition in a second pass.
  const auto is_valid = [&](uint32_t element) {
    return valid_.empty() || (valid_[element / 64] >> (element % 64) & 1) != 0;
  };
  const uint32_t base = input.list_begin[0];
  for (const bool definition : {false, true}) {
    levels_.clear();
    for (uint32_t row = layout_.rows[page]; row < layout_.rows[page + 1]; ++row) {
      const uint32_t begin = input.list_begin[row] - base, end = input.list_begin[row + 1] - base;
      if (begin == end) levels_.push_back(0);
      for (uint32_t element = begin; element < end; ++element) {
        levels_.push_back(definition ? 1u + (leaf.spec.optional && is_valid(element)) : element != begin);
      }
    }
    append_hybrid(levels_.data(), levels_.size(), definition && leaf.spec.optional ? 2 : 1, level_bytes_);
    if (!definition) repetition_length_ = static_cast<uint32_t>(level_bytes_.size());
  }
}

EncodedPage& ChunkEncoder::finish_page(const Leaf& leaf, PageBatch& batch, size_t page, Encoding encoding,
                                       std::string_view values, bool try_compress) {
  const uint32_t rows = layout_.rows[page + 1] - layout_.rows[page];
  const uint32_t elements = layout_.elements[page + 1] - layout_.elements[page];
  const uint32_t present = layout_.values[page + 1] - layout_.values[page];
  EncodedPage& encoded = append_page(batch, compressor_, level_bytes_, values, try_compress);
  PageHeader& header = encoded.header;
  header.type = PageType::kDataV2;
  header.encoding = encoding;
  header.row_count = rows;
  header.value_count = !leaf.in_list() ? rows : elements == 0 ? rows : static_cast<uint32_t>(levels_.size());
  header.null_count = header.value_count - present;
  header.repetition_length = repetition_length_;
  header.definition_length = static_cast<uint32_t>(level_bytes_.size()) - repetition_length_;
  encoded.bounds.all_null = present == 0;
  encoded.bounds.null_count = header.null_count;
  batch.value_count += header.value_count;
  batch.null_count += header.null_count;
  return encoded;
}

void ChunkEncoder::encode(const Leaf& leaf, const ColumnInput& input, bool bloom, ColumnMemory& memory,
                          EncodedChunk& chunk) {
  chunk.clear();
  if (memory.chunks_left == 0) {
    memory = {};
    memory.chunks_left = kMemoryChunks;
  }
  --memory.chunks_left;
  lay_out(leaf, input);
  if (value_count_ == 0) return write_null_pages(leaf, input, chunk);
  switch (leaf.spec.physical) {
    case PhysicalType::kByteArray:
      encode_strings(leaf, input, bloom, memory, chunk);
      break;
    case PhysicalType::kInt32:
    case PhysicalType::kInt64:
    case PhysicalType::kDouble:
      encode_numbers(leaf, input, memory, chunk);
      break;
    case PhysicalType::kBoolean:
      encode_booleans(leaf, input, chunk);
      break;
    case PhysicalType::kFixed:
      if (leaf.spec.fixed_length == 16) {
        encode_ids16(leaf, input, bloom, memory, chunk);
      } else {
        encode_ids8(leaf, input, memory, chunk);
      }
      break;
  }
}

void ChunkEncoder::encode_nulls(const Leaf& leaf, const ColumnInput& input, EncodedChunk& chunk) {
  lay_out(Leaf{LeafSpec::int64(""), leaf.list_name}, input);  // As if required: no validity to look at.
  std::fill(layout_.values.begin(), layout_.values.end(), 0);
  value_count_ = 0;
  write_null_pages(leaf, input, chunk);
}

void ChunkEncoder::write_null_pages(const Leaf& leaf, const ColumnInput& input, EncodedChunk& chunk) {
  for (size_t page = 0; page < layout_.page_count(); ++page) {
    page_levels(leaf, input, page);
    finish_page(leaf, chunk.pages, page, Encoding::kPlain, {}, false);
  }
}

// ---- Dictionary indexes.

void ChunkEncoder::encode_index_values(std::span<const uint32_t> indexes, IndexPlan plan, int width, std::string& out) {
  out.clear();
  const bool constant = std::all_of(indexes.begin(), indexes.end(), [&](uint32_t index) { return index == indexes[0]; });
  if (constant) {
    out.push_back(static_cast<char>(width));
    return append_run(indexes[0], indexes.size(), width, out);
  }
  if (plan == IndexPlan::kBytes) width = width <= 8 ? 8 : 16;
  out.push_back(static_cast<char>(width));
  if (plan == IndexPlan::kRunLength) return append_hybrid(indexes.data(), indexes.size(), width, out);
  append_packed(indexes.data(), indexes.size(), width, out);
}

IndexPlan ChunkEncoder::choose_index_plan(std::span<const uint32_t> indexes, int width) {
  encode_index_values(indexes, IndexPlan::kRunLength, width, trial_);
  const size_t run_length = trial_.size();
  const size_t packed = packed_size(indexes.size(), width);
  IndexPlan best = run_length < packed * 3 / 4 ? IndexPlan::kRunLength : IndexPlan::kPacked;
  if (width > 16) return best;
  encode_index_values(indexes, IndexPlan::kBytes, width, trial_);
  const size_t bytes = compressor_.compress(trial_).size();
  // Compression has its price at writing and at each reading.
  const size_t worth = std::min(run_length, packed) * (options_.for_point_reads ? 5 : 9) / 10;
  if (bytes + 16 < worth) best = IndexPlan::kBytes;
  return best;
}

void ChunkEncoder::write_index_pages(const Leaf& leaf, const ColumnInput& input, IndexPlan& plan, uint32_t entry_count,
                                     PageBatch& batch) {
  const int width = std::max(1, bit_width_of(std::max(entry_count, 1u) - 1));
  const std::span<const uint32_t> all(indexes_);
  for (size_t page = 0; page < layout_.page_count(); ++page) {
    const auto indexes = all.subspan(layout_.values[page], layout_.values[page + 1] - layout_.values[page]);
    if (plan == IndexPlan::kUndecided && indexes.size() >= kPlanValuesMin) plan = choose_index_plan(indexes, width);
    page_levels(leaf, input, page);
    if (indexes.empty()) {
      // Readers expect the width even where no index follows.
      values_.assign(1, static_cast<char>(width));
    } else {
      encode_index_values(indexes, width > 16 ? IndexPlan::kPacked : plan, width, values_);
    }
    EncodedPage& encoded = finish_page(leaf, batch, page, Encoding::kRleDictionary, values_, plan == IndexPlan::kBytes);
    if (entry_count > kSeenEntriesMax) continue;
    uint8_t seen[kSeenEntriesMax] = {};
    for (const uint32_t index : indexes) seen[index] = 1;
    for (uint32_t entry = 0; entry < entry_count; ++entry) {
      encoded.seen[entry / 64] |= static_cast<uint64_t>(seen[entry]) << (entry % 64);
    }
  }
}

void ChunkEncoder::encode_indexes(std::span<const uint32_t> indexes, uint32_t entry_count, bool optional, IndexPlan& plan,
                                  PageBatch& pages) {
  pages.clear();
  const Leaf leaf{LeafSpec::string("", optional), ""};
  ColumnInput input;
  input.row_count = static_cast<uint32_t>(indexes.size());
  input.codes = indexes;
  lay_out(leaf, input);
  indexes_.clear();
  indexes_.reserve(value_count_);
  for (const uint32_t index : indexes) {
    if (index != kNullIndex) indexes_.push_back(index);
  }
  write_index_pages(leaf, input, plan, entry_count, pages);
}

}  // namespace clew::block::parquet
