#include "query/execute/trace_builder.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "otlp/value_json.h"
#include "query/plan/field_columns.h"
#include "table/span_fields.h"

namespace clew::query_execute {
namespace {

using stdx::ErrorCode;
using table::ColumnWindow;
using table::CoreColumn;
using table::Scope;
using table::Segment;
using table::ValueType;

stdx::Result<otlp::AnyValue> value_at(const ColumnWindow& window, uint32_t row) {
  switch (window.type) {
    case ValueType::kString: return otlp::AnyValue{std::string(window.dictionary->at(window.codes[row]))};
    case ValueType::kJson: return otlp::parse_value_json(window.dictionary->at(window.codes[row]));
    case ValueType::kInt64: return otlp::AnyValue{window.ints[row]};
    case ValueType::kDouble: return otlp::AnyValue{window.doubles[row]};
    case ValueType::kBool: return otlp::AnyValue{window.small[row] != 0};
    case ValueType::kEnum:
    case ValueType::kTraceId:
    case ValueType::kSpanId: break;
  }
  return stdx::fail(ErrorCode::kInternal, "an attribute column has the type of a core column");
}

std::unexpected<stdx::Error> damaged(std::string_view column, const stdx::Error& error) {
  return stdx::fail(ErrorCode::kDataLoss, fmt::format("column {} holds JSON that cannot be read: {}", column, error.message));
}

std::string text_of(const otlp::AnyValue& value) {
  const auto* text = std::get_if<std::string>(&value.value);
  return text != nullptr ? *text : std::string();
}
uint32_t count_of(const otlp::AnyValue& value) {
  const auto* number = std::get_if<int64_t>(&value.value);
  return number != nullptr ? static_cast<uint32_t>(*number) : 0;
}

void set_span_field(otlp::Span& span, std::string_view name, const otlp::AnyValue& value) {
  using namespace table::field;
  if (name == kTraceState) span.trace_state = text_of(value);
  if (name == kStatusMessage) span.status_message = text_of(value);
  if (name == kFlags) span.flags = count_of(value);
  if (name == kDroppedAttributesCount) span.dropped_attributes_count = count_of(value);
  if (name == kDroppedEventsCount) span.dropped_events_count = count_of(value);
  if (name == kDroppedLinksCount) span.dropped_links_count = count_of(value);
}

bool is_overflow(Scope scope, std::string_view name) {
  using namespace table::field;
  return (scope == Scope::kSpanField && name == kAttributesOverflow) ||
         (scope == Scope::kResourceField && name == kResourceOverflow) ||
         (scope == Scope::kInstrumentationField && name == kScopeOverflow);
}

void sort_by_key(otlp::Attributes& attributes) {
  // A key may occur once with each type.
  std::ranges::sort(attributes, {}, [](const otlp::KeyValue& attribute) {
    return std::pair(std::string_view(attribute.key), attribute.value.value.index());
  });
}

}  // namespace

stdx::Result<void> TraceBuilder::add(const Segment& segment, std::span<const uint32_t> rows) {
  const size_t first = items_.size();
  items_.resize(first + rows.size());
  const std::span<Item> items(items_.begin() + static_cast<ptrdiff_t>(first), items_.end());
  std::vector<Origin> origins(rows.size());
  if (auto done = add_core(segment, rows, items, origins); !done) return done;
  const auto column_count = static_cast<table::ColumnId>(segment.columns().size());
  for (table::ColumnId column = table::core(CoreColumn::kCount); column < column_count; ++column) {
    if (auto done = add_column(segment, column, rows, items, origins); !done) return done;
  }
  if (auto done = add_children(segment, rows, items); !done) return done;
  for (size_t i = 0; i < rows.size(); ++i) {
    sort_by_key(items[i].span.attributes);
    intern(items[i], std::move(origins[i]));
  }
  return {};
}

stdx::Result<void> TraceBuilder::add_core(const Segment& segment, std::span<const uint32_t> rows, std::span<Item> items,
                                          std::vector<Origin>& origins) {
  for (uint32_t index = 0; index < static_cast<uint32_t>(CoreColumn::kCount); ++index) {
    const auto column = static_cast<CoreColumn>(index);
    if (column == CoreColumn::kEventCount || column == CoreColumn::kLinkCount) continue;
    auto window = segment.gather(index, rows);
    if (!window) return std::unexpected(std::move(window.error()));
    for (uint32_t row = 0; row < rows.size(); ++row) {
      if (!window->has(row)) continue;
      otlp::Span& span = items[row].span;
      switch (column) {
        case CoreColumn::kTraceId: span.trace_id = window->trace_ids[row]; break;
        case CoreColumn::kSpanId: span.span_id = window->span_ids[row]; break;
        case CoreColumn::kParentSpanId: span.parent_span_id = window->span_ids[row]; break;
        case CoreColumn::kStartTime: span.start_time_unix_nano = static_cast<uint64_t>(window->ints[row]); break;
        // Start comes before duration in the columns' order.
        case CoreColumn::kDuration:
          span.end_time_unix_nano = span.start_time_unix_nano + static_cast<uint64_t>(window->ints[row]);
          break;
        case CoreColumn::kName: span.name = window->dictionary->at(window->codes[row]); break;
        case CoreColumn::kKind: span.kind = static_cast<otlp::SpanKind>(window->small[row]); break;
        case CoreColumn::kStatusCode: span.status_code = static_cast<otlp::StatusCode>(window->small[row]); break;
        case CoreColumn::kServiceName:
          origins[row].resource.attributes.push_back(
              {"service.name", {std::string(window->dictionary->at(window->codes[row]))}});
          break;
        case CoreColumn::kScopeName: origins[row].scope.name = window->dictionary->at(window->codes[row]); break;
        case CoreColumn::kScopeVersion: origins[row].scope.version = window->dictionary->at(window->codes[row]); break;
        case CoreColumn::kEventCount:
        case CoreColumn::kLinkCount:
        case CoreColumn::kCount: break;
      }
    }
  }
  return {};
}

stdx::Result<void> TraceBuilder::add_column(const Segment& segment, table::ColumnId column,
                                            std::span<const uint32_t> rows, std::span<Item> items,
                                            std::vector<Origin>& origins) {
  const table::ColumnInfo& info = segment.columns()[column];
  auto window = segment.gather(column, rows);
  if (!window) return std::unexpected(std::move(window.error()));
  if (window->all_null) return {};
  for (uint32_t row = 0; row < rows.size(); ++row) {
    if (!window->has(row)) continue;
    otlp::Span& span = items[row].span;
    Origin& origin = origins[row];
    if (is_overflow(info.scope, info.key)) {
      auto attributes = otlp::parse_attributes_json(window->dictionary->at(window->codes[row]));
      if (!attributes) return damaged(info.key, attributes.error());
      for (otlp::KeyValue& attribute : *attributes) {
        for (const auto& [scope, target] : {std::pair{Scope::kSpan, &span.attributes},
                                            std::pair{Scope::kResource, &origin.resource.attributes},
                                            std::pair{Scope::kInstrumentation, &origin.scope.attributes}}) {
          const std::string_view prefix = query_plan::overflow_prefix(scope);
          if (!attribute.key.starts_with(prefix)) continue;
          target->push_back({attribute.key.substr(prefix.size()), std::move(attribute.value)});
          break;
        }
      }
      continue;
    }
    auto value = value_at(*window, row);
    if (!value) return damaged(info.key, value.error());
    switch (info.scope) {
      case Scope::kSpan: span.attributes.push_back({info.key, std::move(*value)}); break;
      case Scope::kResource: {
        // The core column is the attribute already.
        const bool known = info.key == "service.name" && info.type == ValueType::kString;
        if (!known) origin.resource.attributes.push_back({info.key, std::move(*value)});
        break;
      }
      case Scope::kInstrumentation: origin.scope.attributes.push_back({info.key, std::move(*value)}); break;
      case Scope::kSpanField: set_span_field(span, info.key, *value); break;
      case Scope::kResourceField:
        if (info.key == table::field::kResourceSchemaUrl) origin.resource.schema_url = text_of(*value);
        if (info.key == table::field::kResourceDroppedAttributesCount) {
          origin.resource.dropped_attributes_count = count_of(*value);
        }
        break;
      case Scope::kInstrumentationField:
        if (info.key == table::field::kScopeSchemaUrl) origin.scope.schema_url = text_of(*value);
        if (info.key == table::field::kScopeDroppedAttributesCount) origin.scope.dropped_attributes_count = count_of(*value);
        break;
    }
  }
  return {};
}

stdx::Result<void> TraceBuilder::add_children(const Segment& segment, std::span<const uint32_t> rows,
                                              std::span<Item> items) {
  // Most spans have neither events nor links; then nothing needs to be read.
  std::vector<uint32_t> with_children;
  std::vector<uint32_t> positions;
  auto events = segment.gather(table::core(CoreColumn::kEventCount), rows);
  if (!events) return std::unexpected(std::move(events.error()));
  auto links = segment.gather(table::core(CoreColumn::kLinkCount), rows);
  if (!links) return std::unexpected(std::move(links.error()));
  for (uint32_t row = 0; row < rows.size(); ++row) {
    const bool any = (events->has(row) && events->ints[row] > 0) || (links->has(row) && links->ints[row] > 0);
    if (!any) continue;
    with_children.push_back(rows[row]);
    positions.push_back(row);
  }
  if (with_children.empty()) return {};
  auto children = segment.read_children(with_children);
  if (!children) return std::unexpected(std::move(children.error()));
  for (size_t i = 0; i < positions.size(); ++i) {
    otlp::Span& span = items[positions[i]].span;
    for (uint32_t at = children->event_begin[i]; at < children->event_begin[i + 1]; ++at) {
      const table::EventRow& row = children->events[at];
      otlp::SpanEvent event;
      event.time_unix_nano = static_cast<uint64_t>(row.time);
      event.name = row.name;
      event.dropped_attributes_count = row.dropped_attributes_count;
      if (!row.attributes.empty()) {
        auto attributes = otlp::parse_attributes_json(row.attributes);
        if (!attributes) return damaged("events", attributes.error());
        event.attributes = std::move(*attributes);
      }
      span.events.push_back(std::move(event));
    }
    for (uint32_t at = children->link_begin[i]; at < children->link_begin[i + 1]; ++at) {
      const table::LinkRow& row = children->links[at];
      otlp::SpanLink link;
      link.trace_id = row.trace_id;
      link.span_id = row.span_id;
      link.trace_state = row.trace_state;
      link.dropped_attributes_count = row.dropped_attributes_count;
      link.flags = row.flags;
      if (!row.attributes.empty()) {
        auto attributes = otlp::parse_attributes_json(row.attributes);
        if (!attributes) return damaged("links", attributes.error());
        link.attributes = std::move(*attributes);
      }
      span.links.push_back(std::move(link));
    }
  }
  return {};
}

void TraceBuilder::intern(Item& item, Origin origin) {
  sort_by_key(origin.resource.attributes);
  sort_by_key(origin.scope.attributes);
  std::string key;
  otlp::append_attributes_json(origin.resource.attributes, key);
  key += fmt::format("|{}|{}", origin.resource.dropped_attributes_count, origin.resource.schema_url);
  const auto [resource, new_resource] = resource_by_key_.try_emplace(key, resources_.size());
  if (new_resource) resources_.push_back(std::move(origin.resource));
  item.resource = resource->second;

  key.clear();
  otlp::append_json_string(origin.scope.name, key);
  otlp::append_json_string(origin.scope.version, key);
  otlp::append_attributes_json(origin.scope.attributes, key);
  key += fmt::format("|{}|{}", origin.scope.dropped_attributes_count, origin.scope.schema_url);
  const auto [scope, new_scope] = scope_by_key_.try_emplace(key, scopes_.size());
  if (new_scope) scopes_.push_back(std::move(origin.scope));
  item.scope = scope->second;
}

TraceBuilder::Built TraceBuilder::finish() {
  const auto identity = [](const Item& item) {
    return std::tuple(item.span.start_time_unix_nano, item.span.span_id, item.span.kind);
  };
  std::ranges::sort(items_, {}, identity);
  const auto repeated = std::ranges::unique(items_, {}, identity);
  items_.erase(repeated.begin(), repeated.end());

  Built built;
  built.span_count = static_cast<uint32_t>(items_.size());
  auto& groups = built.data.resource_spans;
  std::vector<std::optional<size_t>> group_of(resources_.size());
  absl::flat_hash_map<uint64_t, size_t> scope_group_of;  // By resource and scope: index within the resource's group.
  for (Item& item : items_) {
    std::optional<size_t>& group = group_of[item.resource];
    if (!group) {
      group = groups.size();
      groups.push_back({std::move(resources_[item.resource]), {}});
    }
    auto& scope_groups = groups[*group].scope_spans;
    const uint64_t pair = uint64_t{item.resource} << 32 | item.scope;
    const auto [at, is_new] = scope_group_of.try_emplace(pair, scope_groups.size());
    if (is_new) scope_groups.push_back({scopes_[item.scope], {}});
    scope_groups[at->second].spans.push_back(std::move(item.span));
  }
  items_.clear();
  return built;
}

}  // namespace clew::query_execute
