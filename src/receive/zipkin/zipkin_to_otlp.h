// Zipkin spans into one OTLP ExportTraceServiceRequest.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "receive/zipkin/zipkin_span.h"

namespace clew::receive_zipkin {

// Collects the spans of one request, a ResourceSpans for each local endpoint (with the resource tags of OpenTelemetry's
// exporters) and a ScopeSpans for each scope they name. What becomes of which field is README.md's table. One thread; views
// need only live until add() returns. Guarded by the fuzzers of the readers.
class OtlpBuilder {
 public:
  // Spans that tell no time at all get `receive_time_ns`.
  explicit OtlpBuilder(int64_t receive_time_ns) : receive_time_ns_(receive_time_ns) {}

  void add(const ZipkinSpan& span);
  size_t span_count() const { return span_count_; }
  // The request. Call once.
  std::string finish();

 private:
  struct Scope {
    std::string message;  // An InstrumentationScope; empty if the spans name none.
    std::string spans;    // Fields of a ScopeSpans.
  };
  struct Resource {
    std::string message;
    std::vector<Scope> scopes;
  };
  struct TagRoles;
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  TagRoles roles_of(const ZipkinSpan& span) const;
  void write_resource(const ZipkinSpan& span, const TagRoles& roles);
  void write_scope(const TagRoles& roles);
  void write_span(const ZipkinSpan& span, const TagRoles& roles);
  void write_times(const ZipkinSpan& span);
  void write_attributes(const ZipkinSpan& span, const TagRoles& roles);
  void write_remote(const ZipkinSpan& span, const TagRoles& roles);
  void write_events(const ZipkinSpan& span);
  void write_status(const TagRoles& roles);
  Scope& place();

  const int64_t receive_time_ns_;
  size_t span_count_ = 0;
  std::vector<Resource> resources_;
  std::unordered_map<std::string, uint32_t, Hash, std::equal_to<>> resource_index_;
  uint32_t last_resource_ = 0;
  // Of the span at hand.
  std::string resource_;
  std::string scope_;
  std::string span_;
  std::vector<uint8_t> tag_uses_;
  bool start_is_unknown_ = false;
};

}  // namespace clew::receive_zipkin
