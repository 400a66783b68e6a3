// Spans as columns that grow: what the decoder writes, the head shows and a block is cut from.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>
#include <vector>

#include "otlp/ids.h"
#include "otlp/model.h"
#include "stdx/append_only.h"
#include "table/dictionary.h"
#include "table/row_table.h"
#include "table/trace_index.h"

namespace clew::table {

struct SpanCore {
  otlp::TraceId trace_id;
  otlp::SpanId span_id = 0;
  otlp::SpanId parent_span_id = 0;
  int64_t start_ns = 0;
  int64_t duration_ns = 0;
  std::string_view name;
  otlp::SpanKind kind = otlp::SpanKind::kUnspecified;
  otlp::StatusCode status = otlp::StatusCode::kUnset;
  uint32_t resource = 0;         // Ordinal from add_resource().
  uint32_t instrumentation = 0;  // Ordinal from add_instrumentation().
};

// Where a row came from; decides what stays behind at a cut and what a replay must read again.
struct SpanOrigin {
  uint64_t log_offset = 0;
  int64_t receive_time_ns = 0;
};

// One writer appends; readers see rows below published_row_count() and everything those rows refer to. Nothing is removed:
// a table is dropped as a whole once its block is written. Rows are in order of arrival, and hold client retries as often
// as they came. Does not sort, does not forget, knows no files.
//
// Writing a span, in this order: attributes, events and links of row next_row(), then append_span(). After one or more
// spans, publish().
class SpanTable : public RowTable {
 public:
  explicit SpanTable(size_t attribute_columns_max = kTableColumnsMax);

  // ---- Writer.
  uint32_t next_row() const { return static_cast<uint32_t>(starts_.size()); }
  void append_event(uint32_t row, int64_t time_ns, std::string_view name, std::string_view attributes_json,
                    uint32_t dropped_attributes_count);
  void append_link(uint32_t row, otlp::TraceId trace_id, otlp::SpanId span_id, std::string_view trace_state,
                   std::string_view attributes_json, uint32_t dropped_attributes_count, uint32_t flags);
  uint32_t append_span(const SpanCore& span, SpanOrigin origin);
  void publish() { published_rows_.store(next_row(), std::memory_order_release); }
  // Approximate bytes in use; cheap enough to ask after each request.
  size_t used_bytes() const;

  // ---- Readers.
  uint32_t published_row_count() const { return published_rows_.load(std::memory_order_acquire); }
  // Bounds of all starts; of no meaning while the table is empty.
  int64_t start_min_ns() const { return start_min_ns_.load(std::memory_order_relaxed); }
  int64_t start_max_ns() const { return start_max_ns_.load(std::memory_order_relaxed); }

  const stdx::AppendOnly<uint32_t>& traces() const { return traces_; }  // Ordinal in trace_index().
  const stdx::AppendOnly<otlp::SpanId>& span_ids() const { return span_ids_; }
  const stdx::AppendOnly<otlp::SpanId>& parent_span_ids() const { return parent_span_ids_; }
  const stdx::AppendOnly<int64_t>& starts() const { return starts_; }
  const stdx::AppendOnly<int64_t>& durations() const { return durations_; }
  const stdx::AppendOnly<uint32_t>& names() const { return names_; }      // Codes of name_dictionary().
  const stdx::AppendOnly<uint8_t>& kinds() const { return kinds_; }       // otlp::SpanKind
  const stdx::AppendOnly<uint8_t>& statuses() const { return statuses_; }  // otlp::StatusCode
  const Dictionary& name_dictionary() const { return name_dictionary_; }
  const TraceIndex& trace_index() const { return trace_index_; }

  // Events and links in row order; event i belongs to row event_rows()[i].
  struct Events {
    stdx::AppendOnly<uint32_t> rows;  // Appended last: its size is the number of complete events.
    stdx::AppendOnly<int64_t> times;
    stdx::AppendOnly<uint32_t> names;       // Codes of name_dictionary.
    stdx::AppendOnly<uint32_t> attributes;  // Codes of attribute_dictionary; kNullCode for none.
    stdx::AppendOnly<uint32_t> dropped;
    Dictionary name_dictionary;
    Dictionary attribute_dictionary;
  };
  struct Links {
    stdx::AppendOnly<uint32_t> rows;  // Appended last.
    stdx::AppendOnly<otlp::TraceId> trace_ids;
    stdx::AppendOnly<otlp::SpanId> span_ids;
    stdx::AppendOnly<uint32_t> trace_states;  // Codes of trace_state_dictionary; kNullCode for empty.
    stdx::AppendOnly<uint32_t> attributes;    // Codes of attribute_dictionary; kNullCode for none.
    stdx::AppendOnly<uint32_t> dropped;
    stdx::AppendOnly<uint32_t> flags;
    Dictionary trace_state_dictionary;
    Dictionary attribute_dictionary;
  };
  const Events& events() const { return events_; }
  const Links& links() const { return links_; }

  // By trace ordinal: log offset of the trace's first row, receive time of its newest. Sealed tables and writer only.
  uint64_t trace_first_offset(uint32_t trace) const { return trace_origins_[trace].first_offset; }
  int64_t trace_last_receive_ns(uint32_t trace) const { return trace_origins_[trace].last_receive_ns; }
  // How many cuts have already left the trace behind.
  uint8_t trace_left_behind_count(uint32_t trace) const { return trace_origins_[trace].left_behind_count; }
  void set_trace_carried(uint32_t trace, uint64_t first_offset, uint8_t left_behind_count);
  // Strings whose invalid UTF-8 was repaired, over all columns.
  uint64_t repaired_count() const;

 private:
  struct TraceOrigin {
    uint64_t first_offset;
    int64_t last_receive_ns;
    uint8_t left_behind_count;
  };

  stdx::AppendOnly<uint32_t> traces_;
  stdx::AppendOnly<otlp::SpanId> span_ids_;
  stdx::AppendOnly<otlp::SpanId> parent_span_ids_;
  stdx::AppendOnly<int64_t> starts_;
  stdx::AppendOnly<int64_t> durations_;
  stdx::AppendOnly<uint32_t> names_;
  stdx::AppendOnly<uint8_t> kinds_;
  stdx::AppendOnly<uint8_t> statuses_;
  Dictionary name_dictionary_;
  TraceIndex trace_index_;
  std::vector<TraceOrigin> trace_origins_;

  Events events_;
  Links links_;

  std::atomic<int64_t> start_min_ns_{INT64_MAX};
  std::atomic<int64_t> start_max_ns_{INT64_MIN};
  std::atomic<uint32_t> published_rows_{0};
};

}  // namespace clew::table
