// Nested-set numbers of the spans of a trace, for structural queries.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "otlp/ids.h"

namespace clew::block {

// Numbers each trace's spans from 1 by walking its tree: `left` on the way down, `right` on the way up, so b is below a
// exactly if a.left < b.left and b.right < a.right. `depth` is 0 for roots. A span whose parent is not in the trace is a
// root; of spans that are each other's parents the first becomes one. Where two spans share an id (Zipkin), the server's
// has the children, and is a child of the other. Scratch is kept from trace to trace. One thread.
class NestedSetNumbering {
 public:
  // All spans have the length of `span_ids`. `is_server`: the span is of kind server.
  void number(std::span<const otlp::SpanId> span_ids, std::span<const otlp::SpanId> parent_ids,
              std::span<const uint8_t> is_server, int32_t* left, int32_t* right, int32_t* depth);

 private:
  uint32_t find(otlp::SpanId id) const;

  std::vector<otlp::SpanId> keys_;  // Open addressing; index plus one in slots_, zero is free.
  std::vector<uint32_t> slots_;
  std::vector<uint32_t> parents_, first_child_, next_sibling_, stack_;
};

}  // namespace clew::block
