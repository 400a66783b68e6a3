#include <algorithm>
#include <map>
#include <tuple>

#include "otlp/value_json.h"
#include "query/engine_steps.h"
#include "query/execute/column_match.h"
#include "query/plan/field_columns.h"
#include "query/traceql/fields.h"

namespace clew::query {

using query_execute::Batch;
using query_execute::Selection;
using table::ColumnWindow;
using table::Scope;
using table::Segment;
using table::ValueType;

namespace {

std::optional<TagScope> tag_scope(Scope scope) {
  switch (scope) {
    case Scope::kSpan: return TagScope::kSpan;
    case Scope::kResource: return TagScope::kResource;
    case Scope::kInstrumentation: return TagScope::kInstrumentation;
    default: return std::nullopt;
  }
}

ValueType type_of(const otlp::AnyValue& value) {
  if (std::holds_alternative<std::string>(value.value)) return ValueType::kString;
  if (std::holds_alternative<int64_t>(value.value)) return ValueType::kInt64;
  if (std::holds_alternative<double>(value.value)) return ValueType::kDouble;
  if (std::holds_alternative<bool>(value.value)) return ValueType::kBool;
  return ValueType::kJson;
}

class TagCounter {
 public:
  explicit TagCounter(TagScope wanted) : wanted_(wanted) {}

  // All of `matched`'s rows in every attribute column of the segment.
  stdx::Result<void> add(Batch& batch, const Selection& matched) {
    span_count_ += matched.count();
    if (wanted_ == TagScope::kIntrinsic) return {};
    const auto columns = batch.segment().columns();
    const auto overflow = query_plan::overflow_columns(batch.segment());
    for (table::ColumnId id = 0; id < columns.size(); ++id) {
      if (id == table::core(table::CoreColumn::kServiceName)) {
        count(TagScope::kResource, "service.name", ValueType::kString, batch.column(id), matched);
        continue;
      }
      if (id < table::core(table::CoreColumn::kCount)) continue;
      if (std::ranges::find(overflow, id) != overflow.end()) {
        count_overflow(batch.column(id), matched);
        continue;
      }
      const std::optional<TagScope> scope = tag_scope(columns[id].scope);
      if (!scope || (*scope != wanted_ && wanted_ != TagScope::kAny)) continue;
      const bool is_service = *scope == TagScope::kResource && columns[id].key == "service.name" &&
                              columns[id].type == ValueType::kString;
      if (!is_service) count(*scope, columns[id].key, columns[id].type, batch.column(id), matched);
    }
    if (batch.error()) return std::unexpected(*batch.error());
    return {};
  }

  std::vector<TagInfo> finish() {
    std::vector<TagInfo> tags;
    for (const auto& [key, count] : counts_) {
      if (count != 0) tags.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), count});
    }
    if (wanted_ == TagScope::kIntrinsic || wanted_ == TagScope::kAny) {
      for (const query_traceql::IntrinsicInfo& row : query_traceql::intrinsics()) {
        tags.push_back({TagScope::kIntrinsic, std::string(row.scoped), intrinsic_type(row.type), span_count_});
      }
    }
    return tags;
  }

 private:
  static ValueType intrinsic_type(query_traceql::FieldType type) {
    switch (type) {
      case query_traceql::FieldType::kDuration:
      case query_traceql::FieldType::kInt: return ValueType::kInt64;
      case query_traceql::FieldType::kStatus:
      case query_traceql::FieldType::kKind: return ValueType::kEnum;
      default: return ValueType::kString;
    }
  }

  void count(TagScope scope, const std::string& key, ValueType type, const ColumnWindow& window, const Selection& matched) {
    if (scope != wanted_ && wanted_ != TagScope::kAny) return;
    const uint32_t rows = query_execute::rows_with_value(window, matched).count();
    if (rows != 0) counts_[{scope, key, type}] += rows;
  }

  void count_overflow(const ColumnWindow& window, const Selection& matched) {
    if (window.all_null) return;
    // Spans often share their object, and parsing it is what costs.
    std::map<uint32_t, int64_t> rows_by_code;
    matched.for_each([&](uint32_t row) {
      if (window.codes[row] != table::kNullCode) ++rows_by_code[window.codes[row]];
    });
    for (const auto& [code, rows] : rows_by_code) {
      const auto attributes = otlp::parse_attributes_json(window.dictionary->at(code));
      if (!attributes) continue;
      for (const otlp::KeyValue& attribute : *attributes) {
        for (const Scope scope : {Scope::kSpan, Scope::kResource, Scope::kInstrumentation}) {
          const std::string_view prefix = query_plan::overflow_prefix(scope);
          if (!attribute.key.starts_with(prefix)) continue;
          const TagScope tag = *tag_scope(scope);
          if (tag == wanted_ || wanted_ == TagScope::kAny) {
            counts_[{tag, attribute.key.substr(prefix.size()), type_of(attribute.value)}] += rows;
          }
          break;
        }
      }
    }
  }

  const TagScope wanted_;
  int64_t span_count_ = 0;
  std::map<std::tuple<TagScope, std::string, ValueType>, int64_t> counts_;
};

}  // namespace

stdx::Result<std::vector<TagInfo>> Engine::tags(TagScope scope, table::TimeRange range, const QueryControl& control) const {
  if (auto valid = check_range(range); !valid) return std::unexpected(std::move(valid.error()));
  auto plan = plan_filter("");
  if (!plan) return std::unexpected(std::move(plan.error()));
  const table::Catalog::Sets sets = catalog_.snapshot();
  query_execute::TraceLookup lookup(sets);
  TagCounter counter(scope);
  auto scanned = query_execute::scan(
      sets, *plan, range, false, lookup, interrupt_of(control),
      [&counter](Batch& batch, const Selection& matched, query_execute::BatchPlace, table::TimeRange&) {
        return counter.add(batch, matched);
      });
  if (!scanned) return std::unexpected(std::move(scanned.error()));
  return counter.finish();
}

}  // namespace clew::query
