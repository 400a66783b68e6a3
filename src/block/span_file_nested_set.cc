#include "block/span_file_nested_set.h"

#include <algorithm>
#include <bit>

namespace clew::block {
namespace {

constexpr uint32_t kNone = 0xffffffffu;

size_t slot_of(otlp::SpanId id, size_t mask) { return (id * 0x9e3779b97f4a7c15u) >> 32 & mask; }

}  // namespace

uint32_t NestedSetNumbering::find(otlp::SpanId id) const {
  const size_t mask = slots_.size() - 1;
  for (size_t slot = slot_of(id, mask);; slot = (slot + 1) & mask) {
    if (slots_[slot] == 0) return kNone;
    if (keys_[slot] == id) return slots_[slot] - 1;
  }
}

void NestedSetNumbering::number(std::span<const otlp::SpanId> span_ids, std::span<const otlp::SpanId> parent_ids,
                                std::span<const uint8_t> is_server, int32_t* left, int32_t* right, int32_t* depth) {
  const auto count = static_cast<uint32_t>(span_ids.size());
  const size_t slots = std::bit_ceil(size_t{count} * 2);
  slots_.assign(slots, 0);
  keys_.resize(slots);
  parents_.assign(count, kNone);
  first_child_.assign(count, kNone);
  next_sibling_.assign(count, kNone);
  // Of spans that share an id, the one that is found by it is the server's, otherwise the first.
  for (uint32_t i = 0; i < count; ++i) {
    size_t slot = slot_of(span_ids[i], slots - 1);
    while (slots_[slot] != 0 && keys_[slot] != span_ids[i]) slot = (slot + 1) & (slots - 1);
    if (slots_[slot] == 0) {
      keys_[slot] = span_ids[i];
      slots_[slot] = i + 1;
    } else if (const uint32_t other = slots_[slot] - 1; is_server[i] && !is_server[other]) {
      parents_[i] = other;
      slots_[slot] = i + 1;
    } else if (is_server[other] && !is_server[i] && parents_[other] == kNone) {
      parents_[other] = i;
    }
  }
  // From the last to the first, so that children end up in their order.
  for (uint32_t i = count; i-- > 0;) {
    if (parents_[i] == kNone && parent_ids[i] != 0) {
      const uint32_t parent = find(parent_ids[i]);
      if (parent != i) parents_[i] = parent;
    }
    if (parents_[i] == kNone) continue;
    next_sibling_[i] = first_child_[parents_[i]];
    first_child_[parents_[i]] = i;
  }
  std::fill_n(left, count, 0);
  int32_t next = 0;
  const auto walk = [&](uint32_t root) {
    stack_.assign(1, root);
    left[root] = ++next;
    depth[root] = 0;
    while (!stack_.empty()) {
      const uint32_t at = stack_.back();
      uint32_t& child = first_child_[at];  // Used up as the walk goes on.
      while (child != kNone && left[child] != 0) child = next_sibling_[child];  // Only in a cycle.
      if (child == kNone) {
        right[at] = ++next;
        stack_.pop_back();
        continue;
      }
      const uint32_t down = child;
      child = next_sibling_[child];
      left[down] = ++next;
      depth[down] = depth[at] + 1;
      stack_.push_back(down);
    }
  };
  for (uint32_t i = 0; i < count; ++i) {
    if (parents_[i] == kNone) walk(i);
  }
  for (uint32_t i = 0; i < count; ++i) {
    if (left[i] == 0) walk(i);  // What no root leads to is a cycle.
  }
}

}  // namespace clew::block
