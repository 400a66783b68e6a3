#include "otlp/traces_survey.h"

#include <cstring>

#include "otlp/envelope_surveyor.h"
#include "otlp/ids.h"
#include "otlp/message_reader.h"
#include "otlp/trace_fields.h"

namespace clew::otlp {
namespace {

constexpr WireType kVarint = WireType::kVarint;
constexpr WireType kFixed64 = WireType::kFixed64;
constexpr WireType kLength = WireType::kLength;
constexpr WireType kFixed32 = WireType::kFixed32;

constexpr std::string_view kRefusalNames[] = {
    "none",         "malformed",        "trace_id_length", "trace_id_zero",
    "span_id_length", "span_id_zero", "parent_id_length", "time_out_of_range",
};
static_assert(std::size(kRefusalNames) == static_cast<size_t>(SpanRefusal::kCount));

bool all_zero(std::string_view id) {
  uint64_t bits = 0;
  for (size_t at = 0; at < id.size(); at += 8) bits |= load_big_endian(id.data() + at);
  return bits == 0;
}

// As protobuf says of a field that comes twice, the last one counts.
SpanRefusal examine(std::string_view span, SpanIdentity& identity) {
  MessageReader fields(span);
  while (fields.next()) {
    switch (fields.tag()) {
      case wire_tag(field::kSpanAttributes, kLength):
      case wire_tag(field::kSpanEvents, kLength):
      case wire_tag(field::kSpanLinks, kLength):
      case wire_tag(field::kSpanStatus, kLength):
      case wire_tag(field::kSpanName, kLength):
      case wire_tag(field::kSpanTraceState, kLength):
      case wire_tag(field::kSpanKind, kVarint):
      case wire_tag(field::kSpanDroppedAttributesCount, kVarint):
      case wire_tag(field::kSpanDroppedEventsCount, kVarint):
      case wire_tag(field::kSpanDroppedLinksCount, kVarint):
      case wire_tag(field::kSpanFlags, kFixed32):
        break;
      case wire_tag(field::kSpanTraceId, kLength):
        identity.trace_id = fields.bytes();
        break;
      case wire_tag(field::kSpanSpanId, kLength):
        identity.span_id = fields.bytes();
        break;
      case wire_tag(field::kSpanParentSpanId, kLength):
        identity.parent_span_id = fields.bytes();
        break;
      case wire_tag(field::kSpanStartTimeUnixNano, kFixed64):
        identity.start_time_unix_nano = fields.number();
        break;
      case wire_tag(field::kSpanEndTimeUnixNano, kFixed64):
        identity.end_time_unix_nano = fields.number();
        break;
      default:
        if (fields.field() <= field::kSpanFieldMax) return SpanRefusal::kMalformed;
    }
  }
  return fields.ok() ? judge_span(identity) : SpanRefusal::kMalformed;
}

}  // namespace

std::string_view refusal_name(SpanRefusal refusal) { return kRefusalNames[static_cast<size_t>(refusal)]; }

SpanRefusal judge_span(const SpanIdentity& span) {
  if (span.trace_id.size() != 16) return SpanRefusal::kTraceIdLength;
  if (all_zero(span.trace_id)) return SpanRefusal::kTraceIdZero;
  if (span.span_id.size() != 8) return SpanRefusal::kSpanIdLength;
  if (all_zero(span.span_id)) return SpanRefusal::kSpanIdZero;
  if (!span.parent_span_id.empty() && span.parent_span_id.size() != 8) return SpanRefusal::kParentIdLength;
  if (span.start_time_unix_nano > INT64_MAX || span.end_time_unix_nano > INT64_MAX) {
    return SpanRefusal::kTimeOutOfRange;
  }
  return SpanRefusal::kNone;
}

SpanRefusal check_span(std::string_view span) {
  SpanIdentity identity;
  return examine(span, identity);
}

stdx::Result<TracesSurvey> survey_traces(std::string_view request, std::vector<ResourceSurvey>* resources) {
  constexpr EnvelopeNames kNames{"ExportTraceServiceRequest", "resource_spans", "scope_spans"};
  const auto judge = [](std::string_view span, auto&& note) {
    SpanIdentity identity;
    const SpanRefusal refusal = examine(span, identity);
    note(refusal, static_cast<int64_t>(identity.end_time_unix_nano));
  };
  return EnvelopeSurveyor(kNames, judge, resources).run(request);
}

}  // namespace clew::otlp
