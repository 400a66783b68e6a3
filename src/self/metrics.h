// Clew's own counters, gauges and histograms, and their text for /metrics.
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "self/metric_list.h"

namespace clew::self {

// Handles point into the Metrics they came from and are copied freely. Any thread may use them; each call is one atomic
// operation, no lock and no look-up, so take the handle once and keep it. A default-made handle does nothing.
class Counter {
 public:
  Counter() = default;
  void add(double amount = 1) const;
  double value() const;

 private:
  friend class Metrics;
  explicit Counter(void* counter) : counter_(counter) {}
  void* counter_ = nullptr;
};

class Gauge {
 public:
  Gauge() = default;
  void set(double value) const;
  void add(double amount) const;
  double value() const;

 private:
  friend class Metrics;
  explicit Gauge(void* gauge) : gauge_(gauge) {}
  void* gauge_ = nullptr;
};

class Histogram {
 public:
  Histogram() = default;
  void observe(double value) const;

 private:
  friend class Metrics;
  explicit Histogram(void* histogram) : histogram_(histogram) {}
  void* histogram_ = nullptr;
};

// Owns the values of all metrics of metric_list.h; prometheus-cpp underneath. Every metric without labels is there from the
// start, with value 0. All methods may be called from any thread; label values must be few (never ids or URLs).
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // `labels` are the values of the definition's label names, in order. The same labels give the same metric.
  Counter counter(const MetricDefinition& definition, std::initializer_list<std::string_view> labels = {});
  Gauge gauge(const MetricDefinition& definition, std::initializer_list<std::string_view> labels = {});
  Histogram histogram(const MetricDefinition& definition, std::initializer_list<std::string_view> labels = {});

  // `update` runs before each rendering, for gauges that are cheaper asked than kept. It stays until the token dies, and
  // never runs after that.
  using ScrapeToken = std::shared_ptr<void>;  // Shared with nobody; a type-erased owner.
  [[nodiscard]] ScrapeToken before_scrape(std::function<void()> update);

  // The text exposition format, version 0.0.4.
  std::string render();

 private:
  struct State;
  std::shared_ptr<State> state_;  // Shared with the scrape tokens, which may outlive us.
};

// The process's own; what the server shows on /metrics. Process metrics (memory, CPU, descriptors) are kept up to date in it.
Metrics& process_metrics();

inline constexpr std::string_view kMetricsContentType = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace clew::self
