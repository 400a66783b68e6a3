// For tests: a SpanSet over plain OTLP objects, as simple as can be, to hold the engine against.
#pragma once

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "otlp/model.h"
#include "otlp/value_json.h"
#include "table/catalog.h"
#include "table/rollup_rows.h"
#include "table/span_fields.h"
#include "table/span_set.h"

namespace clew::query_test {

// One span with what it hangs from.
struct FlatSpan {
  const otlp::Resource* resource;
  const otlp::InstrumentationScope* scope;
  const otlp::Span* span;
};

inline std::vector<FlatSpan> flatten(const otlp::TracesData& data) {
  std::vector<FlatSpan> spans;
  for (const auto& resource : data.resource_spans) {
    for (const auto& scope : resource.scope_spans) {
      for (const auto& span : scope.spans) spans.push_back({&resource.resource, &scope.scope, &span});
    }
  }
  return spans;
}

inline int64_t start_of(const FlatSpan& flat) { return static_cast<int64_t>(flat.span->start_time_unix_nano); }
inline int64_t duration_of(const FlatSpan& flat) {
  return std::max<int64_t>(0, static_cast<int64_t>(flat.span->end_time_unix_nano - flat.span->start_time_unix_nano));
}
inline std::string service_of(const FlatSpan& flat) {
  const std::string* service = otlp::find_string(flat.resource->attributes, "service.name");
  return service != nullptr ? *service : "";
}

class NaiveDictionary final : public table::DictionaryView {
 public:
  uint32_t size() const override { return static_cast<uint32_t>(values_.size()); }
  std::string_view at(uint32_t code) const override { return values_[code]; }
  void find(std::string_view value, std::vector<uint32_t>& codes) const override {
    for (uint32_t code = 0; code < values_.size(); ++code) {
      if (values_[code] == value) codes.push_back(code);
    }
  }
  // With `repeat`, some values get a second code, as the interface allows.
  uint32_t intern(const std::string& value, bool repeat) {
    const auto [at, is_new] = codes_.try_emplace(value, size());
    if (!is_new && !repeat) return at->second;
    values_.push_back(value);
    return size() - 1;
  }

 private:
  std::vector<std::string> values_;
  std::map<std::string, uint32_t> codes_;
};

struct NaiveColumn {
  table::ColumnInfo info;
  std::shared_ptr<NaiveDictionary> dictionary = std::make_shared<NaiveDictionary>();
  std::vector<uint32_t> codes = {};
  std::vector<int64_t> ints = {};
  std::vector<double> doubles = {};
  std::vector<uint8_t> small = {};
  std::vector<otlp::TraceId> trace_ids = {};
  std::vector<otlp::SpanId> span_ids = {};
  std::vector<bool> present = {};
};

struct NaiveOptions {
  uint32_t rows_per_segment = 100'000;
  bool by_trace = true;            // Order rows by trace, as blocks do; otherwise by start, as the head does.
  bool repeat_codes = false;       // Some values get several codes.
  size_t overflow_every = 0;       // Every n-th attribute key goes to the overflow columns.
};

class NaiveSegment final : public table::Segment {
 public:
  NaiveSegment(std::vector<FlatSpan> spans, const NaiveOptions& options) : spans_(std::move(spans)), options_(options) {
    add_core_columns();
    for (uint32_t row = 0; row < spans_.size(); ++row) add_row(row);
    for (NaiveColumn& column : columns_) resize(column, row_count());
    for (const NaiveColumn& column : columns_) infos_.push_back(column.info);
  }

  uint32_t row_count() const override { return static_cast<uint32_t>(spans_.size()); }
  std::span<const table::ColumnInfo> columns() const override { return infos_; }
  std::vector<table::ColumnId> find(table::Scope scope, std::string_view key) const override {
    std::vector<table::ColumnId> found;
    for (table::ColumnId id = table::core(table::CoreColumn::kCount); id < infos_.size(); ++id) {
      if (infos_[id].scope == scope && infos_[id].key == key) found.push_back(id);
    }
    return found;
  }

  stdx::Result<table::ColumnWindow> read(table::ColumnId column, uint32_t window) const override {
    std::vector<uint32_t> rows;
    for (uint32_t row = window * table::kWindowRows; row < std::min(row_count(), (window + 1) * table::kWindowRows); ++row) {
      rows.push_back(row);
    }
    return gather(column, rows);
  }

