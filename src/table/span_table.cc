#include "table/span_table.h"

namespace clew::table {
SpanTable::SpanTable(size_t attribute_columns_max) : RowTable("span.", attribute_columns_max) {}

void SpanTable::append_event(uint32_t row, int64_t time_ns, std::string_view name, std::string_view attributes_json,
                             uint32_t dropped_attributes_count) {
  events_.times.push(time_ns);
  events_.names.push(events_.name_dictionary.intern(name));
  events_.attributes.push(attributes_json.empty() ? kNullCode : events_.attribute_dictionary.intern(attributes_json));
  events_.dropped.push(dropped_attributes_count);
  events_.rows.push(row);
}

void SpanTable::append_link(uint32_t row, otlp::TraceId trace_id, otlp::SpanId span_id, std::string_view trace_state,
                            std::string_view attributes_json, uint32_t dropped_attributes_count, uint32_t flags) {
  links_.trace_ids.push(trace_id);
  links_.span_ids.push(span_id);
  links_.trace_states.push(trace_state.empty() ? kNullCode : links_.trace_state_dictionary.intern(trace_state));
  links_.attributes.push(attributes_json.empty() ? kNullCode : links_.attribute_dictionary.intern(attributes_json));
  links_.dropped.push(dropped_attributes_count);
  links_.flags.push(flags);
  links_.rows.push(row);
}

uint32_t SpanTable::append_span(const SpanCore& span, SpanOrigin origin) {
  const uint32_t row = next_row();
  const uint32_t trace = trace_index_.add(span.trace_id, row);
  if (trace == trace_origins_.size()) {
    trace_origins_.push_back({origin.log_offset, origin.receive_time_ns, 0});
  } else {
    trace_origins_[trace].last_receive_ns = origin.receive_time_ns;
  }
  traces_.push(trace);
  span_ids_.push(span.span_id);
  parent_span_ids_.push(span.parent_span_id);
  durations_.push(span.duration_ns);
  names_.push(name_dictionary_.intern(span.name));
  kinds_.push(static_cast<uint8_t>(span.kind));
  statuses_.push(static_cast<uint8_t>(span.status));
  append_owners(span.resource, span.instrumentation);
  starts_.push(span.start_ns);
  if (span.start_ns < start_min_ns()) start_min_ns_.store(span.start_ns, std::memory_order_relaxed);
  if (span.start_ns > start_max_ns()) start_max_ns_.store(span.start_ns, std::memory_order_relaxed);
  return row;
}

void SpanTable::set_trace_carried(uint32_t trace, uint64_t first_offset, uint8_t left_behind_count) {
  trace_origins_[trace].first_offset = first_offset;
  trace_origins_[trace].left_behind_count = left_behind_count;
}

size_t SpanTable::used_bytes() const {
  constexpr size_t kBytesPerRow = 4 + 8 + 8 + 8 + 8 + 4 + 1 + 1 + kOwnerBytesPerRow;
  size_t bytes = size_t{next_row()} * kBytesPerRow + trace_index_.used_bytes() +
                 trace_origins_.size() * sizeof(TraceOrigin) + name_dictionary_.used_bytes() + attribute_bytes();
  bytes += events_.rows.size() * 24 + events_.attribute_dictionary.used_bytes() + events_.name_dictionary.used_bytes();
  bytes += links_.rows.size() * 44 + links_.attribute_dictionary.used_bytes() +
           links_.trace_state_dictionary.used_bytes();
  return bytes;
}

uint64_t SpanTable::repaired_count() const {
  return repaired_attribute_count() + name_dictionary_.repaired_count() + events_.name_dictionary.repaired_count() +
         links_.trace_state_dictionary.repaired_count();
}

}  // namespace clew::table
