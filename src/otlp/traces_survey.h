// One quick look at an ExportTraceServiceRequest before it is logged: what must be refused, and how much of it.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "stdx/error.h"

namespace clew::otlp {

// Why a single span is refused; the rest of the request is kept. Names for /metrics by refusal_name().
enum class SpanRefusal : uint8_t {
  kNone,
  kMalformed,        // Its own fields break the wire format: wrong wire type, truncated.
  kTraceIdLength,    // Not 16 bytes.
  kTraceIdZero,
  kSpanIdLength,     // Not 8 bytes.
  kSpanIdZero,
  kParentIdLength,   // Neither empty nor 8 bytes.
  kTimeOutOfRange,   // Start or end beyond 2262-04-11, the last instant that 64-bit nanoseconds hold.
  kCount,
};
std::string_view refusal_name(SpanRefusal refusal);

// Judges one encoded Span message by its own fields, without looking into attributes, events and links. The survey and
// the decoder both use it, so that they refuse the same spans.
SpanRefusal check_span(std::string_view span);

struct TracesSurvey {
  uint32_t span_count = 0;  // Including refused ones.
  uint32_t refused_count = 0;
  std::array<uint32_t, static_cast<size_t>(SpanRefusal::kCount)> refused_by{};
  SpanRefusal first_refusal = SpanRefusal::kNone;
  uint32_t first_refused_index = 0;  // Counted over the whole request.
};

// kInvalidArgument if the envelope (request, ResourceSpans, ScopeSpans) is not well-formed: nothing of it can be kept.
stdx::Result<TracesSurvey> survey_traces(std::string_view request);

}  // namespace clew::otlp
