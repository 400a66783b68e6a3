// Per row of a batch: whom a span says it calls, over what, and with which statement.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "query/execute/batch.h"
#include "query/execute/field_reader.h"
#include "query/execute/selection.h"
#include "query/execute/trace_facts.h"
#include "query/execute/value_table.h"
#include "table/rollup_rows.h"

namespace clew::query {

// The rules of table/call_attributes.h over the columns of one segment, so that a query says of a call what the rollups say.
// Texts are numbers in the ValueTable. One thread.
class CallReader {
 public:
  CallReader(const table::Segment& segment, query_execute::TraceLookup& traces, query_execute::ValueTable& values);

  struct Call {
    table::ConnectionType type = table::ConnectionType::kUnknown;
    uint32_t system = query_execute::kNoValue;
    uint32_t peer = query_execute::kNoValue;
    uint32_t statement = query_execute::kNoValue;
  };
  // calls[row] of each selected row; others are not touched.
  void read(query_execute::Batch& batch, const query_execute::Selection& selection, std::vector<Call>& calls);
  std::optional<stdx::Error> error() const;

 private:
  enum class Role : uint8_t { kType, kPeer, kStatement };
  struct Attribute {
    Role role;
    table::ConnectionType type;
    bool names_system;
    query_traceql::Field field;
    std::unique_ptr<query_execute::FieldReader> reader;
  };
  void add(const table::Segment& segment, query_execute::TraceLookup& traces, Role role, std::string_view key,
           table::ConnectionType type);

  query_execute::ValueTable& values_;
  std::vector<std::unique_ptr<Attribute>> attributes_;  // Readers refer to their fields.
  std::vector<uint32_t> ids_;
};

}  // namespace clew::query
