#include "query/trace_view.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include <absl/container/flat_hash_map.h>
#include <fmt/format.h>

#include "otlp/value_json.h"
#include "query/call_reader.h"
#include "query/engine_steps.h"
#include "query/service_book.h"
#include "query/traceql/query_limits.h"

namespace clew::query {
namespace {

using query_analyse::kNoText;
using query_analyse::RawSpan;
using query_execute::Batch;
using query_execute::FieldReader;
using query_execute::kNoValue;
using query_execute::Selection;
using table::ColumnWindow;
using table::CoreColumn;

const query_traceql::Field& status_message_field() {
  static const query_traceql::Field kField{.scope = query_traceql::FieldScope::kIntrinsic,
                                           .intrinsic = query_traceql::Intrinsic::kStatusMessage,
                                           .key = {}};
  return kField;
}
const query_traceql::Field& language_field() {
  static const query_traceql::Field kField{.scope = query_traceql::FieldScope::kResource, .key = "telemetry.sdk.language"};
  return kField;
}

class Loader {
 public:
  explicit Loader(const table::Catalog::Sets& sets) : lookup_(sets) {}

  size_t span_count() const { return raw_.spans.size(); }

  stdx::Result<void> add(const table::Segment& segment, std::span<const uint32_t> rows) {
    CallReader calls(segment, lookup_, values_);
    FieldReader messages(status_message_field(), segment, lookup_, values_);
    FieldReader languages(language_field(), segment, lookup_, values_);
    for (size_t begin = 0; begin < rows.size(); begin += table::kWindowRows) {
      const auto part = rows.subspan(begin, std::min<size_t>(table::kWindowRows, rows.size() - begin));
      Batch batch = Batch::of_rows(segment, {part.begin(), part.end()});
      const size_t first = raw_.spans.size();
      read_core(batch);
      read_calls(batch, calls, first);
      read_events(batch, first);
      read_messages(batch, messages, first);
      read_languages(batch, languages, first);
      if (batch.error()) return std::unexpected(*batch.error());
      for (const auto& error : {calls.error(), messages.error(), languages.error()}) {
        if (error) return std::unexpected(*error);
      }
      if (values_.is_full()) return stdx::fail(stdx::ErrorCode::kPayloadTooLarge, "the trace has too many distinct texts");
    }
    return {};
  }

  query_analyse::TraceColumns finish(otlp::TraceId trace_id) {
    raw_.trace_id = trace_id;
    query_analyse::TraceColumns trace = query_analyse::arrange(std::move(raw_));
    query_analyse::mark_critical_path(trace);
    return trace;
  }

 private:
  void read_core(Batch& batch) {
    const ColumnWindow& ids = batch.column(CoreColumn::kSpanId);
    const ColumnWindow& parents = batch.column(CoreColumn::kParentSpanId);
    const ColumnWindow& starts = batch.column(CoreColumn::kStartTime);
    const ColumnWindow& durations = batch.column(CoreColumn::kDuration);
    const ColumnWindow& names = batch.column(CoreColumn::kName);
    const ColumnWindow& kinds = batch.column(CoreColumn::kKind);
    const ColumnWindow& statuses = batch.column(CoreColumn::kStatusCode);
    const ColumnWindow& services = batch.column(CoreColumn::kServiceName);
    const ColumnWindow& events = batch.column(CoreColumn::kEventCount);
    const ColumnWindow& links = batch.column(CoreColumn::kLinkCount);
    absl::flat_hash_map<uint32_t, uint32_t> name_of, service_of;  // Code → number in the pool.
    const auto pooled = [](const ColumnWindow& window, uint32_t row, auto& known, query_analyse::TextPool& pool) {
      if (!window.has(row)) return pool.add("");
      const auto [at, is_new] = known.try_emplace(window.codes[row], 0);
      if (is_new) at->second = pool.add(window.dictionary->at(window.codes[row]));
      return at->second;
    };
    for (uint32_t row = 0; row < batch.row_count(); ++row) {
      RawSpan& span = raw_.spans.emplace_back();
      if (ids.has(row)) span.span_id = ids.span_ids[row];
      if (parents.has(row)) span.parent_span_id = parents.span_ids[row];
      if (starts.has(row)) span.start_ns = starts.ints[row];
      if (durations.has(row)) span.duration_ns = durations.ints[row];
      if (kinds.has(row)) span.kind = static_cast<otlp::SpanKind>(kinds.small[row]);
      if (statuses.has(row)) span.status = static_cast<otlp::StatusCode>(statuses.small[row]);
      span.name = pooled(names, row, name_of, raw_.names);
      span.service = pooled(services, row, service_of, raw_.services);
      if (events.has(row)) span.event_count = static_cast<uint16_t>(std::clamp<int64_t>(events.ints[row], 0, 0xffff));
      span.has_links = links.has(row) && links.ints[row] > 0;
    }
  }

