#include "query/record_filter.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "otlp/value_json.h"
#include "table/overflow_field.h"
#include "table/span_fields.h"

namespace clew::query {
namespace {

using table::ColumnId;
using table::ColumnWindow;
using table::kNullCode;
using table::kWindowRows;
using table::RecordColumn;
using table::Scope;
using table::Segment;
using table::ValueType;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool contains_text(std::string_view text, std::string_view lowered) {
  return std::search(text.begin(), text.end(), lowered.begin(), lowered.end(),
                     [](char a, char b) { return lower(a) == b; }) != text.end();
}

std::optional<size_t> field_of(const table::RecordKind& kind, std::string_view key) {
  const auto found = std::ranges::find(kind.fields, key, &table::RecordField::key);
  if (found == kind.fields.end()) return std::nullopt;
  return static_cast<size_t>(found - kind.fields.begin());
}

struct ScopedKey {
  std::vector<Scope> scopes;
  std::string_view key;
};
ScopedKey scoped(std::string_view key) {
  if (key.starts_with("resource.")) return {{Scope::kResource}, key.substr(9)};
  if (key.starts_with("scope.")) return {{Scope::kInstrumentation}, key.substr(6)};
  return {{Scope::kSpan, Scope::kResource, Scope::kInstrumentation}, key};
}

}  // namespace

otlp::AnyValue value_at(const ColumnWindow& window, uint32_t row) {
  switch (window.type) {
    case ValueType::kString: return {std::string(window.dictionary->at(window.codes[row]))};
    case ValueType::kJson: {
      auto value = otlp::parse_value_json(window.dictionary->at(window.codes[row]));
      return value ? std::move(*value) : otlp::AnyValue();
    }
    case ValueType::kInt64: return {window.ints[row]};
    case ValueType::kDouble: return {window.doubles[row]};
    case ValueType::kBool: return {window.small[row] != 0};
    case ValueType::kEnum: return {static_cast<int64_t>(window.small[row])};
    case ValueType::kTraceId: return {otlp::to_hex(window.trace_ids[row])};
    case ValueType::kSpanId: return {otlp::span_id_hex(window.span_ids[row])};
  }
  return {};
}

std::string value_text(const otlp::AnyValue& value) {
  if (const auto* text = std::get_if<std::string>(&value.value)) return *text;
  if (const auto* real = std::get_if<double>(&value.value)) return fmt::format("{}", *real);
  std::string text;
  otlp::append_value_json(value, text);
  return text;
}

bool RecordMatcher::may_match(const Segment& segment) const {
  if (const auto bounds = segment.bounds(column(RecordColumn::kTime))) {
    if (bounds->high_int < filter_.range.begin_ns || bounds->low_int >= filter_.range.end_ns) return false;
  }
  if (!filter_.service.empty() && !segment.may_equal(column(RecordColumn::kServiceName), filter_.service)) return false;
  if (filter_.trace_id) {
    const auto field = field_of(kind_, "trace_id");
    if (!field || !segment.may_equal(table::field_column(*field), otlp::to_bytes(*filter_.trace_id))) return false;
  }
  if (!filter_.metric.empty()) {
    const auto field = field_of(kind_, "metric");
    if (!field || !segment.may_equal(table::field_column(*field), filter_.metric)) return false;
  }
  return true;
}

template <class Holds>
stdx::Result<void> RecordMatcher::keep_texts(const Segment& segment, ColumnId id, uint32_t window,
                                             std::vector<uint32_t>& rows, Holds&& holds) {
  if (rows.empty()) return {};
  auto read = segment.read(id, window);
  if (!read) return std::unexpected(std::move(read.error()));
  if (read->all_null) {
    rows.clear();
    return {};
  }
  Verdicts& verdicts = verdicts_[id];
  if (verdicts.dictionary != read->dictionary) verdicts = {read->dictionary, {}};
  if (verdicts.known.size() < read->dictionary->size()) verdicts.known.resize(read->dictionary->size());
  std::erase_if(rows, [&](uint32_t row) {
    const uint32_t code = read->codes[row];
    if (code == kNullCode) return true;
    uint8_t& known = verdicts.known[code];
    if (known == 0) known = holds(read->dictionary->at(code)) ? 2 : 1;
    return known == 1;
  });
  return {};
}

stdx::Result<void> RecordMatcher::keep_service(const Segment& segment, uint32_t window, std::vector<uint32_t>& rows) {
  return keep_texts(segment, column(RecordColumn::kServiceName), window, rows,
                    [&](std::string_view text) { return text == filter_.service; });
}

stdx::Result<void> RecordMatcher::keep_ids(const Segment& segment, uint32_t window, std::vector<uint32_t>& rows) {
  const auto keep = [&](std::string_view key, auto&& holds) -> stdx::Result<void> {
    const auto field = field_of(kind_, key);
    if (!field) {
      rows.clear();
      return {};
    }
    auto read = segment.read(table::field_column(*field), window);
    if (!read) return std::unexpected(std::move(read.error()));
    std::erase_if(rows, [&](uint32_t row) { return !read->has(row) || !holds(*read, row); });
    return {};
  };
  if (filter_.trace_id) {
    const auto same = [&](const ColumnWindow& ids, uint32_t row) { return ids.trace_ids[row] == *filter_.trace_id; };
    if (auto done = keep("trace_id", same); !done) return done;
  }
  if (filter_.span_id) {
    const auto same = [&](const ColumnWindow& ids, uint32_t row) { return ids.span_ids[row] == *filter_.span_id; };
    if (auto done = keep("span_id", same); !done) return done;
  }
  if (filter_.severity_min > 0) {
    const auto enough = [&](const ColumnWindow& numbers, uint32_t row) { return numbers.ints[row] >= filter_.severity_min; };
    if (auto done = keep("severity_number", enough); !done) return done;
  }
  return {};
}

// Bodies that are no strings are searched as their JSON text.
stdx::Result<void> RecordMatcher::keep_body(const Segment& segment, uint32_t window, std::vector<uint32_t>& rows) {
  std::string lowered = filter_.text;
  std::ranges::transform(lowered, lowered.begin(), lower);
  const auto holds = [&](std::string_view text) { return contains_text(text, lowered); };
  std::vector<uint32_t> in_text = rows, in_json = rows;
  if (auto done = keep_texts(segment, table::field_column(table::log_field::kBody), window, in_text, holds); !done) return done;
  if (auto done = keep_texts(segment, table::field_column(table::log_field::kBodyJson), window, in_json, holds); !done) {
    return done;
  }
  rows.clear();
  std::ranges::set_union(in_text, in_json, std::back_inserter(rows));
  return {};
}

// By row of the window: the value in the overflow column of the scope, or nullptr.
stdx::Result<void> RecordMatcher::read_overflow(const Segment& segment, Scope scope, std::string_view key, uint32_t window,
                                                std::vector<const otlp::AnyValue*>& values) {
  const auto [field_scope, field_key] = table::overflow_field(scope);
  values.clear();
  for (const ColumnId id : segment.find(field_scope, field_key)) {
    auto read = segment.read(id, window);
    if (!read) return std::unexpected(std::move(read.error()));
    if (read->all_null) continue;
    values.resize(read->rows);
    const std::string_view prefix = scope == Scope::kResource          ? "resource."
                                    : scope == Scope::kInstrumentation ? "scope."
                                                                       : kind_.attribute_prefix;
    const std::string name = std::string(prefix).append(key);
    absl::flat_hash_map<uint32_t, const otlp::AnyValue*> by_code;
    for (uint32_t row = 0; row < read->rows; ++row) {
      if (!read->has(row)) continue;
      const auto [found, added] = by_code.try_emplace(read->codes[row], nullptr);
      if (added) {
        auto attributes = otlp::parse_attributes_json(read->dictionary->at(read->codes[row]));
        if (!attributes) continue;
        const auto value = std::ranges::find(*attributes, name, &otlp::KeyValue::key);
        if (value != attributes->end()) {
          overflow_values_.push_back(std::make_unique<otlp::AnyValue>(std::move(value->value)));
          found->second = overflow_values_.back().get();
        }
      }
      values[row] = found->second;
    }
  }
  return {};
}

stdx::Result<void> RecordMatcher::keep_attribute(const Segment& segment, const std::pair<std::string, std::string>& wanted,
                                                 uint32_t window, std::vector<uint32_t>& rows) {
  const ScopedKey key = scoped(wanted.first);
  std::vector<uint32_t> matching;
  const auto add_matching = [&](std::vector<uint32_t> more) {
    std::vector<uint32_t> both;
    std::ranges::set_union(matching, more, std::back_inserter(both));
    matching = std::move(both);
  };
  for (const Scope scope : key.scopes) {
    if (scope == Scope::kResource && key.key == "service.name") {
      std::vector<uint32_t> here = rows;
      auto done = keep_texts(segment, column(RecordColumn::kServiceName), window, here,
                             [&](std::string_view text) { return text == wanted.second; });
      if (!done) return done;
      add_matching(std::move(here));
    }
    for (const ColumnId id : segment.find(scope, key.key)) {
      std::vector<uint32_t> here = rows;
      const ValueType type = segment.columns()[id].type;
      if (type == ValueType::kString || type == ValueType::kJson) {
        auto done = keep_texts(segment, id, window, here, [&](std::string_view text) { return text == wanted.second; });
        if (!done) return done;
      } else {
        auto read = segment.read(id, window);
        if (!read) return std::unexpected(std::move(read.error()));
        std::erase_if(here, [&](uint32_t row) {
          return !read->has(row) || value_text(value_at(*read, row)) != wanted.second;
        });
      }
      add_matching(std::move(here));
    }
    std::vector<const otlp::AnyValue*> overflow;
    overflow_values_.clear();
    if (auto done = read_overflow(segment, scope, key.key, window, overflow); !done) return done;
    if (overflow.empty()) continue;
    std::vector<uint32_t> here = rows;
    std::erase_if(here, [&](uint32_t row) {
      return overflow[row] == nullptr || value_text(*overflow[row]) != wanted.second;
    });
    add_matching(std::move(here));
  }
  rows = std::move(matching);
  return {};
}

stdx::Result<void> RecordMatcher::match(const Segment& segment, uint32_t window, ColumnWindow& times,
                                        std::vector<uint32_t>& rows) {
  if (segment_ != &segment) {
    segment_ = &segment;
    verdicts_.clear();
  }
  rows.clear();
  constexpr ColumnId kTime = column(RecordColumn::kTime);
  if (const auto bounds = segment.window_bounds(kTime, window)) {
    if (bounds->high_int < filter_.range.begin_ns || bounds->low_int >= filter_.range.end_ns) return {};
  }
  auto read = segment.read(kTime, window);
  if (!read) return std::unexpected(std::move(read.error()));
  times = std::move(*read);
  for (uint32_t row = 0; row < times.rows; ++row) {
    if (filter_.range.contains(times.ints[row])) rows.push_back(row);
  }
  if (!filter_.metric.empty()) {
    auto done = keep_texts(segment, table::field_column(table::metric_field::kMetric), window, rows,
                           [&](std::string_view text) { return text == filter_.metric; });
    if (!done) return done;
  }
  if (!filter_.service.empty()) {
    if (auto done = keep_service(segment, window, rows); !done) return done;
  }
  if (auto done = keep_ids(segment, window, rows); !done) return done;
  for (const auto& wanted : filter_.attributes) {
    if (rows.empty()) return {};
    if (auto done = keep_attribute(segment, wanted, window, rows); !done) return done;
  }
  if (!filter_.text.empty() && !rows.empty()) return keep_body(segment, window, rows);
  return {};
}

}  // namespace clew::query
