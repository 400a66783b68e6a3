#include "block/block_reader.h"

#include "block/edge_file.h"
#include "block/record_file.h"
#include "block/red_file.h"
#include "block/trace_file.h"

namespace clew::block {

stdx::Result<std::shared_ptr<const BlockSpanSet>> BlockSpanSet::open(disk::ObjectStore& store, BlockCache& cache,
                                                                     Manifest manifest) {
  std::shared_ptr<BlockSpanSet> set(new BlockSpanSet);
  for (size_t i = 0; i < set->files_.size(); ++i) {
    const auto table = static_cast<BlockTable>(i);
    if (!manifest.has(table)) continue;
    auto file = BlockFile::open(store, cache, file_key(manifest, table), manifest.file(table).size,
                                manifest.file(table).footer_check());
    if (!file) return std::unexpected(file.error());
    set->files_[i] = std::move(*file);
  }
  const auto check_rows = [](const BlockFile& file, uint64_t rows) -> stdx::Result<void> {
    if (file.meta().row_count == rows) return {};
    return stdx::fail(stdx::ErrorCode::kDataLoss, file.name() + ": has another number of rows than its manifest says");
  };
  if (const auto& spans = set->files_[static_cast<size_t>(BlockTable::kSpans)]; spans != nullptr) {
    if (auto fits = check_rows(*spans, manifest.span_count); !fits) return std::unexpected(fits.error());
    auto columns = SpanColumns::of(*spans);
    if (!columns) return std::unexpected(columns.error());
    for (uint32_t group = 0; group < spans->group_count(); ++group) {
      set->block_segments_.push_back(std::make_shared<const BlockSegment>(spans, *columns, group));
      set->segments_.push_back(set->block_segments_.back());
    }
  }
  for (size_t i = 0; i < table::kRecordTableCount; ++i) {
    const auto id = static_cast<table::RecordTableId>(i);
    const auto& records = set->files_[static_cast<size_t>(block_table(id))];
    if (records == nullptr) continue;
    if (auto fits = check_rows(*records, manifest.record_counts[i]); !fits) return std::unexpected(fits.error());
    auto columns = record_columns(*records, table::record_kind(id));
    if (!columns) return std::unexpected(columns.error());
    for (uint32_t group = 0; group < records->group_count(); ++group) {
      set->records_[i].push_back(std::make_shared<const BlockSegment>(records, *columns, group));
    }
  }
  set->manifest_ = std::move(manifest);
  set->cache_ = &cache;
  set->answers_id_ = cache.next_file();
  return set;
}

stdx::Result<std::vector<table::SpanRows>> BlockSpanSet::find_trace(otlp::TraceId trace_id) const {
  std::vector<table::SpanRows> result;
  for (uint32_t segment = 0; segment < block_segments_.size(); ++segment) {
    auto rows = block_segments_[segment]->find_trace(trace_id);
    if (!rows) return std::unexpected(rows.error());
    if (!rows->empty()) result.push_back({segment, std::move(*rows)});
  }
  return result;
}

stdx::Result<std::vector<table::TracePart>> BlockSpanSet::trace_parts(std::span<const otlp::TraceId> trace_ids) const {
  if (!manifest_.has(BlockTable::kSpans)) return std::vector<table::TracePart>();
  return read_trace_parts(file(BlockTable::kTraces), trace_ids);
}

stdx::Result<std::vector<table::RedRow>> BlockSpanSet::red(table::TimeRange range) const {
  if (!manifest_.has(BlockTable::kSpans)) return std::vector<table::RedRow>();
  return read_red_file(file(BlockTable::kRed), range);
}

stdx::Result<std::vector<table::EdgeRow>> BlockSpanSet::edges(table::TimeRange range) const {
  if (!manifest_.has(BlockTable::kSpans)) return std::vector<table::EdgeRow>();
  return read_edge_file(file(BlockTable::kEdges), range);
}

stdx::Result<std::shared_ptr<const BlockSpanSet::EdgeRows>> BlockSpanSet::all_service_edges() const {
  const BlockCache::Key key{.file = answers_id_};
  if (auto cached = cache_->find(key)) return std::static_pointer_cast<const EdgeRows>(cached);
  auto rows = read_edge_file(file(BlockTable::kEdges), {});
  if (!rows) return std::unexpected(std::move(rows.error()));
  for (table::EdgeRow& row : *rows) row.minute_ns = rows->front().minute_ns;
  auto merged = std::make_shared<const EdgeRows>(table::merge_operations(std::move(*rows)));
  size_t bytes = 0;
  for (const table::EdgeRow& row : *merged) {
    bytes += sizeof row + (row.caller_durations.size() + row.callee_durations.size()) * sizeof(table::BucketCount);
  }
  cache_->put(key, merged, bytes);
  return merged;
}

stdx::Result<std::vector<table::EdgeRow>> BlockSpanSet::service_edges(table::TimeRange range) const {
  if (!manifest_.has(BlockTable::kSpans)) return std::vector<table::EdgeRow>();
  if (range.begin_ns > manifest_.start_min_ns || manifest_.start_max_ns >= range.end_ns) return edges(range);
  auto all = all_service_edges();
  if (!all) return std::unexpected(std::move(all.error()));
  return **all;
}

}  // namespace clew::block
