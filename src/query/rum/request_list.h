// Requests of users' browsers by method, host and path without ids; static files likewise.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "otlp/ids.h"
#include "query/engine.h"
#include "query/part_scan.h"
#include "query/rum/event_filter.h"
#include "query/rum/event_scan.h"
#include "query/rum/rum_query_limits.h"
#include "query/rum/trace_times.h"
#include "stdx/error.h"
#include "table/catalog.h"

namespace clew::query_rum {

struct RequestSample {
  std::string session_id, event_id;
  otlp::TraceId trace_id = {};  // Zero for none.
  double ms = 0;
};

struct RequestRow {
  std::string method, name, host, type;
  int64_t count = 0, failed = 0, traced = 0, before_count = 0;
  std::optional<double> p50, p75, p95, p99, transfer_bytes_p75, before_p75;  // ms
  double max_ms = 0, total_ms = 0;
  std::vector<std::pair<std::string, int64_t>> status;  // Most first; "" where there was none.
  std::vector<std::pair<std::string, int64_t>> pages;   // Most first, at most kTopPages.
  int64_t sampled = 0;      // Requests whose traces were looked into and have spans of a backend …
  TimeParts time;           // … and their means.
  RequestSample slowest;
  std::string q;  // The filter that is this row.
};

enum class RequestSort : uint8_t { kTotal, kCount, kP75, kFailed, kSlowest };

struct RequestsQuestion {
  table::TimeRange range = {};
  std::string app = {};
  const EventFilter* filter = nullptr;  // Must outlive the question.
  RequestSort sort = RequestSort::kTotal;
  uint32_t limit = 50;
  size_t traces = kTracesPerRequests;  // Read at most, to tell where time goes.
  std::optional<table::TimeRange> baseline_range = {};
};

struct Requests {
  std::vector<RequestRow> rows;
  uint64_t row_count = 0;
  bool exact = true;
  query::QueryStats stats;
};
stdx::Result<Requests> list_requests(const table::Catalog& catalog, const RequestsQuestion& question,
                                     const query::QueryControl& control = {}, const query::ScanHooks& hooks = {});

enum class ResourcePhase : uint8_t { kRedirect, kDns, kConnect, kTls, kWait, kDownload, kCount };
inline constexpr size_t kResourcePhaseCount = static_cast<size_t>(ResourcePhase::kCount);
inline constexpr std::array<std::string_view, kResourcePhaseCount> kResourcePhaseNames = {"redirect", "dns",  "connect",
                                                                                          "tls",      "wait", "download"};

struct ResourceRow {
  std::string type, name, host;
  bool third_party = false;
  int64_t count = 0, failed = 0, cached = 0, render_blocking = 0;
  std::optional<double> p50, p75, p95, transfer_bytes_p75, decoded_bytes_p75;  // ms
  double total_ms = 0;
  std::array<std::optional<double>, kResourcePhaseCount> phases_p75;  // ms
  std::string protocol;
  RequestSample slowest;
  std::string q;
};

enum class ResourceSort : uint8_t { kTotal, kCount, kP75, kBytes, kFailed };

struct ResourcesQuestion {
  table::TimeRange range = {};
  std::string app = {};
  const EventFilter* filter = nullptr;  // Must outlive the question.
  std::string type = {};                // Only these: css, js, image …
  ResourceSort sort = ResourceSort::kTotal;
  uint32_t limit = 50;
};

struct Resources {
  std::vector<ResourceRow> rows;
  uint64_t row_count = 0;
  bool exact = true;
  query::QueryStats stats;
};
stdx::Result<Resources> list_resources(const table::Catalog::Sets& sets, const ResourcesQuestion& question,
                                       const query::QueryControl& control = {}, const query::ScanHooks& hooks = {});

}  // namespace clew::query_rum
