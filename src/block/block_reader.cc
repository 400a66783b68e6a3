#include "block/block_reader.h"

#include "block/edge_file.h"
#include "block/red_file.h"
#include "block/trace_file.h"

namespace clew::block {

stdx::Result<std::shared_ptr<const BlockSpanSet>> BlockSpanSet::open(disk::ObjectStore& store, BlockCache& cache,
                                                                     Manifest manifest) {
  std::shared_ptr<BlockSpanSet> set(new BlockSpanSet);
  for (size_t i = 0; i < set->files_.size(); ++i) {
    const auto table = static_cast<BlockTable>(i);
    auto file = BlockFile::open(store, cache, file_key(manifest, table), manifest.file(table).size,
                                manifest.file(table).footer_check());
    if (!file) return std::unexpected(file.error());
    set->files_[i] = std::move(*file);
  }
  const auto& spans = set->files_[static_cast<size_t>(BlockTable::kSpans)];
  if (spans->meta().row_count != manifest.span_count) {
    return stdx::fail(stdx::ErrorCode::kDataLoss, spans->name() + ": has another number of spans than its manifest says");
  }
  auto columns = SpanColumns::of(*spans);
  if (!columns) return std::unexpected(columns.error());
  for (uint32_t group = 0; group < spans->group_count(); ++group) {
    set->block_segments_.push_back(std::make_shared<const BlockSegment>(spans, *columns, group));
    set->segments_.push_back(set->block_segments_.back());
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
  return read_trace_parts(file(BlockTable::kTraces), trace_ids);
}

stdx::Result<std::vector<table::RedRow>> BlockSpanSet::red(table::TimeRange range) const {
  return read_red_file(file(BlockTable::kRed), range);
}

stdx::Result<std::vector<table::EdgeRow>> BlockSpanSet::edges(table::TimeRange range) const {
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
  if (range.begin_ns > manifest_.start_min_ns || manifest_.start_max_ns >= range.end_ns) return edges(range);
  auto all = all_service_edges();
  if (!all) return std::unexpected(std::move(all.error()));
  return **all;
}

}  // namespace clew::block
