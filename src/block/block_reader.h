// A block as a set of spans and records that can be asked.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "block/block_reader_cache.h"
#include "block/block_reader_file.h"
#include "block/block_reader_segment.h"
#include "block/manifest.h"
#include "disk/object_store.h"
#include "table/span_set.h"

namespace clew::block {

// The files of one block: a segment for each row group of the files of spans and records, the answers from the rollup files. Footers are
// read when it is opened and kept; everything else comes through the cache. Store and cache must outlive it. Any thread.
class BlockSpanSet final : public table::SpanSet {
 public:
  // kDataLoss if a file is missing, cut short or damaged where it matters at once.
  static stdx::Result<std::shared_ptr<const BlockSpanSet>> open(disk::ObjectStore& store, BlockCache& cache,
                                                                Manifest manifest);

  const std::string& name() const override { return manifest_.name; }
  uint64_t span_count() const override { return manifest_.span_count; }
  int64_t start_min_ns() const override { return manifest_.start_min_ns; }
  int64_t start_max_ns() const override { return manifest_.start_max_ns; }
  std::span<const std::shared_ptr<const table::Segment>> segments() const override { return segments_; }

  std::span<const std::shared_ptr<const table::Segment>> records(table::RecordTableId table) const override {
    return records_[static_cast<size_t>(table)];
  }

  stdx::Result<std::vector<table::SpanRows>> find_trace(otlp::TraceId trace_id) const override;
  stdx::Result<std::vector<table::TracePart>> trace_parts(std::span<const otlp::TraceId> trace_ids) const override;
  stdx::Result<std::vector<table::RedRow>> red(table::TimeRange range) const override;
  stdx::Result<std::vector<table::EdgeRow>> edges(table::TimeRange range) const override;
  stdx::Result<std::vector<table::EdgeRow>> service_edges(table::TimeRange range) const override;

  const Manifest& manifest() const { return manifest_; }
  // Only of tables that the manifest has.
  const BlockFile& file(BlockTable table) const { return *files_[static_cast<size_t>(table)]; }

 private:
  BlockSpanSet() = default;

  using EdgeRows = std::vector<table::EdgeRow>;
  // Of all minutes together, through the cache. Shared with the cache and with questions under way.
  stdx::Result<std::shared_ptr<const EdgeRows>> all_service_edges() const;

  Manifest manifest_;
  BlockCache* cache_ = nullptr;
  uint64_t answers_id_ = 0;  // In the cache: what was summed up from the files.
  std::array<std::shared_ptr<const BlockFile>, kBlockTableCount> files_;
  std::vector<std::shared_ptr<const BlockSegment>> block_segments_;
  std::vector<std::shared_ptr<const table::Segment>> segments_;  // The same.
  std::array<std::vector<std::shared_ptr<const table::Segment>>, table::kRecordTableCount> records_;
};

}  // namespace clew::block
