// Rows back to OTLP spans.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "otlp/model.h"
#include "stdx/error.h"
#include "table/segment.h"

namespace clew::query_execute {

// Collects the rows of one trace from any number of segments. What comes out equals what was sent, except that attributes
// are ordered by key and spans are grouped by equal resource and scope. A span that came more than once (a client's retry:
// same span id, kind and start) is kept once. One thread.
class TraceBuilder {
 public:
  // `rows` ascend. Every column of the segment is read for them.
  stdx::Result<void> add(const table::Segment& segment, std::span<const uint32_t> rows);
  size_t row_count() const { return items_.size(); }

  struct Built {
    otlp::TracesData data;
    uint32_t span_count = 0;
  };
  // Ends the builder. Groups in the order of their first span; spans by start, then span id.
  Built finish();

 private:
  struct Item {
    otlp::Span span;
    uint32_t resource = 0;
    uint32_t scope = 0;
  };
  // Resource and scope of a row while its columns are read; `key` tells equal ones apart.
  struct Origin {
    otlp::Resource resource;
    otlp::InstrumentationScope scope;
  };

  stdx::Result<void> add_core(const table::Segment& segment, std::span<const uint32_t> rows, std::span<Item> items,
                              std::vector<Origin>& origins);
  stdx::Result<void> add_column(const table::Segment& segment, table::ColumnId column, std::span<const uint32_t> rows,
                                std::span<Item> items, std::vector<Origin>& origins);
  stdx::Result<void> add_children(const table::Segment& segment, std::span<const uint32_t> rows, std::span<Item> items);
  void intern(Item& item, Origin origin);

  std::vector<Item> items_;
  std::vector<otlp::Resource> resources_;
  std::vector<otlp::InstrumentationScope> scopes_;
  absl::flat_hash_map<std::string, uint32_t> resource_by_key_;
  absl::flat_hash_map<std::string, uint32_t> scope_by_key_;
};

}  // namespace clew::query_execute
