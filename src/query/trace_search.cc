#include "query/trace_search.h"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

#include <absl/container/flat_hash_map.h>
#include <fmt/format.h>

#include "otlp/value_json.h"
#include "query/engine_steps.h"
#include "query/log_search.h"
#include "query/traceql/query_limits.h"
#include "table/span_fields.h"

namespace clew::query {
namespace {

using query_analyse::TraceColumns;
using table::ColumnWindow;
using table::CoreColumn;
using table::ValueType;

// Case of ASCII letters aside.
class TextSearch {
 public:
  explicit TextSearch(std::string_view text) : needle_(lower(text)) {}
  bool found_in(std::string_view text) const {
    const auto at = std::search(text.begin(), text.end(), needle_.begin(), needle_.end(),
                                [](char a, char b) { return lower(a) == b; });
    return at != text.end() || needle_.empty();
  }

 private:
  static char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
  static std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = lower(c);
    return out;
  }
  std::string needle_;
};

// Which row of the trace a stored span is.
class RowFinder {
 public:
  explicit RowFinder(const TraceColumns& trace) : begin_ns_(trace.begin_unix_ns) {
    for (uint32_t row = 0; row < trace.row_count(); ++row) {
      rows_.emplace(std::tuple(trace.span_id[row], trace.start_ns[row], static_cast<uint8_t>(trace.kind[row])), row);
    }
  }
  // Of each of the rows of a segment; nullopt for spans that came since.
  stdx::Result<std::vector<std::optional<uint32_t>>> find(const table::Segment& segment, std::span<const uint32_t> rows) const {
    auto ids = segment.gather(table::core(CoreColumn::kSpanId), rows);
    if (!ids) return std::unexpected(std::move(ids.error()));
    auto starts = segment.gather(table::core(CoreColumn::kStartTime), rows);
    if (!starts) return std::unexpected(std::move(starts.error()));
    auto kinds = segment.gather(table::core(CoreColumn::kKind), rows);
    if (!kinds) return std::unexpected(std::move(kinds.error()));
    std::vector<std::optional<uint32_t>> found(rows.size());
    for (uint32_t i = 0; i < rows.size(); ++i) {
      const auto key = std::tuple(ids->has(i) ? ids->span_ids[i] : otlp::SpanId{0}, (starts->has(i) ? starts->ints[i] : 0) - begin_ns_,
                                  kinds->has(i) ? kinds->small[i] : uint8_t{0});
      if (const auto at = rows_.find(key); at != rows_.end()) found[i] = at->second;
    }
    return found;
  }

 private:
  int64_t begin_ns_;
  absl::flat_hash_map<std::tuple<otlp::SpanId, int64_t, uint8_t>, uint32_t> rows_;
};

// visit(segment, rows) for all parts of the trace.
stdx::Result<void> for_each_part(const table::Catalog& catalog, otlp::TraceId trace_id, const QueryControl& control,
                                 const std::function<stdx::Result<void>(const table::Segment&, std::span<const uint32_t>)>& visit) {
  for (const auto& set : catalog.snapshot()) {
    if (auto go_on = interrupt_of(control).check(); !go_on) return go_on;
    auto found = set->find_trace(trace_id);
    if (!found) return std::unexpected(std::move(found.error()));
    for (const table::SpanRows& rows : *found) {
      if (auto done = visit(*set->segments()[rows.segment], rows.rows); !done) return done;
    }
  }
  return {};
}

class PartSearch {
 public:
  PartSearch(const TextSearch& text, std::vector<bool>& found) : text_(text), found_(found) {}

  void column(const table::ColumnInfo& info, const ColumnWindow& window, const std::vector<std::optional<uint32_t>>& rows) {
    if (window.all_null) return;
    const bool key_found = text_.found_in(info.key) && info.scope != table::Scope::kSpanField &&
                           info.scope != table::Scope::kResourceField && info.scope != table::Scope::kInstrumentationField;
    absl::flat_hash_map<uint32_t, bool> known;
    for (uint32_t i = 0; i < rows.size(); ++i) {
      if (!rows[i] || found_[*rows[i]] || !window.has(i)) continue;
      if (key_found || value_found(window, i, known)) found_[*rows[i]] = true;
    }
  }

