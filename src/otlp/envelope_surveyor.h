// The walk over an Export…ServiceRequest that all surveys share.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "otlp/message_reader.h"
#include "otlp/trace_fields.h"
#include "otlp/traces_survey.h"
#include "stdx/error.h"

namespace clew::otlp {

// How errors name the levels of one signal.
struct EnvelopeNames {
  std::string_view request;
  std::string_view resources;
  std::string_view scopes;
};

// Walks the three levels of a request (its field numbers are the same for all signals) and keeps where it is, so that an
// error can say so. `judge(item, note)` looks at one encoded item (Span, LogRecord, Metric) and calls note(refusal, time)
// for each thing that counts: the item, or each of its data points. One thread.
template <class Judge>
class EnvelopeSurveyor {
 public:
  EnvelopeSurveyor(const EnvelopeNames& names, Judge judge, std::vector<ResourceSurvey>* resources)
      : names_(names), judge_(std::move(judge)), resources_(resources) {}

  stdx::Result<TracesSurvey> run(std::string_view request) {
    MessageReader fields(request);
    while (fields.next()) {
      if (fields.field() != field::kTracesResourceSpans) continue;
      if (fields.tag() != wire_tag(field::kTracesResourceSpans, WireType::kLength)) return wrong(names_.resources, fields);
      if (auto done = resource_spans(fields.bytes()); !done) return std::unexpected(done.error());
      ++resource_index_;
    }
    if (!fields.ok()) return malformed(names_.request);
    return survey_;
  }

 private:
  stdx::Result<void> resource_spans(std::string_view message) {
    scope_index_ = 0;
    resource_ = {};
    MessageReader fields(message);
    while (fields.next()) {
      switch (fields.tag()) {
        case wire_tag(field::kResourceSpansScopeSpans, WireType::kLength):
          if (auto done = scope_spans(fields.bytes()); !done) return done;
          ++scope_index_;
          break;
        case wire_tag(field::kResourceSpansResource, WireType::kLength):
          if (resources_ != nullptr) read_sender(fields.bytes());
          break;
        case wire_tag(field::kResourceSpansSchemaUrl, WireType::kLength):
          break;
        default:
          if (fields.field() <= field::kResourceSpansSchemaUrl) {
            return wrong(fmt::format("{}[{}]", names_.resources, resource_index_), fields);
          }
      }
    }
    if (!fields.ok()) return malformed(fmt::format("{}[{}]", names_.resources, resource_index_));
    if (resources_ != nullptr) resources_->push_back(resource_);
    return {};
  }

  // A malformed attribute is the decoder's to report.
  void read_sender(std::string_view resource) {
    MessageReader fields(resource);
    while (fields.next()) {
      if (fields.tag() != wire_tag(field::kResourceAttributes, WireType::kLength)) continue;
      std::string_view key, value;
      MessageReader pair(fields.bytes());
      while (pair.next()) {
        if (pair.tag() == wire_tag(field::kKeyValueKey, WireType::kLength)) key = pair.bytes();
        if (pair.tag() == wire_tag(field::kKeyValueValue, WireType::kLength)) value = pair.bytes();
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
      if (fields.tag() == wire_tag(field::kAnyValueString, WireType::kLength)) text = fields.bytes();
    }
    return text;
  }

  stdx::Result<void> scope_spans(std::string_view message) {
    MessageReader fields(message);
    while (fields.next()) {
      switch (fields.tag()) {
        case wire_tag(field::kScopeSpansSpans, WireType::kLength):
          judge_(fields.bytes(), [this](SpanRefusal refusal, int64_t time) { note(refusal, time); });
          break;
        case wire_tag(field::kScopeSpansScope, WireType::kLength):
        case wire_tag(field::kScopeSpansSchemaUrl, WireType::kLength):
          break;
        default:
          if (fields.field() <= field::kScopeSpansSchemaUrl) return wrong(place(), fields);
      }
    }
    if (!fields.ok()) return malformed(place());
    return {};
  }

  void note(SpanRefusal refusal, int64_t time) {
    ++resource_.span_count;
    if (refusal != SpanRefusal::kNone) [[unlikely]] {
      if (survey_.refused_count++ == 0) {
        survey_.first_refusal = refusal;
        survey_.first_refused_index = survey_.span_count;
      }
      ++survey_.refused_by[static_cast<size_t>(refusal)];
      ++resource_.refused_count;
    } else {
      resource_.end_time_max = std::max(resource_.end_time_max, time);
    }
    ++survey_.span_count;
  }

  std::string place() const {
    return fmt::format("{}[{}].{}[{}]", names_.resources, resource_index_, names_.scopes, scope_index_);
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

  const EnvelopeNames names_;
  Judge judge_;
  std::vector<ResourceSurvey>* const resources_;
  TracesSurvey survey_;
  ResourceSurvey resource_;
  size_t resource_index_ = 0;
  size_t scope_index_ = 0;
};

}  // namespace clew::otlp
