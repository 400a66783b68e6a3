#include "query/engine_steps.h"

#include <algorithm>
#include <tuple>

#include <absl/container/flat_hash_map.h>
#include <fmt/format.h>

#include "query/execute/field_reader.h"
#include "query/traceql/parser.h"
#include "query/traceql/query_limits.h"

namespace clew::query {

using query_execute::Batch;
using query_execute::MatchRef;
using query_execute::Selection;
using table::ColumnWindow;
using table::CoreColumn;

stdx::Result<query_plan::Plan> plan_filter(const std::string& traceql) {
  auto filter = query_traceql::parse_filter(traceql.empty() ? "{}" : traceql);
  if (!filter) return std::unexpected(std::move(filter.error()));
  return query_plan::make_plan(*filter);
}

stdx::Result<std::vector<query_traceql::Field>> parse_fields(const std::vector<std::string>& texts, size_t count_max,
                                                             const char* what) {
  if (texts.size() > count_max) {
    return stdx::fail(stdx::ErrorCode::kInvalidArgument,
                      fmt::format("{}: {} fields were given, at most {} are allowed", what, texts.size(), count_max));
  }
  std::vector<query_traceql::Field> fields;
  for (const std::string& text : texts) {
    auto field = query_traceql::parse_field(text);
    if (!field) {
      return stdx::fail(field.error().code, fmt::format("{} \"{}\": {}", what, text, field.error().message));
    }
    fields.push_back(std::move(*field));
  }
  return fields;
}

stdx::Result<void> check_range(const table::TimeRange& range) {
  if (range.begin_ns < range.end_ns) return {};
  return stdx::fail(stdx::ErrorCode::kInvalidArgument, "the time range is empty: its end must be later than its begin");
}

query_execute::Interrupt interrupt_of(const QueryControl& control) {
  return {control.cancelled, control.deadline_steady_ns, control.client_gone};
}

namespace {

TraceSummary summary_of(query_execute::TraceFacts facts) {
  TraceSummary summary;
  summary.trace_id = facts.trace_id;
  summary.root_service = std::move(facts.root_service);
  summary.root_name = std::move(facts.root_name);
  summary.root_missing = !facts.has_root;
  summary.start_ns = facts.start_ns;
  summary.duration_ns = facts.end_ns - facts.start_ns;
  summary.span_count = facts.span_count;
  summary.error_count = facts.error_count;
  summary.services = std::move(facts.services);
  return summary;
}

}  // namespace

stdx::Result<std::vector<TraceSummary>> summaries_of(const table::Catalog::Sets& sets,
                                                     const std::vector<otlp::TraceId>& trace_ids) {
  std::vector<otlp::TraceId> sorted = trace_ids;
  std::ranges::sort(sorted);
  sorted.erase(std::ranges::unique(sorted).begin(), sorted.end());
  auto facts = query_execute::load_trace_facts(sets, sorted);
  if (!facts) return std::unexpected(std::move(facts.error()));
  std::vector<TraceSummary> summaries;
  for (const otlp::TraceId id : trace_ids) {
    const auto at = std::ranges::lower_bound(*facts, id, {}, &query_execute::TraceFacts::trace_id);
    if (at != facts->end() && at->trace_id == id) summaries.push_back(summary_of(*at));
  }
  return summaries;
}

QueryStats stats_of(const query_execute::ScanStats& scan, const Stopwatch& watch) {
  return {scan.rows_total, scan.rows_scanned, scan.sets_total, scan.sets_pruned, watch.elapsed_ns()};
}

namespace {

// A matched row and the trace it belongs to.
struct PlacedMatch {
  MatchRef match;
  uint32_t trace = 0;
};

class MatchReader {
 public:
  MatchReader(const std::vector<query_traceql::Field>& select, const std::vector<std::string>& names,
              query_execute::TraceLookup& lookup, std::vector<TraceSummary>& traces)
      : select_(select), names_(names), lookup_(lookup), traces_(traces) {}

