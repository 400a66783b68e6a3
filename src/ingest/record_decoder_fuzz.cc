// Any bytes: the decoders of logs and metrics must survive them, agree with the survey about what is refused, and write rows
// that can be ordered and read back.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "ingest/record_decoder.h"
#include "otlp/records_survey.h"
#include "otlp/traces_codec.h"
#include "table/record_segment.h"

namespace {

using namespace clew;

template <class Survey, class Tables>
void check(std::string_view request, Survey&& survey_of, Tables&& decode) {
  const auto survey = survey_of(request);
  if (!survey) return;  // Such a request never reaches the log.
  const ingest::RecordCounts counts = decode(request);
  if (counts.refused != survey->refused_count) std::abort();
  if (counts.written + counts.refused != survey->span_count) std::abort();
}

void read_back(const std::shared_ptr<table::RecordTable>& table) {
  if (table::order_records(*table, table->published_row_count()).size() != table->published_row_count()) std::abort();
  const table::RecordSegment segment(table);
  for (table::ColumnId id = 0; id < segment.columns().size() && segment.row_count() > 0; ++id) {
    if (!segment.read(id, 0)) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto make = [](table::RecordTableId id) { return std::make_shared<table::RecordTable>(table::record_kind(id)); };
  const auto logs = make(table::RecordTableId::kLogs), events = make(table::RecordTableId::kEvents),
             metrics = make(table::RecordTableId::kMetrics);
  ingest::LogDecoder log_decoder(*logs), event_decoder(*events);
  ingest::MetricDecoder metric_decoder(*metrics);
  const auto as_logs = [&](std::string_view request) {
    check(request, [](std::string_view r) { return otlp::survey_logs(r); },
          [&](std::string_view r) {
            ingest::RecordCounts counts = log_decoder.decode(r, 1);
            const ingest::RecordCounts of_events = event_decoder.decode(r, 1);
            counts.written += of_events.written;
            counts.refused += of_events.refused;
            return counts;
          });
  };
  const auto as_metrics = [&](std::string_view request) {
    check(request, [](std::string_view r) { return otlp::survey_metrics(r); },
          [&](std::string_view r) { return metric_decoder.decode(r, 1); });
  };
  as_logs(bytes);
  as_metrics(bytes);
  // What our own JSON reader writes is never malformed.
  if (const auto protobuf = otlp::logs_json_to_protobuf(bytes)) {
    const auto survey = otlp::survey_logs(*protobuf);
    if (!survey || survey->refused_by[static_cast<size_t>(otlp::SpanRefusal::kMalformed)] != 0) std::abort();
    as_logs(*protobuf);
  }
  if (const auto protobuf = otlp::metrics_json_to_protobuf(bytes)) {
    const auto survey = otlp::survey_metrics(*protobuf);
    if (!survey || survey->refused_by[static_cast<size_t>(otlp::SpanRefusal::kMalformed)] != 0) std::abort();
    as_metrics(*protobuf);
  }
  for (const auto& table : {logs, events, metrics}) read_back(table);
  return 0;
}
