#include "query/execute/value_table.h"

#include <bit>
#include <utility>

#include "otlp/value_json.h"
#include "query/traceql/query_limits.h"

namespace clew::query_execute {

bool ValueTable::has_room(size_t bytes) {
  if (values_.size() >= query::kDistinctValuesMax || bytes_ + bytes > query::kDistinctValueBytesMax) is_full_ = true;
  return !is_full_;
}

uint32_t ValueTable::add(otlp::AnyValue value, size_t bytes) {
  bytes_ += bytes;
  values_.push_back(std::move(value));
  return static_cast<uint32_t>(values_.size() - 1);
}

uint32_t ValueTable::of_string(std::string_view value) {
  if (const auto at = strings_.find(value); at != strings_.end()) return at->second;
  if (!has_room(2 * value.size())) return kNoValue;
  const uint32_t id = add({std::string(value)}, 2 * value.size());
  strings_.emplace(std::string(value), id);
  return id;
}

uint32_t ValueTable::of_int(int64_t value) {
  if (const auto at = ints_.find(value); at != ints_.end()) return at->second;
  if (!has_room(0)) return kNoValue;
  return ints_.emplace(value, add({value}, 0)).first->second;
}

uint32_t ValueTable::of_double(double value) {
  const auto bits = std::bit_cast<uint64_t>(value);
  if (const auto at = doubles_.find(bits); at != doubles_.end()) return at->second;
  if (!has_room(0)) return kNoValue;
  return doubles_.emplace(bits, add({value}, 0)).first->second;
}

uint32_t ValueTable::of_bool(bool value) {
  if (bools_[value] == kNoValue) bools_[value] = add({value}, 0);
  return bools_[value];
}

uint32_t ValueTable::of_json(std::string_view json) {
  if (const auto at = jsons_.find(json); at != jsons_.end()) return at->second;
  // A parsed value takes several times its text.
  if (!has_room(8 * json.size())) return kNoValue;
  auto value = otlp::parse_value_json(json);
  const uint32_t id = add(value ? std::move(*value) : otlp::AnyValue{}, 8 * json.size());
  jsons_.emplace(std::string(json), id);
  return id;
}

uint32_t ValueTable::of_value(const otlp::AnyValue& value) {
  if (const auto* text = std::get_if<std::string>(&value.value)) return of_string(*text);
  if (const auto* number = std::get_if<int64_t>(&value.value)) return of_int(*number);
  if (const auto* number = std::get_if<double>(&value.value)) return of_double(*number);
  if (const auto* flag = std::get_if<bool>(&value.value)) return of_bool(*flag);
  std::string json;
  otlp::append_value_json(value, json);
  return of_json(json);
}

}  // namespace clew::query_execute
