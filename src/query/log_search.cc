#include "query/log_search.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "query/engine_steps.h"
#include "query/traceql/query_limits.h"

namespace clew::query {
namespace {

// Where a matching record is. `age` ascends in the order of the answer.
struct Place {
  int64_t age = 0;
  uint32_t segment = 0;
  uint32_t row = 0;
  auto operator<=>(const Place&) const = default;
};

struct Cursor {
  int64_t time_ns = 0;
  uint32_t given = 0;
};
std::optional<Cursor> parse_cursor(std::string_view text) {
  Cursor cursor;
  const size_t dot = text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto whole = [](std::string_view digits, auto& number) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return error == std::errc() && end == digits.data() + digits.size();
  };
  if (!whole(text.substr(0, dot), cursor.time_ns) || !whole(text.substr(dot + 1), cursor.given)) return std::nullopt;
  if (cursor.given > kLogsMax || cursor.time_ns == INT64_MAX) return std::nullopt;
  return cursor;
}

}  // namespace

stdx::Result<LogResult> search_logs(const table::Catalog& catalog, const LogRequest& request, const QueryControl& control) {
  const Stopwatch watch;
  if (request.limit == 0 || request.limit > kLogsMax) {
    return stdx::fail(stdx::ErrorCode::kInvalidArgument,
                      fmt::format("limit must be 1 to {}, not {}", kLogsMax, request.limit));
  }
  if (auto valid = check_range(request.filter.range); !valid) return std::unexpected(std::move(valid.error()));
  const auto interrupt = interrupt_of(control);
  const table::RecordKind& kind = table::record_kind(request.table);
  RecordFilter filter = request.filter;
  Cursor cursor;
  if (!request.cursor.empty()) {
    const auto parsed = parse_cursor(request.cursor);
    if (!parsed) return stdx::fail(stdx::ErrorCode::kInvalidArgument, "cursor is none of this question's");
    cursor = *parsed;
    if (request.newest_first) {
      filter.range.end_ns = std::min(filter.range.end_ns, cursor.time_ns + 1);
    } else {
      filter.range.begin_ns = std::max(filter.range.begin_ns, cursor.time_ns);
    }
  }
  const size_t wanted_count = size_t{request.limit} + cursor.given;
  RecordMatcher matcher(kind, filter);
  LogResult result;
  std::vector<const table::Segment*> segments;
  std::vector<Place> best;  // A heap whose front is the last of them.
  std::vector<uint32_t> rows;
  const table::Catalog::Sets sets = catalog.snapshot();
  for (const auto& set : sets) {
    const auto of_set = set->records(request.table);
    if (of_set.empty()) continue;
    ++result.stats.blocks_total;
    bool asked = false;
    for (const auto& segment : of_set) {
      result.stats.rows_total += segment->row_count();
      if (!matcher.may_match(*segment)) continue;
      asked = true;
      segments.push_back(segment.get());
      for (uint32_t window = 0; window < segment->window_count(); ++window) {
        if (auto go_on = interrupt.check(); !go_on) return std::unexpected(std::move(go_on.error()));
        table::ColumnWindow times;
        if (auto done = matcher.match(*segment, window, times, rows); !done) return std::unexpected(std::move(done.error()));
        result.stats.rows_scanned += times.rows;
        result.matched_count += rows.size();
        for (const uint32_t row : rows) {
          const int64_t age = request.newest_first ? INT64_MAX - times.ints[row] : times.ints[row];
          const Place place{age, static_cast<uint32_t>(segments.size() - 1), window * table::kWindowRows + row};
          if (best.size() == wanted_count) {
            if (best.front() < place) continue;
            std::ranges::pop_heap(best);
            best.pop_back();
          }
          best.push_back(place);
          std::ranges::push_heap(best);
        }
      }
    }
    result.stats.blocks_pruned += asked ? 0 : 1;
  }
  std::ranges::sort(best);
  const size_t given = std::min<size_t>(cursor.given, best.size());
  best.erase(best.begin(), best.begin() + static_cast<ptrdiff_t>(given));
  result.matched_count -= given;
  std::map<uint32_t, std::vector<std::pair<uint32_t, size_t>>> by_segment;  // Row and place in the answer.
  for (size_t i = 0; i < best.size(); ++i) by_segment[best[i].segment].emplace_back(best[i].row, i);
  result.logs.resize(best.size());
  for (auto& [segment, wanted] : by_segment) {
    if (auto go_on = interrupt.check(); !go_on) return std::unexpected(std::move(go_on.error()));
    std::ranges::sort(wanted);
    rows.clear();
    for (const auto& [row, at] : wanted) rows.push_back(row);
    auto records = read_records(kind, *segments[segment], rows);
    if (!records) return std::unexpected(std::move(records.error()));
    for (size_t i = 0; i < wanted.size(); ++i) result.logs[wanted[i].second] = std::move((*records)[i]);
  }
  if (result.matched_count > best.size() && !best.empty()) {
    uint32_t of_last = 0;
    while (of_last < best.size() && best[best.size() - 1 - of_last].age == best.back().age) ++of_last;
    const int64_t last_ns = result.logs.back().time_ns;
    if (of_last == best.size() && !request.cursor.empty() && last_ns == cursor.time_ns) of_last += cursor.given;
    result.next_cursor = fmt::format("{}.{}", last_ns, of_last);
  }
  result.stats.elapsed_ns = watch.elapsed_ns();
  return result;
}

}  // namespace clew::query
