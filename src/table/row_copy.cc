#include "table/row_copy.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <numeric>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace clew::table {
namespace {

using otlp::SpanKind;

std::string_view text_at(const ColumnWindow& window, size_t index) {
  if (window.all_null || window.codes[index] == kNullCode) return {};
  return window.dictionary->at(window.codes[index]);
}

// What identifies a value inside one segment: 0 for none, otherwise its bits plus one where that cannot overflow.
uint64_t identity(const ColumnWindow& window, size_t index) {
  if (!window.has(static_cast<uint32_t>(index))) return UINT64_MAX;
  if (!window.codes.empty()) return window.codes[index];
  if (!window.ints.empty()) return static_cast<uint64_t>(window.ints[index]) ^ 0x5555;
  if (!window.doubles.empty()) return std::bit_cast<uint64_t>(window.doubles[index]);
  return window.small[index];
}

}  // namespace

ColumnCopier::ColumnCopier(const Segment& from, RowTable& to, Layout layout)
    : from_(from), layout_(layout), rows_to_(to), remaps_(from.columns().size()) {}

stdx::Result<ColumnCopier::WindowList> ColumnCopier::gather_all(std::initializer_list<Scope> scopes,
                                                                std::initializer_list<ColumnId> fixed_columns,
                                                                std::span<const uint32_t> rows) const {
  WindowList windows;
  const auto add = [&](ColumnId id) -> stdx::Result<void> {
    auto window = from_.gather(id, rows);
    if (!window) return std::unexpected(std::move(window.error()));
    windows.emplace_back(id, std::move(*window));
    return {};
  };
  for (const ColumnId column : fixed_columns) {
    if (auto added = add(column); !added) return std::unexpected(std::move(added.error()));
  }
  const auto columns = from_.columns();
  for (ColumnId id = layout_.first_attribute; id < columns.size(); ++id) {
    if (std::ranges::find(scopes, columns[id].scope) == scopes.end()) continue;
    if (auto added = add(id); !added) return std::unexpected(std::move(added.error()));
    if (windows.back().second.all_null) windows.pop_back();
  }
  return windows;
}

// Codes are those of one dictionary per column only as long as the dictionary stays the same, so it is part of the key.
ColumnCopier::Owners ColumnCopier::identify(const WindowList& windows, size_t row_count,
                                            absl::flat_hash_map<std::pair<uint64_t, uint64_t>, uint32_t>& known,
                                            const std::function<uint32_t(uint32_t row_index)>& add) const {
  Owners owners;
  owners.ordinal_of_row.resize(row_count);
  std::vector<uint64_t> key(windows.size() * 2);
  for (size_t c = 0; c < windows.size(); ++c) {
    key[c * 2] = reinterpret_cast<uintptr_t>(windows[c].second.dictionary.get()) ^ windows[c].first;
  }
  for (size_t i = 0; i < row_count; ++i) {
    for (size_t c = 0; c < windows.size(); ++c) key[c * 2 + 1] = identity(windows[c].second, i);
    const XXH128_hash_t hash = XXH3_128bits(key.data(), key.size() * sizeof(uint64_t));
    const auto [found, added] = known.try_emplace({hash.high64, hash.low64}, 0);
    if (added) {
      found->second = add(static_cast<uint32_t>(i));
      owners.new_rows.push_back(static_cast<uint32_t>(i));
      owners.new_ordinals.push_back(found->second);
    }
    owners.ordinal_of_row[i] = found->second;
  }
  return owners;
}

stdx::Result<ColumnCopier::Owners> ColumnCopier::copy_resources(std::span<const uint32_t> rows) {
  auto windows = gather_all({Scope::kResource, Scope::kResourceField}, {layout_.service_name}, rows);
  if (!windows) return std::unexpected(std::move(windows.error()));
  const ColumnWindow& services = windows->front().second;
  Owners owners = identify(*windows, rows.size(), resources_, [&](uint32_t index) {
    const uint32_t ordinal = rows_to_.add_resource();
    if (services.has(index)) rows_to_.set_service_name(ordinal, text_at(services, index));
    return ordinal;
  });
  for (size_t c = 1; c < windows->size(); ++c) {
    const auto& [id, window] = (*windows)[c];
    append_column(from_.columns()[id], id, window, owners.new_rows, owners.new_ordinals);
  }
  return owners;
}

