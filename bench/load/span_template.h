// An encoded span whose changing parts all have a fixed width, so that making a span is a copy and a dozen stores.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace clew::bench {

enum class Kind : uint8_t { kInternal = 1, kServer = 2, kClient = 3 };

// What differs from span to span.
struct SpanValues {
  uint64_t trace_hi = 0;
  uint64_t trace_lo = 0;
  uint64_t span_id = 0;
  uint64_t parent_span_id = 0;  // 0: a root.
  uint64_t start_ns = 0;
  uint64_t end_ns = 0;
  uint64_t random_bits[3] = {};
  uint64_t session = 0;  // Equal in the traces of one session; the needle that searches look for.
  bool error = false;
};

// Immutable after construction; any thread. 16 attributes a span.
class SpanTemplate {
 public:
  SpanTemplate(size_t service, size_t operation, Kind kind);

  // Appends a ScopeSpans.spans field to `out`.
  void append(const SpanValues& values, std::string& out) const;

 private:
  // Appends an attribute whose value's last `width` bytes change; returns where in body_ they are.
  size_t add_variable(const char* key, const std::string& before, size_t width);
  void add(const std::string& key_value);

  std::string body_;
  size_t trace_id_ = 0, span_id_ = 0, start_ = 0, end_ = 0, url_id_ = 0, url_token_ = 0, request_id_ = 0, session_ = 0,
         user_id_ = 0, client_ = 0, status_ = 0, body_size_ = 0;
  std::string error_tail_;  // The exception event and the status, for spans that failed.
};

// The text of session `number`, as it appears in attribute "session.id": 20 hex digits.
std::string session_text(uint64_t number);

}  // namespace clew::bench
