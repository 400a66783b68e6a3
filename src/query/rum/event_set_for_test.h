// A set of events out of plain values, with spans beside them. For tests of answers.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "otlp/ids.h"
#include "otlp/model.h"
#include "otlp/value_json.h"
#include "table/record_segment.h"
#include "table/record_table.h"
#include "table/span_fields.h"
#include "table/span_set.h"

namespace clew::query_rum_test {

struct TestEvent {
  int64_t time_ns = 0;
  std::string name;
  otlp::Attributes resource;  // "service.name" too.
  otlp::Attributes attributes;
  otlp::TraceId trace_id = {};
  otlp::SpanId span_id = 0;
  std::string body = {};
};

inline otlp::KeyValue pair_of(std::string key, const char* text) { return {std::move(key), {std::string(text)}}; }
inline otlp::KeyValue pair_of(std::string key, std::string text) { return {std::move(key), {std::move(text)}}; }
inline otlp::KeyValue pair_of(std::string key, double number) { return {std::move(key), {number}}; }
inline otlp::KeyValue pair_of(std::string key, int64_t number) { return {std::move(key), {number}}; }
inline otlp::KeyValue pair_of(std::string key, int number) { return {std::move(key), {int64_t{number}}}; }

// Attributes beyond `columns_max` columns go to the overflow columns, as ingest does it.
inline std::shared_ptr<const table::RecordTable> event_table(const std::vector<TestEvent>& events, size_t columns_max = 1024) {
  using table::Scope;
  using table::ValueType;
  auto made = std::make_shared<table::RecordTable>(table::record_kind(table::RecordTableId::kEvents), columns_max);
  table::RecordTable& rows = *made;
  const auto write = [&](Scope scope, uint32_t owner, const otlp::Attributes& attributes, std::string_view prefix,
                         std::string_view overflow_field, Scope overflow_scope) {
    otlp::Attributes rest;
    for (const otlp::KeyValue& pair : attributes) {
      const auto& value = pair.value.value;
      const ValueType type = std::holds_alternative<std::string>(value) ? ValueType::kString
                             : std::holds_alternative<int64_t>(value)   ? ValueType::kInt64
                             : std::holds_alternative<double>(value)    ? ValueType::kDouble
                             : std::holds_alternative<bool>(value)      ? ValueType::kBool
                                                                        : ValueType::kJson;
      table::AttributeColumn* column = rows.attribute(scope, pair.key, type);
      if (column == nullptr) {
        rest.push_back({std::string(prefix) + pair.key, pair.value});
      } else if (type == ValueType::kString) {
        column->append_text(owner, std::get<std::string>(value));
      } else if (type == ValueType::kInt64) {
        column->append_int(owner, std::get<int64_t>(value));
      } else if (type == ValueType::kDouble) {
        column->append_double(owner, std::get<double>(value));
      } else if (type == ValueType::kBool) {
        column->append_bool(owner, std::get<bool>(value));
      } else {
        std::string json;
        otlp::append_value_json(pair.value, json);
        column->append_text(owner, json);
      }
    }
    if (rest.empty()) return;
    std::string json;
    otlp::append_attributes_json(rest, json);
    rows.attribute(overflow_scope, overflow_field, ValueType::kJson)->append_text(owner, json);
  };
  std::map<std::string, uint32_t> resources;
  const uint32_t scope = rows.add_instrumentation("clew.rum", "");
  for (const TestEvent& event : events) {
    std::string text;
    otlp::append_attributes_json(event.resource, text);
    auto known = resources.find(text);
    if (known == resources.end()) {
      known = resources.emplace(text, rows.add_resource()).first;
      otlp::Attributes others;
      for (const otlp::KeyValue& pair : event.resource) {
        if (pair.key == "service.name") {
          rows.set_service_name(known->second, std::get<std::string>(pair.value.value));
        } else {
          others.push_back(pair);
        }
      }
      write(Scope::kResource, known->second, others, "resource.", table::field::kResourceOverflow, Scope::kResourceField);
    }
    const uint32_t row = rows.next_row();
    namespace at = table::log_field;
    if (event.trace_id != otlp::TraceId()) {
      rows.field(at::kTraceId).append_trace_id(row, event.trace_id);
      rows.field(at::kSpanId).append_span_id(row, event.span_id);
    }
    rows.field(at::kEventName).append_text(row, event.name);
    if (!event.body.empty()) rows.field(at::kBody).append_text(row, event.body);
    write(Scope::kSpan, row, event.attributes, "event.", table::field::kAttributesOverflow, Scope::kSpanField);
    rows.append_record(event.time_ns, known->second, scope);
  }
  rows.publish();
  return made;
}

class EventSet final : public table::SpanSet {
 public:
  explicit EventSet(std::vector<std::shared_ptr<const table::RecordTable>> tables,
                    std::shared_ptr<const table::SpanSet> spans = nullptr, std::string name = "events")
      : spans_(std::move(spans)), name_(std::move(name)) {
    for (auto& rows : tables) segments_.push_back(std::make_shared<table::RecordSegment>(std::move(rows)));
  }

  const std::string& name() const override { return name_; }
  uint64_t span_count() const override { return spans_ ? spans_->span_count() : 0; }
  int64_t start_min_ns() const override { return spans_ ? spans_->start_min_ns() : 0; }
  int64_t start_max_ns() const override { return spans_ ? spans_->start_max_ns() : 0; }
  std::span<const std::shared_ptr<const table::Segment>> segments() const override {
    return spans_ ? spans_->segments() : std::span<const std::shared_ptr<const table::Segment>>();
  }
  std::span<const std::shared_ptr<const table::Segment>> records(table::RecordTableId id) const override {
    return id == table::RecordTableId::kEvents ? std::span(segments_)
                                               : std::span<const std::shared_ptr<const table::Segment>>();
  }
  stdx::Result<std::vector<table::SpanRows>> find_trace(otlp::TraceId id) const override {
    if (!spans_) return std::vector<table::SpanRows>();
    return spans_->find_trace(id);
  }
  stdx::Result<std::vector<table::TracePart>> trace_parts(std::span<const otlp::TraceId> ids) const override {
    if (!spans_) return std::vector<table::TracePart>();
    return spans_->trace_parts(ids);
  }
  stdx::Result<std::vector<table::RedRow>> red(table::TimeRange range) const override {
    if (!spans_) return std::vector<table::RedRow>();
    return spans_->red(range);
  }
  stdx::Result<std::vector<table::EdgeRow>> edges(table::TimeRange range) const override {
    if (!spans_) return std::vector<table::EdgeRow>();
    return spans_->edges(range);
  }

 private:
  const std::shared_ptr<const table::SpanSet> spans_;  // Shared as catalogs share sets.
  const std::string name_;
  std::vector<std::shared_ptr<const table::Segment>> segments_;
};

}  // namespace clew::query_rum_test
