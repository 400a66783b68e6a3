#include <algorithm>
#include <span>

#include "rollup/rollups.h"

namespace clew::rollup {
namespace {

using table::SpanTable;

constexpr uint32_t kTiedSpansMax = 64;  // They are compared with each other.

std::string_view service_of(const SpanTable& table, uint32_t code) {
  return code == table::kNullCode ? std::string_view() : table.service_dictionary().at(code);
}

struct ServiceTally {
  uint32_t code;
  uint32_t span_count;
  uint32_t error_count;
};

// By name; codes of one name (its dictionary stopped looking for repetitions) are one.
std::vector<table::ServiceCount> named(const SpanTable& table, const std::vector<ServiceTally>& tallies) {
  std::vector<table::ServiceCount> services;
  services.reserve(tallies.size());
  for (const ServiceTally& tally : tallies) {
    const std::string_view name = service_of(table, tally.code);
    auto place = std::ranges::lower_bound(services, name, {}, &table::ServiceCount::name);
    if (place == services.end() || place->name != name) place = services.insert(place, {std::string(name), 0, 0});
    place->span_count += tally.span_count;
    place->error_count += tally.error_count;
  }
  return services;
}

const table::AttributeColumn* session_column(const SpanTable& table) {
  for (size_t i = 0; i < table.attribute_column_count(); ++i) {
    const table::ColumnInfo& info = table.attribute_column(i).info();
    if (info.scope == table::Scope::kSpan && info.key == "session.id" && info.type == table::ValueType::kString) {
      return &table.attribute_column(i);
    }
  }
  return nullptr;
}

std::string session_of(const table::AttributeColumn* column, uint32_t row) {
  if (column == nullptr) return {};
  const size_t count = column->entry_count();
  const size_t entry = column->lower_bound(row, count);
  if (entry == count || column->owners()[entry] != row) return {};
  return std::string(column->dictionary().at(column->codes()[entry]));
}

// Of a trace without its root: the earliest span, and of several that begin together (SkyWalking counts milliseconds) the first
// whose parent is not one of them.
uint32_t top_row(const SpanTable& table, const table::TraceOrder& order, const table::TraceRun& run) {
  const auto rows = std::span(order.rows).subspan(run.first, std::min(run.count, kTiedSpansMax));
  const int64_t start_ns = table.starts()[rows.front()];
  const auto tied = rows.first(std::ranges::find_if(rows, [&](uint32_t row) { return table.starts()[row] != start_ns; }) -
                               rows.begin());
  const auto is_top = [&](uint32_t row) {
    const otlp::SpanId parent = table.parent_span_ids()[row];
    return std::ranges::none_of(tied, [&](uint32_t other) { return other != row && table.span_ids()[other] == parent; });
  };
  const auto top = std::ranges::find_if(tied, is_top);
  return top == tied.end() ? rows.front() : *top;
}

}  // namespace

std::vector<table::TracePart> build_traces(const SpanTable& table, const table::TraceOrder& order) {
  const table::AttributeColumn* sessions = session_column(table);
  std::vector<table::TracePart> parts(order.runs.size());
  std::vector<ServiceTally> tallies;
  for (const uint32_t index : order.runs_by_arrival) {
    const table::TraceRun& run = order.runs[index];
    table::TracePart& part = parts[index];
    part.trace_id = table.trace_index().id(run.trace);
    part.first_row = run.first;
    part.span_count = run.count;
    part.start_ns = INT64_MAX;
    part.end_ns = INT64_MIN;
    tallies.clear();
    uint32_t root_row = order.rows[run.first];
    for (uint32_t i = run.first; i < run.first + run.count; ++i) {
      const uint32_t row = order.rows[i];
      const int64_t start_ns = table.starts()[row];
      part.start_ns = std::min(part.start_ns, start_ns);
      part.end_ns = std::max(part.end_ns, start_ns + table.durations()[row]);
      if (!part.has_root && table.parent_span_ids()[row] == 0) {
        part.has_root = true;
        root_row = row;
      }
      const bool error = table.statuses()[row] == static_cast<uint8_t>(otlp::StatusCode::kError);
      part.error_count += error ? 1 : 0;
      const uint32_t service = table.resource_services()[table.resources()[row]].load(std::memory_order_acquire);
      auto tally = std::ranges::find(tallies, service, &ServiceTally::code);
      if (tally == tallies.end()) tally = tallies.insert(tally, {service, 0, 0});
      ++tally->span_count;
      tally->error_count += error ? 1 : 0;
    }
    if (!part.has_root) root_row = top_row(table, order, run);
    part.root_service = service_of(
        table, table.resource_services()[table.resources()[root_row]].load(std::memory_order_acquire));
    part.root_name = table.name_dictionary().at(table.names()[root_row]);
    part.session_id = session_of(sessions, root_row);
    part.services.reserve(tallies.size());
    part.services = named(table, tallies);
  }
  return parts;
}

table::Rollups build_rollups(const SpanTable& table, const table::TraceOrder& order) {
  return {build_traces(table, order), build_red(table, order), build_edges(table, order)};
}

}  // namespace clew::rollup
