// The SDK in a simulated visitor's page: what happens there becomes events, events become bundles, as @arms/rum-browser does it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "demo/chance.h"
#include "demo/visitor.h"
#include "otlp/ids.h"

namespace clew::demo {

struct AppIdentity {
  std::string_view id;    // "<workspace>@<hex>"
  std::string_view name;
  std::string_view type;  // "browser" or "miniapp"
  std::string_view framework;
};

struct View {
  std::string id;  // 32 hex digits
  std::string name;
};

// One request of a page to Clew's door.
struct Bundle {
  int64_t sent_ns = 0;
  std::string user_agent;
  std::string client_address;
  std::string body;
  uint32_t event_count = 0;
};

// What one event says; `json` is an object that lacks what every event has.
struct PageEvent {
  int64_t reported_ms = 0;   // When the SDK noticed it; it is queued then.
  int64_t timestamp_ms = 0;  // What it says itself.
  View view;
  std::string json;
  std::string merge_key;     // Equal ones that wait together become one with `times`; empty: never.
  bool has_times = true;
  bool begins_view = false;
};

// Propagators of a traced request, as the SDK's `allowedUrls` choose them.
enum class Propagator { kTraceContext, kB3, kSw8 };
struct RequestIds {
  otlp::TraceId trace_id;  // As the backend's tracer keeps them.
  otlp::SpanId span_id = 0;
  std::string trace_text;  // As the event names them.
  std::string trace_data;  // JSON with the headers.
  std::string trace_state;
};

// One session. Events may be handed in any order and ahead of time; advance() queues them when their time comes and sends
// what the SDK would have sent by then: after three quiet seconds, at twenty events, or when the page is hidden. One thread.
class WebSdk {
 public:
  WebSdk(Chance& chance, const AppIdentity& app, const Visitor& visitor, std::string version);

  void report(PageEvent event) { pending_.push_back(std::move(event)); }
  void advance(int64_t until_ms, std::vector<Bundle>& sent);
  // The page is hidden at `at_ms`: everything up to then is sent at once, the rest is lost.
  void hide(int64_t at_ms, std::vector<Bundle>& sent);

  View new_view(std::string name);
  RequestIds new_request(Propagator propagator, std::string_view view_name);
  const std::string& session_id() const { return session_id_; }
  const std::string& version() const { return version_; }
  void set_version(std::string version) { version_ = std::move(version); }

 private:
  struct Queued {
    PageEvent event;
    std::string id;
    int times = 1;
  };
  void enqueue(PageEvent event, std::vector<Bundle>& sent);
  void flush(int64_t at_ms, std::vector<Bundle>& sent);

  Chance& chance_;
  const AppIdentity& app_;
  const Visitor& visitor_;
  std::string version_;
  std::string session_id_;
  View view_;
  std::vector<PageEvent> pending_;
  std::vector<Queued> queue_;
  int64_t last_queued_ms_ = 0;
};

}  // namespace clew::demo
