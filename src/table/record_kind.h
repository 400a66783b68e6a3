// The tables of records (rows that are no spans) as data: what columns each has, in which order its rows are stored.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "table/segment.h"

namespace clew::table {

enum class RecordTableId : uint8_t { kLogs, kMetrics, kEvents, kCount };
inline constexpr size_t kRecordTableCount = static_cast<size_t>(RecordTableId::kCount);

// Columns that a segment of records has at these positions of columns(); the kind's fields follow, then attributes.
// In all of them Scope::kSpan means the record's own attributes.
enum class RecordColumn : uint32_t {
  kTime,          // kInt64, Unix ns
  kServiceName,   // kString; null where the resource has none
  kScopeName,     // kString; null where empty
  kScopeVersion,  // kString; null where empty
  kCount,
};
constexpr ColumnId column(RecordColumn fixed) { return static_cast<ColumnId>(fixed); }
constexpr ColumnId field_column(size_t field) { return column(RecordColumn::kCount) + static_cast<ColumnId>(field); }

// A column that every table of the kind has, stored like an attribute of Scope::kSpanField. The Parquet column has its name.
struct RecordField {
  std::string_view key;
  ValueType type = ValueType::kString;
  bool timestamp = false;  // kInt64 that is Unix ns.
  bool filtered = false;   // Gets a bloom filter.
};

// What rows are ordered by, one after the other; rows equal in all stay in the order of their arrival. The fixed columns are
// named as fields: "time", "service_name".
struct SortKey {
  Scope scope = Scope::kSpanField;
  std::string_view key;
};

struct RecordKind {
  RecordTableId id;
  std::string_view name;              // Of the table: its folder, and what the manifest calls it.
  std::string_view attribute_prefix;  // Of Parquet columns of the record's own attributes.
  std::span<const RecordField> fields;
  std::span<const SortKey> order;
};
const RecordKind& record_kind(RecordTableId id);

// Log records of this scope are events of users' sessions: they are rows of kEvents, all others of kLogs.
inline constexpr std::string_view kEventScope = "clew.rum";

// Positions of fields. Rare ones, which have columns only where they occur, are named below.
namespace log_field {
enum : size_t {
  kTraceId,
  kSpanId,
  kSeverityNumber,
  kSeverityText,
  kEventName,
  kBody,      // Of a body that is a string.
  kBodyJson,  // Of any other (otlp/value_json.h); both are null where there is no body.
  kObservedTime,
  kCount,
};
}  // namespace log_field

// A histogram's buckets and the like are JSON texts: they are read whole or not at all, and repeat.
namespace metric_field {
enum : size_t {
  kMetric,
  kSeries,       // XXH3-64 of metric, type, resource, scope and attributes: what belongs to one line of a chart.
  kType,         // "gauge", "sum", "histogram", "exponential_histogram", "summary"
  kTemporality,  // "delta", "cumulative"; null where unspecified
  kMonotonic,    // Of sums.
  kUnit,
  kDescription,
  kStartTime,
  kValue,         // Of gauges and sums: a double …
  kValueInt,      // … or an integer.
  kPointCount,    // Of histograms and summaries: count …
  kPointSum,      // … sum …
  kMin,
  kMax,
  kBounds,        // [5.0,10.0], explicit bounds of buckets
  kBucketCounts,  // [1,0,2]
  kExponential,   // {"scale":3,"zero_count":0,"zero_threshold":0.0,"positive":{"offset":1,"bucket_counts":[…]},"negative":{…}}
  kQuantiles,     // [{"quantile":0.5,"value":1.0}]
  kExemplars,     // [{"time":"…","value":1,"trace_id":"…","span_id":"…","attributes":{…}}]
  kCount,
};
}  // namespace metric_field

// Rare fields (Scope::kSpanField); beside them those of span_fields.h.
namespace field {
inline constexpr std::string_view kTimeUnset = "time_unset";  // bool: it had none; `time` is when it was observed or came.
inline constexpr std::string_view kMetadata = "metadata";     // json, of metrics
}  // namespace field

}  // namespace clew::table
