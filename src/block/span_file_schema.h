// Which Parquet columns the spans of a block have, and which column of a segment each is.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "block/parquet/parquet_schema.h"
#include "stdx/error.h"
#include "table/segment.h"

namespace clew::block {

// Attribute columns of a block; values of further, rarer keys go to the overflow columns (table/span_fields.h).
inline constexpr size_t kAttributeColumnsMax = 512;
// Rows of a row group, unless a single trace is larger. A multiple of the page size.
inline constexpr uint32_t kRowGroupRows = 65536;

// Leaves that every spans file has, at these positions.
enum class SpanLeaf : uint32_t {
  kTraceId, kSpanId, kParentSpanId, kStartTime, kDuration, kName, kKind, kStatusCode, kServiceName, kScopeName,
  kScopeVersion, kNestedLeft, kNestedRight, kNestedDepth, kCount,
};
// Leaves at the end of the schema, counted from its end.
inline constexpr uint32_t kEventLeaves = 4;  // time, name, attributes, dropped_attributes_count
inline constexpr uint32_t kLinkLeaves = 6;   // trace_id, span_id, trace_state, attributes, dropped_attributes_count, flags

// An attribute column that a writer wants; `weight` is how many spans have a value.
struct AttributeCandidate {
  table::ColumnInfo info;
  uint64_t weight = 0;
  size_t source = 0;  // The caller's.
};
struct AttributePlan {
  std::vector<AttributeCandidate> columns;     // In the order of their leaves.
  std::vector<AttributeCandidate> overflowed;  // Do not get a column.
};
// Rare fixed fields always get a column; of the others the kAttributeColumnsMax heaviest.
AttributePlan plan_attributes(std::vector<AttributeCandidate> candidates);

// A leaf for each column of `attributes`; those of the rows' own are named with `own_prefix`, as "span.".
void append_attribute_fields(std::string_view own_prefix, std::span<const AttributeCandidate> attributes,
                             std::vector<parquet::FieldSpec>& fields);
// The schema: core leaves, one leaf for each column of `attributes`, events and links. The commonest type of a key has the
// plain name `span.<key>`, the others `span.<key>::<type>`; arrays, maps and bytes always `span.<key>::json`.
parquet::Schema span_schema(std::span<const AttributeCandidate> attributes);

// Names alone cannot say scope, key and type for certain ("a::int64" may be a key), so the footer does, under this name: a
// JSON array with [scope, type, key] for each attribute leaf.
inline constexpr std::string_view kColumnsKey = "clew.columns";
std::string columns_to_json(std::span<const AttributeCandidate> attributes);
stdx::Result<std::vector<table::ColumnInfo>> columns_from_json(std::string_view json);

// Core columns as every segment names them.
std::span<const table::ColumnInfo> core_columns();

}  // namespace clew::block
