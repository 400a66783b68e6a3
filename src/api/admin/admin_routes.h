// What operators and their tools ask of a running server: metrics, health, flush.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "net/http.h"
#include "self/health.h"
#include "self/metrics.h"
#include "stdx/error.h"

namespace clew::api_admin {

// Everything pointed to outlives the server that runs the routes.
struct AdminOptions {
  self::Metrics* metrics = nullptr;
  const self::HealthRegistry* health = nullptr;
  // Returns when everything acknowledged before the call is in blocks, or kDeadlineExceeded. Any thread.
  std::function<stdx::Result<void>(std::chrono::milliseconds wait)> flush;
};

// GET /metrics (Prometheus text), GET /health/live and /health/ready (200 or 503, JSON), POST /api/v1/admin/flush?wait_ms=
// (204, or 504 if it takes longer than wait_ms, by default 60 000, at most 600 000). Handlers may be called from any thread.
std::vector<net::HttpRoute> routes(AdminOptions options);

}  // namespace clew::api_admin
