// Parts that the answers to the user interface share.
#pragma once

#include <optional>
#include <string_view>

#include "query/request_numbers.h"
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
// {"p50_ns":…,"p95_ns":…,"p99_ns":…}
void write_latency(wire::JsonWriter& json, std::string_view name, const table::Histogram& durations);

std::string_view connection_word(table::ConnectionType type);
// What a callee is on a map: service, database, cache, messaging, external.
std::string_view node_word(table::ConnectionType type, bool is_virtual);

}  // namespace clew::api_native
