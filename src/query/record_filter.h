// Which records of a segment match: what searches of logs and metrics share.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "otlp/ids.h"
#include "otlp/model.h"
#include "stdx/error.h"
#include "table/record_kind.h"
#include "table/segment.h"
#include "table/span_set.h"

namespace clew::query {

// All must hold. Empty members ask nothing.
struct RecordFilter {
  table::TimeRange range = {};  // By `time`.
  std::string service = {};
  std::optional<otlp::TraceId> trace_id = {};  // Of kinds that have it.
  std::optional<otlp::SpanId> span_id = {};
  int64_t severity_min = 0;
  std::string text = {};    // In the body, ASCII letters of either case.
  std::string metric = {};  // Name, exactly.
  // Attribute and value. A key is looked for among the record's own attributes, then the resource's, then the scope's; with
  // "resource." or "scope." before it only there. A value is compared as text: 3 is an int, a double or a string.
  std::vector<std::pair<std::string, std::string>> attributes = {};
};

// One segment at a time. Predicates on strings are evaluated once for each dictionary entry. One thread.
class RecordMatcher {
 public:
  RecordMatcher(const table::RecordKind& kind, const RecordFilter& filter) : kind_(kind), filter_(filter) {}

  // False if certainly no row of the segment matches.
  bool may_match(const table::Segment& segment) const;
  // Rows of the window that match, ascending, counted from the window's first; `times` is the window's column.
  stdx::Result<void> match(const table::Segment& segment, uint32_t window, table::ColumnWindow& times,
                           std::vector<uint32_t>& rows);

 private:
  // What one string predicate said of each code, under the dictionary it was asked of.
  struct Verdicts {
    std::shared_ptr<const table::DictionaryView> dictionary;
    std::vector<uint8_t> known;  // 0: not asked yet, 1: no, 2: yes.
  };
  template <class Holds>
  stdx::Result<void> keep_texts(const table::Segment& segment, table::ColumnId column, uint32_t window,
                                std::vector<uint32_t>& rows, Holds&& holds);
  stdx::Result<void> keep_service(const table::Segment& segment, uint32_t window, std::vector<uint32_t>& rows);
  stdx::Result<void> keep_ids(const table::Segment& segment, uint32_t window, std::vector<uint32_t>& rows);
  stdx::Result<void> keep_body(const table::Segment& segment, uint32_t window, std::vector<uint32_t>& rows);
  stdx::Result<void> keep_attribute(const table::Segment& segment, const std::pair<std::string, std::string>& wanted,
                                    uint32_t window, std::vector<uint32_t>& rows);
  stdx::Result<void> read_overflow(const table::Segment& segment, table::Scope scope, std::string_view key, uint32_t window,
                                   std::vector<const otlp::AnyValue*>& values);

  const table::RecordKind& kind_;
  const RecordFilter& filter_;
  const table::Segment* segment_ = nullptr;  // Of verdicts_.
  absl::flat_hash_map<table::ColumnId, Verdicts> verdicts_;
  std::vector<std::unique_ptr<otlp::AnyValue>> overflow_values_;
};

// A value of a column as OTLP's, ids as hex.
otlp::AnyValue value_at(const table::ColumnWindow& window, uint32_t row);
// As a query compares it: strings as they are, true, 3, 1.5, JSON of all others.
std::string value_text(const otlp::AnyValue& value);

}  // namespace clew::query
