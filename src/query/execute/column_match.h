// One predicate against the windows of one column.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "query/execute/selection.h"
#include "query/plan/field_columns.h"
#include "query/plan/predicate.h"
#include "table/column_window.h"

namespace clew::query_execute {

// Remembers what it found out about a dictionary, so that a string is tested once however many rows and windows have it,
// and never if no selected row has it. One thread; for one segment, whose dictionaries it recognises by their address.
class ColumnMatch {
 public:
  explicit ColumnMatch(const query_plan::Predicate& predicate) : predicate_(&predicate) {}

  // The selected rows whose value matches.
  Selection run(const table::ColumnWindow& window, const Selection& selection);

  // The same for an overflow column, whose values are objects that may hold the attribute.
  Selection run_overflow(const table::ColumnWindow& window, const Selection& selection,
                         const query_plan::AttributeColumns& columns);

 private:
  enum class Verdict : uint8_t { kUnknown, kNo, kYes };

  // Forgets what it knew if this is another dictionary. False if no entry can match.
  bool use_dictionary(const table::ColumnWindow& window);
  Selection match_codes(const table::ColumnWindow& window, const Selection& selection);
  template <class Judge>
  Selection match_verdicts(const table::ColumnWindow& window, const Selection& selection, Judge&& judge);

  const query_plan::Predicate* predicate_;
  std::shared_ptr<const table::DictionaryView> dictionary_;  // Held, so that no other can get its address.
  std::vector<Verdict> verdicts_;
  std::vector<uint32_t> exact_codes_;  // For predicates that name their strings.
};

// The selected rows that have a value in the window.
Selection rows_with_value(const table::ColumnWindow& window, const Selection& selection);
// The selected rows whose overflow object has the attribute.
Selection rows_with_overflow_key(const table::ColumnWindow& window, const Selection& selection,
                                 const query_plan::AttributeColumns& columns);

}  // namespace clew::query_execute
