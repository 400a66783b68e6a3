// Conditions on events and links: read for the rows that everything cheaper has left over.
#include <string>
#include <string_view>

#include "otlp/ids.h"
#include "otlp/value_json.h"
#include "query/execute/evaluator.h"

namespace clew::query_execute {
namespace {

using query_plan::Outcome;
using query_plan::Predicate;
using query_plan::Tally;
using query_traceql::Intrinsic;
using table::CoreColumn;

Outcome of_string(const Predicate& predicate, std::string_view value) {
  return predicate.string_passes(value) ? Outcome::kYes : Outcome::kNo;
}

// Collects over the events (links) of one span what the predicate asks; see Tally for what several values mean.
struct ChildTally {
  const Predicate& predicate;
  std::string needle;  // The attribute's key as JSON; texts without it need not be parsed.
  Tally tally;
  bool present = false;

  explicit ChildTally(const Predicate& predicate_in) : predicate(predicate_in) {
    if (!predicate.field.key.empty()) otlp::append_json_string(predicate.field.key, needle);
  }
  void reset() {
    tally = {};
    present = false;
  }
  void add(Outcome outcome) {
    present = true;
    tally.add(outcome);
  }
  void add_attributes(std::string_view json) {
    if (json.find(needle) == std::string_view::npos) return;
    const auto attributes = otlp::parse_attributes_json(json);
    if (!attributes) return;
    for (const otlp::KeyValue& attribute : *attributes) {
      if (attribute.key != predicate.field.key) continue;
      present = true;
      if (predicate.test != Predicate::Test::kPresent && predicate.test != Predicate::Test::kMissing) {
        predicate.tally(attribute.value, tally);
      }
      return;
    }
  }
  bool verdict() const {
    if (predicate.test == Predicate::Test::kPresent) return present;
    if (predicate.test == Predicate::Test::kMissing) return !present;
    return tally.verdict(predicate.negated);
  }
};

// Rows without any event (link) need not be read; they have no value.
Selection with_children(const table::ColumnWindow& counts, const Selection& selection) {
  if (counts.all_null) return Selection::none(selection.row_count());
  return filter(selection, [&](uint32_t row) { return counts.has(row) && counts.ints[row] > 0; });
}

}  // namespace

Selection Evaluator::eval_events(uint32_t index, const Selection& selection) {
  const Predicate& predicate = bound_.plan.predicates[index];
  const Selection candidates = with_children(batch_->column(CoreColumn::kEventCount), selection);
  Selection out = Selection::none(selection.row_count());
  if (predicate.test == Predicate::Test::kMissing) {
    out = selection;
    out.remove(candidates);
  }
  if (!candidates.any()) return out;
  const Batch::Children& children = batch_->children(candidates);
  const bool needs_start = predicate.field.intrinsic == Intrinsic::kEventTimeSinceStart;
  const table::ColumnWindow* starts = needs_start ? &batch_->column(CoreColumn::kStartTime) : nullptr;
  if (batch_->error()) return out;
  ChildTally tally(predicate);
  candidates.for_each([&](uint32_t row) {
    tally.reset();
    const uint32_t at = children.index[row];
    for (uint32_t i = children.rows.event_begin[at]; i < children.rows.event_begin[at + 1]; ++i) {
      const table::EventRow& event = children.rows.events[i];
      if (predicate.field.intrinsic == Intrinsic::kEventName) {
        tally.add(of_string(predicate, event.name));
      } else if (needs_start) {
        int64_t since = 0;
        if (__builtin_sub_overflow(event.time, starts->ints[row], &since)) since = INT64_MAX;
        tally.add(predicate.ints.holds(since) ? Outcome::kYes : Outcome::kNo);
      } else {
        tally.add_attributes(event.attributes);
      }
    }
    if (tally.verdict()) out.set(row);
  });
  return out;
}

Selection Evaluator::eval_links(uint32_t index, const Selection& selection) {
  const Predicate& predicate = bound_.plan.predicates[index];
  const Selection candidates = with_children(batch_->column(CoreColumn::kLinkCount), selection);
  Selection out = Selection::none(selection.row_count());
  if (predicate.test == Predicate::Test::kMissing) {
    out = selection;
    out.remove(candidates);
  }
  if (!candidates.any()) return out;
  const Batch::Children& children = batch_->children(candidates);
  if (batch_->error()) return out;
  ChildTally tally(predicate);
  candidates.for_each([&](uint32_t row) {
    tally.reset();
    const uint32_t at = children.index[row];
    for (uint32_t i = children.rows.link_begin[at]; i < children.rows.link_begin[at + 1]; ++i) {
      const table::LinkRow& link = children.rows.links[i];
      if (predicate.field.intrinsic == Intrinsic::kLinkTraceId) {
        tally.add(of_string(predicate, otlp::to_hex(link.trace_id)));
      } else if (predicate.field.intrinsic == Intrinsic::kLinkSpanId) {
        tally.add(of_string(predicate, otlp::span_id_hex(link.span_id)));
      } else {
        tally.add_attributes(link.attributes);
      }
    }
    if (tally.verdict()) out.set(row);
  });
  return out;
}

}  // namespace clew::query_execute