  stdx::Result<void> events(const table::Segment& segment, std::span<const uint32_t> segment_rows,
                            const std::vector<std::optional<uint32_t>>& rows) {
    auto counts = segment.gather(table::core(CoreColumn::kEventCount), segment_rows);
    if (!counts) return std::unexpected(std::move(counts.error()));
    std::vector<uint32_t> with_events, positions;
    for (uint32_t i = 0; i < rows.size(); ++i) {
      if (!rows[i] || found_[*rows[i]] || !counts->has(i) || counts->ints[i] == 0) continue;
      with_events.push_back(segment_rows[i]);
      positions.push_back(i);
    }
    if (with_events.empty()) return {};
    auto children = segment.read_children(with_events);
    if (!children) return std::unexpected(std::move(children.error()));
    for (size_t i = 0; i < positions.size(); ++i) {
      for (uint32_t at = children->event_begin[i]; at < children->event_begin[i + 1]; ++at) {
        const table::EventRow& event = children->events[at];
        if (text_.found_in(event.name) || text_.found_in(event.attributes)) found_[*rows[positions[i]]] = true;
      }
    }
    return {};
  }

 private:
  bool value_found(const ColumnWindow& window, uint32_t row, absl::flat_hash_map<uint32_t, bool>& known) const {
    switch (window.type) {
      case ValueType::kString:
      case ValueType::kJson: {
        const auto [at, is_new] = known.try_emplace(window.codes[row], false);
        if (is_new) at->second = text_.found_in(window.dictionary->at(window.codes[row]));
        return at->second;
      }
      case ValueType::kInt64: return text_.found_in(fmt::format("{}", window.ints[row]));
      case ValueType::kDouble: return text_.found_in(fmt::format("{}", window.doubles[row]));
      case ValueType::kBool: return text_.found_in(window.small[row] != 0 ? "true" : "false");
      case ValueType::kSpanId: return text_.found_in(otlp::span_id_hex(window.span_ids[row]));
      case ValueType::kEnum:
      case ValueType::kTraceId: return false;
    }
    return false;
  }

  const TextSearch& text_;
  std::vector<bool>& found_;
};

// Times and counts are no texts that anybody looks for.
bool is_searched(table::ColumnId id) {
  switch (static_cast<CoreColumn>(id)) {
    case CoreColumn::kTraceId:
    case CoreColumn::kParentSpanId:
    case CoreColumn::kStartTime:
    case CoreColumn::kDuration:
    case CoreColumn::kKind:
    case CoreColumn::kStatusCode:
    case CoreColumn::kEventCount:
    case CoreColumn::kLinkCount: return false;
    default: return true;
  }
}

// The names of core columns are ours, not the sender's.
table::ColumnInfo info_of(const table::Segment& segment, table::ColumnId id) {
  table::ColumnInfo info = segment.columns()[id];
  if (id < table::core(CoreColumn::kCount)) info.scope = table::Scope::kSpanField;
  return info;
}

}  // namespace

stdx::Result<std::vector<uint32_t>> find_in_trace(const table::Catalog& catalog, const TraceColumns& trace, const std::string& text,
                                                  const QueryControl& control) {
  const TextSearch search(text);
  const RowFinder finder(trace);
  std::vector<bool> found(trace.row_count());
  auto done = for_each_part(catalog, trace.trace_id, control, [&](const table::Segment& segment, std::span<const uint32_t> rows) -> stdx::Result<void> {
    auto trace_rows = finder.find(segment, rows);
    if (!trace_rows) return std::unexpected(std::move(trace_rows.error()));
    PartSearch part(search, found);
    for (table::ColumnId id = 0; id < segment.columns().size(); ++id) {
      if (!is_searched(id)) continue;
      auto window = segment.gather(id, rows);
      if (!window) return std::unexpected(std::move(window.error()));
      part.column(info_of(segment, id), *window, *trace_rows);
    }
    return part.events(segment, rows, *trace_rows);
  });
  if (!done) return std::unexpected(std::move(done.error()));
  std::vector<uint32_t> rows;
  for (uint32_t row = 0; row < found.size(); ++row) {
    if (found[row]) rows.push_back(row);
  }
  return rows;
}

