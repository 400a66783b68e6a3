// One trace as columns in display order, and what follows from its shape alone: parents, self time, clock skew, which calls
// nobody waited for.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "otlp/ids.h"
#include "otlp/model.h"
#include "table/rollup_rows.h"

namespace clew::query_analyse {

inline constexpr uint32_t kNoText = 0xffffffffu;

// Distinct texts with small numbers for names. One thread.
class TextPool {
 public:
  uint32_t add(std::string_view text);
  const std::vector<std::string>& texts() const { return texts_; }
  std::string_view at(uint32_t index) const { return index == kNoText ? std::string_view() : std::string_view(texts_[index]); }

 private:
  struct TextHash {
    using is_transparent = void;  // Look-up without a copy of the text.
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  std::vector<std::string> texts_;
  absl::flat_hash_map<std::string, uint32_t, TextHash, std::equal_to<>> index_;
};

// A span as it was read, in any order.
struct RawSpan {
  otlp::SpanId span_id = 0;
  otlp::SpanId parent_span_id = 0;
  int64_t start_ns = 0;
  int64_t duration_ns = 0;
  uint32_t service = 0;                 // In RawTrace::services.
  uint32_t name = 0;                    // In RawTrace::names.
  uint32_t statement = kNoText;         // In RawTrace::texts, as the next four.
  uint32_t system = kNoText;            // "postgresql", "redis", "kafka".
  uint32_t peer = kNoText;              // Whom the span says it calls.
  uint32_t exception_type = kNoText;    // Of the last exception event.
  uint32_t error_message = kNoText;     // Exception message, else status message.
  uint16_t event_count = 0;
  otlp::SpanKind kind = otlp::SpanKind::kUnspecified;
  otlp::StatusCode status = otlp::StatusCode::kUnset;
  table::ConnectionType connection = table::ConnectionType::kUnknown;
  bool has_exception = false;
  bool has_links = false;
};

struct RawTrace {
  otlp::TraceId trace_id;
  std::vector<RawSpan> spans;
  TextPool services, names, texts;
  std::vector<bool> service_is_browser;  // By service.
};

namespace flag {
inline constexpr uint16_t kException = 1;
inline constexpr uint16_t kRoot = 2;          // Has no parent.
inline constexpr uint16_t kOrphan = 4;        // Its parent was not received.
inline constexpr uint16_t kAsync = 8;         // Its parent did not wait for it.
inline constexpr uint16_t kSkewed = 16;
inline constexpr uint16_t kCritical = 32;
inline constexpr uint16_t kErrorCause = 64;   // Failed, and none of its children did.
inline constexpr uint16_t kStatement = 128;
inline constexpr uint16_t kDatabase = 256;
inline constexpr uint16_t kCache = 512;
inline constexpr uint16_t kMessaging = 1024;
inline constexpr uint16_t kExternal = 2048;   // Names a peer that answered with no span of its own.
inline constexpr uint16_t kLinks = 4096;
}  // namespace flag

// Part of the critical path: from begin to end (ns from the trace's start) the trace waited for this row itself.
struct CriticalSegment {
  uint32_t row = 0;
  int64_t begin_ns = 0;
  int64_t end_ns = 0;
};

// Rows are in display order: depth first, children by start; a parent stands before its children. Times are in ns from the
// trace's start; a row's corrected start is start_ns + skew_ns. A span that came more than once (same id, kind and start) is
// one row. Immutable once built.
struct TraceColumns {
  otlp::TraceId trace_id;
  int64_t begin_unix_ns = 0;  // Earliest start.
  int64_t duration_ns = 0;    // Latest end minus earliest start.

  std::vector<int64_t> start_ns, duration_ns_of, self_ns, skew_ns;
  std::vector<int32_t> parent;       // Row, or -1.
  std::vector<uint32_t> subtree;     // Rows of the subtree, itself included.
  std::vector<uint32_t> child_count;
  std::vector<uint16_t> depth;
  std::vector<uint32_t> service, name, group;
  std::vector<uint16_t> flags, event_count;
  std::vector<otlp::SpanId> span_id, parent_span_id;
  std::vector<otlp::SpanKind> kind;
  std::vector<otlp::StatusCode> status;
  std::vector<uint32_t> statement, system, peer, exception_type, error_message;  // In texts, or kNoText.

  std::vector<std::string> services, names, texts;
  std::vector<bool> service_is_browser;
  std::vector<std::string> groups;   // Normalised statement of each group; rows with the same service, name and statement
                                     // are of one group.
  uint32_t root = 0;                 // The row that stands for the trace: the earliest root, else the longest orphan.
  uint32_t root_count = 0, orphan_count = 0, skewed_count = 0, error_count = 0;
  std::vector<CriticalSegment> critical;  // Ascending, disjoint; filled by mark_critical_path().

  uint32_t row_count() const { return static_cast<uint32_t>(start_ns.size()); }
  int64_t corrected_start(uint32_t row) const { return start_ns[row] + skew_ns[row]; }
  int64_t corrected_end(uint32_t row) const { return corrected_start(row) + duration_ns_of[row]; }
  bool has(uint32_t row, uint16_t bits) const { return (flags[row] & bits) != 0; }
  bool failed(uint32_t row) const { return status[row] == otlp::StatusCode::kError; }
  std::string_view text(uint32_t index) const { return index == kNoText ? std::string_view() : std::string_view(texts[index]); }
  std::string_view service_of(uint32_t row) const { return services[service[row]]; }
  std::string_view name_of(uint32_t row) const { return names[name[row]]; }

  // visit(child row), in order.
  template <class Visit>
  void for_each_child(uint32_t row, Visit&& visit) const {
    for (uint32_t child = row + 1; child < row + subtree[row]; child += subtree[child]) visit(child);
  }
};

// Consumes `raw`, which has at least one span. No recursion: depth is bounded by nothing but the number of spans.
TraceColumns arrange(RawTrace raw);

// The last-finishing child backwards from the root's end: while a child runs the path is in it, between children in the
// parent. Asynchronous children are left out. Where siblings overlap, the one that ends last owns the time until it begins,
// which is an estimate: spans alone do not say which of them was waited for. Fills `critical` and kCritical.
void mark_critical_path(TraceColumns& trace);

// Of the critical path: what the browser took itself, what lay between a caller and the callee that answered it (network,
// queues), and the rest.
struct TimeSplit {
  int64_t browser_ns = 0;
  int64_t network_ns = 0;
  int64_t backend_ns = 0;
};
TimeSplit split_of(const TraceColumns& trace);

}  // namespace clew::query_analyse