stdx::Result<ColumnCopier::Owners> ColumnCopier::copy_instrumentations(std::span<const uint32_t> rows) {
  auto windows = gather_all({Scope::kInstrumentation, Scope::kInstrumentationField},
                            {layout_.scope_name, layout_.scope_version}, rows);
  if (!windows) return std::unexpected(std::move(windows.error()));
  const ColumnWindow& names = (*windows)[0].second;
  const ColumnWindow& versions = (*windows)[1].second;
  Owners owners = identify(*windows, rows.size(), instrumentations_, [&](uint32_t index) {
    return rows_to_.add_instrumentation(text_at(names, index), text_at(versions, index));
  });
  for (size_t c = 2; c < windows->size(); ++c) {
    const auto& [id, window] = (*windows)[c];
    append_column(from_.columns()[id], id, window, owners.new_rows, owners.new_ordinals);
  }
  return owners;
}

void ColumnCopier::append_column(const ColumnInfo& info, ColumnId id, const ColumnWindow& window,
                                 std::span<const uint32_t> indexes, std::span<const uint32_t> owners) {
  AttributeColumn* column = rows_to_.attribute(info.scope, info.key, info.type);
  assert(column != nullptr);  // The target was made with room for the columns of all its sources.
  Remap& remap = remaps_[id];
  const bool texts = info.type == ValueType::kString || info.type == ValueType::kJson;
  if (texts && remap.dictionary != window.dictionary) {
    remap.dictionary = window.dictionary;
    remap.codes.assign(window.dictionary->size(), kNullCode);
  }
  for (size_t i = 0; i < indexes.size(); ++i) {
    const uint32_t index = indexes[i];
    if (!window.has(index)) continue;
    if (texts) {
      const uint32_t source = window.codes[index];
      if (source >= remap.codes.size()) remap.codes.resize(source + 1, kNullCode);
      uint32_t& code = remap.codes[source];
      if (code == kNullCode) code = column->intern(window.dictionary->at(source));
      column->append_code(owners[i], code);
    } else if (info.type == ValueType::kInt64) {
      column->append_int(owners[i], window.ints[index]);
    } else if (info.type == ValueType::kDouble) {
      column->append_double(owners[i], window.doubles[index]);
    } else if (info.type == ValueType::kTraceId) {
      column->append_trace_id(owners[i], window.trace_ids[index]);
    } else if (info.type == ValueType::kSpanId) {
      if (window.span_ids[index] != 0) column->append_span_id(owners[i], window.span_ids[index]);
    } else {
      column->append_bool(owners[i], window.small[index] != 0);
    }
  }
}

stdx::Result<void> ColumnCopier::copy_attributes(std::span<const uint32_t> rows, uint32_t first_row) {
  std::vector<uint32_t> indexes(rows.size());
  std::iota(indexes.begin(), indexes.end(), 0u);
  std::vector<uint32_t> owners(rows.size());
  std::iota(owners.begin(), owners.end(), first_row);
  const auto columns = from_.columns();
  for (ColumnId id = layout_.first_attribute; id < columns.size(); ++id) {
    if (columns[id].scope != Scope::kSpan && columns[id].scope != Scope::kSpanField) continue;
    auto window = from_.gather(id, rows);
    if (!window) return std::unexpected(std::move(window.error()));
    if (!window->all_null) append_column(columns[id], id, *window, indexes, owners);
  }
  return {};
}

RowCopier::RowCopier(const Segment& from, SpanTable& to)
    : ColumnCopier(from, to,
                   {core(CoreColumn::kServiceName), core(CoreColumn::kScopeName), core(CoreColumn::kScopeVersion),
                    core(CoreColumn::kCount)}),
      to_(to) {}

