// The values of one field for the rows of a batch: what grouping, counting and selected attributes read.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "query/execute/batch.h"
#include "query/execute/selection.h"
#include "query/execute/trace_facts.h"
#include "query/execute/value_table.h"
#include "query/plan/field_columns.h"
#include "query/traceql/ast.h"

namespace clew::query_execute {

// For one segment. Of several events or links, the first that has the field speaks for the span. Durations are ints in
// nanoseconds, status and kind their words, ids hex digits. One thread.
class FieldReader {
 public:
  FieldReader(const query_traceql::Field& field, const table::Segment& segment, TraceLookup& traces, ValueTable& values);

  // ids[row] of each selected row becomes its value's number, or kNoValue; other rows are not touched. `ids` has at least
  // row_count() elements. Afterwards batch.error() and error() must be asked.
  void read(Batch& batch, const Selection& selection, std::vector<uint32_t>& ids);
  const std::optional<stdx::Error>& error() const { return error_; }

 private:
  // Numbers of dictionary entries that were met before.
  struct CodeMemo {
    std::shared_ptr<const table::DictionaryView> dictionary;
    std::vector<uint32_t> ids;
    std::vector<uint8_t> known;
    void use(const std::shared_ptr<const table::DictionaryView>& other);
  };
  void read_attribute(Batch& batch, const query_plan::AttributeColumns& columns, size_t first_memo,
                      const Selection& selection, std::vector<uint32_t>& ids);
  void read_column(const table::ColumnWindow& window, CodeMemo& memo, const Selection& selection,
                   std::vector<uint32_t>& ids);
  void read_codes(const table::ColumnWindow& window, CodeMemo& memo, const Selection& selection,
                  std::vector<uint32_t>& ids);
  void read_overflow(const table::ColumnWindow& window, CodeMemo& memo, const query_plan::AttributeColumns& columns,
                     const Selection& selection, std::vector<uint32_t>& ids);
  void read_intrinsic(Batch& batch, const Selection& selection, std::vector<uint32_t>& ids);
  void read_whole_trace(Batch& batch, const Selection& selection, std::vector<uint32_t>& ids);
  void read_children(Batch& batch, const Selection& selection, std::vector<uint32_t>& ids);
  uint32_t child_value(const table::ChildRows& children, uint32_t index, int64_t start_ns);
  uint32_t attribute_value(std::string_view attributes_json);
  CodeMemo& memo(size_t index);

  const query_traceql::Field& field_;
  const query_plan::FieldColumns columns_;
  TraceLookup& traces_;
  ValueTable& values_;
  std::vector<CodeMemo> memos_;
  std::optional<stdx::Error> error_;
};

}  // namespace clew::query_execute
