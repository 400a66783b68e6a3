// One trace of the simulated shop while it is being told: calls that nest, take time, and leave spans.
//
// A scenario is ordinary code: each Call is an open span with its own clock, and what is called inside it becomes a child
// span. So durations add up, parents enclose their children, and an error travels the way the code lets it.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "demo/chance.h"
#include "demo/roster.h"
#include "demo/stack_traces.h"
#include "otlp/model.h"

namespace clew::demo {

class Call;
using Handler = std::function<void(Call&)>;

struct SpanContext {
  otlp::TraceId trace_id;
  otlp::SpanId span_id = 0;
};

// Owns the spans; one thread. Times start at zero; finish() moves them to where they are wanted.
class Story {
 public:
  explicit Story(Chance& chance);
  // A trace that somebody else began, e.g. a browser: its first span is a child of `parent`.
  Story(Chance& chance, SpanContext parent) : chance_(chance), trace_id_(parent.trace_id), parent_(parent.span_id) {}

  // The first span: a server span of the frontend, or a consumer span where a queue begins the trace.
  void begin(std::string_view service, std::string name, otlp::SpanKind kind, const Handler& handler);

  // The trace as OTLP, grouped by resource, with its latest end at `end_ns`.
  otlp::TracesData finish(int64_t end_ns);
  // The same with its first span beginning at `start_ns`.
  otlp::TracesData finish_from(int64_t start_ns);

  int64_t first_span_ns() const;  // How long it takes.
  int64_t latest_end_ns() const;  // From the first span's start to the last one's end, which may be long after its own.
  size_t span_count() const { return spans_.size(); }
  Chance& chance() { return chance_; }

 private:
  friend class Call;
  struct Place {
    const Service* service;
    size_t instance;
    otlp::Span span;
  };
  // Returns the new span's index; indices stay valid while pointers do not.
  size_t open(const Service& service, size_t instance, otlp::SpanId parent, std::string name, otlp::SpanKind kind,
              int64_t start_ns);

  otlp::TracesData moved_by(int64_t shift_ns);

  Chance& chance_;
  otlp::TraceId trace_id_;
  otlp::SpanId parent_ = 0;
  std::vector<Place> spans_;
};

// An open span. Lives on the stack of the scenario; the Story outlives it.
class Call {
 public:
  // Time spent in this span itself.
  void work(double median_ms, double spread = 0.35) { now_ns_ += chance().duration_ns(median_ms, spread); }

  void set(std::string_view key, std::string value);
  void set(std::string_view key, const char* value) { set(key, std::string(value)); }  // Would become a bool otherwise.
  void set(std::string_view key, int64_t value);
  void set(std::string_view key, bool value);
  void event(std::string name, otlp::Attributes attributes = {});
  void link(SpanContext context);

  // An exception event and error status, as SDKs record an exception that leaves the span.
  void raise(const Exception& exception, bool escaped = true);
  // The status a server answers with; 500 and above make the span an error.
  void answer(int http_status);

  // Child spans. Those that call a service return whether it answered well.
  void step(std::string name, const Handler& handler);
  bool http(std::string_view service, std::string_view method, std::string_view route, const std::string& path,
            const Handler& handler);
  bool rpc(std::string_view service, std::string_view rpc_service, std::string_view rpc_method, const Handler& handler);
  void http_outside(std::string_view method, const std::string& host, const std::string& path, double median_ms,
                    int status, const Exception* exception = nullptr);
  void sql(std::string_view database, std::string_view operation, std::string_view table, std::string statement,
           double median_ms, int64_t rows = 1, const Exception* exception = nullptr);
  void redis(std::string_view command, std::string statement, double median_ms = 0.4);
  SpanContext publish(std::string_view topic, const std::string& key, int64_t bytes);
  // A consumer in another service that takes the message up after `delay_ms`, as a child of `producer`.
  void consume(std::string_view service, std::string_view topic, const std::string& key, SpanContext producer,
               double delay_ms, const Handler& handler);
  // All begin now; this span goes on when the last has ended.
  void parallel(std::initializer_list<Handler> branches);

  Chance& chance() { return story_.chance(); }
  SpanContext context() const;
  bool failed() const { return failed_; }
  int http_status() const { return http_status_; }
  void set_trace_state(std::string state) { span().trace_state = std::move(state); }

 private:
  friend class Story;
  Call(Story& story, size_t index, int64_t now_ns) : story_(story), index_(index), now_ns_(now_ns) {}
  otlp::Span& span() { return story_.spans_[index_].span; }
  const Service& service() const { return *story_.spans_[index_].service; }
  Call child(std::string name, otlp::SpanKind kind);
  Call callee(std::string_view service, std::string name, otlp::SpanKind kind, int64_t start_ns);
  void close();

  Story& story_;
  size_t index_;
  int64_t now_ns_;
  bool failed_ = false;
  int http_status_ = 200;
};

}  // namespace clew::demo
