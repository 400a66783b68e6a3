#include "otlp/foreign_ids.h"

#include <xxhash.h>

#include <optional>

namespace clew::otlp {
namespace {

std::optional<TraceId> uuid_like(std::string_view text) {
  char digits[32];
  size_t count = 0;
  for (const char c : text) {
    if (c == '-') continue;
    if (count == sizeof digits) return std::nullopt;
    digits[count++] = c;
  }
  if (count != sizeof digits) return std::nullopt;
  const auto id = parse_trace_id({digits, sizeof digits});
  if (!id || id->is_zero()) return std::nullopt;
  return id;
}

}  // namespace

bool is_uuid_like(std::string_view text) { return uuid_like(text).has_value(); }

TraceId trace_id_of_text(std::string_view text) {
  if (const auto id = uuid_like(text)) return *id;
  const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
  const TraceId id{hash.high64, hash.low64};
  return id.is_zero() ? TraceId{0, 1} : id;
}

std::optional<TraceId> trace_id_looked_for(std::string_view text) {
  const auto id = parse_trace_id(text);
  if (id) return id->is_zero() ? std::nullopt : id;
  if (text.find_first_of("-.") == std::string_view::npos) return std::nullopt;
  return trace_id_of_text(text);
}

SpanId span_id_of_segment(std::string_view segment_id, int32_t span_number) {
  const SpanId id = XXH3_64bits_withSeed(segment_id.data(), segment_id.size(), static_cast<uint32_t>(span_number));
  return id == 0 ? 1 : id;
}

}  // namespace clew::otlp