  stdx::Result<table::ColumnWindow> gather(table::ColumnId id, std::span<const uint32_t> rows) const override {
    ++reads;
    if (fail_reads) return stdx::fail(stdx::ErrorCode::kDataLoss, "block naive, column " + infos_[id].key + ": damaged");
    const NaiveColumn& column = columns_[id];
    struct Held {
      std::vector<uint32_t> codes;
      std::vector<int64_t> ints;
      std::vector<double> doubles;
      std::vector<uint8_t> small;
      std::vector<otlp::TraceId> trace_ids;
      std::vector<otlp::SpanId> span_ids;
      std::vector<uint64_t> valid;
    };
    auto held = std::make_shared<Held>();
    table::ColumnWindow window;
    window.type = column.info.type;
    window.rows = static_cast<uint32_t>(rows.size());
    held->valid.assign(rows.size() / 64 + 1, 0);
    bool any = false;
    for (size_t i = 0; i < rows.size(); ++i) {
      const uint32_t row = rows[i];
      if (column.present[row]) held->valid[i / 64] |= uint64_t{1} << (i % 64);
      any |= column.present[row];
      held->codes.push_back(column.present[row] ? column.codes[row] : table::kNullCode);
      held->ints.push_back(column.ints[row]);
      held->doubles.push_back(column.doubles[row]);
      held->small.push_back(column.small[row]);
      held->trace_ids.push_back(column.trace_ids[row]);
      held->span_ids.push_back(column.span_ids[row]);
    }
    if (!any) {
      window.all_null = true;
      return window;
    }
    switch (window.type) {
      case table::ValueType::kString:
      case table::ValueType::kJson:
        window.codes = held->codes;
        window.dictionary = column.dictionary;
        break;
      case table::ValueType::kInt64: window.ints = held->ints; break;
      case table::ValueType::kDouble: window.doubles = held->doubles; break;
      case table::ValueType::kBool:
      case table::ValueType::kEnum: window.small = held->small; break;
      case table::ValueType::kTraceId: window.trace_ids = held->trace_ids; break;
      case table::ValueType::kSpanId: window.span_ids = held->span_ids; break;
    }
    const bool by_code = window.type == table::ValueType::kString || window.type == table::ValueType::kJson;
    if (!by_code && id >= table::core(table::CoreColumn::kCount)) window.valid = held->valid;
    window.owner = held;
    return window;
  }

  stdx::Result<table::ChildRows> read_children(std::span<const uint32_t> rows) const override {
    table::ChildRows children;
    auto texts = std::make_shared<std::deque<std::string>>();
    const auto attributes_text = [&](const otlp::Attributes& attributes) -> std::string_view {
      if (attributes.empty()) return "";
      std::string& text = texts->emplace_back();
      otlp::append_attributes_json(attributes, text);
      return text;
    };
    for (const uint32_t row : rows) {
      const otlp::Span& span = *spans_[row].span;
      children.event_begin.push_back(static_cast<uint32_t>(children.events.size()));
      children.link_begin.push_back(static_cast<uint32_t>(children.links.size()));
      for (const otlp::SpanEvent& event : span.events) {
        children.events.push_back({static_cast<int64_t>(event.time_unix_nano), event.name,
                                   attributes_text(event.attributes), event.dropped_attributes_count});
      }
      for (const otlp::SpanLink& link : span.links) {
        children.links.push_back({link.trace_id, link.span_id, link.trace_state, attributes_text(link.attributes),
                                  link.dropped_attributes_count, link.flags});
      }
    }
    children.event_begin.push_back(static_cast<uint32_t>(children.events.size()));
    children.link_begin.push_back(static_cast<uint32_t>(children.links.size()));
    children.owner = texts;
    return children;
  }

  bool may_equal(table::ColumnId column, std::string_view value) const override {
    std::vector<uint32_t> codes;
    columns_[column].dictionary->find(value, codes);
    return !codes.empty();
  }
  std::optional<table::ColumnBounds> bounds(table::ColumnId column) const override {
    return bounds_of(column, 0, row_count());
  }
  std::optional<table::ColumnBounds> window_bounds(table::ColumnId column, uint32_t window) const override {
    return bounds_of(column, window * table::kWindowRows, std::min(row_count(), (window + 1) * table::kWindowRows));
  }

