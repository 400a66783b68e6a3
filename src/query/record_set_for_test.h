// A set of spans, and with it one log record and one data point that have everything such a row can have, and one more log
// record that has nothing. For tests of answers.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "table/record_segment.h"
#include "table/record_table.h"
#include "table/span_fields.h"
#include "table/span_set.h"

namespace clew::query_test {

class RecordSet final : public table::SpanSet {
 public:
  RecordSet(std::shared_ptr<const table::SpanSet> spans, int64_t time_ns) : spans_(std::move(spans)) {
    using table::RecordTableId;
    auto logs = std::make_shared<table::RecordTable>(table::record_kind(RecordTableId::kLogs));
    auto metrics = std::make_shared<table::RecordTable>(table::record_kind(RecordTableId::kMetrics));
    fill_logs(*logs, time_ns);
    fill_metrics(*metrics, time_ns);
    records_[static_cast<size_t>(RecordTableId::kLogs)] = {std::make_shared<table::RecordSegment>(logs)};
    records_[static_cast<size_t>(RecordTableId::kMetrics)] = {std::make_shared<table::RecordSegment>(metrics)};
  }

  const std::string& name() const override { return spans_->name(); }
  uint64_t span_count() const override { return spans_->span_count(); }
  int64_t start_min_ns() const override { return spans_->start_min_ns(); }
  int64_t start_max_ns() const override { return spans_->start_max_ns(); }
  std::span<const std::shared_ptr<const table::Segment>> segments() const override { return spans_->segments(); }
  std::span<const std::shared_ptr<const table::Segment>> records(table::RecordTableId id) const override {
    return records_[static_cast<size_t>(id)];
  }
  stdx::Result<std::vector<table::SpanRows>> find_trace(otlp::TraceId id) const override { return spans_->find_trace(id); }
  stdx::Result<std::vector<table::TracePart>> trace_parts(std::span<const otlp::TraceId> ids) const override {
    return spans_->trace_parts(ids);
  }
  stdx::Result<std::vector<table::RedRow>> red(table::TimeRange range) const override { return spans_->red(range); }
  stdx::Result<std::vector<table::EdgeRow>> edges(table::TimeRange range) const override { return spans_->edges(range); }

 private:
  static std::pair<uint32_t, uint32_t> fill_owners(table::RowTable& rows) {
    using table::Scope;
    const uint32_t resource = rows.add_resource();
    rows.set_service_name(resource, "cart");
    rows.attribute(Scope::kResource, "host", table::ValueType::kString)->append_text(resource, "h1");
    const uint32_t scope = rows.add_instrumentation("lib", "1.0");
    rows.attribute(Scope::kInstrumentation, "mode", table::ValueType::kString)->append_text(scope, "m");
    return {resource, scope};
  }
  static void fill_logs(table::RecordTable& logs, int64_t time_ns) {
    namespace at = table::log_field;
    const auto [resource, scope] = fill_owners(logs);
    logs.append_record(time_ns - 1, resource, scope);
    logs.field(at::kTraceId).append_trace_id(1, {1, 2});
    logs.field(at::kSpanId).append_span_id(1, 3);
    logs.field(at::kSeverityNumber).append_int(1, 17);
    logs.field(at::kSeverityText).append_text(1, "ERROR");
    logs.field(at::kEventName).append_text(1, "declined");
    logs.field(at::kBody).append_text(1, "Card <b>declined</b>");
    logs.field(at::kObservedTime).append_int(1, time_ns + 5);
    logs.attribute(table::Scope::kSpanField, table::field::kFlags, table::ValueType::kInt64)->append_int(1, 1);
    logs.attribute(table::Scope::kSpanField, table::field::kDroppedAttributesCount, table::ValueType::kInt64)->append_int(1, 2);
    logs.attribute(table::Scope::kSpan, "user", table::ValueType::kInt64)->append_int(1, 7);
    logs.append_record(time_ns, resource, scope);
    logs.publish();
  }
  static void fill_metrics(table::RecordTable& metrics, int64_t time_ns) {
    namespace at = table::metric_field;
    const auto [resource, scope] = fill_owners(metrics);
    metrics.field(at::kMetric).append_text(0, "latency");
    metrics.field(at::kSeries).append_int(0, 1);
    metrics.field(at::kType).append_text(0, "sum");
    metrics.field(at::kTemporality).append_text(0, "cumulative");
    metrics.field(at::kMonotonic).append_bool(0, true);
    metrics.field(at::kUnit).append_text(0, "ms");
    metrics.field(at::kDescription).append_text(0, "How long");
    metrics.field(at::kStartTime).append_int(0, time_ns - 1000);
    metrics.field(at::kValue).append_double(0, 1.5);
    metrics.field(at::kPointCount).append_int(0, 3);
    metrics.field(at::kPointSum).append_double(0, 6);
    metrics.field(at::kMin).append_double(0, 1);
    metrics.field(at::kMax).append_double(0, 3);
    metrics.field(at::kBounds).append_text(0, "[1.0,2.5]");
    metrics.field(at::kBucketCounts).append_text(0, "[1,0,2]");
    metrics.field(at::kExponential).append_text(0, R"({"scale":1,"zero_count":0,"zero_threshold":0.0})");
    metrics.field(at::kQuantiles).append_text(0, R"([{"quantile":0.5,"value":2.0}])");
    metrics.field(at::kExemplars).append_text(0, R"([{"time":"5","value":1}])");
    metrics.attribute(table::Scope::kSpanField, table::field::kFlags, table::ValueType::kInt64)->append_int(0, 1);
    metrics.attribute(table::Scope::kSpan, "route", table::ValueType::kString)->append_text(0, "/cart");
    metrics.append_record(time_ns, resource, scope);
    metrics.publish();
  }

  const std::shared_ptr<const table::SpanSet> spans_;  // Shared as catalogs share sets.
  std::array<std::vector<std::shared_ptr<const table::Segment>>, table::kRecordTableCount> records_;
};

}  // namespace clew::query_test
