// Finds log records.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "query/engine.h"
#include "query/record_filter.h"
#include "query/record_rows.h"
#include "stdx/error.h"
#include "table/catalog.h"

namespace clew::query {

struct LogRequest {
  // kLogs, or another table of log records.
  table::RecordTableId table = table::RecordTableId::kLogs;
  RecordFilter filter = {};
  bool newest_first = true;
  uint32_t limit = 100;  // At most kLogsMax.
  std::string cursor = {};  // next_cursor of the page before, or empty.
};

struct LogResult {
  std::vector<RecordRow> logs;  // By time; records of one time in the order of their sets and rows.
  uint64_t matched_count = 0;  // From the page's first record on.
  // Empty after the last page. It is the time of the last record and how many of that time were given; the order of records
  // of one time stays the same unless they become a block in between.
  std::string next_cursor;
  QueryStats stats;
};

// Memory: 24 bytes for each record that may still be part of the answer, at most kLogsMax, and the answer.
stdx::Result<LogResult> search_logs(const table::Catalog& catalog, const LogRequest& request,
                                    const QueryControl& control = {});

}  // namespace clew::query
