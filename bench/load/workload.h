// The bench's load as OTLP requests, the same for the same options.
//
// Traces of 5 to 40 spans, 1.5 % of spans failed with a stack trace. About 50 traces and a request's worth of spans are
// under way at any time; a request takes the spans of some instances, so a trace arrives in several requests, as it does
// from real exporters. A request of 512 mixes all 36 resources; a small one comes from few processes.
// Every session id occurs in exactly three traces, far apart: what "attribute = value, 3 traces match" asks for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "fleet.h"
#include "random_bits.h"
#include "span_template.h"

namespace clew::bench {

struct WorkloadOptions {
  uint64_t seed = 1;
  uint64_t span_count = 1'000'000;
  uint32_t batch_size = 512;
  uint32_t resources_per_request = 0;  // 0: one for every 14 spans, at least 2, at most all 36.
  uint64_t begin_ns = 0;           // When the first trace starts.
  uint64_t spans_per_second = 20'000;  // How dense the simulated time is; not how fast it is sent.
  bool record_ids = false;         // Fill Batch::ids.
};

struct SpanName {
  uint64_t trace_hi;
  uint64_t trace_lo;
  uint64_t span_id;
};

struct Batch {
  std::string request;  // An ExportTraceServiceRequest.
  uint32_t span_count = 0;
  std::vector<SpanName> ids;
};

// One thread at a time.
class Workload {
 public:
  explicit Workload(const WorkloadOptions& options);

  // False when all spans have been given out.
  bool next(Batch& batch);

  // Ground truth, known beforehand.
  uint64_t trace_count() const { return trace_count_; }
  uint64_t trace_hi(uint64_t trace) const;
  uint64_t trace_lo(uint64_t trace) const;
  uint64_t session_of(uint64_t trace) const { return trace % session_count_; }
  uint64_t session_count() const { return session_count_; }
  uint64_t end_ns() const { return options_.begin_ns + trace_count_ * trace_interval_ns_ + 1'000'000'000; }

 private:
  struct PlannedSpan {
    SpanValues values;
    uint32_t instance;
    const SpanTemplate* shape;
  };
  static uint32_t spans_of(uint64_t seed, uint64_t trace);
  void plan(uint64_t trace);
  // Moves spans of one instance into the request being made.
  void draw_from(size_t instance, uint32_t count_max, Batch& batch);
  const SpanTemplate& shape(size_t service, size_t operation, Kind kind) const;

  const WorkloadOptions options_;
  const std::vector<Instance> fleet_;
  std::vector<SpanTemplate> shapes_;
  std::vector<size_t> first_instance_;  // Of each service, and one past the last.
  uint64_t trace_count_ = 0;
  uint64_t session_count_ = 1;
  uint64_t trace_interval_ns_ = 0;
  uint64_t next_trace_ = 0;
  uint64_t spans_given_ = 0;
  RandomBits draw_;
  std::vector<std::deque<PlannedSpan>> planned_;  // Of each instance, spans still to give.
  uint64_t planned_count_ = 0;
  std::vector<std::string> per_instance_;  // Encoded spans of the request being made.
};

}  // namespace clew::bench
