#include "query/trace_attributes.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <tuple>
#include <utility>
#include <variant>

#include "query/engine_steps.h"
#include "query/traceql/fields.h"
#include "query/traceql/query_limits.h"

namespace clew::query {
namespace {

using query_analyse::ValueCount;
using query_execute::Batch;
using query_execute::kNoValue;
using table::ColumnWindow;
using table::CoreColumn;
using table::Scope;
using table::ValueType;

constexpr size_t kValuesShown = 10;
constexpr size_t kBins = 4;

// TraceQL's name of a column, or empty for those that are no attributes or no use here.
std::string key_of(table::ColumnId id, const table::ColumnInfo& info) {
  if (id == table::core(CoreColumn::kServiceName)) return "resource.service.name";
  if (id == table::core(CoreColumn::kName)) return "name";
  if (id == table::core(CoreColumn::kKind) || id == table::core(CoreColumn::kStatusCode)) return {};
  if (id < table::core(CoreColumn::kCount)) return {};
  if (info.type == ValueType::kJson) return {};
  query_traceql::Field field;
  field.key = info.key;
  if (info.scope == Scope::kSpan) {
    field.scope = query_traceql::FieldScope::kSpan;
  } else if (info.scope == Scope::kResource) {
    field.scope = query_traceql::FieldScope::kResource;
  } else {
    return {};
  }
  return query_traceql::to_text(field);
}

double share(int64_t count, int64_t total) { return total == 0 ? 0.0 : static_cast<double>(count) / static_cast<double>(total); }

}  // namespace

stdx::Result<void> TraceAttributes::read(const table::Catalog::Sets& sets, const std::vector<otlp::TraceId>& ids,
                                         const std::vector<uint8_t>& sides, const QueryControl& control) {
  sides_ = sides;
  for (const uint8_t side : sides) ++(side == 0 ? total_.a : total_.b);
  for (const auto& set : sets) {
    if (auto go_on = interrupt_of(control).check(); !go_on) return go_on;
    // All rows of the sample in one segment are read together: neighbours share pages.
    std::vector<std::vector<std::pair<uint32_t, uint32_t>>> rows(set->segments().size());  // (row, trace) by segment.
    for (uint32_t trace = 0; trace < ids.size(); ++trace) {
      auto found = set->find_trace(ids[trace]);
      if (!found) return std::unexpected(std::move(found.error()));
      for (const table::SpanRows& part : *found) {
        const size_t taken = std::min(part.rows.size(), kComparedSpansPerTraceMax);
        for (size_t i = 0; i < taken; ++i) rows[part.segment].emplace_back(part.rows[i], trace);
      }
    }
    for (size_t segment = 0; segment < rows.size(); ++segment) {
      std::ranges::sort(rows[segment]);
      for (size_t begin = 0; begin < rows[segment].size(); begin += table::kWindowRows) {
        if (auto go_on = interrupt_of(control).check(); !go_on) return go_on;
        const size_t end = std::min(rows[segment].size(), begin + table::kWindowRows);
        std::vector<uint32_t> batch_rows, traces;
        for (size_t i = begin; i < end; ++i) {
          batch_rows.push_back(rows[segment][i].first);
          traces.push_back(rows[segment][i].second);
        }
        Batch batch = Batch::of_rows(*set->segments()[segment], std::move(batch_rows));
        if (auto done = read_rows(batch, traces); !done) return done;
      }
    }
  }
  return {};
}

stdx::Result<void> TraceAttributes::read_rows(Batch& batch, const std::vector<uint32_t>& trace_of_row) {
  const auto columns = batch.segment().columns();
  for (table::ColumnId id = 0; id < columns.size(); ++id) {
    const std::string key = key_of(id, columns[id]);
    if (key.empty()) continue;
    const ColumnWindow& window = batch.column(id);
    if (batch.error()) return std::unexpected(*batch.error());
    if (window.all_null) continue;
    absl::flat_hash_map<uint32_t, uint32_t> value_of_code;
    for (uint32_t row = 0; row < batch.row_count(); ++row) {
      if (!window.has(row)) continue;
      uint32_t value = kNoValue;
      switch (window.type) {
        case ValueType::kString: {
          const auto [at, is_new] = value_of_code.try_emplace(window.codes[row], kNoValue);
          if (is_new) at->second = values_.of_string(window.dictionary->at(window.codes[row]));
          value = at->second;
          break;
        }
        case ValueType::kInt64: value = values_.of_int(window.ints[row]); break;
        case ValueType::kDouble: value = values_.of_double(window.doubles[row]); break;
        case ValueType::kBool: value = values_.of_bool(window.small[row] != 0); break;
        default: break;
      }
      if (value != kNoValue) add(key, value, trace_of_row[row]);
    }
  }
  return {};
}

void TraceAttributes::add(const std::string& key, uint32_t value, uint32_t trace) {
  Attribute& attribute = attributes_[key];
  const uint64_t key_hash = std::hash<std::string>()(key);
  const auto count = [&](ValueCount& target) { ++(sides_[trace] == 0 ? target.a : target.b); };
  if (met_.emplace(key_hash, trace).second) count(attribute.with);
  if (met_.emplace(key_hash * 31 + value + 1, trace).second) count(attribute.values[value]);
  const otlp::AnyValue& typed = values_.at(value);
  double number = 0;
  if (const auto* whole = std::get_if<int64_t>(&typed.value)) {
    number = static_cast<double>(*whole);
  } else if (const auto* real = std::get_if<double>(&typed.value)) {
    number = *real;
  } else {
    return;
  }
  const auto [at, is_new] = attribute.numbers.try_emplace(trace, number);
  if (!is_new) at->second = std::max(at->second, number);
}

// Measurements: the largest of each trace, in four bins of equal weight over both groups.
void TraceAttributes::rank_numbers(const std::string& key, const Attribute& attribute, std::vector<ComparedAttribute>& ranked) const {
  std::vector<double> sorted;
  for (const auto& [trace, number] : attribute.numbers) {
    if (std::isfinite(number)) sorted.push_back(number);
  }
  if (sorted.size() < kBins * 2) return;
  std::ranges::sort(sorted);
  std::vector<double> highs;
  for (size_t bin = 1; bin <= kBins; ++bin) {
    const double high = sorted[bin * sorted.size() / kBins - 1];
    if (highs.empty() || high > highs.back()) highs.push_back(high);
  }
  if (highs.size() < 2) return;
  std::vector<ValueCount> counts(highs.size());
  std::vector<double> lows(highs.size(), std::numeric_limits<double>::infinity());
  for (const auto& [trace, number] : attribute.numbers) {
    if (!std::isfinite(number)) continue;
    const auto bin = static_cast<size_t>(std::ranges::lower_bound(highs, number) - highs.begin());
    ++(sides_[trace] == 0 ? counts[bin].a : counts[bin].b);
    lows[bin] = std::min(lows[bin], number);
  }
  ComparedAttribute compared;
  compared.key = key;
  compared.score = query_analyse::distance_of(counts, attribute.with, total_).score;
  compared.value_count = attribute.values.size();
  for (size_t bin = 0; bin < highs.size(); ++bin) {
    ComparedValue value;
    value.low = lows[bin];
    value.high = highs[bin];
    value.a_count = counts[bin].a;
    value.b_count = counts[bin].b;
    compared.values.push_back(std::move(value));
  }
  if (compared.score > 0) ranked.push_back(std::move(compared));
}

void TraceAttributes::rank(const absl::flat_hash_set<std::string>& ignored, uint32_t limit, Comparison& comparison) const {
  std::vector<ComparedAttribute>& ranked = comparison.attributes;
  for (const auto& [key, attribute] : attributes_) {
    if (ignored.contains(key)) continue;
    std::vector<ValueCount> counts;
    for (const auto& [value, count] : attribute.values) counts.push_back(count);
    const query_analyse::Distance distance = query_analyse::distance_of(counts, attribute.with, total_);
    if (distance.unique) {
      const size_t before = ranked.size();
      if (attribute.numbers.size() * 2 > static_cast<size_t>(attribute.with.a + attribute.with.b)) rank_numbers(key, attribute, ranked);
      if (ranked.size() == before) comparison.excluded.push_back({key, true});
      continue;
    }
    if (counts.size() == 1 && attribute.with.a == total_.a && attribute.with.b == total_.b) {
      comparison.excluded.push_back({key, false});
      continue;
    }
    if (distance.score <= 0) continue;
    ComparedAttribute compared;
    compared.key = key;
    compared.score = distance.score;
    compared.value_count = attribute.values.size();
    for (const auto& [value, count] : attribute.values) {
      ComparedValue& entry = compared.values.emplace_back();
      entry.value = values_.at(value);
      entry.a_count = count.a;
      entry.b_count = count.b;
    }
    ranked.push_back(std::move(compared));
  }
  for (ComparedAttribute& attribute : ranked) {
    std::ranges::sort(attribute.values, [&](const ComparedValue& x, const ComparedValue& y) {
      const auto difference = [&](const ComparedValue& v) { return std::abs(share(v.a_count, total_.a) - share(v.b_count, total_.b)); };
      return std::tuple(-difference(x), -(x.a_count + x.b_count)) < std::tuple(-difference(y), -(y.a_count + y.b_count));
    });
    if (attribute.values.size() > kValuesShown) attribute.values.resize(kValuesShown);
  }
  std::ranges::sort(ranked, {}, [](const ComparedAttribute& attribute) { return std::tuple(-attribute.score, std::string_view(attribute.key)); });
  if (ranked.size() > limit) ranked.resize(limit);
}

}  // namespace clew::query