  const std::vector<FlatSpan>& spans() const { return spans_; }
  mutable std::atomic<uint64_t> reads = 0;
  bool fail_reads = false;

 private:
  std::optional<table::ColumnBounds> bounds_of(table::ColumnId id, uint32_t begin, uint32_t end) const {
    const NaiveColumn& column = columns_[id];
    if (column.info.type != table::ValueType::kInt64 && column.info.type != table::ValueType::kDouble) return std::nullopt;
    std::optional<table::ColumnBounds> bounds;
    for (uint32_t row = begin; row < end; ++row) {
      if (!column.present[row] || std::isnan(column.doubles[row])) continue;
      if (!bounds) bounds = {column.ints[row], column.ints[row], column.doubles[row], column.doubles[row]};
      bounds->low_int = std::min(bounds->low_int, column.ints[row]);
      bounds->high_int = std::max(bounds->high_int, column.ints[row]);
      bounds->low_double = std::min(bounds->low_double, column.doubles[row]);
      bounds->high_double = std::max(bounds->high_double, column.doubles[row]);
    }
    return bounds;
  }

  static void resize(NaiveColumn& column, size_t rows) {
    column.codes.resize(rows, table::kNullCode);
    column.ints.resize(rows);
    column.doubles.resize(rows);
    column.small.resize(rows);
    column.trace_ids.resize(rows);
    column.span_ids.resize(rows);
    column.present.resize(rows);
  }

  void add_core_columns() {
    using table::ValueType;
    static constexpr std::pair<const char*, ValueType> kCore[] = {
        {"trace_id", ValueType::kTraceId}, {"span_id", ValueType::kSpanId},  {"parent_span_id", ValueType::kSpanId},
        {"start_time", ValueType::kInt64}, {"duration", ValueType::kInt64},  {"name", ValueType::kString},
        {"kind", ValueType::kEnum},        {"status_code", ValueType::kEnum}, {"service_name", ValueType::kString},
        {"scope_name", ValueType::kString}, {"scope_version", ValueType::kString}, {"event_count", ValueType::kInt64},
        {"link_count", ValueType::kInt64}};
    for (const auto& [key, type] : kCore) columns_.push_back({.info = {table::Scope::kSpan, key, type}});
  }

  NaiveColumn& column(table::Scope scope, const std::string& key, table::ValueType type) {
    const auto [at, is_new] = index_.try_emplace({scope, key, type}, columns_.size());
    if (is_new) columns_.push_back({.info = {scope, key, type}});
    return columns_[at->second];
  }
  NaiveColumn& core(table::CoreColumn id) { return columns_[table::core(id)]; }

  void put_text(NaiveColumn& column, uint32_t row, const std::string& text) {
    resize(column, row + 1);
    column.codes[row] = column.dictionary->intern(text, options_.repeat_codes && row % 3 == 0);
    column.present[row] = true;
  }
  static void put_int(NaiveColumn& column, uint32_t row, int64_t value) {
    resize(column, row + 1);
    column.ints[row] = value;
    column.present[row] = true;
  }

  void put(table::Scope scope, const std::string& key, uint32_t row, const otlp::AnyValue& value) {
    using table::ValueType;
    if (const auto* text = std::get_if<std::string>(&value.value)) {
      put_text(column(scope, key, ValueType::kString), row, *text);
    } else if (const auto* number = std::get_if<int64_t>(&value.value)) {
      put_int(column(scope, key, ValueType::kInt64), row, *number);
    } else if (const auto* real = std::get_if<double>(&value.value)) {
      NaiveColumn& target = column(scope, key, ValueType::kDouble);
      put_int(target, row, 0);
      target.doubles[row] = *real;
    } else if (const auto* flag = std::get_if<bool>(&value.value)) {
      NaiveColumn& target = column(scope, key, ValueType::kBool);
      put_int(target, row, 0);
      target.small[row] = *flag ? 1 : 0;
    } else {
      std::string json;
      otlp::append_value_json(value, json);
      put_text(column(scope, key, ValueType::kJson), row, json);
    }
  }

