#include "block/inspect.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "block/span_file_schema.h"
#include "stdx/time_text.h"

namespace clew::block {
namespace {

struct ColumnSummary {
  std::string path, type;
  std::set<std::string> encodings;
  uint64_t stored = 0, plain = 0, nulls = 0, values = 0, bloom = 0, index = 0, entries = 0;
};

std::string type_text(const parquet::Leaf& leaf) {
  std::string text;
  switch (leaf.spec.logical) {
    case parquet::LogicalType::kString: text = "string"; break;
    case parquet::LogicalType::kJson: text = "json"; break;
    case parquet::LogicalType::kTimestampNanos: text = "timestamp"; break;
    case parquet::LogicalType::kNone:
      text = leaf.spec.physical == parquet::PhysicalType::kFixed    ? fmt::format("fixed({})", leaf.spec.fixed_length)
             : leaf.spec.physical == parquet::PhysicalType::kInt64  ? "int64"
             : leaf.spec.physical == parquet::PhysicalType::kInt32  ? "int32"
             : leaf.spec.physical == parquet::PhysicalType::kDouble ? "double"
                                                                    : "bool";
  }
  return leaf.spec.optional ? text + "?" : text;
}

stdx::Result<ColumnSummary> summarise(const BlockFile& file, uint32_t leaf) {
  ColumnSummary summary;
  summary.path = file.leaf(leaf).path();
  summary.type = type_text(file.leaf(leaf));
  for (uint32_t group = 0; group < file.group_count(); ++group) {
    const parquet::ChunkMeta& chunk = file.chunk(group, leaf);
    if (!file.all_null(group, leaf)) {
      summary.encodings.insert(std::string(parquet::encoding_name(chunk.encoding)) +
                               (chunk.codec == parquet::Codec::kZstd ? "+zstd" : ""));
    }
    summary.stored += chunk.compressed_size;
    summary.plain += chunk.uncompressed_size;
    summary.nulls += chunk.null_count.value_or(0);
    summary.values += chunk.value_count;
    summary.bloom += chunk.bloom_length;
    summary.index += chunk.offset_index_length + chunk.column_index_length;
    auto dictionary = file.dictionary(group, leaf);
    if (!dictionary) return std::unexpected(dictionary.error());
    if (*dictionary != nullptr) summary.entries = std::max<uint64_t>(summary.entries, (*dictionary)->size());
  }
  return summary;
}

stdx::Result<void> append_file(const BlockSpanSet& block, BlockTable table, std::string& text) {
  const BlockFile& file = block.file(table);
  const ManifestFile& entry = block.manifest().file(table);
  const uint64_t rows = file.meta().row_count;
  text += fmt::format("\n{}: {} rows in {} row groups, {} bytes ({:.2f} a row)\n  {}\n", table_name(table), rows,
                      file.group_count(), entry.size, rows == 0 ? 0.0 : double(entry.size) / double(rows), file.name());
  std::vector<ColumnSummary> columns;
  size_t path_width = 6;
  for (uint32_t leaf = 0; leaf < file.meta().schema.leaves().size(); ++leaf) {
    auto summary = summarise(file, leaf);
    if (!summary) return std::unexpected(summary.error());
    path_width = std::max(path_width, std::min<size_t>(summary->path.size(), 48));
    columns.push_back(std::move(*summary));
  }
  text += fmt::format("  {:<{}}  {:<10} {:>11} {:>8} {:>6} {:>7} {:>9} {:>9}  {}\n", "column", path_width, "type", "bytes",
                      "B/row", "share", "nulls", "entries", "bloom", "encoding");
  for (const ColumnSummary& column : columns) {
    std::string encodings;
    for (const std::string& encoding : column.encodings) encodings += (encodings.empty() ? "" : ", ") + encoding;
    text += fmt::format(
        "  {:<{}}  {:<10} {:>11} {:>8.3f} {:>5.1f}% {:>6.1f}% {:>9} {:>9}  {}\n", column.path, path_width, column.type,
        column.stored, rows == 0 ? 0.0 : double(column.stored) / double(rows),
        entry.size == 0 ? 0.0 : 100.0 * double(column.stored) / double(entry.size),
        column.values == 0 ? 0.0 : 100.0 * double(column.nulls) / double(column.values), column.entries, column.bloom,
        encodings);
  }
  return {};
}

}  // namespace

stdx::Result<std::string> inspect_block(const BlockSpanSet& block) {
  const Manifest& manifest = block.manifest();
  std::string text = fmt::format("block {} of tenant {}, written by {}\n", manifest.name, manifest.tenant,
                                 manifest.writer_version);
  text += fmt::format("  spans {}, traces {}, errors {}, compaction level {}\n", manifest.span_count, manifest.trace_count,
                      manifest.error_count, manifest.compaction_level);
  for (size_t i = 0; i < table::kRecordTableCount; ++i) {
    if (manifest.record_counts[i] == 0) continue;
    text += fmt::format("  {}: {} rows\n", table::record_kind(static_cast<table::RecordTableId>(i)).name,
                        manifest.record_counts[i]);
  }
  if (manifest.span_count != 0) text += fmt::format("  starts {} to {}\n", stdx::rfc3339_text(manifest.start_min_ns),
                      stdx::rfc3339_text(manifest.start_max_ns));
  if (manifest.log_partition >= 0) {
    text += fmt::format("  log partition {}, offsets {} to {}, left behind {} traces\n", manifest.log_partition,
                        manifest.offset_begin, manifest.offset_end, manifest.left_behind.size());
  }
  for (const std::string& name : manifest.replaces) text += fmt::format("  replaces {}\n", name);
  for (size_t i = 0; i < kBlockTableCount; ++i) {
    if (!manifest.has(static_cast<BlockTable>(i))) continue;
    if (auto done = append_file(block, static_cast<BlockTable>(i), text); !done) return std::unexpected(done.error());
  }
  return text;
}

}  // namespace clew::block
