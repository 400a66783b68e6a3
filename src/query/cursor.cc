#include "query/cursor.h"

#include <charconv>

#include <fmt/format.h>

#include "query/traceql/query_limits.h"

namespace clew::query {
namespace {

std::string prefix_of(SortBy sort, bool descending) {
  static constexpr std::string_view kLetters = "sdce";
  return fmt::format("1.{}{}.", kLetters[static_cast<size_t>(sort)], descending ? "d" : "a");
}

}  // namespace

std::string encode_cursor(const query_execute::TraceRank& last, SortBy sort, bool descending) {
  return fmt::format("{}{}.{}", prefix_of(sort, descending), last.key, otlp::to_hex(last.trace_id));
}

stdx::Result<query_execute::TraceRank> decode_cursor(std::string_view cursor, SortBy sort, bool descending) {
  const auto invalid = [](std::string_view why) {
    return stdx::fail(stdx::ErrorCode::kInvalidArgument, fmt::format("cursor: {}", why));
  };
  if (cursor.size() > kCursorBytesMax) return invalid("too long");
  if (!cursor.starts_with("1.") || cursor.size() < 5) return invalid("not one that this server gave out");
  const std::string prefix = prefix_of(sort, descending);
  if (!cursor.starts_with(prefix)) return invalid("it belongs to a search with another sort order");
  cursor.remove_prefix(prefix.size());
  query_execute::TraceRank rank;
  const auto [end, status] = std::from_chars(cursor.data(), cursor.data() + cursor.size(), rank.key);
  if (status != std::errc() || end == cursor.data() + cursor.size() || *end != '.') {
    return invalid("not one that this server gave out");
  }
  const std::string_view hex(end + 1, static_cast<size_t>(cursor.data() + cursor.size() - end - 1));
  const auto id = otlp::parse_trace_id(hex);
  if (!id || hex.size() != 32) return invalid("not one that this server gave out");
  rank.trace_id = *id;
  return rank;
}

}  // namespace clew::query