  void put_attributes(table::Scope scope, const char* prefix, const otlp::Attributes& attributes, uint32_t row,
                      otlp::Attributes& overflow) {
    for (const otlp::KeyValue& attribute : attributes) {
      if (scope == table::Scope::kResource && attribute.key == "service.name" &&
          std::holds_alternative<std::string>(attribute.value.value)) {
        put_text(core(table::CoreColumn::kServiceName), row, std::get<std::string>(attribute.value.value));
        continue;
      }
      const size_t hash = std::hash<std::string>()(attribute.key);
      if (options_.overflow_every != 0 && hash % options_.overflow_every == 0) {
        overflow.push_back({prefix + attribute.key, attribute.value});
      } else {
        put(scope, attribute.key, row, attribute.value);
      }
    }
  }

  void add_row(uint32_t row) {
    using table::CoreColumn;
    const FlatSpan& flat = spans_[row];
    const otlp::Span& span = *flat.span;
    for (uint32_t id = 0; id < table::core(CoreColumn::kCount); ++id) resize(columns_[id], row + 1);
    core(CoreColumn::kTraceId).trace_ids[row] = span.trace_id;
    core(CoreColumn::kSpanId).span_ids[row] = span.span_id;
    core(CoreColumn::kParentSpanId).span_ids[row] = span.parent_span_id;
    core(CoreColumn::kKind).small[row] = static_cast<uint8_t>(span.kind);
    core(CoreColumn::kStatusCode).small[row] = static_cast<uint8_t>(span.status_code);
    for (const CoreColumn id : {CoreColumn::kTraceId, CoreColumn::kSpanId, CoreColumn::kParentSpanId, CoreColumn::kKind,
                                CoreColumn::kStatusCode}) {
      core(id).present[row] = true;
    }
    put_int(core(CoreColumn::kStartTime), row, start_of(flat));
    put_int(core(CoreColumn::kDuration), row, duration_of(flat));
    put_int(core(CoreColumn::kEventCount), row, static_cast<int64_t>(span.events.size()));
    put_int(core(CoreColumn::kLinkCount), row, static_cast<int64_t>(span.links.size()));
    put_text(core(CoreColumn::kName), row, span.name);
    if (!flat.scope->name.empty()) put_text(core(CoreColumn::kScopeName), row, flat.scope->name);
    if (!flat.scope->version.empty()) put_text(core(CoreColumn::kScopeVersion), row, flat.scope->version);

    otlp::Attributes span_overflow, resource_overflow, scope_overflow;
    put_attributes(table::Scope::kSpan, "span.", span.attributes, row, span_overflow);
    put_attributes(table::Scope::kResource, "resource.", flat.resource->attributes, row, resource_overflow);
    put_attributes(table::Scope::kInstrumentation, "scope.", flat.scope->attributes, row, scope_overflow);
    put_fields(row, flat, span_overflow, resource_overflow, scope_overflow);
  }

  void put_fields(uint32_t row, const FlatSpan& flat, const otlp::Attributes& span_overflow,
                  const otlp::Attributes& resource_overflow, const otlp::Attributes& scope_overflow) {
    using namespace table::field;
    using table::Scope;
    const auto text = [&](Scope scope, std::string_view key, const std::string& value) {
      if (!value.empty()) put(scope, std::string(key), row, {value});
    };
    const auto number = [&](Scope scope, std::string_view key, uint32_t value) {
      if (value != 0) put(scope, std::string(key), row, {int64_t{value}});
    };
    const auto json = [&](Scope scope, std::string_view key, const otlp::Attributes& attributes) {
      if (attributes.empty()) return;
      std::string object;
      otlp::append_attributes_json(attributes, object);
      put_text(column(scope, std::string(key), table::ValueType::kJson), row, object);
    };
    text(Scope::kSpanField, kTraceState, flat.span->trace_state);
    text(Scope::kSpanField, kStatusMessage, flat.span->status_message);
    number(Scope::kSpanField, kFlags, flat.span->flags);
    number(Scope::kSpanField, kDroppedAttributesCount, flat.span->dropped_attributes_count);
    number(Scope::kSpanField, kDroppedEventsCount, flat.span->dropped_events_count);
    number(Scope::kSpanField, kDroppedLinksCount, flat.span->dropped_links_count);
    json(Scope::kSpanField, kAttributesOverflow, span_overflow);
    text(Scope::kResourceField, kResourceSchemaUrl, flat.resource->schema_url);
    number(Scope::kResourceField, kResourceDroppedAttributesCount, flat.resource->dropped_attributes_count);
    json(Scope::kResourceField, kResourceOverflow, resource_overflow);
    text(Scope::kInstrumentationField, kScopeSchemaUrl, flat.scope->schema_url);
    number(Scope::kInstrumentationField, kScopeDroppedAttributesCount, flat.scope->dropped_attributes_count);
    json(Scope::kInstrumentationField, kScopeOverflow, scope_overflow);
  }

