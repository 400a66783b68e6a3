#include "demo/shop.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include <fmt/format.h>

#include "otlp/traces_codec.h"
#include "receive/rum/bundle.h"
#include "receive/rum/client_address.h"

namespace clew::demo {
namespace {

constexpr int kSendAttempts = 5;
constexpr std::chrono::milliseconds kFirstPause{200};
constexpr size_t kPastDeliveriesPerRequest = 50;
constexpr int64_t kLateNs = 30'000'000'000;  // What is overdue by more (the machine slept) is sent as past.
constexpr std::chrono::seconds kReportInterval{60};

uint64_t count_spans(const otlp::TracesData& data) {
  uint64_t count = 0;
  for (const auto& resource_spans : data.resource_spans) {
    for (const auto& scope_spans : resource_spans.scope_spans) count += scope_spans.spans.size();
  }
  return count;
}

bool may_retry(stdx::ErrorCode code) {
  return code == stdx::ErrorCode::kResourceExhausted || code == stdx::ErrorCode::kUnavailable ||
         code == stdx::ErrorCode::kDeadlineExceeded;
}

}  // namespace

Shop::Shop(std::unique_ptr<TraceSink> sink, const stdx::Clock& clock, ShopOptions options)
    : sink_(std::move(sink)), clock_(clock), options_(std::move(options)), scrubber_(receive_rum::default_secret_parameters()) {}

Shop::~Shop() { stop(); }

void Shop::start() {
  thread_ = std::thread([this] { run(); });
}

void Shop::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stopped_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool Shop::pause(std::chrono::nanoseconds duration) {
  std::unique_lock lock(mutex_);
  return !stopped_.wait_for(lock, duration, [this] { return stopping_; });
}

void Shop::say(const std::string& line) const {
  if (options_.report) options_.report(line);
}

void Shop::begin() {
  if (traffic_) return;
  began_ns_ = clock_.now_ns();
  TrafficOptions traffic;
  traffic.seed = options_.seed;
  traffic.id_salt = options_.id_salt;
  traffic.begin_ns = began_ns_ - std::chrono::nanoseconds(options_.backfill).count();
  traffic.live_from_ns = began_ns_;
  traffic.traces_per_second_before = options_.backfill_traces_per_second;
  traffic.traces_per_second = options_.traces_per_second;
  // The new release has been out for half of what is filled in, so that before and after can be compared.
  traffic.release.live_from_ns = began_ns_ - std::chrono::nanoseconds(options_.backfill).count() / 2;
  traffic_.emplace(traffic);
}

bool Shop::deliver(const std::function<stdx::Result<void>()>& attempt, const std::string& what) {
  std::chrono::milliseconds wait = kFirstPause;
  for (int number = 1;; ++number) {
    auto sent = attempt();
    if (sent) return true;
    if (!may_retry(sent.error().code) || number == kSendAttempts) {
      say(fmt::format("shop: dropped {}: {}", what, sent.error().message));
      return false;
    }
    if (!pause(wait)) return false;
    wait *= 2;
  }
}

void Shop::add_past(Batch& batch, Delivery delivery) {
  ++batch.deliveries;
  if (const auto* traces = std::get_if<otlp::TracesData>(&delivery.what)) {
    ++batch.trace_count;
    batch.span_count += count_spans(*traces);
    batch.traces += otlp::encode_traces(*traces);
    return;
  }
  const Bundle& bundle = std::get<Bundle>(delivery.what);
  const auto agent = agents_.parse(bundle.user_agent);
  const std::string address = receive_rum::kept_address(bundle.client_address, receive_rum::KeepAddress::kMasked);
  const receive_rum::BundleContext context{.receive_time_ns = bundle.sent_ns + 40'000'000,
                                           .user_agent = bundle.user_agent,
                                           .agent = agent.get(),
                                           .client_address = address,
                                           .place = nullptr,
                                           .service_id = {}};
  auto translated = receive_rum::translate_bundle(bundle.body, context, scrubber_, clocks_, nullptr);
  assert(translated);  // The bundle is our own.
  batch.logs += translated->logs;
  batch.traces += translated->traces;
  batch.span_count += translated->span_count;
  batch.event_count += translated->event_count;
}

bool Shop::send_batch(Batch batch) {
  const auto add = [](std::atomic<uint64_t>& counter, uint64_t amount) { counter.fetch_add(amount, std::memory_order_relaxed); };
  bool is_sent = true;
  if (!batch.traces.empty()) {
    is_sent = deliver([&] { return sink_->send(batch.traces); }, fmt::format("{} traces", batch.trace_count));
    add(is_sent ? traces_sent_ : traces_dropped_, batch.trace_count);
    if (is_sent) add(spans_sent_, batch.span_count);
  }
  if (!batch.logs.empty()) {
    const bool are_events_sent =
        is_sent && deliver([&] { return sink_->send_logs(batch.logs); }, fmt::format("{} events", batch.event_count));
    add(are_events_sent ? events_sent_ : events_dropped_, batch.event_count);
    is_sent = is_sent && are_events_sent;
  }
  return is_sent;
}

bool Shop::send_now(const Delivery& delivery) {
  if (const auto* bundle = std::get_if<Bundle>(&delivery.what)) {
    // The SDK never tries again, and its page never hears of it; here the first refusal is told.
    const auto sent = sink_->send_bundle(*bundle);
    if (!sent && events_dropped() == 0) say(fmt::format("shop: the RUM door takes no events: {}", sent.error().message));
    (sent ? events_sent_ : events_dropped_).fetch_add(bundle->event_count, std::memory_order_relaxed);
    return sent.has_value();
  }
  Batch batch;
  add_past(batch, delivery);
  return send_batch(std::move(batch));
}

bool Shop::backfill() {
  begin();
  Batch batch;
  while (true) {
    next_ = traffic_->next();
    const bool is_past = next_->at_ns <= began_ns_;
    if (is_past) add_past(batch, std::move(*next_));
    if (batch.deliveries >= kPastDeliveriesPerRequest || (!is_past && batch.deliveries > 0)) {
      if (!send_batch(std::exchange(batch, {}))) return false;
      std::lock_guard lock(mutex_);
      if (stopping_) return false;
    }
    if (!is_past) break;
  }
  if (traces_sent() > 0) {
    say(fmt::format("shop: filled the last {} minutes with {} traces, {} spans, {} events of {} visits",
                    options_.backfill.count() / 60, traces_sent(), spans_sent(), events_sent(), traffic_->visits_begun()));
  }
  return true;
}

void Shop::run() {
  begin();
  backfill();
  say(fmt::format("shop: customers are arriving, {:g} traces a second", options_.traces_per_second));
  auto next_report = std::chrono::steady_clock::now() + kReportInterval;
  while (true) {
    if (!next_) next_ = traffic_->next();
    const int64_t ahead_ns = next_->at_ns - clock_.now_ns();
    if (!pause(std::chrono::nanoseconds(std::max<int64_t>(ahead_ns, 0)))) return;
    if (ahead_ns < -kLateNs) {
      Batch batch;
      add_past(batch, std::move(*next_));
      send_batch(std::move(batch));
    } else {
      send_now(*next_);
    }
    next_.reset();
    if (std::chrono::steady_clock::now() < next_report) continue;
    next_report += kReportInterval;
    say(fmt::format("shop: {} traces, {} spans, {} events sent; {} traces, {} events dropped", traces_sent(), spans_sent(),
                    events_sent(), traces_dropped(), events_dropped()));
  }
}

}  // namespace clew::demo
