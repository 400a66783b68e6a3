// A Jaeger search as TraceQL. Pure: no engine, no clock.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "otlp/ids.h"
#include "stdx/error.h"

namespace clew::api_jaeger {

// All of it must hold on one span.
struct SpanPredicate {
  std::string service;    // Empty: any.
  std::string operation;  // Empty: any.
  std::map<std::string, std::string> tags;
  std::optional<int64_t> duration_min_ns;  // Inclusive.
  std::optional<int64_t> duration_max_ns;  // Inclusive.
};

// "{ … }". A tag is looked for in the span's attributes, then also its resource's, its scope's and its events'. Jaeger compares
// values as text; an attribute that is a number or a flag matches when its text, as Jaeger prints it, is the tag's value.
// Tags that Jaeger makes out of OTLP's fixed fields (span.kind, error, otel.status_code, …) are looked for in those fields too.
std::string to_traceql(const SpanPredicate& predicate);

// {"k":"v",…} into `tags`; a later key replaces an earlier one. The message of an error is what Go's clients expect to see.
stdx::Result<void> parse_tag_map(std::string_view json, std::map<std::string, std::string>& tags);
// "key:value"; the value may hold further colons.
stdx::Result<void> parse_tag(std::string_view text, std::map<std::string, std::string>& tags);

// Hex of 1 to 32 digits; otherwise base64 of 16 bytes in either alphabet, padded or not.
std::optional<otlp::TraceId> parse_any_trace_id(std::string_view text);

}  // namespace clew::api_jaeger