  std::vector<FlatSpan> spans_;
  NaiveOptions options_;
  std::vector<NaiveColumn> columns_;
  std::vector<table::ColumnInfo> infos_;
  std::map<std::tuple<table::Scope, std::string, table::ValueType>, size_t> index_;
};

class NaiveSpanSet : public table::SpanSet {
 public:
  NaiveSpanSet(std::string name, otlp::TracesData data, const NaiveOptions& options = {})
      : name_(std::move(name)), data_(std::make_unique<otlp::TracesData>(std::move(data))), spans_(flatten(*data_)) {
    std::ranges::sort(spans_, {}, [&](const FlatSpan& flat) {
      return std::tuple(options.by_trace ? flat.span->trace_id : otlp::TraceId{}, flat.span->start_time_unix_nano,
                        flat.span->span_id);
    });
    for (size_t begin = 0; begin < spans_.size(); begin += options.rows_per_segment) {
      const size_t end = std::min(spans_.size(), begin + options.rows_per_segment);
      naive_segments_.push_back(std::make_shared<NaiveSegment>(
          std::vector<FlatSpan>(spans_.begin() + static_cast<ptrdiff_t>(begin), spans_.begin() + static_cast<ptrdiff_t>(end)),
          options));
      segments_.push_back(naive_segments_.back());
    }
  }

  const std::string& name() const override { return name_; }
  uint64_t span_count() const override { return spans_.size(); }
  int64_t start_min_ns() const override {
    return spans_.empty() ? 0 : start_of(*std::ranges::min_element(spans_, {}, start_of));
  }
  int64_t start_max_ns() const override {
    return spans_.empty() ? 0 : start_of(*std::ranges::max_element(spans_, {}, start_of));
  }
  std::span<const std::shared_ptr<const table::Segment>> segments() const override { return segments_; }

  stdx::Result<std::vector<table::SpanRows>> find_trace(otlp::TraceId trace_id) const override {
    std::vector<table::SpanRows> found;
    for (uint32_t i = 0; i < naive_segments_.size(); ++i) {
      table::SpanRows rows{i, {}};
      for (uint32_t row = 0; row < naive_segments_[i]->row_count(); ++row) {
        if (naive_segments_[i]->spans()[row].span->trace_id == trace_id) rows.rows.push_back(row);
      }
      if (!rows.rows.empty()) found.push_back(std::move(rows));
    }
    return found;
  }

  stdx::Result<std::vector<table::TracePart>> trace_parts(std::span<const otlp::TraceId> trace_ids) const override {
    build_rollups();
    std::vector<table::TracePart> parts;
    for (const otlp::TraceId id : trace_ids) {
      if (const auto at = parts_.find(id); at != parts_.end()) parts.push_back(at->second);
    }
    return parts;
  }

  stdx::Result<std::vector<table::RedRow>> red(table::TimeRange range) const override {
    std::map<std::tuple<std::string, std::string, otlp::SpanKind, otlp::StatusCode, int64_t>, table::RedRow> rows;
    for (const FlatSpan& flat : spans_) {
      const int64_t minute = minute_of(flat);
      if (!overlaps(minute, range)) continue;
      const otlp::Span& span = *flat.span;
      table::RedRow& row = rows[{service_of(flat), span.name, span.kind, span.status_code, minute}];
      row.service = service_of(flat);
      row.operation = span.name;
      row.kind = span.kind;
      row.status = span.status_code;
      row.minute_ns = minute;
      ++row.count;
      row.error_count += span.status_code == otlp::StatusCode::kError;
      row.duration_sum_ns += duration_of(flat);
      table::merge_into(row.durations, {{table::duration_bucket(duration_of(flat)), 1}});
    }
    std::vector<table::RedRow> list;
    for (auto& [key, row] : rows) list.push_back(std::move(row));
    return list;
  }

