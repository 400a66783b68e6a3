#include "query/rum/error_causes.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>

#include "query/engine.h"
#include "query/rum/error_limits.h"
#include "query/rum/event_keys.h"

namespace clew::query_rum {
namespace {

struct FailedRequest {
  int64_t start_ns = 0, end_ns = 0;
  uint32_t method = 0, name = 0;  // Of FailedRequests::texts.
  int64_t status_code = 0;
  otlp::TraceId trace_id;
};

struct FailedRequests {
  TextIds texts;
  absl::flat_hash_map<uint32_t, std::vector<FailedRequest>> of_session;  // By the variants' number of it.
  size_t count = 0;
};

enum Text : size_t { kSession, kMethod, kName };
enum Number : size_t { kStatus, kSuccess, kDuration };

class FailedPart final : public EventCollector {
 public:
  FailedPart(const ErrorVariants& variants, const absl::flat_hash_set<uint32_t>& sessions, FailedRequests& whole)
      : variants_(variants), sessions_(sessions), whole_(whole) {}

  stdx::Result<void> add(const EventBatch& batch) override {
    for (uint32_t i = 0; i < batch.size(); ++i) {
      const double status = batch.number(kStatus, i).value_or(0);
      if (batch.kind(i) != EventKind::kRequest || !(batch.number(kSuccess, i) == 0.0 || status >= 400)) continue;
      const uint32_t session =
          session_of_.get(batch, i, [&](std::string_view text) { return variants_.texts.find(text); });
      if (session == 0 || !sessions_.contains(session) || found_.size() == kFailedRequestsMax) continue;
      const double duration_ms = std::clamp(batch.number(kDuration, i).value_or(0), 0.0, 86'400'000.0);
      const int64_t start_ns = batch.time_ns(i);
      found_.emplace_back(session, FailedRequest{start_ns, start_ns + static_cast<int64_t>(duration_ms * 1e6),
                                                 methods_(batch, i), names_(batch, i),
                                                 static_cast<int64_t>(std::clamp(status, 0.0, 999.0)), batch.trace_id(i)});
    }
    return {};
  }
  stdx::Result<void> merge() override {
    for (auto& [session, request] : found_) {
      if (whole_.count == kFailedRequestsMax) break;
      ++whole_.count;
      request.method = whole_.texts.of(texts_.text(request.method));
      request.name = whole_.texts.of(texts_.text(request.name));
      whole_.of_session[session].push_back(request);
    }
    return {};
  }

