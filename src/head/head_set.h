// A generation of the head at one moment, with its answers.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <string>

#include "head/head_segment.h"
#include "table/record_segment.h"
#include "table/record_table.h"
#include "table/span_set.h"

namespace clew::head {

// Span table and record tables while they live in the head, and what was computed from the spans. Shared by the head, the cutter and by the queries
// that look at it.
struct Generation {
  std::string name;
  std::shared_ptr<table::SpanTable> table;  // Shared with the segments that queries hold.
  std::array<std::shared_ptr<table::RecordTable>, table::kRecordTableCount> records;  // The same.
  LeftBehind left_behind;                   // Set once, when sealed, before anybody else sees it.

  // The rollups of the newest query that asked, because the next one mostly asks at nearly the same moment.
  struct RollupCache {
    std::mutex mutex;
    uint32_t row_count = 0;
    int64_t computed_steady_ns = INT64_MIN;
    std::shared_ptr<const table::Rollups> rollups;
  };
  mutable RollupCache rollup_cache;

  std::shared_ptr<const table::Rollups> rollups(uint32_t row_count) const;

  table::RecordTable& record_table(table::RecordTableId id) const { return *records[static_cast<size_t>(id)]; }
  uint32_t row_count() const;  // Of all tables, published.
  size_t used_bytes() const;   // Of all tables; writer's thread, or once sealed.
};

class HeadSet final : public table::SpanSet {
 public:
  explicit HeadSet(std::shared_ptr<const Generation> generation);

  const std::string& name() const override { return generation_->name; }
  uint64_t span_count() const override { return segments_.front()->row_count(); }
  int64_t start_min_ns() const override { return generation_->table->start_min_ns(); }
  int64_t start_max_ns() const override { return generation_->table->start_max_ns(); }
  std::span<const std::shared_ptr<const table::Segment>> segments() const override { return segments_; }
  std::span<const std::shared_ptr<const table::Segment>> records(table::RecordTableId table) const override {
    return records_[static_cast<size_t>(table)];
  }
  stdx::Result<std::vector<table::SpanRows>> find_trace(otlp::TraceId trace_id) const override;
  stdx::Result<std::vector<table::TracePart>> trace_parts(std::span<const otlp::TraceId> trace_ids) const override;
  stdx::Result<std::vector<table::RedRow>> red(table::TimeRange range) const override;
  stdx::Result<std::vector<table::EdgeRow>> edges(table::TimeRange range) const override;

 private:
  // The trace's ordinal if it may be seen here.
  uint32_t visible_trace(otlp::TraceId trace_id) const;

  const std::shared_ptr<const Generation> generation_;
  std::vector<std::shared_ptr<const table::Segment>> segments_;
  std::array<std::vector<std::shared_ptr<const table::Segment>>, table::kRecordTableCount> records_;
};

}  // namespace clew::head
