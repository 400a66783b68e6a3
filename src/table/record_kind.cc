#include "table/record_kind.h"

namespace clew::table {
namespace {

constexpr RecordField kLogFields[] = {
    {"trace_id", ValueType::kTraceId, false, true},
    {"span_id", ValueType::kSpanId},
    {"severity_number", ValueType::kInt64},
    {"severity_text"},
    {"event_name", ValueType::kString, false, true},
    {"body", ValueType::kString},
    {"body_json", ValueType::kJson},
    {"observed_time", ValueType::kInt64, true},
};
static_assert(std::size(kLogFields) == log_field::kCount);
constexpr SortKey kLogOrder[] = {{.key = "service_name"}, {.key = "time"}};

constexpr RecordField kMetricFields[] = {
    {"metric", ValueType::kString, false, true},
    {"series", ValueType::kInt64},
    {"type"},
    {"temporality"},
    {"is_monotonic", ValueType::kBool},
    {"unit"},
    {"description"},
    {"start_time", ValueType::kInt64, true},
    {"value", ValueType::kDouble},
    {"value_int", ValueType::kInt64},
    {"count", ValueType::kInt64},
    {"sum", ValueType::kDouble},
    {"min", ValueType::kDouble},
    {"max", ValueType::kDouble},
    {"bounds", ValueType::kJson},
    {"bucket_counts", ValueType::kJson},
    {"exponential", ValueType::kJson},
    {"quantiles", ValueType::kJson},
    {"exemplars", ValueType::kJson},
};
static_assert(std::size(kMetricFields) == metric_field::kCount);
constexpr SortKey kMetricOrder[] = {{.key = "metric"}, {.key = "service_name"}, {.key = "series"}, {.key = "time"}};

// A session's events lie together; those of clients without one come first, by time.
constexpr SortKey kEventOrder[] = {{Scope::kSpan, "session.id"}, {.key = "time"}};

constexpr RecordKind kKinds[] = {
    {RecordTableId::kLogs, "logs", "log.", kLogFields, kLogOrder},
    {RecordTableId::kMetrics, "metrics", "point.", kMetricFields, kMetricOrder},
    {RecordTableId::kEvents, "events", "event.", kLogFields, kEventOrder},
};
static_assert(std::size(kKinds) == kRecordTableCount);

}  // namespace

const RecordKind& record_kind(RecordTableId id) { return kKinds[static_cast<size_t>(id)]; }

}  // namespace clew::table
