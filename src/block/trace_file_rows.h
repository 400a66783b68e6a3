// Small tables of plain rows to and from Parquet: what the rollup files share.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "block/block_reader_file.h"
#include "block/parquet/file_writer.h"
#include "disk/object_store.h"
#include "stdx/error.h"

namespace clew::block {

// Collects values leaf by leaf, then writes them all. For lists, values are elements and end_row() closes the row.
class RowsBuilder {
 public:
  explicit RowsBuilder(parquet::Schema schema);

  void add_text(uint32_t leaf, std::string_view value);
  void add_number(uint32_t leaf, int64_t value) { columns_[leaf].numbers.push_back(value); }
  void add_boolean(uint32_t leaf, bool value) { columns_[leaf].booleans.push_back(value); }
  void add_id16(uint32_t leaf, otlp::TraceId value) { columns_[leaf].ids16.push_back(value); }
  void add_null(uint32_t leaf) { columns_[leaf].codes.push_back(parquet::kNullIndex); }
  void end_row();

  stdx::Result<parquet::WrittenFile> write(std::vector<uint32_t> sorting, const std::vector<uint32_t>& bloom_leaves,
                                           const parquet::EncoderOptions& options, disk::ObjectWriter& out);

 private:
  struct Column final : parquet::StringSource {
    std::vector<uint32_t> codes;
    std::vector<std::string> texts;
    absl::flat_hash_map<std::string, uint32_t> code_of;
    std::vector<int64_t> numbers;
    std::vector<uint8_t> booleans;
    std::vector<otlp::TraceId> ids16;
    std::vector<uint32_t> list_begin = {0};

    size_t size() const { return std::max({codes.size(), numbers.size(), booleans.size(), ids16.size()}); }
    uint32_t code_count() const override { return static_cast<uint32_t>(texts.size()); }
    void views(std::span<const uint32_t> wanted, std::string_view* views_out) const override {
      for (const uint32_t code : wanted) *views_out++ = texts[code];
    }
  };

  parquet::Schema schema_;
  std::vector<Column> columns_;
  uint32_t row_count_ = 0;
};

// All columns of some rows of one page, decoded.
class RowsPage {
 public:
  static stdx::Result<RowsPage> read(const BlockFile& file, uint32_t group, uint32_t page, parquet::RowRange rows);

  uint32_t row_count() const { return row_count_; }
  // Of a row, or for lists of an element. Null reads as empty or zero.
  std::string_view text(uint32_t leaf, uint32_t at) const;
  int64_t number(uint32_t leaf, uint32_t at) const { return pages_[leaf].decoded.ints[at]; }
  bool boolean(uint32_t leaf, uint32_t at) const { return pages_[leaf].decoded.booleans[at] != 0; }
  otlp::TraceId id16(uint32_t leaf, uint32_t at) const { return pages_[leaf].decoded.ids16[at]; }
  std::ranges::iota_view<uint32_t, uint32_t> elements(uint32_t leaf, uint32_t row) const {
    const auto& begin = pages_[leaf].decoded.list_begin;
    return std::views::iota(begin[row], begin[row + 1]);
  }

 private:
  std::vector<BlockFile::Page> pages_;
  uint32_t row_count_ = 0;
};

// kDataLoss if the file has other columns.
stdx::Result<void> check_schema(const BlockFile& file, const parquet::Schema& expected);
stdx::Result<void> for_each_page(const BlockFile& file, const std::function<void(const RowsPage&)>& visit);

}  // namespace clew::block
