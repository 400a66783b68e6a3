#include "query/record_rows.h"

#include <algorithm>

#include "otlp/value_json.h"
#include "query/record_filter.h"
#include "table/span_fields.h"

namespace clew::query {
namespace {

using table::ColumnId;
using table::RecordColumn;
using table::Scope;

// Adds what the JSON object of an overflow column says; its keys begin with the scope's name.
void add_overflow(const otlp::AnyValue& object, std::string_view prefix, otlp::Attributes& attributes) {
  const auto* list = std::get_if<otlp::KeyValueList>(&object.value);
  if (list == nullptr) return;
  for (const otlp::KeyValue& pair : list->values) {
    if (!pair.key.starts_with(prefix)) continue;
    attributes.push_back({pair.key.substr(prefix.size()), pair.value});
  }
}

void put(const table::RecordKind& kind, const table::ColumnInfo& info, otlp::AnyValue value, RecordRow& row) {
  namespace field = table::field;
  const auto count = [&] {
    const auto* number = std::get_if<int64_t>(&value.value);
    return number == nullptr ? 0u : static_cast<uint32_t>(*number);
  };
  const auto text = [&] {
    const auto* string = std::get_if<std::string>(&value.value);
    return string == nullptr ? std::string() : *string;
  };
  switch (info.scope) {
    case Scope::kSpan: row.attributes.push_back({info.key, std::move(value)}); return;
    case Scope::kResource: row.resource.attributes.push_back({info.key, std::move(value)}); return;
    case Scope::kInstrumentation: row.scope.attributes.push_back({info.key, std::move(value)}); return;
    case Scope::kResourceField:
      if (info.key == field::kResourceOverflow) return add_overflow(value, "resource.", row.resource.attributes);
      if (info.key == field::kResourceSchemaUrl) row.resource.schema_url = text();
      if (info.key == field::kResourceDroppedAttributesCount) row.resource.dropped_attributes_count = count();
      return;
    case Scope::kInstrumentationField:
      if (info.key == field::kScopeOverflow) return add_overflow(value, "scope.", row.scope.attributes);
      if (info.key == field::kScopeSchemaUrl) row.scope.schema_url = text();
      if (info.key == field::kScopeDroppedAttributesCount) row.scope.dropped_attributes_count = count();
      return;
    case Scope::kSpanField:
      if (info.key == field::kAttributesOverflow) return add_overflow(value, kind.attribute_prefix, row.attributes);
      row.fields.emplace_back(info.key, std::move(value));
  }
}

}  // namespace

const otlp::AnyValue* RecordRow::find(std::string_view field) const {
  const auto found = std::ranges::find(fields, field, &std::pair<std::string, otlp::AnyValue>::first);
  return found == fields.end() ? nullptr : &found->second;
}
std::string_view RecordRow::text(std::string_view field) const {
  const otlp::AnyValue* value = find(field);
  const auto* text = value == nullptr ? nullptr : std::get_if<std::string>(&value->value);
  return text == nullptr ? std::string_view() : *text;
}
std::optional<int64_t> RecordRow::number(std::string_view field) const {
  const otlp::AnyValue* value = find(field);
  const auto* number = value == nullptr ? nullptr : std::get_if<int64_t>(&value->value);
  return number == nullptr ? std::nullopt : std::optional(*number);
}
std::string_view RecordRow::service() const {
  const std::string* name = otlp::find_string(resource.attributes, "service.name");
  return name == nullptr ? std::string_view() : *name;
}

stdx::Result<std::vector<RecordRow>> read_records(const table::RecordKind& kind, const table::Segment& segment,
                                                  std::span<const uint32_t> rows) {
  std::vector<RecordRow> records(rows.size());
  if (rows.empty()) return records;
  const auto columns = segment.columns();
  for (ColumnId id = 0; id < columns.size(); ++id) {
    auto window = segment.gather(id, rows);
    if (!window) return std::unexpected(std::move(window.error()));
    if (window->all_null) continue;
    for (uint32_t i = 0; i < rows.size(); ++i) {
      if (!window->has(i)) continue;
      RecordRow& record = records[i];
      if (id >= column(RecordColumn::kCount)) {
        if (window->type == table::ValueType::kSpanId && window->span_ids[i] == 0) continue;
        put(kind, columns[id], value_at(*window, i), record);
        continue;
      }
      switch (static_cast<RecordColumn>(id)) {
        case RecordColumn::kTime: record.time_ns = window->ints[i]; break;
        case RecordColumn::kServiceName:
          record.resource.attributes.push_back({"service.name", value_at(*window, i)});
          break;
        case RecordColumn::kScopeName: record.scope.name = window->dictionary->at(window->codes[i]); break;
        default: record.scope.version = window->dictionary->at(window->codes[i]);
      }
    }
  }
  const auto place_of = [&](const std::pair<std::string, otlp::AnyValue>& named) {
    const auto found = std::ranges::find(kind.fields, named.first, &table::RecordField::key);
    return std::pair(found - kind.fields.begin(), std::string_view(named.first));
  };
  for (RecordRow& record : records) {
    std::ranges::sort(record.fields, {}, place_of);
    for (otlp::Attributes* list : {&record.attributes, &record.scope.attributes}) {
      std::ranges::stable_sort(*list, {}, &otlp::KeyValue::key);
    }
    auto& resource = record.resource.attributes;
    const bool named = !resource.empty() && resource.front().key == "service.name";
    std::stable_sort(resource.begin() + (named ? 1 : 0), resource.end(),
                     [](const otlp::KeyValue& a, const otlp::KeyValue& b) { return a.key < b.key; });
  }
  return records;
}

}  // namespace clew::query
