#include "workload.h"

#include <algorithm>
#include <utility>

#include "wire_bytes.h"

namespace clew::bench {
namespace {

constexpr uint64_t kPlannedSpansMin = 1'100;  // About 50 traces.
constexpr uint32_t kSpansPerResource = 14;
constexpr uint32_t kSpansMin = 5;
constexpr uint32_t kSpansMax = 40;
constexpr uint32_t kErrorsPerThousand = 15;
constexpr uint64_t kTracesPerSession = 3;

uint64_t mixed(uint64_t seed, uint64_t number) { return RandomBits(seed * 0x2545f4914f6cdd1d + number).next(); }

}  // namespace

Workload::Workload(const WorkloadOptions& options)
    : options_(options), fleet_(make_fleet(options.seed)), draw_(options.seed ^ 0xd4a3), planned_(kInstances), per_instance_(kInstances) {
  for (size_t service = 0; service < kServices; ++service) {
    for (size_t operation = 0; operation < kOperations; ++operation) {
      for (Kind kind : {Kind::kInternal, Kind::kServer, Kind::kClient}) shapes_.emplace_back(service, operation, kind);
    }
  }
  for (size_t instance = 0; instance < fleet_.size(); ++instance) {
    if (fleet_[instance].service == first_instance_.size()) first_instance_.push_back(instance);
  }
  first_instance_.push_back(fleet_.size());
  // How many traces it takes is needed first, for sessions of exactly three traces each.
  for (uint64_t spans = 0; spans < options_.span_count; ++trace_count_) spans += spans_of(options_.seed, trace_count_);
  session_count_ = std::max<uint64_t>(1, trace_count_ / kTracesPerSession);
  const double seconds = static_cast<double>(options_.span_count) / static_cast<double>(options_.spans_per_second);
  trace_interval_ns_ = trace_count_ == 0 ? 0 : static_cast<uint64_t>(seconds * 1e9 / static_cast<double>(trace_count_));
}

uint32_t Workload::spans_of(uint64_t seed, uint64_t trace) {
  return kSpansMin + RandomBits(mixed(seed ^ 0x5bd1, trace)).below(kSpansMax - kSpansMin + 1);
}
uint64_t Workload::trace_hi(uint64_t trace) const { return mixed(options_.seed ^ 0x1111, trace); }
uint64_t Workload::trace_lo(uint64_t trace) const { return mixed(options_.seed ^ 0x2222, trace); }

const SpanTemplate& Workload::shape(size_t service, size_t operation, Kind kind) const {
  return shapes_[(service * kOperations + operation) * 3 + static_cast<size_t>(kind) - 1];
}

void Workload::plan(uint64_t trace) {
  RandomBits random(mixed(options_.seed, trace));
  // The last trace is shorter, so that all traces are whole and the count is exact.
  const auto count = static_cast<uint32_t>(
      std::min<uint64_t>(spans_of(options_.seed, trace), options_.span_count - spans_given_ - planned_count_));
  std::vector<PlannedSpan> spans;
  std::vector<Kind> kinds;
  spans.reserve(count);
  for (uint32_t i = 0; i < count; ++i) {
    PlannedSpan span;
    Kind kind = Kind::kServer;
    size_t service = random.below(kServices);
    span.values.trace_hi = trace_hi(trace);
    span.values.trace_lo = trace_lo(trace);
    span.values.session = session_of(trace);
    span.values.span_id = random.next() | 1;
    for (uint64_t& bits : span.values.random_bits) bits = random.next();
    span.values.error = random.below(1000) < kErrorsPerThousand;
    if (i == 0) {
      span.values.start_ns = options_.begin_ns + trace * trace_interval_ns_;
      span.values.end_ns = span.values.start_ns + 5'000'000 + random.below(495'000'000);
      span.instance = static_cast<uint32_t>(
          first_instance_[service] + random.below(static_cast<uint32_t>(first_instance_[service + 1] - first_instance_[service])));
    } else {
      // Under a client span hangs the server span of another service; under others, work of the same instance.
      const uint32_t parent_index = i - 1 - random.below(std::min(i, 4u));
      const PlannedSpan& parent = spans[parent_index];
      span.values.parent_span_id = parent.values.span_id;
      const uint64_t length = parent.values.end_ns - parent.values.start_ns;
      span.values.start_ns = parent.values.start_ns + static_cast<uint64_t>(static_cast<double>(length) * 0.3 * random.uniform());
      span.values.end_ns = span.values.start_ns + 1 + static_cast<uint64_t>(static_cast<double>(length) * 0.65 * random.uniform());
      if (kinds[parent_index] == Kind::kClient) {
        span.instance = static_cast<uint32_t>(first_instance_[service] +
                                              random.below(static_cast<uint32_t>(first_instance_[service + 1] -
                                                                                 first_instance_[service])));
      } else {
        kind = random.below(3) == 0 ? Kind::kInternal : Kind::kClient;
        span.instance = parent.instance;
        service = fleet_[parent.instance].service;
      }
    }
    span.shape = &shape(service, random.below(kOperations), kind);
    kinds.push_back(kind);
    spans.push_back(span);
  }
  for (const PlannedSpan& span : spans) planned_[span.instance].push_back(span);
  planned_count_ += spans.size();
}

void Workload::draw_from(size_t instance, uint32_t count_max, Batch& batch) {
  std::deque<PlannedSpan>& spans = planned_[instance];
  for (; count_max > 0 && !spans.empty() && batch.span_count < options_.batch_size; --count_max) {
    const PlannedSpan& span = spans.front();
    span.shape->append(span.values, per_instance_[instance]);
    if (options_.record_ids) batch.ids.push_back({span.values.trace_hi, span.values.trace_lo, span.values.span_id});
    ++batch.span_count;
    ++spans_given_;
    --planned_count_;
    spans.pop_front();
  }
}

bool Workload::next(Batch& batch) {
  batch.request.clear();
  batch.ids.clear();
  batch.span_count = 0;
  for (std::string& spans : per_instance_) spans.clear();
  while (planned_count_ < kPlannedSpansMin + options_.batch_size && next_trace_ < trace_count_) plan(next_trace_++);

  const uint32_t wanted = options_.resources_per_request != 0 ? options_.resources_per_request
                                                              : std::max(2u, options_.batch_size / kSpansPerResource);
  const auto resources = std::min<uint32_t>(wanted, kInstances);
  const uint32_t share = (options_.batch_size + resources - 1) / resources;
  // A share from each of so many instances; what is then missing comes from whoever follows and still has some.
  size_t instance = draw_.below(kInstances);
  for (uint32_t i = 0; i < resources; ++i, instance = (instance + 1) % kInstances) draw_from(instance, share, batch);
  for (size_t i = 0; i < kInstances; ++i, instance = (instance + 1) % kInstances) {
    draw_from(instance, options_.batch_size, batch);
  }

  std::string scope;
  append_field(scope, 1, "com.shop.instrumentation");
  append_field(scope, 2, "2.10.0");
  std::string scope_field;
  append_field(scope_field, 1, scope);
  for (size_t instance = 0; instance < per_instance_.size(); ++instance) {
    const std::string& spans = per_instance_[instance];
    if (spans.empty()) continue;
    std::string resource_spans;
    append_field(resource_spans, 1, fleet_[instance].resource);
    append_tag(resource_spans, 2, 2);
    append_varint(resource_spans, scope_field.size() + spans.size());
    append_tag(batch.request, 1, 2);
    append_varint(batch.request, resource_spans.size() + scope_field.size() + spans.size());
    batch.request += resource_spans;
    batch.request += scope_field;
    batch.request += spans;
  }
  return batch.span_count > 0;
}

}  // namespace clew::bench
