// Requests that failed shortly before an error in the same session: what likely caused it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "query/rum/error_variants.h"
#include "table/catalog.h"

namespace clew::query_rum {

struct ErrorCause {
  std::string method, name;  // Of the request.
  int64_t status_code = 0;   // 0: it got no answer.
  otlp::TraceId trace_id;    // Of the newest one that has a trace; zero for none.
  int64_t count = 0;         // Errors that it came before.
  // Of the backend's span at fault, where the trace has come in.
  std::string service, operation;
  otlp::SpanId span_id = 0;
};

// For each list of sights the request that failed before most of them; a count of 0 where there is none.
stdx::Result<std::vector<ErrorCause>> find_causes(const table::Catalog& catalog, const table::Catalog::Sets& sets,
                                                  const ErrorScan& scan, const ErrorVariants& variants,
                                                  const std::vector<std::vector<ErrorVariant::Sight>>& sights,
                                                  const query::QueryControl& control);

}  // namespace clew::query_rum
