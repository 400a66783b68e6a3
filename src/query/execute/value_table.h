// Distinct attribute values with small numbers for names, so that grouping and counting compare integers.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "otlp/model.h"

namespace clew::query_execute {

inline constexpr uint32_t kNoValue = 0xffffffffu;

// Values of different types are different values. One thread. Bounded: once kDistinctValuesMax or kDistinctValueBytesMax
// is reached, unknown values get kNoValue and is_full() says so; the caller must then give up.
class ValueTable {
 public:
  uint32_t of_string(std::string_view value);
  uint32_t of_int(int64_t value);
  uint32_t of_double(double value);
  uint32_t of_bool(bool value);
  uint32_t of_json(std::string_view json);  // Text of otlp/value_json.h.
  uint32_t of_value(const otlp::AnyValue& value);

  const otlp::AnyValue& at(uint32_t id) const { return values_[id]; }
  size_t size() const { return values_.size(); }
  bool is_full() const { return is_full_; }

 private:
  uint32_t add(otlp::AnyValue value, size_t bytes);
  bool has_room(size_t bytes);

  std::vector<otlp::AnyValue> values_;
  struct TextHash {
    using is_transparent = void;  // Look-up without a copy of the text.
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  using TextMap = absl::flat_hash_map<std::string, uint32_t, TextHash, std::equal_to<>>;

  TextMap strings_;
  absl::flat_hash_map<int64_t, uint32_t> ints_;
  absl::flat_hash_map<uint64_t, uint32_t> doubles_;  // By their bits.
  TextMap jsons_;
  uint32_t bools_[2] = {kNoValue, kNoValue};
  size_t bytes_ = 0;
  bool is_full_ = false;
};

}  // namespace clew::query_execute
