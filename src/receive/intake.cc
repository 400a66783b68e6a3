#include "receive/intake.h"

#include <fmt/format.h>

#include <iterator>

#include "otlp/records_survey.h"
#include "otlp/traces_survey.h"

namespace clew::receive {

namespace {

using stdx::ErrorCode;

// What the items of a kind of request are called, one and many.
struct ItemNames {
  std::string_view one;
  std::string_view many;
};
ItemNames item_names(log::RecordKind kind) {
  switch (kind) {
    case log::RecordKind::kLogs: return {"log record", "log records"};
    case log::RecordKind::kMetrics: return {"data point", "data points"};
    default: return {"span", "spans"};
  }
}

// "2 of 10 spans were refused: trace_id_zero 1, span_id_length 1; the first is span 4"
std::string refusal_text(log::RecordKind kind, const otlp::TracesSurvey& survey) {
  const ItemNames names = item_names(kind);
  std::string text = fmt::format("{} of {} {} were refused:", survey.refused_count, survey.span_count, names.many);
  const char* separator = " ";
  for (size_t reason = 0; reason < survey.refused_by.size(); ++reason) {
    if (survey.refused_by[reason] == 0) continue;
    fmt::format_to(std::back_inserter(text), "{}{} {}", separator,
                   otlp::refusal_name(static_cast<otlp::SpanRefusal>(reason)), survey.refused_by[reason]);
    separator = ", ";
  }
  fmt::format_to(std::back_inserter(text), "; the first is {} {} of the request, counted from 0", names.one,
                 survey.first_refused_index);
  return text;
}

void add(std::atomic<uint64_t>& counter, uint64_t amount) { counter.fetch_add(amount, std::memory_order_relaxed); }

void raise_to(std::atomic<int64_t>& highest, int64_t value) {
  int64_t seen = highest.load(std::memory_order_relaxed);
  while (value > seen && !highest.compare_exchange_weak(seen, value, std::memory_order_relaxed)) {
  }
}

// What one request adds to the counters once it is durable.
struct Tally {
  log::RecordKind kind;
  otlp::TracesSurvey survey;
  struct Part {
    std::shared_ptr<Sender> sender;
    uint32_t span_count;
    uint32_t refused_count;
  };
  std::vector<Part> parts;
};

}  // namespace

class Intake::State : public std::enable_shared_from_this<State> {
 public:
  State(log::Log& log, const stdx::Clock& clock, IntakeLimits limits)
      : log_(log), clock_(clock), limits_(limits), arrivals_(clock) {}

  void take(Protocol protocol, log::RecordKind kind, stdx::SharedBytes request, Done done);

  log::Log& log_;
  const stdx::Clock& clock_;
  const IntakeLimits limits_;
  IntakeCounters counters_;
  Arrivals arrivals_;

 private:
  void append(Protocol protocol, stdx::SharedBytes request, Tally tally, Done done);
  Tally tally_of(Protocol protocol, log::RecordKind kind, otlp::TracesSurvey survey,
                 const std::vector<otlp::ResourceSurvey>& resources);
  Outcome count(Protocol protocol, const Tally& tally);

