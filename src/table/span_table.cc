#include "table/span_table.h"

namespace clew::table {
namespace {

bool is_rare_field(Scope scope) {
  return scope == Scope::kSpanField || scope == Scope::kResourceField || scope == Scope::kInstrumentationField;
}

}  // namespace

SpanTable::SpanTable(size_t attribute_columns_max) : attribute_columns_max_(attribute_columns_max) {}

uint32_t SpanTable::add_resource() {
  resource_services_.push(kNullCode);
  return static_cast<uint32_t>(resource_services_.size() - 1);
}

void SpanTable::set_service_name(uint32_t resource, std::string_view name) {
  resource_services_[resource].store(service_dictionary_.intern(name), std::memory_order_release);
}

uint32_t SpanTable::add_instrumentation(std::string_view name, std::string_view version) {
  scope_versions_.push(version.empty() ? kNullCode : scope_version_dictionary_.intern(version));
  scope_names_.push(name.empty() ? kNullCode : scope_name_dictionary_.intern(name));
  return static_cast<uint32_t>(scope_names_.size() - 1);
}

AttributeColumn* SpanTable::attribute(Scope scope, std::string_view key, ValueType type) {
  if (auto found = column_by_key_.find(ColumnKey{scope, type, key}); found != column_by_key_.end()) {
    return found->second;
  }
  if (!is_rare_field(scope)) {
    if (attribute_column_count_ == attribute_columns_max_) return nullptr;
    ++attribute_column_count_;
  }
  AttributeColumn& column = columns_.emplace_back(ColumnInfo{scope, std::string(key), type});
  column_by_key_.emplace(ColumnKey{scope, type, column.info().key}, &column);
  column_list_.push(&column);
  return &column;
}

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
  resources_.push(span.resource);
  instrumentations_.push(span.instrumentation);
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
  constexpr size_t kBytesPerRow = 4 + 8 + 8 + 8 + 8 + 4 + 1 + 1 + 4 + 4;
  size_t bytes = size_t{next_row()} * kBytesPerRow + trace_index_.used_bytes() +
                 trace_origins_.size() * sizeof(TraceOrigin) + name_dictionary_.used_bytes();
  for (const AttributeColumn& column : columns_) bytes += column.used_bytes();
  bytes += events_.rows.size() * 24 + events_.attribute_dictionary.used_bytes() + events_.name_dictionary.used_bytes();
  bytes += links_.rows.size() * 44 + links_.attribute_dictionary.used_bytes() +
           links_.trace_state_dictionary.used_bytes();
  return bytes;
}

uint64_t SpanTable::repaired_count() const {
  uint64_t count = name_dictionary_.repaired_count() + service_dictionary_.repaired_count() +
                   scope_name_dictionary_.repaired_count() + scope_version_dictionary_.repaired_count() +
                   events_.name_dictionary.repaired_count() + links_.trace_state_dictionary.repaired_count();
  for (const AttributeColumn& column : columns_) count += column.repaired_count();
  return count;
}

}  // namespace clew::table
