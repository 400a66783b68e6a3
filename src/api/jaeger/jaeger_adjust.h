// What Jaeger does to a trace before it shows it: repairs that users of its API expect to have been made. Pure.
//
// Facts of jaegertracing/jaeger's query service ("adjusters"): equal spans are dropped, attributes are sorted, a server span
// that shares its client's id (Zipkin) gets its own, skewed clocks of other hosts are noted or corrected, addresses kept as
// numbers become texts, links to nowhere go. Each change that a user should know of leaves a warning on the span.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "otlp/model.h"

namespace clew::api_jaeger {

// Spans are stored in vectors that no longer grow once adjust() has run.
using Warnings = std::unordered_map<const otlp::Span*, std::vector<std::string>>;

// `skew_max_ns`: clocks are corrected by at most so much; 0, Jaeger's default, only warns.
Warnings adjust(otlp::TracesData& data, int64_t skew_max_ns);

// For OTLP answers: the warnings as attribute "@jaeger@warnings", an array of strings, as Jaeger's own UI reads them.
void attach_warnings(otlp::TracesData& data, const Warnings& warnings);

}  // namespace clew::api_jaeger
