// Trace and span ids of other shapes (SkyWalking's, and what browsers send in its place) as OTLP's.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "otlp/ids.h"

namespace clew::otlp {

// The same text gives the same id on every node and in every release: stored spans depend on it. Never zero.

// 32 hex digits, after dashes are taken out, keep their value, so that a UUID is found by its digits; any other text is mapped
// by XXH3-128 (its high half is TraceId::hi).
TraceId trace_id_of_text(std::string_view text);
// Whether trace_id_of_text() keeps the value, so that the text need not be kept beside it.
bool is_uuid_like(std::string_view text);

// A trace id as somebody looks for it: 1 to 32 hex digits, or another protocol's text (a UUID, SkyWalking's `a.b.c`), which is
// told by its dashes or dots. Nothing for other texts and for zero.
std::optional<TraceId> trace_id_looked_for(std::string_view text);

// SkyWalking numbers spans within a segment: XXH3-64 of the segment id's text, seeded with the number as 32 unsigned
// bits. References to a span of another segment, and a browser's (segment, 0), resolve by this without a dictionary.
SpanId span_id_of_segment(std::string_view segment_id, int32_t span_number);

}  // namespace clew::otlp
