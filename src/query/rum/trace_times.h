// What the trace of a browser's request tells: how long the backend took of it, and which span took most.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "otlp/ids.h"
#include "query/analyse/trace_columns.h"
#include "stdx/error.h"
#include "table/catalog.h"

namespace clew::query_rum {

// The backend's part of a request: from its first span below the browser's to the end of the last such, never more than the
// request. Times from the request's start, clocks corrected.
struct BackendPart {
  uint32_t row = 0;  // The first of its spans.
  int64_t begin_ns = 0;
  int64_t end_ns = 0;
  int64_t duration_ns() const { return end_ns - begin_ns; }
};
// nullopt where no span of a backend came. `span_id` is the browser's span; where it did not come either, the whole trace is
// the backend's. A backend that shares the browser's span id (Zipkin's clients) is told by its service.
std::optional<BackendPart> backend_of(const query_analyse::TraceColumns& trace, otlp::SpanId span_id, int64_t request_ns);

// A request's time: what it waited in the browser (queue, connection), in the backend, and between.
struct TimeParts {
  int64_t browser_ns = 0, network_ns = 0, backend_ns = 0;
};
TimeParts parts_of(int64_t request_ns, int64_t browser_ns, int64_t backend_ns);

// Which of some traces are stored, told without reading them.
class StoredTraces {
 public:
  static stdx::Result<StoredTraces> of(const table::Catalog::Sets& sets, std::vector<otlp::TraceId> ids);
  // 0: none has come. A trace of one span may be the browser's own alone.
  uint32_t span_count(otlp::TraceId id) const;

 private:
  std::vector<std::pair<otlp::TraceId, uint32_t>> counts_;  // Ascending.
};

struct WorstSpan {
  std::string service, operation, statement;  // Statement normalised; empty for none.
  int64_t self_ns = 0;       // Of all spans with this service, operation and statement: forty short ones weigh as one long one.
  otlp::SpanId span_id = 0;  // The longest of them.
};
// The backend's spans with most time of their own, if there are any; those that nobody waited for do not count.
std::optional<WorstSpan> worst_span(const query_analyse::TraceColumns& trace);
// The same of these rows only, in display order.
std::optional<WorstSpan> worst_span(const query_analyse::TraceColumns& trace, std::span<const uint32_t> rows);

// Whether the row is of the backend and somebody waited for it.
bool counts_for_backend(const query_analyse::TraceColumns& trace, uint32_t row);
// Normalised; empty for none.
std::string_view statement_of(const query_analyse::TraceColumns& trace, uint32_t row);

}  // namespace clew::query_rum
