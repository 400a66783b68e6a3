#include "table/trace_index.h"

#include <algorithm>
#include <random>

namespace clew::table {
namespace {

// Clients choose trace ids, so the hash is keyed: nobody outside can aim at one slot.
uint64_t hash_of(otlp::TraceId id) {
  static const uint64_t key = std::random_device{}() | uint64_t{std::random_device{}()} << 32;
  const unsigned __int128 product =
      static_cast<unsigned __int128>(id.lo ^ key) * ((id.hi ^ 0x9e3779b97f4a7c15ull) | 1);
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

constexpr size_t kSlotsFirst = 256;

}  // namespace

TraceIndex::TraceIndex() {
  all_slots_.push_back(std::make_unique<Slots>(kSlotsFirst));
  slots_.store(all_slots_.back().get(), std::memory_order_release);
}

uint32_t TraceIndex::find(otlp::TraceId id) const {
  const Slots& slots = *slots_.load(std::memory_order_acquire);
  for (size_t index = hash_of(id) & slots.mask;; index = (index + 1) & slots.mask) {
    const uint32_t slot = slots.ordinals[index].load(std::memory_order_acquire);
    if (slot == 0) return kNoTrace;
    if (ids_[slot - 1] == id) return slot - 1;
  }
}

uint32_t TraceIndex::add(otlp::TraceId id, uint32_t row) {
  uint32_t trace = newest_trace_;
  if (trace == kNoTrace || ids_[trace] != id) trace = find(id);
  if (trace != kNoTrace) {
    previous_rows_.push(last_rows_[trace].load(std::memory_order_relaxed));
    last_rows_[trace].store(row, std::memory_order_release);
    newest_trace_ = trace;
    return trace;
  }
  trace = trace_count();
  if ((size_t{trace} + 1) * 2 > all_slots_.back()->mask) grow();
  previous_rows_.push(kNoRow);
  last_rows_.push(row);
  ids_.push(id);
  Slots& slots = *all_slots_.back();
  size_t index = hash_of(id) & slots.mask;
  while (slots.ordinals[index].load(std::memory_order_relaxed) != 0) index = (index + 1) & slots.mask;
  slots.ordinals[index].store(trace + 1, std::memory_order_release);
  newest_trace_ = trace;
  return trace;
}

void TraceIndex::grow() {
  auto bigger = std::make_unique<Slots>((all_slots_.back()->mask + 1) * 2);
  for (uint32_t trace = 0; trace < trace_count(); ++trace) {
    size_t index = hash_of(ids_[trace]) & bigger->mask;
    while (bigger->ordinals[index].load(std::memory_order_relaxed) != 0) index = (index + 1) & bigger->mask;
    bigger->ordinals[index].store(trace + 1, std::memory_order_relaxed);
  }
  slots_.store(bigger.get(), std::memory_order_release);
  all_slots_.push_back(std::move(bigger));
}

void TraceIndex::rows_of(uint32_t trace, uint32_t row_end, std::vector<uint32_t>& rows) const {
  const size_t first = rows.size();
  for (uint32_t row = last_row(trace); row != kNoRow; row = previous_row(row)) {
    if (row < row_end) rows.push_back(row);
  }
  std::reverse(rows.begin() + static_cast<ptrdiff_t>(first), rows.end());
}

size_t TraceIndex::used_bytes() const {
  size_t bytes = ids_.used_bytes() + last_rows_.used_bytes() + previous_rows_.used_bytes();
  for (const auto& slots : all_slots_) bytes += (slots->mask + 1) * sizeof(uint32_t);
  return bytes;
}

}  // namespace clew::table
