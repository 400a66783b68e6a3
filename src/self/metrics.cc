#include "self/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <cassert>
#include <list>
#include <map>
#include <mutex>

#include "self/process_usage.h"
#include "self/version.h"

namespace clew::self {
namespace {

template <class T>
using Families = std::map<std::string_view, prometheus::Family<T>*>;

template <class T>
prometheus::Family<T>& family_of(Families<T>& families, std::string_view name) {
  const auto found = families.find(name);
  assert(found != families.end() && "the metric is missing in metric_list.cc, or of another type");
  return *found->second;
}

prometheus::Labels labels_of(const MetricDefinition& definition, std::initializer_list<std::string_view> values) {
  assert(values.size() == definition.label_count());
  prometheus::Labels labels;
  size_t i = 0;
  for (const std::string_view value : values) labels.emplace(definition.label_names[i++], value);
  return labels;
}

}  // namespace

struct Metrics::State {
  prometheus::Registry registry;
  Families<prometheus::Counter> counters;
  Families<prometheus::Gauge> gauges;
  Families<prometheus::Histogram> histograms;

  std::mutex updates_mutex;
  std::list<std::function<void()>> updates;  // Guarded by updates_mutex.

  void define(const MetricDefinition& definition) {
    const std::string name(definition.name);
    const std::string help(definition.help);
    switch (definition.type) {
      case MetricType::kCounter:
        counters[definition.name] = &prometheus::BuildCounter().Name(name).Help(help).Register(registry);
        break;
      case MetricType::kGauge:
        gauges[definition.name] = &prometheus::BuildGauge().Name(name).Help(help).Register(registry);
        break;
      case MetricType::kHistogram:
        histograms[definition.name] = &prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
        break;
    }
  }
};

Metrics::Metrics() : state_(std::make_shared<State>()) {
  for (const MetricDefinition* definition : metric_list()) {
    state_->define(*definition);
    if (definition->label_count() != 0) continue;
    if (definition->type == MetricType::kCounter) counter(*definition);
    if (definition->type == MetricType::kGauge) gauge(*definition);
    if (definition->type == MetricType::kHistogram) histogram(*definition);
  }
}

Metrics::~Metrics() = default;

Counter Metrics::counter(const MetricDefinition& definition, std::initializer_list<std::string_view> labels) {
  return Counter(&family_of(state_->counters, definition.name).Add(labels_of(definition, labels)));
}

Gauge Metrics::gauge(const MetricDefinition& definition, std::initializer_list<std::string_view> labels) {
  return Gauge(&family_of(state_->gauges, definition.name).Add(labels_of(definition, labels)));
}

Histogram Metrics::histogram(const MetricDefinition& definition, std::initializer_list<std::string_view> labels) {
  const prometheus::Histogram::BucketBoundaries bounds(std::begin(kSecondsBuckets), std::end(kSecondsBuckets));
  return Histogram(&family_of(state_->histograms, definition.name).Add(labels_of(definition, labels), bounds));
}

Metrics::ScrapeToken Metrics::before_scrape(std::function<void()> update) {
  const std::lock_guard lock(state_->updates_mutex);
  const auto place = state_->updates.insert(state_->updates.end(), std::move(update));
  return ScrapeToken(static_cast<void*>(&*place), [state = state_, place](void*) {
    const std::lock_guard guard(state->updates_mutex);
    state->updates.erase(place);
  });
}

std::string Metrics::render() {
  {
    const std::lock_guard lock(state_->updates_mutex);
    for (const auto& update : state_->updates) update();
  }
  return prometheus::TextSerializer().Serialize(state_->registry.Collect());
}

void Counter::add(double amount) const {
  if (counter_ != nullptr) static_cast<prometheus::Counter*>(counter_)->Increment(amount);
}
double Counter::value() const {
  return counter_ == nullptr ? 0 : static_cast<prometheus::Counter*>(counter_)->Value();
}
void Gauge::set(double value) const {
  if (gauge_ != nullptr) static_cast<prometheus::Gauge*>(gauge_)->Set(value);
}
void Gauge::add(double amount) const {
  if (gauge_ != nullptr) static_cast<prometheus::Gauge*>(gauge_)->Increment(amount);
}
double Gauge::value() const { return gauge_ == nullptr ? 0 : static_cast<prometheus::Gauge*>(gauge_)->Value(); }
void Histogram::observe(double value) const {
  if (histogram_ != nullptr) static_cast<prometheus::Histogram*>(histogram_)->Observe(value);
}

namespace {

// Keeps the process metrics of `metrics` fresh at every scrape.
Metrics::ScrapeToken watch_process(Metrics& metrics) {
  metrics.gauge(metric::kBuildInfo, {kVersion, kCompiler}).set(1);
  const double start_seconds = process_start_unix_seconds();
  metrics.gauge(metric::kProcessStartSeconds).set(start_seconds);
  return metrics.before_scrape([&metrics, start_seconds, cpu = metrics.counter(metric::kProcessCpuSeconds)] {
    const ProcessUsage usage = read_process_usage();
    cpu.add(std::max(0.0, usage.cpu_seconds - cpu.value()));
    metrics.gauge(metric::kProcessResidentBytes).set(static_cast<double>(usage.resident_bytes));
    metrics.gauge(metric::kProcessPeakBytes).set(static_cast<double>(usage.peak_resident_bytes));
    metrics.gauge(metric::kProcessVirtualBytes).set(static_cast<double>(usage.virtual_bytes));
    metrics.gauge(metric::kProcessOpenFds).set(static_cast<double>(usage.open_fds));
    metrics.gauge(metric::kProcessMaxFds).set(static_cast<double>(usage.max_fds));
    metrics.gauge(metric::kProcessThreads).set(static_cast<double>(usage.threads));
    metrics.gauge(metric::kUptimeSeconds).set(usage.now_unix_seconds - start_seconds);
  });
}

}  // namespace

Metrics& process_metrics() {
  // Never destroyed: threads that outlive main may still count.
  static Metrics* const metrics = [] {
    auto* made = new Metrics();
    static const Metrics::ScrapeToken token = watch_process(*made);
    return made;
  }();
  return *metrics;
}

}  // namespace clew::self
