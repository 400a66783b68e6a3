// The column batch: up to 8 192 consecutive rows of one column, decoded. The one shape in which head, blocks and queries
// exchange values.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "otlp/ids.h"

namespace clew::table {

// Rows of a segment are read in windows of this many, aligned to the segment's first row. Parquet pages have the same
// size, so a window of a block is one page of each column.
inline constexpr uint32_t kWindowRows = 8192;

// In `codes`: the row has no value.
inline constexpr uint32_t kNullCode = 0xffffffffu;

enum class ValueType : uint8_t {
  kString,   // codes into a dictionary
  kJson,     // codes into a dictionary of JSON texts: arrays, maps, bytes and empty values (otlp/value_json.h)
  kInt64,    // ints
  kDouble,   // doubles
  kBool,     // small: 0 or 1
  kEnum,     // small: span kind, status code
  kTraceId,  // trace_ids
  kSpanId,   // span_ids; 0 means none
};

// The distinct values that codes stand for. An entry may occur under several codes (columns of mostly distinct values are
// not deduplicated). Any thread may call; implementations are immutable up to size().
class DictionaryView {
 public:
  virtual ~DictionaryView() = default;
  virtual uint32_t size() const = 0;
  virtual std::string_view at(uint32_t code) const = 0;
  // Appends every code whose value is exactly `value`.
  virtual void find(std::string_view value, std::vector<uint32_t>& codes) const = 0;
};

// Which of the spans below is filled depends on `type`; it has `rows` elements. Nulls: kNullCode in `codes`; a zero bit in
// `valid` for other types, where an empty `valid` means that every row has a value.
struct ColumnWindow {
  ValueType type = ValueType::kString;
  uint32_t rows = 0;
  bool all_null = false;  // No row has a value; the other members may then be empty.
  std::span<const uint32_t> codes;
  // Equal pointers within one segment mean equal codes, so that a predicate is evaluated over a dictionary once.
  std::shared_ptr<const DictionaryView> dictionary;
  std::span<const int64_t> ints;
  std::span<const double> doubles;
  std::span<const uint8_t> small;
  std::span<const otlp::TraceId> trace_ids;
  std::span<const otlp::SpanId> span_ids;
  std::span<const uint64_t> valid;      // Bit i of word i / 64: row i has a value.
  std::shared_ptr<const void> owner;  // Keeps what the spans point to.

  bool has(uint32_t row) const {
    if (all_null) return false;
    if (!codes.empty()) return codes[row] != kNullCode;
    return valid.empty() || (valid[row / 64] >> (row % 64) & 1) != 0;
  }
};

}  // namespace clew::table