  // Calls between different services only, by parent and child.
  stdx::Result<std::vector<table::EdgeRow>> edges(table::TimeRange range) const override {
    std::map<std::pair<otlp::TraceId, otlp::SpanId>, const FlatSpan*> by_id;
    for (const FlatSpan& flat : spans_) by_id[{flat.span->trace_id, flat.span->span_id}] = &flat;
    std::vector<table::EdgeRow> list;
    for (const FlatSpan& flat : spans_) {
      const auto parent = by_id.find({flat.span->trace_id, flat.span->parent_span_id});
      if (parent == by_id.end() || service_of(*parent->second) == service_of(flat)) continue;
      if (!overlaps(minute_of(flat), range)) continue;
      table::EdgeRow row;
      row.caller_service = service_of(*parent->second);
      row.caller_operation = parent->second->span->name;
      row.callee_service = service_of(flat);
      row.callee_operation = flat.span->name;
      row.type = table::ConnectionType::kRpc;
      row.minute_ns = minute_of(flat);
      row.count = 1;
      row.error_count = flat.span->status_code == otlp::StatusCode::kError;
      row.callee_durations = {{table::duration_bucket(duration_of(flat)), 1}};
      row.caller_durations = {{table::duration_bucket(duration_of(*parent->second)), 1}};
      list.push_back(std::move(row));
    }
    return list;
  }

  const std::vector<std::shared_ptr<NaiveSegment>>& naive_segments() const { return naive_segments_; }

 private:
  static constexpr int64_t kMinuteNs = 60'000'000'000;
  static int64_t minute_of(const FlatSpan& flat) { return start_of(flat) / kMinuteNs * kMinuteNs; }
  static bool overlaps(int64_t minute, const table::TimeRange& range) {
    return minute + kMinuteNs > range.begin_ns && minute < range.end_ns;
  }

  void build_rollups() const {
    std::lock_guard lock(mutex_);
    if (!parts_.empty()) return;
    std::map<otlp::TraceId, std::vector<const FlatSpan*>> by_trace;
    for (const FlatSpan& flat : spans_) by_trace[flat.span->trace_id].push_back(&flat);
    for (const auto& [id, spans] : by_trace) {
      table::TracePart part;
      part.trace_id = id;
      part.start_ns = INT64_MAX;
      std::map<std::string, table::ServiceCount> services;
      const FlatSpan* named_by = nullptr;
      const auto rank = [](const FlatSpan& flat) { return std::pair(flat.span->parent_span_id != 0, start_of(flat)); };
      for (const FlatSpan* flat : spans) {
        const bool error = flat->span->status_code == otlp::StatusCode::kError;
        ++part.span_count;
        part.error_count += error;
        part.start_ns = std::min(part.start_ns, start_of(*flat));
        part.end_ns = std::max(part.end_ns, start_of(*flat) + duration_of(*flat));
        table::ServiceCount& service = services[service_of(*flat)];
        service.name = service_of(*flat);
        ++service.span_count;
        service.error_count += error;
        if (named_by == nullptr || rank(*flat) < rank(*named_by)) named_by = flat;
      }
      part.has_root = named_by->span->parent_span_id == 0;
      part.root_service = service_of(*named_by);
      part.root_name = named_by->span->name;
      for (auto& [name, service] : services) part.services.push_back(service);
      parts_[id] = std::move(part);
    }
  }

  std::string name_;
  std::unique_ptr<otlp::TracesData> data_;
  std::vector<FlatSpan> spans_;
  std::vector<std::shared_ptr<NaiveSegment>> naive_segments_;
  std::vector<std::shared_ptr<const table::Segment>> segments_;
  mutable std::mutex mutex_;
  mutable std::map<otlp::TraceId, table::TracePart> parts_;
};

}  // namespace clew::query_test
