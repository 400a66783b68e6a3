#include "otlp/traces_survey.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

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

// Walks the three levels of a request and keeps where it is, so that an error can say so.
class Surveyor {
 public:
  explicit Surveyor(std::vector<ResourceSurvey>* resources) : resources_(resources) {}

  stdx::Result<TracesSurvey> run(std::string_view request) {
    MessageReader fields(request);
    while (fields.next()) {
      if (fields.field() != field::kTracesResourceSpans) continue;
      if (fields.tag() != wire_tag(field::kTracesResourceSpans, kLength)) return wrong("resource_spans", fields);
      if (auto done = resource_spans(fields.bytes()); !done) return std::unexpected(done.error());
      ++resource_index_;
    }
    if (!fields.ok()) return malformed("ExportTraceServiceRequest");
    return survey_;
  }

 private:
  stdx::Result<void> resource_spans(std::string_view message) {
    scope_index_ = 0;
    resource_ = {};
    MessageReader fields(message);
    while (fields.next()) {
      switch (fields.tag()) {
        case wire_tag(field::kResourceSpansScopeSpans, kLength):
          if (auto done = scope_spans(fields.bytes()); !done) return done;
          ++scope_index_;
          break;
        case wire_tag(field::kResourceSpansResource, kLength):
          if (resources_ != nullptr) read_sender(fields.bytes());
          break;
        case wire_tag(field::kResourceSpansSchemaUrl, kLength):
          break;
        default:
          if (fields.field() <= field::kResourceSpansSchemaUrl) {
            return wrong(fmt::format("resource_spans[{}]", resource_index_), fields);
          }
      }
    }
    if (!fields.ok()) return malformed(fmt::format("resource_spans[{}]", resource_index_));
    if (resources_ != nullptr) resources_->push_back(resource_);
    return {};
  }

  // A malformed attribute is the decoder's to report.
  void read_sender(std::string_view resource) {
    MessageReader fields(resource);
    while (fields.next()) {
      if (fields.tag() != wire_tag(field::kResourceAttributes, kLength)) continue;
      std::string_view key, value;
      MessageReader pair(fields.bytes());
      while (pair.next()) {
        if (pair.tag() == wire_tag(field::kKeyValueKey, kLength)) key = pair.bytes();
        if (pair.tag() == wire_tag(field::kKeyValueValue, kLength)) value = pair.bytes();
      }
      if (key == "service.name") {
        resource_.service_name = text_of(value);
      } else if (key.starts_with("telemetry.sdk.")) {
        const std::string_view part = key.substr(std::string_view("telemetry.sdk.").size());
        if (part == "name") resource_.sdk_name = text_of(value);
        if (part == "version") resource_.sdk_version = text_of(value);
        if (part == "language") resource_.sdk_language = text_of(value);
      }
    }
  }
  static std::string_view text_of(std::string_view any_value) {
    std::string_view text;
    MessageReader fields(any_value);
    while (fields.next()) {
      if (fields.tag() == wire_tag(field::kAnyValueString, kLength)) text = fields.bytes();
    }
    return text;
  }

  stdx::Result<void> scope_spans(std::string_view message) {
    MessageReader fields(message);
    while (fields.next()) {
      switch (fields.tag()) {
        case wire_tag(field::kScopeSpansSpans, kLength):
          judge(fields.bytes());
          break;
        case wire_tag(field::kScopeSpansScope, kLength):
        case wire_tag(field::kScopeSpansSchemaUrl, kLength):
          break;
        default:
          if (fields.field() <= field::kScopeSpansSchemaUrl) return wrong(place(), fields);
      }
    }
    if (!fields.ok()) return malformed(place());
    return {};
  }

  void judge(std::string_view span) {
    SpanIdentity identity;
    const SpanRefusal refusal = examine(span, identity);
    ++resource_.span_count;
    if (refusal != SpanRefusal::kNone) [[unlikely]] {
      if (survey_.refused_count++ == 0) {
        survey_.first_refusal = refusal;
        survey_.first_refused_index = survey_.span_count;
      }
      ++survey_.refused_by[static_cast<size_t>(refusal)];
      ++resource_.refused_count;
    } else {
      resource_.end_time_max = std::max(resource_.end_time_max, static_cast<int64_t>(identity.end_time_unix_nano));
    }
    ++survey_.span_count;
  }

  std::string place() const {
    return fmt::format("resource_spans[{}].scope_spans[{}]", resource_index_, scope_index_);
  }
  static std::unexpected<stdx::Error> malformed(std::string_view where) {
    return stdx::fail(stdx::ErrorCode::kInvalidArgument,
                      fmt::format("malformed protobuf in {}: truncated, or not this message", where));
  }
  static std::unexpected<stdx::Error> wrong(std::string_view where, const MessageReader& fields) {
    return stdx::fail(
        stdx::ErrorCode::kInvalidArgument,
        fmt::format("malformed protobuf in {}: field {} has wire type {}", where, fields.field(), fields.tag() & 7));
  }

  std::vector<ResourceSurvey>* const resources_;
  TracesSurvey survey_;
  ResourceSurvey resource_;
  size_t resource_index_ = 0;
  size_t scope_index_ = 0;
};

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
  return Surveyor(resources).run(request);
}

}  // namespace clew::otlp
