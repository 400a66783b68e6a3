#include "query/execute/column_match.h"

#include <utility>

#include "otlp/value_json.h"

namespace clew::query_execute {
namespace {

using query_plan::Predicate;
using table::ColumnWindow;
using table::kNullCode;
using table::ValueType;

// Narrows to rows that have a value, for columns without codes.
Selection valid_rows(const ColumnWindow& window, const Selection& selection) {
  if (window.valid.empty()) return selection;
  Selection out = selection;
  for (uint32_t word = 0; word < out.word_count(); ++word) out.set_word(word, out.word(word) & window.valid[word]);
  return out;
}

// The members of an overflow object that carry the attribute; usually one or none.
template <class Visit>
void visit_overflow_values(std::string_view object, const query_plan::AttributeColumns& columns, Visit&& visit) {
  if (object.find(columns.overflow_needle) == std::string_view::npos) return;
  const auto attributes = otlp::parse_attributes_json(object);
  if (!attributes) return;
  for (const otlp::KeyValue& attribute : *attributes) {
    if (attribute.key == columns.overflow_key) {
      visit(attribute.value);
      return;
    }
  }
}

}  // namespace

bool ColumnMatch::use_dictionary(const ColumnWindow& window) {
  if (dictionary_ != window.dictionary) {
    dictionary_ = window.dictionary;
    verdicts_.clear();
    exact_codes_.clear();
    for (const std::string_view text : predicate_->exact_strings()) dictionary_->find(text, exact_codes_);
  }
  return !exact_codes_.empty() || predicate_->exact_strings().empty();
}

template <class Judge>
Selection ColumnMatch::match_verdicts(const ColumnWindow& window, const Selection& selection, Judge&& judge) {
  // The head's dictionaries grow under the same address.
  if (verdicts_.size() < dictionary_->size()) verdicts_.resize(dictionary_->size(), Verdict::kUnknown);
  return filter(selection, [&](uint32_t row) {
    const uint32_t code = window.codes[row];
    if (code == kNullCode) return false;
    Verdict& verdict = verdicts_[code];
    if (verdict == Verdict::kUnknown) verdict = judge(dictionary_->at(code)) ? Verdict::kYes : Verdict::kNo;
    return verdict == Verdict::kYes;
  });
}

Selection ColumnMatch::match_codes(const ColumnWindow& window, const Selection& selection) {
  const bool exact = !predicate_->exact_strings().empty();
  if (!use_dictionary(window)) return Selection::none(selection.row_count());
  if (exact && exact_codes_.size() == 1) {
    const uint32_t wanted = exact_codes_.front();
    const uint32_t* codes = window.codes.data();
    return filter(selection, [codes, wanted](uint32_t row) { return codes[row] == wanted; });
  }
  return match_verdicts(window, selection, [this](std::string_view text) { return predicate_->string_matches(text); });
}

Selection ColumnMatch::run(const ColumnWindow& window, const Selection& selection) {
  const Predicate& predicate = *predicate_;
  const Selection none = Selection::none(selection.row_count());
  if (window.all_null) return none;
  switch (window.type) {
    case ValueType::kString:
      if (predicate.test != Predicate::Test::kString && predicate.test != Predicate::Test::kRegex) return none;
      return match_codes(window, selection);
    case ValueType::kJson:
      if (dictionary_ != window.dictionary) {
        dictionary_ = window.dictionary;
        verdicts_.clear();
      }
      return match_verdicts(window, selection, [&](std::string_view json) {
        const auto value = otlp::parse_value_json(json);
        return value && predicate.matches(*value);
      });
    case ValueType::kInt64: {
      if (predicate.test != Predicate::Test::kNumber) return none;
      const int64_t* values = window.ints.data();
      const auto interval = predicate.ints;
      const bool negated = predicate.negated;
      return filter(valid_rows(window, selection), [=](uint32_t row) { return interval.holds(values[row]) != negated; });
    }
    case ValueType::kDouble: {
      if (predicate.test != Predicate::Test::kNumber) return none;
      const double* values = window.doubles.data();
      const auto interval = predicate.doubles;
      const bool negated = predicate.negated;
      return filter(valid_rows(window, selection), [=](uint32_t row) { return interval.holds(values[row]) != negated; });
    }
    case ValueType::kBool:
      if (predicate.test != Predicate::Test::kBool) return none;
      return filter(valid_rows(window, selection),
                    [&](uint32_t row) { return predicate.bool_matches(window.small[row] != 0); });
    case ValueType::kEnum:
      if (predicate.test != Predicate::Test::kWord) return none;
      return filter(valid_rows(window, selection),
                    [&](uint32_t row) { return (window.small[row] == predicate.word) != predicate.negated; });
    case ValueType::kTraceId:
    case ValueType::kSpanId: break;
  }
  return none;
}

Selection ColumnMatch::run_overflow(const ColumnWindow& window, const Selection& selection,
                                    const query_plan::AttributeColumns& columns) {
  if (window.all_null) return Selection::none(selection.row_count());
  if (dictionary_ != window.dictionary) {
    dictionary_ = window.dictionary;
    verdicts_.clear();
  }
  return match_verdicts(window, selection, [&](std::string_view object) {
    bool matches = false;
    visit_overflow_values(object, columns, [&](const otlp::AnyValue& value) { matches = predicate_->matches(value); });
    return matches;
  });
}

Selection rows_with_value(const ColumnWindow& window, const Selection& selection) {
  if (window.all_null) return Selection::none(selection.row_count());
  if (!window.codes.empty()) {
    const uint32_t* codes = window.codes.data();
    return filter(selection, [codes](uint32_t row) { return codes[row] != kNullCode; });
  }
  return valid_rows(window, selection);
}

Selection rows_with_overflow_key(const ColumnWindow& window, const Selection& selection,
                                 const query_plan::AttributeColumns& columns) {
  if (window.all_null) return Selection::none(selection.row_count());
  return filter(selection, [&](uint32_t row) {
    if (window.codes[row] == kNullCode) return false;
    bool present = false;
    visit_overflow_values(window.dictionary->at(window.codes[row]), columns,
                          [&](const otlp::AnyValue&) { present = true; });
    return present;
  });
}

}  // namespace clew::query_execute
