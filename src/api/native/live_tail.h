// Traces as they arrive, for whoever watches.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <absl/container/flat_hash_set.h>

#include "net/http.h"
#include "query/engine.h"
#include "stdx/clock.h"
#include "stdx/error.h"

namespace clew::api_native {

// One thread asks for the newest traces of each watcher's filter once a second and sends those that were not seen before, so a
// watcher costs one search a second and no more. The thread runs while somebody watches. Any thread may call.
class LiveTail {
 public:
  LiveTail(const query::Engine& engine, const stdx::Clock& clock) : engine_(engine), clock_(clock) {}
  ~LiveTail();

  // The watcher begins with what arrives from now on. kUnavailable beyond kWatchersMax, kInvalidArgument for a bad filter.
  stdx::Result<void> watch(const std::string& traceql, uint32_t traces_per_second, net::HttpReply& reply);

 private:
  struct IdHash {
    size_t operator()(const otlp::TraceId& id) const { return id.hi ^ id.lo; }  // Ids are random already.
  };
  using Ids = absl::flat_hash_set<otlp::TraceId, IdHash>;
  struct Watcher {
    std::string traceql;
    uint32_t rate = 0;
    net::HttpStreamPtr stream;
    Ids seen;
    std::deque<otlp::TraceId> seen_order;  // Oldest first, so that few are remembered.
    std::chrono::steady_clock::time_point last_sent;
  };
  stdx::Result<query::SearchResult> newest(const std::string& traceql) const;
  static bool remember(Watcher& watcher, otlp::TraceId id);
  void look(Watcher& watcher) const;
  void run();

  const query::Engine& engine_;
  const stdx::Clock& clock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::shared_ptr<Watcher>> watchers_;  // Looked after by the thread alone.
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace clew::api_native
