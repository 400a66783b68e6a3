// Spans that can be asked column by column: a generation of the head, or one row group of a block.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stdx/error.h"
#include "table/column_window.h"

namespace clew::table {

// Where an attribute column's values hang. The last three are rare fixed fields kept like attributes (trace_state,
// status_message, dropped counts, schema URLs, overflow; names in span_fields.h).
enum class Scope : uint8_t {
  kSpan,
  kResource,
  kInstrumentation,
  kSpanField,
  kResourceField,
  kInstrumentationField,
};

// Columns that every segment has, at these positions of columns().
enum class CoreColumn : uint32_t {
  kTraceId,       // kTraceId
  kSpanId,        // kSpanId
  kParentSpanId,  // kSpanId; 0 for roots
  kStartTime,     // kInt64, Unix ns
  kDuration,      // kInt64, ns, never negative
  kName,          // kString
  kKind,          // kEnum, otlp::SpanKind
  kStatusCode,    // kEnum, otlp::StatusCode
  kServiceName,   // kString: the resource's service.name, null where it has none; not repeated as an attribute column
                  // unless its value is no string
  kScopeName,     // kString; null where empty
  kScopeVersion,  // kString; null where empty
  kEventCount,    // kInt64: how many events the span has
  kLinkCount,     // kInt64
  kCount,
};

using ColumnId = uint32_t;  // Position in Segment::columns().
inline constexpr ColumnId core(CoreColumn column) { return static_cast<ColumnId>(column); }

struct ColumnInfo {
  Scope scope = Scope::kSpan;
  std::string key;  // Attribute key without scope, e.g. "http.method". For core columns the Parquet column's name.
  ValueType type = ValueType::kString;
};

// Closed bounds of a column's values; for kInt64 `low_int`/`high_int`, for kDouble the doubles (NaN excluded).
struct ColumnBounds {
  int64_t low_int = 0, high_int = 0;
  double low_double = 0, high_double = 0;
};

// An event or link of a span, as stored. `attributes` is a JSON object text (otlp/value_json.h), empty for none.
struct EventRow {
  int64_t time = 0;
  std::string_view name;
  std::string_view attributes;
  uint32_t dropped_attributes_count = 0;
};
struct LinkRow {
  otlp::TraceId trace_id;
  otlp::SpanId span_id = 0;
  std::string_view trace_state;
  std::string_view attributes;
  uint32_t dropped_attributes_count = 0;
  uint32_t flags = 0;
};

// Events and links of the rows asked for: row i has events[event_begin[i] .. event_begin[i+1]).
struct ChildRows {
  std::vector<uint32_t> event_begin;
  std::vector<EventRow> events;
  std::vector<uint32_t> link_begin;
  std::vector<LinkRow> links;
  std::shared_ptr<const void> owner;
};

// Immutable for its readers: a segment of the head answers for the rows that were there when it was taken. Any thread may
// call. Errors are kDataLoss (damaged block; the message names block, column and page) or kUnavailable (storage failed).
class Segment {
 public:
  virtual ~Segment() = default;

  virtual uint32_t row_count() const = 0;
  uint32_t window_count() const { return (row_count() + kWindowRows - 1) / kWindowRows; }

  // Rows of the window that may be seen, as a bitmap; empty means all. Others are stored elsewhere too and must not be
  // counted here: the traces that a sealed generation of the head left behind for the next one.
  virtual std::span<const uint64_t> visible(uint32_t /*window*/) const { return {}; }

  // Core columns first (CoreColumn), then attribute columns in no particular order.
  virtual std::span<const ColumnInfo> columns() const = 0;
  // The columns of one attribute, one per value type that it has; empty if the segment has no such attribute.
  virtual std::vector<ColumnId> find(Scope scope, std::string_view key) const = 0;

  // Rows [window * kWindowRows, ...) of one column.
  virtual stdx::Result<ColumnWindow> read(ColumnId column, uint32_t window) const = 0;
  // The values at `rows` (ascending), as a window of rows.size() rows; no limit on rows.size().
  virtual stdx::Result<ColumnWindow> gather(ColumnId column, std::span<const uint32_t> rows) const = 0;
  virtual stdx::Result<ChildRows> read_children(std::span<const uint32_t> rows) const = 0;

  // Pruning; a false answer is certain, a true one is not. Reads at most footer, filters and dictionary.
  // Of ids `value` is their bytes.
  virtual bool may_equal(ColumnId column, std::string_view value) const = 0;
  // Bounds of the whole segment, or of one window; nullopt where unknown.
  virtual std::optional<ColumnBounds> bounds(ColumnId column) const = 0;
  virtual std::optional<ColumnBounds> window_bounds(ColumnId column, uint32_t window) const = 0;
};

}  // namespace clew::table
