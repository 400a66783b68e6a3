// Which rows of a span table belong to a trace, while the table grows.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "otlp/ids.h"
#include "stdx/append_only.h"

namespace clew::table {

inline constexpr uint32_t kNoRow = 0xffffffffu;
inline constexpr uint32_t kNoTrace = 0xffffffffu;

// Gives each trace id an ordinal in order of appearance and chains its rows backwards. One writer; readers may look up
// at any time and ignore rows that were not published to them.
class TraceIndex {
 public:
  TraceIndex();

  // Writer only: notes that `row` (ascending) belongs to the trace and returns the trace's ordinal.
  uint32_t add(otlp::TraceId id, uint32_t row);

  uint32_t trace_count() const { return static_cast<uint32_t>(ids_.size()); }
  otlp::TraceId id(uint32_t trace) const { return ids_[trace]; }
  uint32_t find(otlp::TraceId id) const;  // kNoTrace if it is not here.
  uint32_t last_row(uint32_t trace) const { return last_rows_[trace].load(std::memory_order_acquire); }
  // The trace's row before `row`, or kNoRow.
  uint32_t previous_row(uint32_t row) const { return previous_rows_[row]; }
  // Appends the trace's rows below `row_end`, ascending.
  void rows_of(uint32_t trace, uint32_t row_end, std::vector<uint32_t>& rows) const;

  size_t used_bytes() const;

 private:
  struct Slots {
    explicit Slots(size_t count) : mask(count - 1), ordinals(new std::atomic<uint32_t>[count]()) {}
    size_t mask;
    std::unique_ptr<std::atomic<uint32_t>[]> ordinals;  // Ordinal plus one; zero is free.
  };
  void grow();

  stdx::AppendOnly<otlp::TraceId> ids_;
  stdx::AppendOnly<std::atomic<uint32_t>> last_rows_;
  stdx::AppendOnly<uint32_t> previous_rows_;  // By row.
  std::atomic<const Slots*> slots_;
  // Outgrown tables stay until the end, because a reader may still be probing one; together they are as large as the last.
  std::vector<std::unique_ptr<Slots>> all_slots_;
  uint32_t newest_trace_ = kNoTrace;  // Writer only: spans of a trace often come together.
};

}  // namespace clew::table