  // The number that a value of the table has in the trace's pool; values that are no texts have none.
  uint32_t text_of(uint32_t value) {
    if (value == kNoValue) return kNoText;
    const auto [at, is_new] = text_of_value_.try_emplace(value, kNoText);
    if (is_new) {
      if (const auto* text = std::get_if<std::string>(&values_.at(value).value)) at->second = raw_.texts.add(*text);
    }
    return at->second;
  }

  void read_calls(Batch& batch, CallReader& reader, size_t first) {
    calls_.resize(batch.row_count());
    reader.read(batch, Selection::all(batch.row_count()), calls_);
    for (uint32_t row = 0; row < batch.row_count(); ++row) {
      RawSpan& span = raw_.spans[first + row];
      span.connection = calls_[row].type;
      span.system = text_of(calls_[row].system);
      span.peer = text_of(calls_[row].peer);
      span.statement = text_of(calls_[row].statement);
    }
  }

  void read_events(Batch& batch, size_t first) {
    Selection with_events = Selection::none(batch.row_count());
    for (uint32_t row = 0; row < batch.row_count(); ++row) {
      if (raw_.spans[first + row].event_count != 0) with_events.set(row);
    }
    if (!with_events.any()) return;
    const Batch::Children& children = batch.children(with_events);
    with_events.for_each([&](uint32_t row) {
      const uint32_t index = children.index[row];
      for (uint32_t at = children.rows.event_begin[index]; at < children.rows.event_begin[index + 1]; ++at) {
        if (children.rows.events[at].name == "exception") read_exception(children.rows.events[at], raw_.spans[first + row]);
      }
    });
  }

  void read_exception(const table::EventRow& event, RawSpan& span) {
    span.has_exception = true;
    const auto attributes = otlp::parse_attributes_json(event.attributes);
    if (!attributes) return;  // Whoever shows the event says that it cannot be read.
    if (const std::string* type = otlp::find_string(*attributes, "exception.type")) span.exception_type = raw_.texts.add(*type);
    if (const std::string* text = otlp::find_string(*attributes, "exception.message")) span.error_message = raw_.texts.add(*text);
  }

  void read_messages(Batch& batch, FieldReader& reader, size_t first) {
    Selection failed = Selection::none(batch.row_count());
    for (uint32_t row = 0; row < batch.row_count(); ++row) {
      const RawSpan& span = raw_.spans[first + row];
      if (span.status == otlp::StatusCode::kError && span.error_message == kNoText) failed.set(row);
    }
    if (!failed.any()) return;
    ids_.resize(batch.row_count());
    reader.read(batch, failed, ids_);
    failed.for_each([&](uint32_t row) { raw_.spans[first + row].error_message = text_of(ids_[row]); });
  }

  void read_languages(Batch& batch, FieldReader& reader, size_t first) {
    raw_.service_is_browser.resize(raw_.services.texts().size());
    ids_.resize(batch.row_count());
    reader.read(batch, Selection::all(batch.row_count()), ids_);
    for (uint32_t row = 0; row < batch.row_count(); ++row) {
      const uint32_t text = text_of(ids_[row]);
      const uint32_t service = raw_.spans[first + row].service;
      const std::string_view language = text == kNoText ? std::string_view() : raw_.texts.at(text);
      if (is_users_end(raw_.services.texts().at(service), language)) raw_.service_is_browser[service] = true;
    }
  }

  query_execute::TraceLookup lookup_;
  query_execute::ValueTable values_;
  query_analyse::RawTrace raw_;
  absl::flat_hash_map<uint32_t, uint32_t> text_of_value_;
  std::vector<CallReader::Call> calls_;
  std::vector<uint32_t> ids_;
};

}  // namespace

stdx::Result<query_analyse::TraceColumns> trace_view(const table::Catalog& catalog, otlp::TraceId trace_id,
                                                     const QueryControl& control) {
  const query_execute::Interrupt interrupt = interrupt_of(control);
  const table::Catalog::Sets sets = catalog.snapshot();
  Loader loader(sets);
  for (const auto& set : sets) {
    if (auto go_on = interrupt.check(); !go_on) return std::unexpected(std::move(go_on.error()));
    auto found = set->find_trace(trace_id);
    if (!found) return std::unexpected(std::move(found.error()));
    for (const table::SpanRows& rows : *found) {
      if (loader.span_count() + rows.rows.size() > kTraceSpansMax) {
        return stdx::fail(stdx::ErrorCode::kPayloadTooLarge,
                          fmt::format("trace {} has more than {} spans", otlp::to_hex(trace_id), kTraceSpansMax));
      }
      if (auto added = loader.add(*set->segments()[rows.segment], rows.rows); !added) {
        return std::unexpected(std::move(added.error()));
      }
    }
  }
  if (loader.span_count() == 0) {
    return stdx::fail(stdx::ErrorCode::kNotFound, fmt::format("trace {} not found", otlp::to_hex(trace_id)));
  }
  return loader.finish(trace_id);
}

}  // namespace clew::query