void RowCopier::copy_children(const ChildRows& children, uint32_t first_row) {
  for (size_t i = 0; i + 1 < children.event_begin.size(); ++i) {
    for (uint32_t e = children.event_begin[i]; e < children.event_begin[i + 1]; ++e) {
      const EventRow& event = children.events[e];
      to_.append_event(first_row + static_cast<uint32_t>(i), event.time, event.name, event.attributes,
                       event.dropped_attributes_count);
    }
  }
  for (size_t i = 0; i + 1 < children.link_begin.size(); ++i) {
    for (uint32_t l = children.link_begin[i]; l < children.link_begin[i + 1]; ++l) {
      const LinkRow& link = children.links[l];
      to_.append_link(first_row + static_cast<uint32_t>(i), link.trace_id, link.span_id, link.trace_state,
                      link.attributes, link.dropped_attributes_count, link.flags);
    }
  }
}

stdx::Result<void> RowCopier::copy(std::span<const uint32_t> rows,
                                   const std::function<SpanOrigin(size_t)>& origin_of) {
  if (rows.empty()) return {};
  auto resources = copy_resources(rows);
  if (!resources) return std::unexpected(std::move(resources.error()));
  auto instrumentations = copy_instrumentations(rows);
  if (!instrumentations) return std::unexpected(std::move(instrumentations.error()));

  const uint32_t first_row = to_.next_row();
  if (auto copied = copy_attributes(rows, first_row); !copied) return copied;
  auto children = from_.read_children(rows);
  if (!children) return std::unexpected(std::move(children.error()));
  copy_children(*children, first_row);

  auto cores = gather_all(
      {}, {core(CoreColumn::kTraceId), core(CoreColumn::kSpanId), core(CoreColumn::kParentSpanId),
           core(CoreColumn::kStartTime), core(CoreColumn::kDuration), core(CoreColumn::kName), core(CoreColumn::kKind),
           core(CoreColumn::kStatusCode)},
      rows);
  if (!cores) return std::unexpected(std::move(cores.error()));
  const auto window = [&](size_t index) -> const ColumnWindow& { return (*cores)[index].second; };
  for (size_t i = 0; i < rows.size(); ++i) {
    SpanCore span;
    span.trace_id = window(0).trace_ids[i];
    span.span_id = window(1).span_ids[i];
    span.parent_span_id = window(2).has(static_cast<uint32_t>(i)) ? window(2).span_ids[i] : 0;
    span.start_ns = window(3).ints[i];
    span.duration_ns = window(4).ints[i];
    span.name = text_at(window(5), i);
    span.kind = static_cast<SpanKind>(window(6).small[i]);
    span.status = static_cast<otlp::StatusCode>(window(7).small[i]);
    span.resource = resources->ordinal_of_row[i];
    span.instrumentation = instrumentations->ordinal_of_row[i];
    to_.append_span(span, origin_of(i));
  }
  to_.publish();
  return {};
}

RecordCopier::RecordCopier(const Segment& from, RecordTable& to)
    : ColumnCopier(from, to,
                   {column(RecordColumn::kServiceName), column(RecordColumn::kScopeName),
                    column(RecordColumn::kScopeVersion), column(RecordColumn::kCount)}),
      to_(to) {}

stdx::Result<void> RecordCopier::copy(std::span<const uint32_t> rows) {
  if (rows.empty()) return {};
  auto resources = copy_resources(rows);
  if (!resources) return std::unexpected(std::move(resources.error()));
  auto instrumentations = copy_instrumentations(rows);
  if (!instrumentations) return std::unexpected(std::move(instrumentations.error()));
  if (auto copied = copy_attributes(rows, to_.next_row()); !copied) return copied;
  auto times = from_.gather(column(RecordColumn::kTime), rows);
  if (!times) return std::unexpected(std::move(times.error()));
  for (size_t i = 0; i < rows.size(); ++i) {
    to_.append_record(times->ints[i], resources->ordinal_of_row[i], instrumentations->ordinal_of_row[i]);
  }
  to_.publish();
  return {};
}

}  // namespace clew::table