  // All of one segment, by ascending row, at most kWindowRows.
  stdx::Result<void> read(const table::Segment& segment, std::span<const PlacedMatch> matches) {
    std::vector<uint32_t> rows;
    for (const PlacedMatch& placed : matches) rows.push_back(placed.match.row);
    Batch batch = Batch::of_rows(segment, std::move(rows));
    const ColumnWindow& span_ids = batch.column(CoreColumn::kSpanId);
    const ColumnWindow& parents = batch.column(CoreColumn::kParentSpanId);
    const ColumnWindow& services = batch.column(CoreColumn::kServiceName);
    const ColumnWindow& names = batch.column(CoreColumn::kName);
    const ColumnWindow& kinds = batch.column(CoreColumn::kKind);
    const ColumnWindow& statuses = batch.column(CoreColumn::kStatusCode);
    const ColumnWindow& durations = batch.column(CoreColumn::kDuration);
    if (batch.error()) return std::unexpected(*batch.error());
    for (uint32_t row = 0; row < matches.size(); ++row) {
      MatchedSpan span;
      if (span_ids.has(row)) span.span_id = span_ids.span_ids[row];
      if (parents.has(row)) span.parent_span_id = parents.span_ids[row];
      if (services.has(row)) span.service = services.dictionary->at(services.codes[row]);
      if (names.has(row)) span.name = names.dictionary->at(names.codes[row]);
      if (kinds.has(row)) span.kind = static_cast<otlp::SpanKind>(kinds.small[row]);
      if (statuses.has(row)) span.status = static_cast<otlp::StatusCode>(statuses.small[row]);
      if (durations.has(row)) span.duration_ns = durations.ints[row];
      span.start_ns = matches[row].match.start_ns;
      traces_[matches[row].trace].matched.push_back(std::move(span));
    }
    return read_selected(batch, segment, matches);
  }

 private:
  stdx::Result<void> read_selected(Batch& batch, const table::Segment& segment, std::span<const PlacedMatch> matches) {
    // The spans just added are the last of their traces' lists, in the order of the matches.
    std::vector<MatchedSpan*> spans(matches.size());
    absl::flat_hash_map<uint32_t, size_t> taken;
    for (size_t i = matches.size(); i-- > 0;) {
      auto& list = traces_[matches[i].trace].matched;
      spans[i] = &list[list.size() - 1 - taken[matches[i].trace]++];
    }
    std::vector<uint32_t> ids(matches.size());
    const Selection all = Selection::all(batch.row_count());
    for (size_t field = 0; field < select_.size(); ++field) {
      query_execute::ValueTable values;
      query_execute::FieldReader reader(select_[field], segment, lookup_, values);
      reader.read(batch, all, ids);
      if (reader.error()) return std::unexpected(*reader.error());
      if (batch.error()) return std::unexpected(*batch.error());
      for (size_t row = 0; row < matches.size(); ++row) {
        if (ids[row] != query_execute::kNoValue) spans[row]->attributes.emplace_back(names_[field], values.at(ids[row]));
      }
    }
    return {};
  }

  const std::vector<query_traceql::Field>& select_;
  const std::vector<std::string>& names_;
  query_execute::TraceLookup& lookup_;
  std::vector<TraceSummary>& traces_;
};

// A span that two sets hold is shown and counted once, as far as its rows are at hand.
void drop_repeated(TraceSummary& trace) {
  const auto identity = [](const MatchedSpan& span) { return std::tuple(span.start_ns, span.span_id, span.kind); };
  std::ranges::sort(trace.matched, {}, identity);
  const auto repeated = std::ranges::unique(trace.matched, {}, identity);
  trace.matched_count -= static_cast<uint32_t>(repeated.size());
  trace.matched.erase(repeated.begin(), repeated.end());
}

}  // namespace

stdx::Result<void> read_matches(const table::Catalog::Sets& sets, const std::vector<query_traceql::Field>& select,
                                const std::vector<std::string>& select_names, query_execute::TraceLookup& lookup,
                                const std::vector<query_execute::TopTrace>& found, std::vector<TraceSummary>& traces) {
  std::vector<PlacedMatch> placed;
  for (uint32_t trace = 0; trace < found.size(); ++trace) {
    for (const MatchRef& match : found[trace].matches) placed.push_back({match, trace});
  }
  const auto segment_of = [](const PlacedMatch& p) { return std::pair(p.match.set, p.match.segment); };
  std::ranges::sort(placed, {}, [](const PlacedMatch& p) { return std::tuple(p.match.set, p.match.segment, p.match.row); });
  MatchReader reader(select, select_names, lookup, traces);
  for (size_t begin = 0; begin < placed.size();) {
    size_t end = begin + 1;
    while (end < placed.size() && end - begin < table::kWindowRows && segment_of(placed[end]) == segment_of(placed[begin])) {
      ++end;
    }
    const table::Segment& segment = *sets[placed[begin].match.set]->segments()[placed[begin].match.segment];
    if (auto done = reader.read(segment, std::span(placed).subspan(begin, end - begin)); !done) return done;
    begin = end;
  }
  for (TraceSummary& trace : traces) drop_repeated(trace);
  return {};
}

}  // namespace clew::query
