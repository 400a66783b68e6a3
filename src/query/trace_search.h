// Within one trace: spans that contain a text, and everything that happened, in the order it did.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "otlp/model.h"
#include "query/analyse/trace_columns.h"
#include "query/engine.h"
#include "stdx/error.h"
#include "table/catalog.h"

namespace clew::query {

// Rows, ascending, of the spans in whose name, service, ids, status message, attributes (keys and values, of span, resource and
// scope) or events the text occurs; case of ASCII letters does not matter. Dictionaries are searched once, then codes.
stdx::Result<std::vector<uint32_t>> find_in_trace(const table::Catalog& catalog, const query_analyse::TraceColumns& trace,
                                                  const std::string& text, const QueryControl& control = {});

struct TraceEvent {
  int64_t time_ns = 0;
  uint32_t row = 0;
  uint32_t sequence = 0;  // Orders those of one span.
  std::string name;  // Of a log record: its body, or its event name.
  otlp::Attributes attributes;
  bool is_log = false;
  std::string severity = {};  // Of a log record, "ERROR"; may be empty.
};
struct TraceEvents {
  std::vector<TraceEvent> events;  // By time, then row; at most the limit.
  uint64_t event_count = 0;        // Before the limit.
};
// Events of spans, and log records that name the trace: those that name none of its spans stand at the first row.
stdx::Result<TraceEvents> events_of_trace(const table::Catalog& catalog, const query_analyse::TraceColumns& trace, size_t limit,
                                          const QueryControl& control = {});

}  // namespace clew::query
