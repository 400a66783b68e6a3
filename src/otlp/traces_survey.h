// One quick look at an ExportTraceServiceRequest before it is logged: what must be refused, and how much of it.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "stdx/error.h"

namespace clew::otlp {

// Why a single span (or log record, or data point) is refused; the rest of the request is kept. Names for /metrics by refusal_name().
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

// The fields of an encoded Span message that decide whether it is kept, as views into it.
struct SpanIdentity {
  std::string_view trace_id;
  std::string_view span_id;
  std::string_view parent_span_id;
  uint64_t start_time_unix_nano = 0;
  uint64_t end_time_unix_nano = 0;
};
// What check_span() says of a message whose fields are well-formed; for a decoder that has walked them anyway.
SpanRefusal judge_span(const SpanIdentity& span);

// Judges one encoded Span message by its own fields, without looking into attributes, events and links. The survey and
// the decoder both use it, so that they refuse the same spans.
SpanRefusal check_span(std::string_view span);

// Of log and metric requests (records_survey.h) a "span" is a log record or a data point.
struct TracesSurvey {
  uint32_t span_count = 0;  // Including refused ones.
  uint32_t refused_count = 0;
  std::array<uint32_t, static_cast<size_t>(SpanRefusal::kCount)> refused_by{};
  SpanRefusal first_refusal = SpanRefusal::kNone;
  uint32_t first_refused_index = 0;  // Counted over the whole request.
};

// One resource of a request: who sent it, as far as it says so, and how much. Views into the request.
struct ResourceSurvey {
  std::string_view service_name;
  std::string_view sdk_name;
  std::string_view sdk_version;
  std::string_view sdk_language;
  uint32_t span_count = 0;  // Including refused ones.
  uint32_t refused_count = 0;
  int64_t end_time_max = 0;  // Unix ns, of the spans that are kept.
};

// kInvalidArgument if the envelope (request, ResourceSpans, ScopeSpans) is not well-formed: nothing of it can be kept.
// Also appends to `resources`, unless that is null, one entry for each ResourceSpans.
stdx::Result<TracesSurvey> survey_traces(std::string_view request, std::vector<ResourceSurvey>* resources = nullptr);

}  // namespace clew::otlp
