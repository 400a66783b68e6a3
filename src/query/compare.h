// "Why slow?": the traces of a selection against the rest, by what they say of themselves and by where their time goes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "otlp/model.h"
#include "query/analyse/path_tree.h"
#include "query/engine.h"
#include "query/part_scan.h"
#include "stdx/error.h"
#include "table/catalog.h"

namespace clew::query {

struct CompareRequest {
  std::string a;                       // The selection: a trace belongs to it if one of its spans matches.
  std::optional<std::string> b;        // What it is compared with; without it the rest of `base`.
  std::string base;
  table::TimeRange range;
  std::optional<table::TimeRange> a_range;  // The selection's part of the range.
  std::optional<int64_t> a_min_duration_ns, a_max_duration_ns;  // Of the matching span.
  uint32_t attributes = 40;
  uint32_t sample = 300;               // Traces of each side that are looked into.
};

struct ComparedValue {
  otlp::AnyValue value;                 // Of numbers with many values: std::monostate, and the bounds below.
  std::optional<double> low, high;      // low <= value <= high.
  int64_t a_count = 0, b_count = 0;     // Traces that have it.
};
struct ComparedAttribute {
  std::string key;  // TraceQL form.
  double score = 0;
  std::vector<ComparedValue> values;  // Largest difference of shares first.
  uint64_t value_count = 0;
};
struct ExcludedAttribute {
  std::string key;
  bool unique = false;  // Else it is the same everywhere.
};

struct CompareSide {
  int64_t trace_count = 0;
  int64_t span_count = 0;     // That match.
  int64_t sampled_count = 0;  // Traces that were looked into.
};

struct Comparison {
  CompareSide a, b;
  bool weak = false;  // Fewer than kEvidenceTracesMin traces on a side.
  std::vector<ComparedAttribute> attributes;  // Highest score first.
  std::vector<ExcludedAttribute> excluded;
  query_analyse::PathTree paths;  // Side 0 is A.
  bool exact = true;              // Every trace was looked into.
  QueryStats stats;
};
stdx::Result<Comparison> compare(const table::Catalog& catalog, const CompareRequest& request, const QueryControl& control = {},
                                 const ScanHooks& hooks = {});

// The critical paths of the traces that match, laid over each other (side 0).
struct PathsRequest {
  std::string traceql;
  table::TimeRange range;
  uint32_t sample = 500;
};
struct PathsResult {
  int64_t trace_count = 0;
  query_analyse::PathTree paths;
  bool exact = true;
  QueryStats stats;
};
stdx::Result<PathsResult> critical_paths(const table::Catalog& catalog, const PathsRequest& request, const QueryControl& control = {},
                                         const ScanHooks& hooks = {});

}  // namespace clew::query
