// Errors by what went wrong: exception type and message without what differs from time to time. By scan.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "otlp/ids.h"
#include "query/engine.h"
#include "query/part_scan.h"
#include "query/time_steps.h"
#include "stdx/error.h"
#include "table/catalog.h"

namespace clew::query {

struct ErrorGroupsRequest {
  std::string traceql;  // Which spans are looked at; only those that failed or recorded an exception count.
  table::TimeRange range;
  int64_t points = 60;
  uint32_t limit = 100;
};

struct ErrorSample {
  otlp::TraceId trace_id;
  otlp::SpanId span_id = 0;
  int64_t time_ns = 0;
};

struct ErrorGroup {
  uint64_t id = 0;  // Of type and message: the same in every answer.
  std::string type;     // Exception type; empty where a span failed without one.
  std::string message;  // Normalised.
  std::string sample_message, stacktrace;  // Of the newest span.
  std::string service, operation;  // Where it happens most.
  int64_t count = 0;
  int64_t first_ns = INT64_MAX;
  int64_t last_ns = INT64_MIN;
  std::vector<int64_t> series;
  std::vector<std::pair<std::string, int64_t>> services;  // Most first.
  std::vector<ErrorSample> samples;                       // Newest first, one for each trace; at most kErrorSamplesMax.
  bool is_cause = false;  // Most of its spans call nobody or caught it themselves: they are no mere echo of a callee's error.
};

struct ErrorGroups {
  TimeSteps steps;
  std::vector<ErrorGroup> groups;  // Most spans first.
  uint64_t group_count = 0;        // Before the limit.
  int64_t span_count = 0;
  bool exact = true;  // False when there were too many groups to tell all apart.
  QueryStats stats;
};

stdx::Result<ErrorGroups> error_groups(const table::Catalog& catalog, const ErrorGroupsRequest& request,
                                       const QueryControl& control = {}, const ScanHooks& hooks = {},
                                       const std::function<void(const ErrorGroups&)>& partial = {});

}  // namespace clew::query
