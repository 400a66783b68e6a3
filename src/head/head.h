// Recent spans, log records and metric points in memory, searchable the moment they are decoded.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "head/head_set.h"
#include "ingest/record_decoder.h"
#include "ingest/span_decoder.h"
#include "log/log.h"
#include "stdx/clock.h"
#include "stdx/error.h"
#include "table/catalog.h"

namespace clew::head {

struct HeadOptions {
  uint32_t cut_spans = 1'000'000;  // Rows of all tables together.
  size_t cut_bytes = size_t{64} << 20;
  int64_t cut_interval_ns = 600'000'000'000;
  // Traces that received a span within this time stay behind at a cut, so that most traces end up whole in one block.
  int64_t left_behind_window_ns = 10'000'000'000;
};

// A trace that was not cut: all of its spans in the log from `first_offset` on are still to be stored.
struct LeftTrace {
  otlp::TraceId trace_id;
  uint64_t first_offset = 0;
};

// Where the blocks of a partition end in its log: what a replay needs to store each span exactly once.
struct LogPosition {
  uint64_t end_offset = 0;             // Records below are stored, except spans of the traces left behind.
  std::vector<LeftTrace> left_behind;  // By trace id.
  // The log is needed from here on.
  uint64_t replay_offset() const;
};

// A generation that takes no more rows, waiting to become a block.
struct SealedGeneration {
  std::shared_ptr<const Generation> generation;  // Shared with the queries that look at it.
  uint32_t partition = 0;
  uint64_t first_offset = 0;
  LogPosition position;  // The log's position once this generation's block is stored.
};

// One partition's head. The ingest thread calls ingest() and seal(); the cutter drop(); queries come through the catalog, which
// asks append_live_sets(). Does not read the log itself (head_pump.h does) and does not write blocks.
class Head final : public table::Catalog::LiveSource {
 public:
  // `stored`: where the newest block of the partition ended. The clock must outlive the head.
  Head(HeadOptions options, uint32_t partition, LogPosition stored, const stdx::Clock& clock);
  ~Head() override;

  // ---- Ingest thread.
  uint64_t next_offset() const { return next_offset_; }  // Of the record that ingest() wants next.
  void ingest(const log::Record& record);
  bool wants_cut() const;
  uint32_t current_row_count() const;
  size_t current_used_bytes() const;
  // Records below `offset` are lost; the next one wanted is `offset`.
  void skip_to(uint64_t offset) { next_offset_ = offset; }
  bool empty() const;
  // Ends the current generation and begins the next with the traces left behind; `everything` leaves none. Must not be
  // called while empty(). Errors are the copy's, which reads memory only: they are our bugs.
  stdx::Result<std::shared_ptr<const SealedGeneration>> seal(bool everything);

  // ---- Cutter, inside Catalog::replace().
  void drop(const SealedGeneration& sealed);

  // ---- Any thread.
  void append_live_sets(table::Catalog::Sets& sets) const override;
  uint64_t span_count() const;
  size_t used_bytes() const;  // Of all generations, sealed ones included.
  struct Totals {
    ingest::DecodeCounts decoded;
    std::array<ingest::RecordCounts, table::kRecordTableCount> records;
    ingest::RepairCounts repairs;
  };
  Totals totals() const;

 private:
  struct Current;
  void ingest_spans(const log::Record& record);
  void ingest_records(const log::Record& record);
  std::unique_ptr<Current> make_current();
  std::vector<bool> choose_left_behind(const table::SpanTable& table, uint32_t row_end, int64_t now_ns) const;
  stdx::Result<void> carry_over(const SealedGeneration& sealed, const std::vector<bool>& left, Current& next,
                                LogPosition& position) const;

  const HeadOptions options_;
  const uint32_t partition_;
  const stdx::Clock& clock_;
  uint64_t next_offset_;
  uint64_t generation_number_ = 0;
  // Until the replay has passed stored_end_, only these traces are decoded, each from its offset on.
  uint64_t stored_end_;
  absl::flat_hash_map<std::pair<uint64_t, uint64_t>, uint64_t> replay_traces_;

  mutable std::mutex mutex_;
  std::unique_ptr<Current> current_;  // The pointer under mutex_; its table is lock-free.
  struct SealedEntry {
    std::shared_ptr<const Generation> generation;  // Shared with SealedGeneration and queries.
    std::shared_ptr<const HeadSet> set;
  };
  std::vector<SealedEntry> sealed_;  // Under mutex_.
  Totals totals_;                    // Under mutex_.
  ingest::RepairCounts repairs_before_;  // Of generations that are sealed; ingest thread.
};

}  // namespace clew::head