namespace {

// OpenTelemetry's short names of the 24 severity numbers, four to each.
std::string severity_name(int64_t number) {
  constexpr std::array<std::string_view, 6> kNames = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"};
  return number < 1 || number > 24 ? std::string() : std::string(kNames[static_cast<size_t>(number - 1) / 4]);
}

stdx::Result<void> add_logs(const table::Catalog& catalog, const TraceColumns& trace, size_t limit, const QueryControl& control,
                            std::vector<TraceEvent>& events) {
  if (trace.row_count() == 0) return {};
  LogRequest request;
  request.filter.trace_id = trace.trace_id;
  request.newest_first = false;
  request.limit = static_cast<uint32_t>(std::clamp<size_t>(limit, 1, kLogsMax));
  auto found = search_logs(catalog, request, control);
  if (!found) return std::unexpected(std::move(found.error()));
  absl::flat_hash_map<std::string, uint32_t> rows;
  if (!found->logs.empty()) {
    for (uint32_t row = trace.row_count(); row-- > 0;) rows[otlp::span_id_hex(trace.span_id[row])] = row;
  }
  uint32_t sequence = 1u << 31;  // After the span's own events of that instant.
  for (RecordRow& log : found->logs) {
    const auto row = rows.find(std::string(log.text("span_id")));
    TraceEvent event{.time_ns = log.time_ns,
                     .row = row == rows.end() ? 0 : row->second,
                     .sequence = sequence++,
                     .name = std::string(log.text("body")),
                     .attributes = std::move(log.attributes),
                     .is_log = true,
                     .severity = std::string(log.text("severity_text"))};
    if (event.name.empty()) event.name = log.text("event_name");
    if (event.severity.empty()) event.severity = severity_name(log.number("severity_number").value_or(0));
    events.push_back(std::move(event));
  }
  return {};
}

}  // namespace

stdx::Result<TraceEvents> events_of_trace(const table::Catalog& catalog, const TraceColumns& trace, size_t limit,
                                          const QueryControl& control) {
  const RowFinder finder(trace);
  std::vector<bool> seen(trace.row_count());  // A span that two sets hold tells its events once.
  TraceEvents all;
  auto done = for_each_part(catalog, trace.trace_id, control, [&](const table::Segment& segment, std::span<const uint32_t> rows) -> stdx::Result<void> {
    auto trace_rows = finder.find(segment, rows);
    if (!trace_rows) return std::unexpected(std::move(trace_rows.error()));
    auto counts = segment.gather(table::core(CoreColumn::kEventCount), rows);
    if (!counts) return std::unexpected(std::move(counts.error()));
    std::vector<uint32_t> with_events, positions;
    for (uint32_t i = 0; i < rows.size(); ++i) {
      const auto row = (*trace_rows)[i];
      if (!row || seen[*row] || !counts->has(i) || counts->ints[i] == 0) continue;
      seen[*row] = true;
      with_events.push_back(rows[i]);
      positions.push_back(*row);
    }
    if (with_events.empty()) return {};
    auto children = segment.read_children(with_events);
    if (!children) return std::unexpected(std::move(children.error()));
    for (size_t i = 0; i < positions.size(); ++i) {
      for (uint32_t at = children->event_begin[i]; at < children->event_begin[i + 1]; ++at) {
        const table::EventRow& row = children->events[at];
        TraceEvent event{.time_ns = row.time, .row = positions[i], .sequence = at, .name = std::string(row.name), .attributes = {}};
        if (auto attributes = otlp::parse_attributes_json(row.attributes)) event.attributes = std::move(*attributes);
        all.events.push_back(std::move(event));
      }
    }
    return {};
  });
  if (!done) return std::unexpected(std::move(done.error()));
  if (auto logs = add_logs(catalog, trace, limit, control, all.events); !logs) return std::unexpected(std::move(logs.error()));
  // Events of one span at one time keep the order they were sent in.
  std::ranges::sort(all.events, {}, [](const TraceEvent& event) { return std::tuple(event.time_ns, event.row, event.sequence); });
  all.event_count = all.events.size();
  if (all.events.size() > limit) all.events.resize(limit);
  return all;
}

}  // namespace clew::query
