#include "query/rum/event_columns.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "otlp/value_json.h"
#include "query/record_filter.h"
#include "query/rum/event_keys.h"
#include "table/overflow_field.h"
#include "table/record_kind.h"
#include "table/span_fields.h"

namespace clew::query_rum {
namespace {

using query_plan::AttributeColumns;
using query_plan::FieldColumns;
using table::ColumnId;
using table::ColumnWindow;
using table::kNullCode;
using table::Scope;
using table::ValueType;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

double parse_number(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && std::isfinite(number) ? number : kNan;
}

double number_in(const otlp::AnyValue& value) {
  if (const auto* whole = std::get_if<int64_t>(&value.value)) return static_cast<double>(*whole);
  if (const auto* real = std::get_if<double>(&value.value)) return *real;
  if (const auto* flag = std::get_if<bool>(&value.value)) return *flag ? 1 : 0;
  const auto* text = std::get_if<std::string>(&value.value);
  return text == nullptr ? kNan : parse_number(*text);
}

}  // namespace

void WindowColumns::enter(uint32_t window) {
  window_ = window;
  for (const ColumnId id : used_) columns_[id].reset();
  used_.clear();
}

const ColumnWindow& WindowColumns::at(ColumnId id) {
  auto& column = columns_[id];
  if (column) return *column;
  used_.push_back(id);
  if (auto read = segment_.read(id, window_)) {
    column = std::move(*read);
  } else {
    if (!error_) error_ = std::move(read.error());
    column.emplace().all_null = true;
  }
  return *column;
}

AttributeColumns event_attribute(const table::Segment& segment, Scope scope, std::string_view key) {
  AttributeColumns columns;
  columns.typed = segment.find(scope, key);
  constexpr ColumnId kService = column(table::RecordColumn::kServiceName);
  if (scope == Scope::kResource && key == "service.name" &&
      std::ranges::find(columns.typed, kService) == columns.typed.end()) {
    columns.typed.push_back(kService);
  }
  const auto [field_scope, field] = table::overflow_field(scope);
  const std::string_view prefix = scope == Scope::kResource          ? "resource."
                                  : scope == Scope::kInstrumentation ? "scope."
                                                                     : table::record_kind(table::RecordTableId::kEvents).attribute_prefix;
  columns.overflow = segment.find(field_scope, field);
  if (!columns.overflow.empty()) {
    columns.overflow_key = std::string(prefix).append(key);
    otlp::append_json_string(columns.overflow_key, columns.overflow_needle);
  }
  return columns;
}

FieldColumns event_field(size_t field) {
  FieldColumns columns;
  columns.first.typed = {table::field_column(field)};
  return columns;
}

FieldColumns event_columns(const table::Segment& segment, std::string_view key) {
  if (key == key::kName) return event_field(table::log_field::kEventName);
  if (key == key::kBody) return event_field(table::log_field::kBody);
  if (key.starts_with("resource.")) return {event_attribute(segment, Scope::kResource, key.substr(9)), {}};
  if (key.starts_with("scope.")) return {event_attribute(segment, Scope::kInstrumentation, key.substr(6)), {}};
  return {event_attribute(segment, Scope::kSpan, key), event_attribute(segment, Scope::kResource, key)};
}

std::optional<otlp::AnyValue> overflow_value(std::string_view object, const AttributeColumns& columns) {
  if (object.find(columns.overflow_needle) == std::string_view::npos) return std::nullopt;
  auto attributes = otlp::parse_attributes_json(object);
  if (!attributes) return std::nullopt;
  const auto found = std::ranges::find(*attributes, columns.overflow_key, &otlp::KeyValue::key);
  if (found == attributes->end()) return std::nullopt;
  return std::move(found->value);
}

void MergedTexts::find(std::string_view value, std::vector<uint32_t>& codes) const {
  if (const auto found = codes_.find(value); found != codes_.end()) codes.push_back(found->second);
}

uint32_t MergedTexts::intern(std::string_view text) {
  const auto found = codes_.find(text);
  if (found != codes_.end()) return found->second;
  const auto code = static_cast<uint32_t>(texts_.size());
  codes_.emplace(texts_.emplace_back(text), code);
  return code;
}

KeyReader::KeyReader(const table::Segment& segment, std::string_view key) : columns_(event_columns(segment, key)) {
  const auto infos = segment.columns();
  for (const AttributeColumns* columns : {&columns_.first, &columns_.second}) {
    const bool of_second = columns == &columns_.second;
    for (const ColumnId id : columns->typed) sources_.push_back({id, infos[id].type, false, of_second, {}, {}, {}, {}});
    for (const ColumnId id : columns->overflow) sources_.push_back({id, ValueType::kJson, true, of_second, {}, {}, {}, {}});
  }
  direct_ = sources_.size() == 1 && !sources_[0].overflow && sources_[0].type == ValueType::kString;
  if (!direct_) merged_ = std::make_shared<MergedTexts>();
}

void KeyReader::use_dictionary(Source& source, const ColumnWindow& window) {
  if (source.dictionary != window.dictionary) {
    source.dictionary = window.dictionary;
    source.codes.clear();
    source.numbers.clear();
    source.known.clear();
  }
  // The head's dictionaries grow under the same address.
  if (source.known.size() < window.dictionary->size()) source.known.resize(window.dictionary->size());
}

void KeyReader::read_texts(WindowColumns& columns, const std::vector<uint32_t>& rows, std::vector<uint32_t>& codes) {
  dictionary_ = nullptr;
  codes.assign(rows.size(), kNullCode);
  if (direct_) {
    const ColumnWindow& window = columns.at(sources_[0].id);
    if (window.all_null) return;
    dictionary_ = window.dictionary;
    const uint32_t* stored = window.codes.data();
    if (rows.size() == window.rows) {
      std::copy_n(stored, rows.size(), codes.begin());
    } else {
      for (size_t i = 0; i < rows.size(); ++i) codes[i] = stored[rows[i]];
    }
    return;
  }
  for (Source& source : sources_) {
    const ColumnWindow& window = columns.at(source.id);
    if (window.all_null) continue;
    dictionary_ = merged_;
    merge_texts(source, window, rows, codes);
  }
}

const ColumnWindow* KeyReader::only_texts(WindowColumns& columns) const {
  return direct_ ? &columns.at(sources_[0].id) : nullptr;
}

const ColumnWindow* KeyReader::only_numbers(WindowColumns& columns) const {
  if (sources_.size() != 1 || sources_[0].overflow) return nullptr;
  if (sources_[0].type != ValueType::kInt64 && sources_[0].type != ValueType::kDouble) return nullptr;
  return &columns.at(sources_[0].id);
}

void KeyReader::merge_texts(Source& source, const ColumnWindow& window, const std::vector<uint32_t>& rows,
                            std::vector<uint32_t>& codes) {
  const bool coded = source.type == ValueType::kString || source.type == ValueType::kJson;
  if (coded) {
    use_dictionary(source, window);
    source.codes.resize(source.known.size(), kNullCode);
  }
  for (size_t i = 0; i < rows.size(); ++i) {
    if (codes[i] != kNullCode || !window.has(rows[i])) continue;
    if (!coded) {
      if (window.type == ValueType::kSpanId && window.span_ids[rows[i]] == 0) continue;
      codes[i] = merged_->intern(query::value_text(query::value_at(window, rows[i])));
      continue;
    }
    const uint32_t stored = window.codes[rows[i]];
    if (source.known[stored] == 0) {
      source.codes[stored] = merged_code(source, window.dictionary->at(stored));
      source.known[stored] = 1;
    }
    codes[i] = source.codes[stored];
  }
}

uint32_t KeyReader::merged_code(const Source& source, std::string_view stored) {
  if (!source.overflow) return merged_->intern(stored);
  const auto value = overflow_value(stored, overflow_of(source));
  return value ? merged_->intern(query::value_text(*value)) : kNullCode;
}

double KeyReader::number_of(const Source& source, std::string_view stored) const {
  if (!source.overflow) return source.type == ValueType::kString ? parse_number(stored) : kNan;
  const auto value = overflow_value(stored, overflow_of(source));
  return value ? number_in(*value) : kNan;
}

bool KeyReader::read_numbers(WindowColumns& columns, const std::vector<uint32_t>& rows, std::vector<double>& values) {
  bool any = false;
  for (Source& source : sources_) {
    const ColumnWindow& window = columns.at(source.id);
    if (window.all_null) continue;
    if (!any) values.assign(rows.size(), kNan);
    any = true;
    const auto fill = [&](auto&& value_at_row) {
      for (size_t i = 0; i < rows.size(); ++i) {
        if (std::isnan(values[i]) && window.has(rows[i])) values[i] = value_at_row(rows[i]);
      }
    };
    switch (window.type) {
      case ValueType::kInt64: fill([&](uint32_t row) { return static_cast<double>(window.ints[row]); }); break;
      case ValueType::kDouble: fill([&](uint32_t row) { return window.doubles[row]; }); break;
      case ValueType::kBool: fill([&](uint32_t row) { return window.small[row] != 0 ? 1.0 : 0.0; }); break;
      case ValueType::kString:
      case ValueType::kJson:
        use_dictionary(source, window);
        source.numbers.resize(source.known.size(), kNan);
        fill([&](uint32_t row) {
          const uint32_t stored = window.codes[row];
          if (source.known[stored] == 0) {
            source.numbers[stored] = number_of(source, window.dictionary->at(stored));
            source.known[stored] = 1;
          }
          return source.numbers[stored];
        });
        break;
      default: break;
    }
  }
  return any;
}

}  // namespace clew::query_rum
