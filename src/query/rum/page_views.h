// The views of one page one by one, with the requests that they waited for. Internal to the room.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "query/rum/event_scan.h"
#include "query/rum/rum_numbers.h"
#include "query/rum/rum_query_limits.h"
#include "query/rum/text_ids.h"

namespace clew::query_rum {

struct ViewLoad {
  int64_t start_ns = 0;
  double ms = 0;
  double browser_ms = 0;
  otlp::TraceId trace_id;
  otlp::SpanId span_id = 0;
  RowPlace place;
};

struct PageView {
  ViewFacts facts;
  int64_t start_ns = INT64_MAX;  // Of its first event.
  double document_ms = 0;        // Until the page's own bytes were there.
  RowPlace place;                // The event that tells of it.
  bool has_place = false;
  std::vector<ViewLoad> loads;   // Longest first.

  void add(ViewLoad load);
  void merge(const PageView& other);
};

struct PageViews {
  absl::flat_hash_map<uint64_t, PageView> views;
  bool exact = true;
  PageView* find(uint64_t key);
  void merge(const PageViews& part);
};

// `views` must outlive it.
EventPass page_views_pass(table::TimeRange range, const std::string& app, const EventFilter& filter, PageViews& views);

}  // namespace clew::query_rum
