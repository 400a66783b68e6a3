// OTLP trace requests from the log into the columns of a span table: the only decoder of spans.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/attribute_writer.h"
#include "ingest/owner_decoder.h"
#include "table/span_table.h"

namespace clew::ingest {

struct DecodeCounts {
  uint64_t spans = 0;    // Written.
  uint64_t refused = 0;  // By otlp::check_span; the client was told.
  uint64_t skipped = 0;  // By the replay filter.
};

// Writes straight from the wire: no span objects, no copies but the one into a dictionary. Resources and instrumentation
// scopes are recognised by the hash of their bytes and decoded once per table. One thread; the table must outlive it.
//
// Format: opentelemetry-proto v1, ExportTraceServiceRequest. Input is hostile; guarded by span_decoder_fuzz. Spans come out as
// they went in, but for the repairs that RepairCounts lists.
class SpanDecoder {
 public:
  // Returns false for spans that are stored already and must not be decoded again.
  using ReplayFilter = std::function<bool(otlp::TraceId trace_id, uint64_t log_offset)>;

  explicit SpanDecoder(table::SpanTable& table);

  // Decodes one request and publishes its rows.
  DecodeCounts decode(std::string_view request, table::SpanOrigin origin, const ReplayFilter* filter = nullptr);

  // Since construction.
  RepairCounts repairs() const;

 private:
  void decode_resource_spans(std::string_view message);
  void decode_scope_spans(std::string_view message, uint32_t resource);
  void decode_span(std::string_view message, uint32_t resource, uint32_t instrumentation);
  void decode_lists(uint32_t row);
  void decode_event(std::string_view message, uint32_t row);
  void decode_link(std::string_view message, uint32_t row);
  void decode_status(std::string_view message, table::SpanCore& span, uint32_t row);
  struct SpanFields;
  bool walk(std::string_view message, SpanFields& span);

  table::SpanTable& table_;
  RepairCounts repairs_;
  OwnerDecoder owners_;
  AttributeWriter span_attributes_;
  std::string json_;
  // Of the span being decoded, in the order of the wire.
  std::vector<std::string_view> attribute_messages_;
  std::vector<std::string_view> event_messages_;
  std::vector<std::string_view> link_messages_;

  // Of the request being decoded.
  table::SpanOrigin origin_;
  const ReplayFilter* filter_ = nullptr;
  DecodeCounts counts_;
};

}  // namespace clew::ingest