  std::atomic<uint32_t> next_partition_{0};
};

void Intake::State::take(Protocol protocol, log::RecordKind kind, stdx::SharedBytes request, Done done) {
  std::vector<otlp::ResourceSurvey> resources;
  const auto survey = kind == log::RecordKind::kTraces ? otlp::survey_traces(request.view, &resources)
                      : kind == log::RecordKind::kLogs ? otlp::survey_logs(request.view, &resources)
                                                       : otlp::survey_metrics(request.view, &resources);
  if (!survey) return done(std::unexpected(survey.error()));
  Tally tally = tally_of(protocol, kind, *survey, resources);
  // Nothing to keep: also the way of the empty request, which is a full success.
  if (survey->span_count == survey->refused_count) return done(count(protocol, tally));
  append(protocol, std::move(request), std::move(tally), std::move(done));
}

Tally Intake::State::tally_of(Protocol protocol, log::RecordKind kind, otlp::TracesSurvey survey,
                              const std::vector<otlp::ResourceSurvey>& resources) {
  const int64_t now_ns = clock_.now_ns();
  Tally tally{kind, survey, {}};
  tally.parts.reserve(resources.size());
  for (const otlp::ResourceSurvey& resource : resources) {
    if (resource.span_count == 0) continue;
    auto sender = arrivals_.sender(
        protocol, {resource.service_name, resource.sdk_name, resource.sdk_version, resource.sdk_language});
    if (resource.end_time_max > now_ns) raise_to(sender->clock_ahead_ns, resource.end_time_max - now_ns);
    tally.parts.push_back({std::move(sender), resource.span_count, resource.refused_count});
  }
  return tally;
}

void Intake::State::append(Protocol protocol, stdx::SharedBytes request, Tally tally, Done done) {
  const log::RecordKind kind = tally.kind;
  const uint64_t size = request.size();
  if (counters_.bytes_in_flight.fetch_add(size, std::memory_order_relaxed) + size > limits_.bytes_in_flight_max) {
    counters_.bytes_in_flight.fetch_sub(size, std::memory_order_relaxed);
    return done(stdx::fail(ErrorCode::kResourceExhausted, "too many bytes await the log; try again"));
  }
  // Requests are dealt out in turn; a trace's spans meet again in the query, and at home there is one partition.
  const uint32_t partition = next_partition_.fetch_add(1, std::memory_order_relaxed) % log_.partition_count();
  auto acknowledge = [state = shared_from_this(), protocol, tally = std::move(tally), size,
                      done = std::move(done)](stdx::Result<uint64_t> offset) mutable {
    state->counters_.bytes_in_flight.fetch_sub(size, std::memory_order_relaxed);
    if (!offset) return done(std::unexpected(std::move(offset.error())));
    done(state->count(protocol, tally));
  };
  log_.append(partition, kind, clock_.now_ns(), std::move(request), std::move(acknowledge));
}

Outcome Intake::State::count(Protocol protocol, const Tally& tally) {
  const otlp::TracesSurvey& survey = tally.survey;
  ProtocolCounters& counters = counters_.of(protocol);
  const bool logs = tally.kind == log::RecordKind::kLogs, metrics = tally.kind == log::RecordKind::kMetrics;
  add(logs      ? counters.log_records_accepted
      : metrics ? counters.data_points_accepted
                : counters.spans_accepted,
      survey.span_count - survey.refused_count);
  for (const Tally::Part& part : tally.parts) {
    Sender& sender = *part.sender;
    add(logs ? sender.log_records : metrics ? sender.data_points : sender.spans, part.span_count - part.refused_count);
    if (part.refused_count == 0) continue;
    // By resource only the number of refused spans is known; nearly always they share one reason.
    const auto reason = static_cast<Refusal>(survey.first_refusal);
    arrivals_.refuse(protocol,
                     {part.sender->service, part.sender->library, part.sender->library_version, part.sender->language},
                     reason, part.refused_count, refusal_text(tally.kind, survey), {});
  }
  if (survey.refused_count == 0) return {};
  for (size_t reason = 0; reason < survey.refused_by.size(); ++reason) {
    add(counters.items_refused[reason], survey.refused_by[reason]);
  }
  return {survey.refused_count, refusal_text(tally.kind, survey)};
}

Intake::Intake(log::Log& log, const stdx::Clock& clock, IntakeLimits limits)
    : state_(std::make_shared<State>(log, clock, limits)) {}

void Intake::take(Protocol protocol, log::RecordKind kind, stdx::SharedBytes request, Done done) const {
  state_->take(protocol, kind, std::move(request), std::move(done));
}

void Intake::count_request(Protocol protocol, size_t bytes) const {
  ProtocolCounters& counters = state_->counters_.of(protocol);
  add(counters.requests, 1);
  add(counters.bytes, bytes);
}

void Intake::count_failure(Protocol protocol, const stdx::Error& error, std::string_view payload) const {
  add(state_->counters_.of(protocol).requests_failed[static_cast<size_t>(error.code)], 1);
  state_->arrivals_.refuse(protocol, {}, refusal_of(error.code), 1, error.message, payload);
}

void Intake::refuse(Protocol protocol, std::string_view service, Refusal reason, uint64_t count, std::string_view why,
                    std::string_view payload) const {
  add(state_->counters_.of(protocol).items_refused[static_cast<size_t>(reason)], count);
  state_->arrivals_.refuse(protocol, {service, {}, {}, {}}, reason, count, why, payload);
}

const IntakeCounters& Intake::counters() const { return state_->counters_; }
const Arrivals& Intake::arrivals() const { return state_->arrivals_; }

}  // namespace clew::receive
