// What a writer is fed: one column of one row group.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "otlp/ids.h"

namespace clew::block::parquet {

inline constexpr uint32_t kNullIndex = 0xffffffffu;

// The strings that codes stand for. One call answers for many codes, so that no value costs a virtual call.
class StringSource {
 public:
  virtual ~StringSource() = default;
  virtual uint32_t code_count() const = 0;
  virtual void views(std::span<const uint32_t> codes, std::string_view* out) const = 0;
};

// One element for each row, or for lists list_begin: row i has elements [list_begin[i], list_begin[i + 1]). The span that
// belongs to the leaf's physical type is filled. Nulls are kNullIndex in `codes`, otherwise zero bits of `valid` (bit i of
// word i / 64; nullptr: no nulls). Required leaves have none.
struct ColumnInput {
  uint32_t row_count = 0;
  std::span<const uint32_t> list_begin;   // row_count + 1 elements; empty for flat columns.
  std::span<const uint32_t> codes;        // BYTE_ARRAY
  const StringSource* strings = nullptr;  // BYTE_ARRAY
  std::span<const int64_t> ints;          // INT64
  std::span<const int32_t> ints32;        // INT32
  std::span<const double> doubles;        // DOUBLE
  std::span<const uint8_t> booleans;      // BOOLEAN: 0 or 1
  std::span<const uint64_t> ids8;         // FIXED(8), stored big-endian
  std::span<const otlp::TraceId> ids16;   // FIXED(16)
  const uint64_t* valid = nullptr;

  uint32_t element_count() const { return list_begin.empty() ? row_count : list_begin[row_count] - list_begin[0]; }
};

}  // namespace clew::block::parquet