 private:
  const ErrorVariants& variants_;
  const absl::flat_hash_set<uint32_t>& sessions_;
  FailedRequests& whole_;
  TextIds texts_;
  PerCode<uint32_t> session_of_{kSession};
  SlotIds methods_{texts_, kMethod}, names_{texts_, kName};
  std::vector<std::pair<uint32_t, FailedRequest>> found_;
};

// Failed requests of the sessions, in the time in which they can be causes.
stdx::Result<void> scan_requests(const table::Catalog::Sets& sets, const ErrorScan& scan, table::TimeRange range,
                                 const ErrorVariants& variants, const absl::flat_hash_set<uint32_t>& sessions,
                                 FailedRequests& failed, const query::QueryControl& control) {
  const EventQuestion question{.range = range,
                               .app = scan.app,
                               .event_names = {"resource"},
                               .texts = {key::kSessionId, key::kMethod, key::kEventName},
                               .numbers = {key::kStatusCode, key::kSuccess, key::kDuration}};
  auto stats = scan_event_parts(sets, question, control, {},
                                [&] { return std::make_unique<FailedPart>(variants, sessions, failed); });
  if (!stats) return std::unexpected(std::move(stats.error()));
  return {};
}

ErrorCause cause_of(const FailedRequests& failed, const std::vector<ErrorVariant::Sight>& sights) {
  struct Sum {
    int64_t count = 0, last_ns = 0;
    otlp::TraceId trace_id;
  };
  std::map<std::tuple<uint32_t, uint32_t, int64_t>, Sum> sums;
  for (const ErrorVariant::Sight& sight : sights) {
    const auto of_session = failed.of_session.find(sight.session);
    if (of_session == failed.of_session.end()) continue;
    const FailedRequest* nearest = nullptr;
    for (const FailedRequest& request : of_session->second) {
      if (request.start_ns > sight.time_ns || request.end_ns < sight.time_ns - kCauseNs) continue;
      if (nearest == nullptr || request.end_ns > nearest->end_ns) nearest = &request;
    }
    if (nearest == nullptr) continue;
    Sum& sum = sums[{nearest->method, nearest->name, nearest->status_code}];
    ++sum.count;
    if (nearest->trace_id != otlp::TraceId() && nearest->end_ns >= sum.last_ns) {
      sum.last_ns = nearest->end_ns;
      sum.trace_id = nearest->trace_id;
    }
  }
  ErrorCause cause;
  for (const auto& [key, sum] : sums) {
    if (sum.count <= cause.count) continue;
    const auto& [method, name, status_code] = key;
    cause = {.method = std::string(failed.texts.text(method)),
             .name = std::string(failed.texts.text(name)),
             .status_code = status_code,
             .trace_id = sum.trace_id,
             .count = sum.count,
             .service = {},
             .operation = {},
             .span_id = 0};
  }
  return cause;
}

// The failed span of the backend that has no failed span below it, the earliest; else the backend's first span.
void find_span(const table::Catalog& catalog, ErrorCause& cause, const query::QueryControl& control) {
  const auto trace = query::Engine(catalog).trace(cause.trace_id, control);
  if (!trace) return;
  absl::flat_hash_set<otlp::SpanId> failed_parents;
  for (const otlp::ResourceSpans& resource : trace->data.resource_spans) {
    for (const otlp::ScopeSpans& scope : resource.scope_spans) {
      for (const otlp::Span& span : scope.spans) {
        if (span.status_code == otlp::StatusCode::kError) failed_parents.insert(span.parent_span_id);
      }
    }
  }
  std::optional<std::tuple<bool, uint64_t>> best;  // No failure first, then time: the smallest wins.
  for (const otlp::ResourceSpans& resource : trace->data.resource_spans) {
    const std::string* service = otlp::find_string(resource.resource.attributes, "service.name");
    if (service == nullptr || service->starts_with("rum-")) continue;
    for (const otlp::ScopeSpans& scope : resource.scope_spans) {
      for (const otlp::Span& span : scope.spans) {
        const bool at_fault = span.status_code == otlp::StatusCode::kError && !failed_parents.contains(span.span_id);
        const std::tuple rank(!at_fault, span.start_time_unix_nano);
        if (best && *best <= rank) continue;
        best = rank;
        cause.service = *service;
        cause.operation = span.name;
        cause.span_id = span.span_id;
      }
    }
  }
}

}  // namespace

stdx::Result<std::vector<ErrorCause>> find_causes(const table::Catalog& catalog, const table::Catalog::Sets& sets,
                                                  const ErrorScan& scan, const ErrorVariants& variants,
                                                  const std::vector<std::vector<ErrorVariant::Sight>>& sights,
                                                  const query::QueryControl& control) {
  std::vector<ErrorCause> causes(sights.size());
  absl::flat_hash_set<uint32_t> sessions;
  table::TimeRange range{INT64_MAX, INT64_MIN};
  for (const auto& list : sights) {
    for (const ErrorVariant::Sight& sight : list) {
      if (sight.session == 0) continue;
      sessions.insert(sight.session);
      // The newest errors are looked at, often a small part of the range.
      range.begin_ns = std::min(range.begin_ns, sight.time_ns - kCauseNs - kCauseRequestNs);
      range.end_ns = std::max(range.end_ns, sight.time_ns + 1);
    }
  }
  if (sessions.empty()) return causes;
  FailedRequests failed;
  range.begin_ns = std::max(range.begin_ns, scan.range.begin_ns - kCauseNs);
  if (auto done = scan_requests(sets, scan, range, variants, sessions, failed, control); !done)
    return std::unexpected(std::move(done.error()));
  size_t traces = 0;
  for (size_t i = 0; i < sights.size(); ++i) {
    causes[i] = cause_of(failed, sights[i]);
    if (causes[i].trace_id != otlp::TraceId() && ++traces <= kCauseTracesMax) find_span(catalog, causes[i], control);
  }
  return causes;
}

}  // namespace clew::query_rum
