// Parts that the answers to the user interface share.
#pragma once

#include <optional>
#include <string_view>

#include "query/request_numbers.h"
#include "query/service_book.h"
#include "query/services_overview.h"
#include "table/rollup_rows.h"
#include "table/span_set.h"
#include "wire/json_writer.h"

namespace clew::api_native {

double seconds_of(table::TimeRange range);

// The range to compare with: "previous" (the one just before, of the same length), "day", "week"; nullopt for "none".
std::optional<table::TimeRange> baseline_of(std::string_view word, table::TimeRange range);

// Members count, error_count, rate, error_share and, with requests, p50_ns, p95_ns, p99_ns.
void write_numbers_of(wire::JsonWriter& json, const query::RequestNumbers& numbers, double seconds,
                      std::string_view count_name = "count");
// Members call_count, error_count, rate and error_share.
void write_call_numbers(wire::JsonWriter& json, int64_t call_count, int64_t error_count, double seconds);
// {"p50_ns":…,"p95_ns":…,"p99_ns":…}
void write_latency(wire::JsonWriter& json, std::string_view name, const table::Histogram& durations);

std::string_view connection_word(table::ConnectionType type);
// Members source (scan), exact, range and stats.
void write_scan_end(wire::JsonWriter& json, bool exact, table::TimeRange range, const query::QueryStats& stats);
// Member "why".
void write_reason(wire::JsonWriter& json, const query::ServiceReason& reason);
// Members namespace, language and sdk where known, and type.
void write_profile(wire::JsonWriter& json, const query::ServiceProfile& profile);

}  // namespace clew::api_native
