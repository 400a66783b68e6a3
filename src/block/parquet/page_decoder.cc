#include "block/parquet/page_decoder.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>
#include <optional>

#include "block/parquet/bit_packing.h"
#include "block/parquet/delta_packing.h"
#include "block/parquet/hybrid_rle.h"
#include "block/parquet/page_compressor.h"
#include "block/parquet/parquet_limits.h"

namespace clew::block::parquet {
namespace {

using stdx::ErrorCode;
using stdx::fail;

std::unexpected<stdx::Error> damaged(std::string_view what) { return fail(ErrorCode::kDataLoss, std::string(what)); }

// Which non-null values of the page belong to the rows asked for.
struct ValueRange {
  uint32_t begin = 0;
  uint32_t end = 0;
  uint32_t total = 0;
  uint32_t count() const { return end - begin; }
};

struct PageParts {
  PageHeader header;
  std::string_view repetition, definition, values;
  size_t values_size = 0;  // After decompression.
  bool compressed = false;
};

stdx::Result<PageParts> split(const Leaf& leaf, Codec codec, std::string_view bytes, uint32_t page_rows) {
  PageParts parts;
  size_t header_length = 0;
  auto header = decode_page_header(bytes, header_length);
  if (!header) return std::unexpected(header.error());
  parts.header = *header;
  if (header->type != PageType::kDataV2) return damaged("page is not a data page");
  const std::string_view body = bytes.substr(header_length);
  if (body.size() != header->compressed_size) return damaged("page size differs from the index");
  if (header->crc && page_crc(body) != *header->crc) return damaged("page does not match its checksum");
  if (header->row_count != page_rows) return damaged("page has another row count than its place");
  if (leaf.in_list() ? header->value_count < page_rows : header->value_count != page_rows) {
    return damaged("page has another value count than its rows");
  }
  parts.repetition = body.substr(0, header->repetition_length);
  parts.definition = body.substr(header->repetition_length, header->definition_length);
  parts.values = body.substr(header->repetition_length + header->definition_length);
  parts.values_size = header->uncompressed_size - header->repetition_length - header->definition_length;
  parts.compressed = header->is_compressed && codec == Codec::kZstd && !parts.values.empty();
  if (!parts.compressed && parts.values.size() != parts.values_size) return damaged("page sizes contradict each other");
  return parts;
}

uint32_t count_bits(const std::vector<uint64_t>& words) {
  uint32_t count = 0;
  for (const uint64_t word : words) count += static_cast<uint32_t>(std::popcount(word));
  return count;
}

stdx::Result<ValueRange> flat_levels(const Leaf& leaf, const PageParts& parts, RowRange range, DecodedPage& page) {
  const uint32_t rows = range.end - range.begin;
  if (!leaf.spec.optional) {
    if (parts.header.null_count != 0) return damaged("nulls in a required column");
    return ValueRange{range.begin, range.end, parts.header.value_count};
  }
  HybridReader reader(parts.definition, 1);
  size_t before = 0;
  page.valid.assign((rows + 63) / 64, 0);
  if (!reader.skip_count_ones(range.begin, before) || !reader.read_bits(rows, page.valid.data())) {
    return damaged("definition levels are damaged");
  }
  ValueRange values;
  values.begin = static_cast<uint32_t>(before);
  values.end = values.begin + count_bits(page.valid);
  values.total = parts.header.value_count - parts.header.null_count;
  if (values.end > values.total || (range.end == parts.header.row_count && values.end != values.total)) {
    return damaged("definition levels contradict the null count");
  }
  page.all_null = values.count() == 0;
  if (values.count() == rows) page.valid.clear();
  return values;
}

// Lists of required values: both levels are bits, so whole words at a time tell where the rows asked for begin.
stdx::Result<ValueRange> list_level_bits(const PageParts& parts, RowRange range, DecodedPage& page) {
  const uint32_t count = parts.header.value_count;
  const size_t words = (count + 63) / 64;
  std::vector<uint64_t> repeated(words), present(words);
  HybridReader repetitions(parts.repetition, 1), definitions(parts.definition, 1);
  if (!repetitions.read_bits(count, repeated.data()) || !definitions.read_bits(count, present.data())) {
    return damaged("levels are damaged");
  }
  ValueRange values;
  uint32_t row = 0;         // Rows that began before the word at hand.
  uint32_t begin_level = count, end_level = count;
  uint64_t carry = 0;       // Whether the level before the word is present.
  for (size_t word = 0; word < words; ++word) {
    // What is repeated follows an element of the same row, so it and the one before are present.
    if ((repeated[word] & ~(present[word] & (present[word] << 1 | carry))) != 0) {
      return damaged("levels contradict each other");
    }
    carry = present[word] >> 63;
    values.total += static_cast<uint32_t>(std::popcount(present[word]));
    const auto first = static_cast<uint32_t>(word * 64);
    const uint32_t bits = std::min(64u, count - first);
    uint64_t starts = ~repeated[word];
    if (bits < 64) starts &= (uint64_t{1} << bits) - 1;
    const auto started = static_cast<uint32_t>(std::popcount(starts));
    for (const auto& [wanted, level] : {std::pair{range.begin, &begin_level}, std::pair{range.end, &end_level}}) {
      if (wanted < row || wanted >= row + started) continue;
      uint64_t rest = starts;
      for (uint32_t skip = wanted - row; skip > 0; --skip) rest &= rest - 1;
      *level = first + static_cast<uint32_t>(std::countr_zero(rest));
    }
    row += started;
  }
  if (row != parts.header.row_count) return damaged("levels hold another number of rows");
  if (values.total != count - parts.header.null_count) return damaged("levels contradict the null count");
  for (size_t word = 0; word < begin_level / 64; ++word) values.begin += static_cast<uint32_t>(std::popcount(present[word]));
  if (begin_level % 64 != 0) {
    values.begin += static_cast<uint32_t>(
        std::popcount(present[begin_level / 64] & ((uint64_t{1} << (begin_level % 64)) - 1)));
  }
  values.end = values.begin;
  for (uint32_t level = begin_level; level < end_level; ++level) {
    if ((repeated[level / 64] >> (level % 64) & 1) == 0) page.list_begin.push_back(values.count());
    values.end += static_cast<uint32_t>(present[level / 64] >> (level % 64) & 1);
  }
  page.list_begin.push_back(values.count());
  page.all_null = values.count() == 0;
  return values;
}

stdx::Result<ValueRange> list_levels(const Leaf& leaf, const PageParts& parts, RowRange range, DecodedPage& page) {
  if (!leaf.spec.optional) return list_level_bits(parts, range, page);
  const uint32_t count = parts.header.value_count;
  std::vector<uint32_t> repetition(count), definition(count);
  HybridReader repetitions(parts.repetition, 1), definitions(parts.definition, leaf.spec.optional ? 2 : 1);
  if (!repetitions.read(count, repetition.data()) || !definitions.read(count, definition.data())) {
    return damaged("levels are damaged");
  }
  const auto max_definition = static_cast<uint32_t>(leaf.max_definition());
  const uint32_t rows = range.end - range.begin;
  ValueRange values;
  uint32_t row = 0;  // One past the row at hand.
  uint32_t elements = 0;
  std::vector<uint64_t> valid;
  for (uint32_t i = 0; i < count; ++i) {
    if (definition[i] > max_definition) return damaged("definition level is too high");
    if (repetition[i] == 0) {
      if (row >= range.begin && row < range.end) page.list_begin.push_back(elements);
      ++row;
    } else if (i == 0 || definition[i] == 0 || definition[i - 1] == 0) {
      return damaged("levels contradict each other");
    }
    const bool present = definition[i] == max_definition;
    if (row > range.begin && row <= range.end && definition[i] > 0) {
      if (leaf.spec.optional) {
        if (elements % 64 == 0) valid.push_back(0);
        valid.back() |= static_cast<uint64_t>(present) << (elements % 64);
      }
      ++elements;
      values.end += present;
    } else if (row <= range.begin) {
      values.begin += present;
      values.end += present;
    }
    values.total += present;
  }
  if (row != parts.header.row_count) return damaged("levels hold another number of rows");
  if (values.total != count - parts.header.null_count) return damaged("levels contradict the null count");
  page.list_begin.push_back(elements);
  if (page.list_begin.size() != size_t{rows} + 1) return damaged("levels hold another number of rows");
  page.all_null = values.count() == 0;
  if (values.count() != elements) page.valid = std::move(valid);
  return values;
}

// All bytes of the values, decompressed.
stdx::Result<std::string_view> plain_bytes(const PageParts& parts, std::string& buffer) {
  if (!parts.compressed) return parts.values;
  if (auto done = decompress_page(parts.values, parts.values_size, buffer); !done) return std::unexpected(done.error());
  return std::string_view(buffer);
}

// Puts value_at(i) at the i-th valid element, for `count` of them; other elements get `none`.
template <class T, class ValueAt>
void spread_each(size_t count, const std::vector<uint64_t>& valid, uint32_t elements, T none, ValueAt&& value_at, std::vector<T>& out) {
  if (valid.empty()) {
    out.resize(count);
    for (size_t i = 0; i < count; ++i) out[i] = static_cast<T>(value_at(i));
    return;
  }
  out.assign(elements, none);
  size_t at = 0;
  for (size_t word = 0; word < valid.size(); ++word) {
    for (uint64_t bits = valid[word]; bits != 0; bits &= bits - 1) {
      out[word * 64 + static_cast<size_t>(std::countr_zero(bits))] = static_cast<T>(value_at(at++));
    }
  }
}

// Takes `values`, which are their elements where none is missing.
template <class T>
void spread(std::vector<T>&& values, const std::vector<uint64_t>& valid, uint32_t elements, T none, std::vector<T>& out) {
  if (valid.empty()) {
    out = std::move(values);
  } else {
    spread_each(values.size(), valid, elements, none, [&](size_t i) { return values[i]; }, out);
  }
}

stdx::Result<void> decode_indexes(const Leaf& leaf, const PageParts& parts, const ValueRange& range, uint32_t elements,
                                  const std::shared_ptr<const ValueList>& dictionary, DecodedPage& page) {
  if (dictionary == nullptr) return damaged("page refers to a dictionary that the chunk lacks");
  if (leaf.spec.physical == PhysicalType::kBoolean) return damaged("booleans have no dictionary");
  std::string buffer;
  auto bytes = plain_bytes(parts, buffer);
  if (!bytes) return std::unexpected(bytes.error());
  if (bytes->empty()) return damaged("dictionary indexes are missing");
  const int width = static_cast<uint8_t>((*bytes)[0]);
  if (width > 32) return damaged("dictionary indexes are too wide");
  std::vector<uint32_t> indexes(range.count());
  HybridReader reader(bytes->substr(1), width);
  if (!reader.skip(range.begin) || !reader.read(indexes.size(), indexes.data())) {
    return damaged("dictionary indexes end early");
  }
  uint32_t highest = 0;
  for (const uint32_t index : indexes) highest = std::max(highest, index);
  if (highest >= dictionary->size()) return damaged("dictionary index is too high");
  if (leaf.spec.physical == PhysicalType::kByteArray) {
    page.values = dictionary;
    spread(std::move(indexes), page.valid, elements, kNullIndex, page.codes);
    page.valid.clear();
    return {};
  }
  const auto each = [&](auto none, auto&& value_of, auto& out) {
    spread_each(indexes.size(), page.valid, elements, none, [&](size_t i) { return value_of(indexes[i]); }, out);
  };
  const auto number = [&](uint32_t index) { return dictionary->numbers()[index]; };
  if (leaf.spec.physical == PhysicalType::kFixed && leaf.spec.fixed_length == 16) {
    each(otlp::TraceId{}, [&](uint32_t index) { return dictionary->ids16()[index]; }, page.ids16);
  } else if (leaf.spec.physical == PhysicalType::kDouble) {
    each(0.0, [&](uint32_t index) { return std::bit_cast<double>(number(index)); }, page.doubles);
  } else if (leaf.spec.physical == PhysicalType::kFixed) {
    each(uint64_t{0}, number, page.ids8);
  } else {
    each(int64_t{0}, number, page.ints);
  }
  return {};
}

stdx::Result<void> decode_delta(const Leaf& leaf, const PageParts& parts, const ValueRange& range, uint32_t elements,
                                DecodedPage& page) {
  if (leaf.spec.physical != PhysicalType::kInt64) return damaged("encoding does not fit the column's type");
  std::string buffer;
  auto bytes = plain_bytes(parts, buffer);
  if (!bytes) return std::unexpected(bytes.error());
  DeltaReader reader(*bytes);
  uint64_t count = 0;
  if (!reader.open(kPageValuesMax, count) || count != range.total) return damaged("integers are damaged");
  std::vector<int64_t> values(range.end);
  if (!reader.read(values.size(), values.data())) return damaged("integers end early");
  if (range.begin > 0) values.erase(values.begin(), values.begin() + range.begin);
  spread(std::move(values), page.valid, elements, int64_t{0}, page.ints);
  return {};
}

stdx::Result<void> decode_plain(const Leaf& leaf, const PageParts& parts, const ValueRange& range, uint32_t elements,
                                DecodedPage& page) {
  std::string buffer;
  auto bytes = plain_bytes(parts, buffer);
  if (!bytes) return std::unexpected(bytes.error());
  if (leaf.spec.physical == PhysicalType::kBoolean) {
    if (packed_size(range.total, 1) > bytes->size()) return damaged("booleans end early");
    std::vector<uint32_t> bits(range.count());
    unpack_bits(bytes->data(), bytes->size(), range.begin, bits.size(), 1, bits.data());
    spread_each(bits.size(), page.valid, elements, uint8_t{0}, [&](size_t i) { return bits[i]; }, page.booleans);
    return {};
  }
  if (leaf.spec.physical == PhysicalType::kByteArray) {
    auto list = ValueList::parse_plain(leaf.spec, std::string(*bytes), range.total);
    if (!list) return std::unexpected(list.error());
    std::vector<uint32_t> codes(range.count());
    for (uint32_t i = 0; i < codes.size(); ++i) codes[i] = range.begin + i;
    spread(std::move(codes), page.valid, elements, kNullIndex, page.codes);
    page.valid.clear();
    page.values = std::make_shared<const ValueList>(std::move(*list));
    return {};
  }
  const size_t width = leaf.spec.physical == PhysicalType::kInt32   ? 4
                       : leaf.spec.physical == PhysicalType::kFixed ? leaf.spec.fixed_length
                                                                    : 8;
  if (bytes->size() / width < range.total) return damaged("values end early");
  const char* const first = bytes->data() + size_t{range.begin} * width;
  const auto each = [&](auto none, auto&& load, auto& out) {
    spread_each(range.count(), page.valid, elements, none, [&](size_t i) { return load(first + i * width); }, out);
  };
  const auto bits_of = [](auto bits) {
    return [bits](const char* from) mutable {
      std::memcpy(&bits, from, sizeof bits);
      return bits;
    };
  };
  switch (leaf.spec.physical) {
    case PhysicalType::kDouble: each(0.0, bits_of(double{}), page.doubles); break;
    case PhysicalType::kInt64: each(int64_t{0}, bits_of(int64_t{}), page.ints); break;
    case PhysicalType::kInt32: each(int64_t{0}, bits_of(int32_t{}), page.ints); break;
    case PhysicalType::kFixed:
      if (width == 16) {
        each(otlp::TraceId{}, [](const char* from) { return otlp::TraceId{otlp::load_big_endian(from), otlp::load_big_endian(from + 8)}; },
             page.ids16);
      } else {
        each(uint64_t{0}, otlp::load_big_endian, page.ids8);
      }
      break;
    default: return damaged("encoding does not fit the column's type");
  }
  return {};
}

// Lengths first, then all text: of a part of the page decompresses only as far as the last value asked for.
stdx::Result<void> decode_delta_lengths(const Leaf& leaf, const PageParts& parts, const ValueRange& range,
                                        uint32_t elements, DecodedPage& page) {
  if (leaf.spec.physical != PhysicalType::kByteArray) return damaged("encoding does not fit the column's type");
  // A length takes at most ten bits on average here, so this covers the lengths and, for small pages, everything.
  constexpr size_t kLengthsGuess = 64 << 10;
  // In one go it is cheaper, which is what scans do.
  std::string whole;
  const bool in_one = parts.compressed && range.end == range.total;
  if (in_one) {
    if (auto done = decompress_page(parts.values, parts.values_size, whole); !done) return std::unexpected(done.error());
  }
  std::optional<PagePrefix> prefix;
  if (parts.compressed && !in_one) prefix.emplace(parts.values, parts.values_size);
  const auto upto = [&](size_t length) {
    return prefix ? prefix->upto(length) : in_one ? std::string_view(whole) : parts.values.substr(0, length);
  };
  std::vector<int64_t> lengths(range.total);
  size_t text_at = 0;
  for (size_t guess = kLengthsGuess;; guess *= 4) {
    const std::string_view head = upto(guess);
    DeltaReader reader(head);
    uint64_t count = 0;
    if (reader.open(kPageValuesMax, count) && count == range.total && reader.read(lengths.size(), lengths.data())) {
      text_at = reader.position();
      break;
    }
    if (guess >= parts.values_size) return damaged("string lengths are damaged");
  }
  uint64_t begin = text_at, end = text_at;
  for (uint32_t i = 0; i < range.end; ++i) {
    if (lengths[i] < 0 || static_cast<uint64_t>(lengths[i]) > parts.values_size) return damaged("string length is damaged");
    if (i < range.begin) begin += static_cast<uint64_t>(lengths[i]);
    end += static_cast<uint64_t>(lengths[i]);
    if (end > parts.values_size) return damaged("strings end early");
  }
  const std::string_view bytes = upto(end);
  if (bytes.size() < end) return damaged("strings do not decompress");
  lengths.resize(range.end);
  if (range.begin > 0) lengths.erase(lengths.begin(), lengths.begin() + range.begin);
  std::vector<uint32_t> codes(range.count());
  for (uint32_t i = 0; i < codes.size(); ++i) codes[i] = i;
  spread(std::move(codes), page.valid, elements, kNullIndex, page.codes);
  page.valid.clear();
  page.values = std::make_shared<const ValueList>(
      in_one ? ValueList::from_lengths(std::move(whole), begin, lengths)
             : ValueList::from_lengths(std::string(bytes.substr(begin, end - begin)), 0, lengths));
  return {};
}

}  // namespace

size_t DecodedPage::memory_bytes() const {
  return sizeof *this + list_begin.capacity() * 4 + valid.capacity() * 8 + codes.capacity() * 4 + ints.capacity() * 8 +
         doubles.capacity() * 8 + booleans.capacity() + ids8.capacity() * 8 + ids16.capacity() * 16 +
         (values != nullptr ? values->memory_bytes() : 0);
}

stdx::Result<DecodedPage> decode_page(const Leaf& leaf, Codec codec, std::string_view bytes, uint32_t page_rows,
                                      const std::shared_ptr<const ValueList>& dictionary, RowRange range) {
  assert(range.begin <= range.end && range.end <= page_rows);
  auto parts = split(leaf, codec, bytes, page_rows);
  if (!parts) return std::unexpected(parts.error());
  DecodedPage page;
  page.row_count = range.end - range.begin;
  auto values = leaf.in_list() ? list_levels(leaf, *parts, range, page) : flat_levels(leaf, *parts, range, page);
  if (!values) return std::unexpected(values.error());
  if (values->count() == 0) {
    page.all_null = !leaf.in_list() || page.all_null;
    return page;
  }
  const uint32_t elements = leaf.in_list() ? page.list_begin.back() : page.row_count;
  stdx::Result<void> done;
  switch (parts->header.encoding) {
    case Encoding::kPlain:
      done = decode_plain(leaf, *parts, *values, elements, page);
      break;
    case Encoding::kRleDictionary:
      done = decode_indexes(leaf, *parts, *values, elements, dictionary, page);
      break;
    case Encoding::kDeltaBinaryPacked:
      done = decode_delta(leaf, *parts, *values, elements, page);
      break;
    case Encoding::kDeltaLengthByteArray:
      done = decode_delta_lengths(leaf, *parts, *values, elements, page);
      break;
    default:
      return fail(ErrorCode::kUnimplemented, "encoding beyond the profile");
  }
  if (!done) return std::unexpected(done.error());
  return page;
}

}  // namespace clew::block::parquet
