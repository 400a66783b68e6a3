#include "block/manifest.h"

#include <gtest/gtest.h>

namespace clew::block {
namespace {

// As version 1 wrote it, before there were tables of records.
constexpr std::string_view kVersion1 = R"({"version":1,"name":"18a2b3c4d5e6f708-00000000","tenant":"default","date":"2026-01-02",
"start_min_ns":"1767322800000000000","start_max_ns":"1767322800000000001","end_max_ns":"1767322800000000009",
"cut_time_ns":"1767322900000000000","span_count":2,"trace_count":1,"error_count":0,"compaction_level":0,"files":{
"spans":{"key":"a","size":10,"xxh3":"00000000000000aa","footer_length":4,"footer_xxh3":"00000000000000bb"},
"traces":{"key":"b","size":11,"xxh3":"00000000000000aa","footer_length":4,"footer_xxh3":"00000000000000bb"},
"red":{"key":"c","size":12,"xxh3":"00000000000000aa","footer_length":4,"footer_xxh3":"00000000000000bb"},
"edges":{"key":"d","size":13,"xxh3":"00000000000000aa","footer_length":4,"footer_xxh3":"00000000000000bb"}},
"log":{"partition":0,"offset_begin":"0","offset_end":"5","trim_from_offset":"5"},"left_behind":[],"replaces":[],
"writer_version":"0.1.0"})";

Manifest records_only() {
  Manifest manifest = *manifest_from_json(kVersion1);
  manifest.span_count = manifest.trace_count = 0;
  for (ManifestFile& file : manifest.files) file = {};
  manifest.record_counts[static_cast<size_t>(table::RecordTableId::kLogs)] = 3;
  manifest.file(BlockTable::kLogs) = {100, 1, 20, 2};
  return manifest;
}

TEST(Manifest, Version1IsRead) {
  const auto manifest = manifest_from_json(kVersion1);
  ASSERT_TRUE(manifest) << manifest.error().message;
  EXPECT_EQ(manifest->row_count(), 2u);
  EXPECT_EQ(manifest->file(BlockTable::kEdges).size, 13u);
  EXPECT_FALSE(manifest->has(BlockTable::kLogs));
  EXPECT_EQ(*manifest_from_json(manifest_to_json(*manifest)), *manifest);
}

TEST(Manifest, TablesWithoutRowsHaveNoFile) {
  const Manifest manifest = records_only();
  const std::string json = manifest_to_json(manifest);
  EXPECT_EQ(json.find("\"spans\""), std::string::npos);
  const auto again = manifest_from_json(json);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, manifest);
  EXPECT_EQ(again->row_count(), 3u);
}

TEST(Manifest, RowsWithoutFileAndFilesWithoutRowsAreDamage) {
  Manifest missing = records_only();
  missing.record_counts[static_cast<size_t>(table::RecordTableId::kMetrics)] = 1;
  EXPECT_EQ(manifest_from_json(manifest_to_json(missing)).error().code, stdx::ErrorCode::kDataLoss);
  Manifest extra = records_only();
  extra.file(BlockTable::kMetrics) = {100, 1, 20, 2};
  EXPECT_EQ(manifest_from_json(manifest_to_json(extra)).error().code, stdx::ErrorCode::kDataLoss);
}

TEST(Manifest, LaterVersionsAreRefused) {
  std::string json(kVersion1);
  json.replace(json.find("\"version\":1"), 11, "\"version\":3");
  EXPECT_EQ(manifest_from_json(json).error().code, stdx::ErrorCode::kUnimplemented);
}

}  // namespace
}  // namespace clew::block
