// Seeded random OTLP data for property tests and benches: everything that the protocol allows, the odd more than the usual.
#pragma once

#include <cstdint>
#include <string>

#include "otlp/model.h"

namespace clew::otlp {

struct RandomTracesOptions {
  // Spans start within the hour that begins here and end within a minute; 2026-01-02T03:00:00Z.
  uint64_t first_start_unix_nano = 1'767'322'800'000'000'000;
  size_t resource_count_max = 4;
  size_t scope_count_max = 3;
  size_t span_count_max = 12;        // In a scope.
  size_t attribute_count_max = 12;   // Of a span; fewer elsewhere.
  size_t event_count_max = 3;
  size_t link_count_max = 2;
  int value_depth_max = 4;           // Once in a while values nest deeper, up to what value_json.h allows.
  size_t trace_count = 6;            // Spans share this many trace ids, each with parents among its own spans.
  bool odd_strings = true;           // NUL, quotes, right-to-left, keys that look like our own column names…
};

// The same seed and options give the same data on every machine. Every span is one that check_span() accepts: non-zero ids,
// end not before start; keys are unique within a list. One thread.
class RandomTraces {
 public:
  explicit RandomTraces(uint64_t seed, RandomTracesOptions options = {});

  TracesData traces();
  Span span();
  // A span with this many attributes of all types.
  Span wide_span(size_t attribute_count);
  Attributes attributes(size_t count_max);
  AnyValue value() { return value(options_.value_depth_max); }
  std::string text();
  std::string key();

  uint64_t bits();                        // 64 random bits.
  uint64_t below(uint64_t bound);         // [0, bound); 0 if bound is 0.
  bool once_in(uint64_t n) { return below(n) == 0; }

 private:
  AnyValue value(int depth);
  AnyValue scalar();
  int64_t integer();
  double real();
  Resource resource();
  InstrumentationScope scope();
  SpanEvent event(uint64_t start);
  SpanLink link();

  RandomTracesOptions options_;
  uint64_t state_;
  std::vector<TraceId> trace_ids_;
  std::vector<std::vector<SpanId>> span_ids_;  // Of each trace, those already made.
};

}  // namespace clew::otlp
