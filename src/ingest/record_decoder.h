// OTLP requests of logs and metrics from the log into the columns of record tables: the only decoders of them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ingest/attribute_writer.h"
#include "ingest/owner_decoder.h"
#include "otlp/records_survey.h"
#include "table/record_table.h"

namespace clew::ingest {

struct RecordCounts {
  uint64_t written = 0;
  uint64_t refused = 0;  // By otlp::read_log() and the like; the client was told.
};

// Writes log records straight from the wire: into a table of kind kEvents those of the scope table::kEventScope, into one of
// kind kLogs all others. One thread; the table must outlive it.
//
// Format: opentelemetry-proto v1, ExportLogsServiceRequest. Input is hostile; guarded by record_decoder_fuzz. Records come out
// as they went in, but for the repairs that RepairCounts lists.
class LogDecoder {
 public:
  explicit LogDecoder(table::RecordTable& table);

  // Decodes one request and publishes its rows. A record without any time has that of its arrival.
  RecordCounts decode(std::string_view request, int64_t receive_time_ns);
  RepairCounts repairs() const;  // Since construction.

 private:
  void decode_record(std::string_view message, uint32_t resource, uint32_t instrumentation);
  void write_body(std::string_view any_value, uint32_t row);

  table::RecordTable& table_;
  RepairCounts repairs_;
  OwnerDecoder owners_;
  AttributeWriter attributes_;
  otlp::LogFields log_;
  std::string json_;
  int64_t receive_time_ns_ = 0;
  RecordCounts counts_;
  const bool takes_events_;
};

// The same for metrics: one row for each data point. ExportMetricsServiceRequest; table of kind kMetrics.
class MetricDecoder {
 public:
  explicit MetricDecoder(table::RecordTable& table);

  RecordCounts decode(std::string_view request, int64_t receive_time_ns);
  RepairCounts repairs() const;

 private:
  struct Owners {
    uint32_t resource;
    uint32_t instrumentation;
    uint64_t hash;  // Of both, by content.
  };
  void decode_metric(std::string_view message, const Owners& owners);
  void decode_point(std::string_view message, const Owners& owners);
  void write_metric_fields(uint32_t row);
  void write_values(uint32_t row);
  void write_exponential(uint32_t row);
  void append_buckets(std::string_view name, std::string_view message);
  void append_exemplar(std::string_view message);
  void write_quantiles(uint32_t row);
  int64_t series_of(const Owners& owners) const;
  void set_text(size_t field, uint32_t row, std::string_view text);

  table::RecordTable& table_;
  RepairCounts repairs_;
  OwnerDecoder owners_;
  AttributeWriter attributes_;
  otlp::MetricFields metric_;
  otlp::PointFields point_;
  otlp::Buckets buckets_;
  std::string json_;
  std::string metadata_;
  int64_t receive_time_ns_ = 0;
  RecordCounts counts_;
};

}  // namespace clew::ingest
