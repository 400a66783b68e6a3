// One trace as columns, for the waterfall and everything that is worked out from its shape.
#pragma once

#include "otlp/ids.h"
#include "query/analyse/trace_columns.h"
#include "query/engine.h"
#include "stdx/error.h"
#include "table/catalog.h"

namespace clew::query {

// Reads the few columns that it needs, of every set that has a part of the trace, and marks the critical path. kNotFound;
// kPayloadTooLarge beyond kTraceSpansMax. Any thread.
stdx::Result<query_analyse::TraceColumns> trace_view(const table::Catalog& catalog, otlp::TraceId trace_id,
                                                     const QueryControl& control = {});

}  // namespace clew::query
