// A SkyWalking segment as its readers hand it to the translation, whichever version and encoding it came in.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace clew::receive_skywalking {

// All texts are views into the message, or into what its reader holds while the span is being translated.
struct TextPair {
  std::string_view key;
  std::string_view value;
};

enum class SpanType : uint8_t { kEntry = 0, kExit = 1, kLocal = 2 };
enum class SpanLayer : uint8_t { kUnknown, kDatabase, kRpcFramework, kHttp, kMq, kCache, kFaas };

struct SegmentReference {
  bool cross_thread = false;
  std::string_view trace_id;  // Empty (v2 does not say): the segment's.
  std::string_view parent_segment_id;
  int32_t parent_span_id = 0;
  std::string_view parent_service;
  std::string_view parent_instance;
  std::string_view parent_endpoint;
  std::string_view address;  // By which the parent called us.
};

struct SegmentLog {
  int64_t time_ms = 0;
  std::vector<TextPair> data;
};

struct SegmentSpan {
  int32_t span_id = 0;
  int32_t parent_span_id = 0;  // -1: none in this segment.
  int64_t start_ms = 0;
  int64_t end_ms = 0;
  std::string_view name;
  std::string_view peer;
  SpanType type = SpanType::kEntry;
  SpanLayer layer = SpanLayer::kUnknown;
  int32_t component_id = 0;
  std::string_view component;  // v2 may name what has no number.
  bool is_error = false;
  bool skip_analysis = false;
  std::vector<SegmentReference> refs;
  std::vector<TextPair> tags;
  std::vector<SegmentLog> logs;
  // Beyond the limits of skywalking_limits.h.
  uint32_t dropped_refs = 0;
  uint32_t dropped_tags = 0;
  uint32_t dropped_logs = 0;

  void clear() {
    std::vector<SegmentReference> old_refs = std::move(refs);
    std::vector<TextPair> old_tags = std::move(tags);
    std::vector<SegmentLog> old_logs = std::move(logs);
    *this = {};
    refs = std::move(old_refs);
    tags = std::move(old_tags);
    logs = std::move(old_logs);
    refs.clear();
    tags.clear();
    logs.clear();
  }
};

// What is known of a segment before its spans are read.
struct SegmentHead {
  std::string_view trace_id;
  std::string_view segment_id;
  std::string_view service;
  std::string_view instance;
  bool size_limited = false;  // The agent left out spans.
  size_t span_count = 0;
  int32_t component_id = 0;  // The highest of its spans: it may tell the language.
};

}  // namespace clew::receive_skywalking
