// The manifest of a block: a block exists when its manifest does.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "block/parquet/file_reader.h"
#include "block/parquet/file_writer.h"
#include "disk/object_store.h"
#include "otlp/ids.h"
#include "stdx/error.h"
#include "table/record_kind.h"

namespace clew::block {

inline constexpr int kManifestVersion = 2;  // 2: with files of records; a block may lack those of spans.
inline constexpr std::string_view kDefaultTenant = "default";

enum class BlockTable : uint8_t { kSpans, kTraces, kRed, kEdges, kLogs, kMetrics, kEvents, kCount };
inline constexpr size_t kBlockTableCount = static_cast<size_t>(BlockTable::kCount);
constexpr BlockTable block_table(table::RecordTableId id) {
  return static_cast<BlockTable>(static_cast<size_t>(BlockTable::kLogs) + static_cast<size_t>(id));
}
static_assert(block_table(table::RecordTableId::kCount) == BlockTable::kCount);
std::string_view table_name(BlockTable table);

struct ManifestFile {
  uint64_t size = 0;
  uint64_t xxh3 = 0;  // Of the whole file.
  uint32_t footer_length = 0;
  uint64_t footer_xxh3 = 0;

  static ManifestFile of(const parquet::WrittenFile& file) {
    return {file.size, file.file_xxh3, file.footer_length, file.footer_xxh3};
  }
  parquet::FooterCheck footer_check() const { return {footer_length, footer_xxh3}; }
  bool operator==(const ManifestFile&) const = default;
};

// A trace that was not written because it may still grow; replay starts at its first span.
struct LeftBehindTrace {
  otlp::TraceId trace_id;
  uint64_t first_offset = 0;
  uint8_t cut_count = 0;  // How many cuts have left it behind.
  bool operator==(const LeftBehindTrace&) const = default;
};

// What a block says about itself. Written last, once, and never changed. JSON, so that people and other tools read it; 64-bit
// numbers are decimal strings where they may exceed 2^53 (checksums, times, offsets).
struct Manifest {
  std::string name;    // Sortable by time of cut, unique; see make_block_name().
  std::string tenant = std::string(kDefaultTenant);
  std::string date;    // YYYY-MM-DD (UTC) of the earliest span, or record where there is none: the folder of its files.
  int64_t start_min_ns = 0, start_max_ns = 0;  // Span starts; of no meaning without spans.
  int64_t end_max_ns = 0;
  int64_t cut_time_ns = 0;
  uint64_t span_count = 0, trace_count = 0, error_count = 0;
  std::array<uint64_t, table::kRecordTableCount> record_counts{};  // By RecordTableId.
  uint32_t compaction_level = 0;
  std::array<ManifestFile, kBlockTableCount> files;
  // Of the log, half-open. A compacted block has those of its newest input, because the newest block of a partition says
  // where a replay begins; -1: of no partition.
  int32_t log_partition = -1;
  uint64_t offset_begin = 0, offset_end = 0;
  uint64_t trim_from_offset = 0;  // Records below are no longer needed.
  std::vector<LeftBehindTrace> left_behind;
  std::vector<std::string> replaces;  // Names of the blocks that this one is made of.
  std::string writer_version;

  const ManifestFile& file(BlockTable table) const { return files[static_cast<size_t>(table)]; }
  // A table without rows has no file, and spans without rows have none of their four.
  bool has(BlockTable table) const { return file(table).size != 0; }
  uint64_t row_count() const;  // Of spans and records together.
  ManifestFile& file(BlockTable table) { return files[static_cast<size_t>(table)]; }
  bool operator==(const Manifest&) const = default;
};

// data/<table>/tenant=<tenant>/date=<date>/<block>.parquet
std::string file_key(const Manifest& manifest, BlockTable table);
// data/blocks/tenant=<tenant>/<block>.json, and the prefix of all of a tenant.
std::string manifest_key(std::string_view tenant, std::string_view name);
std::string manifest_prefix(std::string_view tenant);
// The date of an instant, YYYY-MM-DD in UTC.
std::string date_of(int64_t time_ns);
// Names sort by time of cut: 16 hex digits of it, then eight of `salt` that keep two writers apart.
std::string make_block_name(int64_t cut_time_ns, uint32_t salt);

std::string manifest_to_json(const Manifest& manifest);
// kDataLoss for what is not a manifest, kUnimplemented for one of a later version.
stdx::Result<Manifest> manifest_from_json(std::string_view json);

// Exactly one of several writers of the same name succeeds; the others get kAlreadyExists.
stdx::Result<void> commit_manifest(disk::ObjectStore& store, const Manifest& manifest);
stdx::Result<Manifest> load_manifest(disk::ObjectStore& store, const std::string& key);

}  // namespace clew::block
