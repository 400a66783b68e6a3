#include "api/native/live_tail.h"

#include <utility>

#include "api/native/answers.h"
#include "api/native/native_limits.h"
#include "stdx/thread_name.h"
#include "wire/json_writer.h"

namespace clew::api_native {
namespace {

constexpr auto kTick = std::chrono::seconds(1);
constexpr auto kPing = std::chrono::seconds(5);
constexpr int64_t kReachNs = 120'000'000'000;  // Spans that began earlier are no news.
constexpr uint32_t kLookedAt = 500;            // Newest traces a second.
constexpr size_t kRemembered = 20'000;

void event(net::HttpStream& stream, std::string_view name, const std::string& json) {
  std::string text = "event: ";
  text.append(name).append("\ndata: ").append(json).append("\n\n");
  stream.write(text);
}

}  // namespace

LiveTail::~LiveTail() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

stdx::Result<query::SearchResult> LiveTail::newest(const std::string& traceql) const {
  const int64_t now_ns = clock_.now_ns();
  query::SearchRequest request;
  request.traceql = traceql;
  request.range = {now_ns - kReachNs, now_ns + kReachNs};
  request.limit = kLookedAt;
  return engine_.search(request);
}

bool LiveTail::remember(Watcher& watcher, otlp::TraceId id) {
  if (!watcher.seen.insert(id).second) return false;
  watcher.seen_order.push_back(id);
  if (watcher.seen_order.size() > kRemembered) {
    watcher.seen.erase(watcher.seen_order.front());
    watcher.seen_order.pop_front();
  }
  return true;
}

stdx::Result<void> LiveTail::watch(const std::string& traceql, uint32_t traces_per_second, net::HttpReply& reply) {
  auto before = newest(traceql);
  if (!before) return std::unexpected(std::move(before.error()));
  auto watcher = std::make_shared<Watcher>();
  watcher->traceql = traceql;
  watcher->rate = traces_per_second;
  for (const query::TraceSummary& trace : before->traces) remember(*watcher, trace.trace_id);
  const std::lock_guard lock(mutex_);
  if (watchers_.size() >= kWatchersMax || stopping_) {
    return stdx::fail(stdx::ErrorCode::kUnavailable, "too many watch the live tail already; try again");
  }
  net::HttpResponse head;
  head.content_type = "text/event-stream";
  head.headers = {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}};
  watcher->stream = reply.stream(std::move(head));
  watchers_.push_back(std::move(watcher));
  changed_.notify_all();
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  return {};
}

void LiveTail::look(Watcher& watcher) const {
  auto found = newest(watcher.traceql);
  const auto now = std::chrono::steady_clock::now();
  if (!found) {
    std::string text;
    wire::JsonWriter json(text);
    json.begin_object().member("message", found.error().message).end_object();
    event(*watcher.stream, "error", text);
    return;
  }
  int64_t sent = 0, left_out = 0;
  // Oldest first, as they came.
  for (size_t i = found->traces.size(); i-- > 0;) {
    if (!remember(watcher, found->traces[i].trace_id)) continue;
    if (sent >= watcher.rate) {
      ++left_out;
      continue;
    }
    ++sent;
    event(*watcher.stream, "trace", summary_json(found->traces[i]));
  }
  if (left_out != 0) event(*watcher.stream, "left_out", "{\"count\":" + std::to_string(left_out) + "}");
  if (sent != 0) watcher.last_sent = now;
  if (now - watcher.last_sent < kPing) return;
  watcher.last_sent = now;
  event(*watcher.stream, "ping", "{\"now_ns\":\"" + std::to_string(clock_.now_ns()) + "\"}");
}

void LiveTail::run() {
  stdx::name_this_thread("live-tail");
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    changed_.wait(lock, [&] { return stopping_ || !watchers_.empty(); });
    changed_.wait_for(lock, kTick, [&] { return stopping_; });
    const auto watchers = watchers_;
    lock.unlock();
    for (const auto& watcher : watchers) {
      if (!watcher->stream->closed()) look(*watcher);
      if (watcher->stream->closed()) watcher->stream->finish();
    }
    lock.lock();
    std::erase_if(watchers_, [](const auto& watcher) { return watcher->stream->closed().load(); });
  }
  for (const auto& watcher : watchers_) watcher->stream->finish();
  watchers_.clear();
}

}  // namespace clew::api_native
