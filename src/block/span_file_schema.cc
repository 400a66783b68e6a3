#include "block/span_file_schema.h"

#include <algorithm>
#include <array>

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>
#include <simdjson.h>

#include "otlp/value_json.h"

namespace clew::block {
namespace {

using parquet::FieldSpec;
using parquet::LeafSpec;
using table::ColumnInfo;
using table::Scope;
using table::ValueType;

constexpr std::array<std::string_view, 6> kScopeNames = {"span",       "resource",       "scope",
                                                         "span_field", "resource_field", "scope_field"};
constexpr std::array<std::string_view, 5> kTypeNames = {"string", "json", "int64", "double", "bool"};

bool is_rare_field(Scope scope) { return scope >= Scope::kSpanField; }

std::string plain_name(std::string_view own_prefix, const ColumnInfo& info) {
  switch (info.scope) {
    case Scope::kSpan: return std::string(own_prefix) + info.key;
    case Scope::kResource: return "resource." + info.key;
    case Scope::kInstrumentation: return "scope." + info.key;
    default: return info.key;
  }
}

LeafSpec leaf_of(std::string name, ValueType type) {
  switch (type) {
    case ValueType::kJson: return LeafSpec::json(std::move(name), true);
    case ValueType::kInt64: return LeafSpec::int64(std::move(name), true);
    case ValueType::kDouble: return LeafSpec::real(std::move(name), true);
    case ValueType::kBool: return LeafSpec::boolean(std::move(name), true);
    default: return LeafSpec::string(std::move(name), true);
  }
}

}  // namespace

AttributePlan plan_attributes(std::vector<AttributeCandidate> candidates) {
  std::erase_if(candidates, [](const AttributeCandidate& candidate) { return candidate.weight == 0; });
  const auto by_name = [](const AttributeCandidate& a, const AttributeCandidate& b) {
    return std::tie(a.info.scope, a.info.key, a.info.type) < std::tie(b.info.scope, b.info.key, b.info.type);
  };
  const auto rare_end = std::partition(candidates.begin(), candidates.end(), [](const AttributeCandidate& candidate) {
    return is_rare_field(candidate.info.scope);
  });
  AttributePlan plan;
  if (candidates.end() - rare_end > static_cast<ptrdiff_t>(kAttributeColumnsMax)) {
    const auto kept_end = rare_end + kAttributeColumnsMax;
    std::nth_element(rare_end, kept_end, candidates.end(), [&](const AttributeCandidate& a, const AttributeCandidate& b) {
      return a.weight != b.weight ? a.weight > b.weight : by_name(a, b);
    });
    plan.overflowed.assign(std::make_move_iterator(kept_end), std::make_move_iterator(candidates.end()));
    candidates.erase(kept_end, candidates.end());
    std::sort(plan.overflowed.begin(), plan.overflowed.end(), by_name);
  }
  std::sort(candidates.begin(), candidates.end(), by_name);
  plan.columns = std::move(candidates);
  return plan;
}

void append_attribute_fields(std::string_view own_prefix, std::span<const AttributeCandidate> attributes,
                             std::vector<FieldSpec>& fields) {
  absl::flat_hash_set<std::string> taken;
  // The heaviest type of each key, except JSON, has the plain name.
  absl::flat_hash_map<std::pair<Scope, std::string_view>, const AttributeCandidate*> heaviest;
  for (const AttributeCandidate& column : attributes) {
    if (column.info.type == ValueType::kJson) continue;
    auto& best = heaviest[{column.info.scope, column.info.key}];
    if (best == nullptr || column.weight > best->weight) best = &column;
  }
  for (const AttributeCandidate& column : attributes) {
    std::string name = plain_name(own_prefix, column.info);
    if (!is_rare_field(column.info.scope) && heaviest[{column.info.scope, column.info.key}] != &column) {
      name += "::";
      name += kTypeNames[static_cast<size_t>(column.info.type)];
    }
    while (!taken.insert(name).second) name += '_';
    fields.push_back(FieldSpec::flat(leaf_of(std::move(name), column.info.type)));
  }
}

parquet::Schema span_schema(std::span<const AttributeCandidate> attributes) {
  std::vector<FieldSpec> fields;
  const auto flat = [&](LeafSpec leaf) { fields.push_back(FieldSpec::flat(std::move(leaf))); };
  flat(LeafSpec::fixed("trace_id", 16));
  flat(LeafSpec::fixed("span_id", 8));
  flat(LeafSpec::fixed("parent_span_id", 8, true));
  flat(LeafSpec::timestamp("start_time"));
  flat(LeafSpec::int64("duration"));
  flat(LeafSpec::string("name"));
  flat(LeafSpec::int32("kind"));
  flat(LeafSpec::int32("status_code"));
  flat(LeafSpec::string("service_name", true));
  flat(LeafSpec::string("scope_name", true));
  flat(LeafSpec::string("scope_version", true));
  flat(LeafSpec::int32("nested_left"));
  flat(LeafSpec::int32("nested_right"));
  flat(LeafSpec::int32("nested_depth"));

  append_attribute_fields("span.", attributes, fields);
  fields.push_back(FieldSpec::list("events", {LeafSpec::timestamp("time"), LeafSpec::string("name"),
                                              LeafSpec::json("attributes", true),
                                              LeafSpec::int64("dropped_attributes_count")}));
  fields.push_back(FieldSpec::list(
      "links", {LeafSpec::fixed("trace_id", 16), LeafSpec::fixed("span_id", 8), LeafSpec::string("trace_state", true),
                LeafSpec::json("attributes", true), LeafSpec::int64("dropped_attributes_count"), LeafSpec::int64("flags")}));
  return parquet::Schema(std::move(fields));
}

std::string columns_to_json(std::span<const AttributeCandidate> attributes) {
  std::string json = "[";
  for (const AttributeCandidate& column : attributes) {
    if (json.size() > 1) json += ',';
    json += "[\"";
    json += kScopeNames[static_cast<size_t>(column.info.scope)];
    json += "\",\"";
    json += kTypeNames[static_cast<size_t>(column.info.type)];
    json += "\",";
    otlp::append_json_string(column.info.key, json);
    json += ']';
  }
  json += ']';
  return json;
}

stdx::Result<std::vector<ColumnInfo>> columns_from_json(std::string_view json) {
  const auto damaged = [] { return stdx::fail(stdx::ErrorCode::kDataLoss, "list of attribute columns is damaged"); };
  simdjson::dom::parser parser;
  simdjson::dom::array columns;
  if (parser.parse(simdjson::padded_string(json)).get(columns) != simdjson::SUCCESS) return damaged();
  std::vector<ColumnInfo> infos;
  for (const simdjson::dom::element column : columns) {
    simdjson::dom::array parts;
    std::string_view scope, type, key;
    if (column.get(parts) != simdjson::SUCCESS || parts.size() != 3 || parts.at(0).get(scope) != simdjson::SUCCESS ||
        parts.at(1).get(type) != simdjson::SUCCESS || parts.at(2).get(key) != simdjson::SUCCESS) {
      return damaged();
    }
    const auto scope_at = std::ranges::find(kScopeNames, scope);
    const auto type_at = std::ranges::find(kTypeNames, type);
    if (scope_at == kScopeNames.end() || type_at == kTypeNames.end()) return damaged();
    infos.push_back({static_cast<Scope>(scope_at - kScopeNames.begin()), std::string(key),
                     static_cast<ValueType>(type_at - kTypeNames.begin())});
  }
  return infos;
}

std::span<const ColumnInfo> core_columns() {
  static const std::array<ColumnInfo, static_cast<size_t>(table::CoreColumn::kCount)> kColumns = {{
      {Scope::kSpanField, "trace_id", ValueType::kTraceId},
      {Scope::kSpanField, "span_id", ValueType::kSpanId},
      {Scope::kSpanField, "parent_span_id", ValueType::kSpanId},
      {Scope::kSpanField, "start_time", ValueType::kInt64},
      {Scope::kSpanField, "duration", ValueType::kInt64},
      {Scope::kSpanField, "name", ValueType::kString},
      {Scope::kSpanField, "kind", ValueType::kEnum},
      {Scope::kSpanField, "status_code", ValueType::kEnum},
      {Scope::kSpanField, "service_name", ValueType::kString},
      {Scope::kSpanField, "scope_name", ValueType::kString},
      {Scope::kSpanField, "scope_version", ValueType::kString},
      {Scope::kSpanField, "event_count", ValueType::kInt64},
      {Scope::kSpanField, "link_count", ValueType::kInt64},
  }};
  return kColumns;
}

}  // namespace clew::block
