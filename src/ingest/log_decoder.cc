#include "ingest/envelope_walk.h"
#include "ingest/record_decoder.h"
#include "otlp/log_fields.h"
#include "otlp/value_json.h"
#include "table/span_fields.h"

namespace clew::ingest {

namespace log_field = table::log_field;
using table::Scope;

namespace {

std::string_view scope_name(std::string_view scope) {
  std::string_view name;
  otlp::MessageReader fields(scope);
  while (fields.next()) {
    if (fields.tag() == otlp::wire_tag(otlp::field::kScopeName, otlp::WireType::kLength)) name = fields.bytes();
  }
  return name;
}

}  // namespace

LogDecoder::LogDecoder(table::RecordTable& table)
    : table_(table),
      owners_(table, repairs_),
      attributes_(table, Scope::kSpan, repairs_),
      takes_events_(table.kind().id == table::RecordTableId::kEvents) {}

RecordCounts LogDecoder::decode(std::string_view request, int64_t receive_time_ns) {
  counts_ = {};
  receive_time_ns_ = receive_time_ns;
  uint32_t resource = 0, instrumentation = 0;
  bool is_mine = false;
  walk_envelope(
      request,
      [&](const Surroundings& around) {
        is_mine = (scope_name(around.scope) == table::kEventScope) == takes_events_;
        if (!is_mine) return;
        resource = owners_.resource_ordinal(around.resource, around.resource_schema_url);
        instrumentation = owners_.instrumentation_ordinal(around.scope, around.scope_schema_url);
      },
      [&](std::string_view message) {
        if (is_mine) decode_record(message, resource, instrumentation);
      });
  table_.publish();
  return counts_;
}

RepairCounts LogDecoder::repairs() const {
  RepairCounts repairs = repairs_;
  repairs.invalid_utf8 += table_.repaired_count();
  return repairs;
}

void LogDecoder::decode_record(std::string_view message, uint32_t resource, uint32_t instrumentation) {
  if (otlp::read_log(message, log_) != otlp::SpanRefusal::kNone) [[unlikely]] {
    ++counts_.refused;
    return;
  }
  const uint32_t row = table_.next_row();
  attributes_.begin(row);
  for (const std::string_view attribute : log_.attributes) attributes_.add(attribute);
  attributes_.finish();
  if (log_.trace_id.size() == 16) {
    const otlp::TraceId id = otlp::trace_id_from_bytes(log_.trace_id);
    if (id != otlp::TraceId{}) table_.field(log_field::kTraceId).append_trace_id(row, id);
  } else {
    repairs_.malformed_ids += !log_.trace_id.empty();
  }
  if (log_.span_id.size() == 8) {
    const otlp::SpanId id = otlp::span_id_from_bytes(log_.span_id);
    if (id != 0) table_.field(log_field::kSpanId).append_span_id(row, id);
  } else {
    repairs_.malformed_ids += !log_.span_id.empty();
  }
  if (log_.severity_number > otlp::field::kSeverityMax) {
    ++repairs_.unknown_enums;
  } else if (log_.severity_number != 0) {
    table_.field(log_field::kSeverityNumber).append_int(row, static_cast<int64_t>(log_.severity_number));
  }
  if (!log_.severity_text.empty()) table_.field(log_field::kSeverityText).append_text(row, log_.severity_text);
  if (!log_.event_name.empty()) table_.field(log_field::kEventName).append_text(row, log_.event_name);
  if (log_.body) write_body(*log_.body, row);
  const auto observed_ns = static_cast<int64_t>(log_.observed_time_unix_nano);
  if (observed_ns != 0) table_.field(log_field::kObservedTime).append_int(row, observed_ns);
  owners_.set_count(Scope::kSpanField, table::field::kFlags, row, log_.flags);
  owners_.set_count(Scope::kSpanField, table::field::kDroppedAttributesCount, row, log_.dropped_attributes_count);
  auto time_ns = static_cast<int64_t>(log_.time_unix_nano);
  if (time_ns == 0) {
    time_ns = observed_ns != 0 ? observed_ns : receive_time_ns_;
    table_.attribute(Scope::kSpanField, table::field::kTimeUnset, table::ValueType::kBool)->append_bool(row, true);
  }
  table_.append_record(time_ns, resource, instrumentation);
  ++counts_.written;
}

void LogDecoder::write_body(std::string_view any_value, uint32_t row) {
  // As AttributeWriter: of several fields the last counts.
  otlp::MessageReader fields(any_value);
  uint32_t tag = 0;
  std::string_view text;
  while (fields.next()) {
    if (fields.field() > otlp::field::kAnyValueFieldMax) continue;
    tag = fields.tag();
    text = fields.bytes();
  }
  if (fields.ok() && tag == otlp::wire_tag(otlp::field::kAnyValueString, otlp::WireType::kLength)) {
    table_.field(log_field::kBody).append_text(row, text);
    return;
  }
  json_.clear();
  if (!otlp::append_wire_value_json(any_value, json_)) ++repairs_.malformed_attributes;
  table_.field(log_field::kBodyJson).append_text(row, json_);
}

}  // namespace clew::ingest
