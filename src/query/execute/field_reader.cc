#include "query/execute/field_reader.h"

#include <string>

#include "otlp/ids.h"
#include "otlp/value_json.h"
#include "query/execute/column_match.h"
#include "query/traceql/fields.h"

namespace clew::query_execute {
namespace {

using query_traceql::FieldScope;
using query_traceql::Intrinsic;
using table::ColumnWindow;
using table::CoreColumn;
using table::kNullCode;
using table::ValueType;

Selection without_value(const Selection& selection, const std::vector<uint32_t>& ids) {
  return filter(selection, [&](uint32_t row) { return ids[row] == kNoValue; });
}

}  // namespace

FieldReader::FieldReader(const query_traceql::Field& field, const table::Segment& segment, TraceLookup& traces,
                         ValueTable& values)
    : field_(field), columns_(query_plan::columns_of(field, segment)), traces_(traces), values_(values) {}

FieldReader::CodeMemo& FieldReader::memo(size_t index) {
  if (memos_.size() <= index) memos_.resize(index + 1);
  return memos_[index];
}

void FieldReader::CodeMemo::use(const std::shared_ptr<const table::DictionaryView>& other) {
  if (dictionary != other) {
    dictionary = other;
    ids.clear();
    known.clear();
  }
  // The head's dictionaries grow under the same address.
  if (ids.size() < dictionary->size()) {
    ids.resize(dictionary->size(), kNoValue);
    known.resize(dictionary->size(), 0);
  }
}

void FieldReader::read(Batch& batch, const Selection& selection, std::vector<uint32_t>& ids) {
  selection.for_each([&](uint32_t row) { ids[row] = kNoValue; });
  switch (field_.scope) {
    case FieldScope::kIntrinsic: read_intrinsic(batch, selection, ids); return;
    case FieldScope::kEvent:
    case FieldScope::kLink: read_children(batch, selection, ids); return;
    default: break;
  }
  read_attribute(batch, columns_.first, 0, selection, ids);
  if (columns_.second.empty()) return;
  const Selection open = without_value(selection, ids);
  if (open.any()) {
    read_attribute(batch, columns_.second, columns_.first.typed.size() + columns_.first.overflow.size(), open, ids);
  }
}

void FieldReader::read_attribute(Batch& batch, const query_plan::AttributeColumns& columns, size_t first_memo,
                                 const Selection& selection, std::vector<uint32_t>& ids) {
  size_t slot = first_memo;
  for (const table::ColumnId column : columns.typed) read_column(batch.column(column), memo(slot++), selection, ids);
  for (const table::ColumnId column : columns.overflow) {
    const Selection open = without_value(selection, ids);
    if (open.any()) read_overflow(batch.column(column), memo(slot), columns, open, ids);
    ++slot;
  }
}

void FieldReader::read_column(const ColumnWindow& window, CodeMemo& memo, const Selection& selection,
                              std::vector<uint32_t>& ids) {
  if (window.all_null) return;
  switch (window.type) {
    case ValueType::kString:
    case ValueType::kJson: read_codes(window, memo, selection, ids); return;
    case ValueType::kInt64:
      selection.for_each([&](uint32_t row) {
        if (window.has(row)) ids[row] = values_.of_int(window.ints[row]);
      });
      return;
    case ValueType::kDouble:
      selection.for_each([&](uint32_t row) {
        if (window.has(row)) ids[row] = values_.of_double(window.doubles[row]);
      });
      return;
    case ValueType::kBool:
      selection.for_each([&](uint32_t row) {
        if (window.has(row)) ids[row] = values_.of_bool(window.small[row] != 0);
      });
      return;
    case ValueType::kEnum: {
      uint32_t of_word[8];
      for (uint8_t word = 0; word < 8; ++word) {
        of_word[word] = values_.of_string(field_.intrinsic == Intrinsic::kStatus
                                              ? query_traceql::word(static_cast<otlp::StatusCode>(word))
                                              : query_traceql::word(static_cast<otlp::SpanKind>(word)));
      }
      selection.for_each([&](uint32_t row) {
        if (window.has(row)) ids[row] = of_word[window.small[row] & 7];
      });
      return;
    }
    case ValueType::kTraceId:
      selection.for_each([&](uint32_t row) { ids[row] = values_.of_string(otlp::to_hex(window.trace_ids[row])); });
      return;
    case ValueType::kSpanId:
      selection.for_each([&](uint32_t row) {
        if (window.has(row) && window.span_ids[row] != 0) {
          ids[row] = values_.of_string(otlp::span_id_hex(window.span_ids[row]));
        }
      });
      return;
  }
}

void FieldReader::read_codes(const ColumnWindow& window, CodeMemo& memo, const Selection& selection,
                             std::vector<uint32_t>& ids) {
  memo.use(window.dictionary);
  const bool json = window.type == ValueType::kJson;
  selection.for_each([&](uint32_t row) {
    const uint32_t code = window.codes[row];
    if (code == kNullCode) return;
    if (memo.known[code] == 0) {
      const std::string_view text = memo.dictionary->at(code);
      memo.ids[code] = json ? values_.of_json(text) : values_.of_string(text);
      memo.known[code] = 1;
    }
    ids[row] = memo.ids[code];
  });
}

void FieldReader::read_overflow(const ColumnWindow& window, CodeMemo& memo, const query_plan::AttributeColumns& columns,
                                const Selection& selection, std::vector<uint32_t>& ids) {
  if (window.all_null) return;
  memo.use(window.dictionary);
  selection.for_each([&](uint32_t row) {
    const uint32_t code = window.codes[row];
    if (code == kNullCode) return;
    if (memo.known[code] == 0) {
      const std::string_view object = window.dictionary->at(code);
      if (object.find(columns.overflow_needle) != std::string_view::npos) {
        if (const auto attributes = otlp::parse_attributes_json(object)) {
          for (const otlp::KeyValue& attribute : *attributes) {
            if (attribute.key != columns.overflow_key) continue;
            memo.ids[code] = values_.of_value(attribute.value);
            break;
          }
        }
      }
      memo.known[code] = 1;
    }
    ids[row] = memo.ids[code];
  });
}

void FieldReader::read_intrinsic(Batch& batch, const Selection& selection, std::vector<uint32_t>& ids) {
  switch (field_.intrinsic) {
    case Intrinsic::kTraceDuration:
    case Intrinsic::kRootName:
    case Intrinsic::kRootService: read_whole_trace(batch, selection, ids); return;
    case Intrinsic::kEventName:
    case Intrinsic::kEventTimeSinceStart:
    case Intrinsic::kLinkTraceId:
    case Intrinsic::kLinkSpanId: read_children(batch, selection, ids); return;
    case Intrinsic::kNestedSetParent: {
      const ColumnWindow& parents = batch.column(CoreColumn::kParentSpanId);
      selection.for_each([&](uint32_t row) {
        if (!parents.has(row) || parents.span_ids[row] == 0) ids[row] = values_.of_int(-1);
      });
      return;
    }
    case Intrinsic::kChildCount: {
      const ColumnWindow& traces = batch.column(CoreColumn::kTraceId);
      const ColumnWindow& spans = batch.column(CoreColumn::kSpanId);
      if (traces.all_null || spans.all_null) return;
      selection.for_each([&](uint32_t row) {
        if (error_) return;
        const auto counts = traces_.child_counts(traces.trace_ids[row]);
        if (!counts) {
          error_ = counts.error();
          return;
        }
        const auto at = (*counts)->find(spans.span_ids[row]);
        ids[row] = values_.of_int(at == (*counts)->end() ? 0 : at->second);
      });
      return;
    }
    default: break;
  }
  for (const table::ColumnId column : columns_.first.typed) read_column(batch.column(column), memo(0), selection, ids);
  // Intrinsic strings are empty, not missing.
  const uint32_t empty = values_.of_string("");
  selection.for_each([&](uint32_t row) {
    if (ids[row] == kNoValue) ids[row] = empty;
  });
}

void FieldReader::read_whole_trace(Batch& batch, const Selection& selection, std::vector<uint32_t>& ids) {
  const ColumnWindow& traces = batch.column(CoreColumn::kTraceId);
  if (traces.all_null || error_) return;
  std::vector<otlp::TraceId> wanted;
  selection.for_each([&](uint32_t row) {
    if (wanted.empty() || wanted.back() != traces.trace_ids[row]) wanted.push_back(traces.trace_ids[row]);
  });
  if (auto loaded = traces_.load(std::move(wanted)); !loaded) {
    error_ = std::move(loaded.error());
    return;
  }
  selection.for_each([&](uint32_t row) {
    const TraceFacts* facts = traces_.find(traces.trace_ids[row]);
    if (facts == nullptr) return;
    switch (field_.intrinsic) {
      case Intrinsic::kTraceDuration: ids[row] = values_.of_int(facts->end_ns - facts->start_ns); break;
      case Intrinsic::kRootName: ids[row] = values_.of_string(facts->root_name); break;
      default: ids[row] = values_.of_string(facts->root_service); break;
    }
  });
}

uint32_t FieldReader::attribute_value(std::string_view attributes_json) {
  std::string needle;
  otlp::append_json_string(field_.key, needle);
  if (attributes_json.find(needle) == std::string_view::npos) return kNoValue;
  const auto attributes = otlp::parse_attributes_json(attributes_json);
  if (!attributes) return kNoValue;
  for (const otlp::KeyValue& attribute : *attributes) {
    if (attribute.key == field_.key) return values_.of_value(attribute.value);
  }
  return kNoValue;
}

uint32_t FieldReader::child_value(const table::ChildRows& children, uint32_t index, int64_t start_ns) {
  for (uint32_t i = children.event_begin[index]; i < children.event_begin[index + 1]; ++i) {
    const table::EventRow& event = children.events[i];
    if (field_.intrinsic == Intrinsic::kEventName) return values_.of_string(event.name);
    if (field_.intrinsic == Intrinsic::kEventTimeSinceStart) {
      int64_t since = 0;
      if (__builtin_sub_overflow(event.time, start_ns, &since)) since = INT64_MAX;
      return values_.of_int(since);
    }
    if (field_.scope != FieldScope::kEvent) break;
    if (const uint32_t id = attribute_value(event.attributes); id != kNoValue) return id;
  }
  for (uint32_t i = children.link_begin[index]; i < children.link_begin[index + 1]; ++i) {
    const table::LinkRow& link = children.links[i];
    if (field_.intrinsic == Intrinsic::kLinkTraceId) return values_.of_string(otlp::to_hex(link.trace_id));
    if (field_.intrinsic == Intrinsic::kLinkSpanId) return values_.of_string(otlp::span_id_hex(link.span_id));
    if (field_.scope != FieldScope::kLink) break;
    if (const uint32_t id = attribute_value(link.attributes); id != kNoValue) return id;
  }
  return kNoValue;
}

void FieldReader::read_children(Batch& batch, const Selection& selection, std::vector<uint32_t>& ids) {
  const bool of_links = field_.scope == FieldScope::kLink || field_.intrinsic == Intrinsic::kLinkTraceId ||
                        field_.intrinsic == Intrinsic::kLinkSpanId;
  const ColumnWindow& counts = batch.column(of_links ? CoreColumn::kLinkCount : CoreColumn::kEventCount);
  if (counts.all_null) return;
  const Selection some = filter(selection, [&](uint32_t row) { return counts.has(row) && counts.ints[row] > 0; });
  if (!some.any()) return;
  const Batch::Children& children = batch.children(some);
  const ColumnWindow& starts = batch.column(CoreColumn::kStartTime);
  if (batch.error()) return;
  some.for_each([&](uint32_t row) { ids[row] = child_value(children.rows, children.index[row], starts.ints[row]); });
}

}  // namespace clew::query_execute
