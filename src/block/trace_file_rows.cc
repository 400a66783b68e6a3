#include "block/trace_file_rows.h"

#include <algorithm>

#include "block/parquet/parquet_limits.h"
#include "block/span_file_schema.h"

namespace clew::block {

RowsBuilder::RowsBuilder(parquet::Schema schema) : schema_(std::move(schema)), columns_(schema_.leaves().size()) {}

void RowsBuilder::add_text(uint32_t leaf, std::string_view value) {
  Column& column = columns_[leaf];
  const auto [found, added] = column.code_of.try_emplace(std::string(value), static_cast<uint32_t>(column.texts.size()));
  if (added) column.texts.emplace_back(value);
  column.codes.push_back(found->second);
}

void RowsBuilder::end_row() {
  ++row_count_;
  for (Column& column : columns_) column.list_begin.push_back(static_cast<uint32_t>(column.size()));
}

stdx::Result<parquet::WrittenFile> RowsBuilder::write(std::vector<uint32_t> sorting,
                                                      const std::vector<uint32_t>& bloom_leaves,
                                                      const parquet::EncoderOptions& options, disk::ObjectWriter& out) {
  std::vector<uint32_t> group_rows;
  for (uint32_t first = 0; first < row_count_; first += kRowGroupRows) {
    group_rows.push_back(std::min(kRowGroupRows, row_count_ - first));
  }
  parquet::FileWriter writer(schema_, group_rows, options, [&](std::string_view bytes) { return out.append(bytes); });
  writer.set_sorting(std::move(sorting));
  std::vector<int32_t> narrow;
  for (uint32_t leaf = 0; leaf < columns_.size(); ++leaf) {
    const Column& column = columns_[leaf];
    const bool bloom = std::ranges::find(bloom_leaves, leaf) != bloom_leaves.end();
    for (uint32_t group = 0; group < group_rows.size(); ++group) {
      const uint32_t row = group * kRowGroupRows;
      uint32_t first = row, count = group_rows[group];
      parquet::ColumnInput input;
      input.row_count = count;
      if (schema_.leaves()[leaf].in_list()) {
        input.list_begin = std::span<const uint32_t>(column.list_begin).subspan(row, count + 1);
        first = input.list_begin.front();
        count = input.list_begin.back() - first;
      }
      switch (schema_.leaves()[leaf].spec.physical) {
        case parquet::PhysicalType::kByteArray:
          input.codes = std::span<const uint32_t>(column.codes).subspan(first, count);
          input.strings = &column;
          break;
        case parquet::PhysicalType::kInt32:
          narrow.assign(column.numbers.begin() + first, column.numbers.begin() + first + count);
          input.ints32 = narrow;
          break;
        case parquet::PhysicalType::kInt64:
          input.ints = std::span<const int64_t>(column.numbers).subspan(first, count);
          break;
        case parquet::PhysicalType::kBoolean:
          input.booleans = std::span<const uint8_t>(column.booleans).subspan(first, count);
          break;
        default:
          input.ids16 = std::span<const otlp::TraceId>(column.ids16).subspan(first, count);
      }
      if (auto done = writer.write_chunk(group, leaf, input, bloom); !done) return std::unexpected(done.error());
    }
  }
  return writer.finish();
}

stdx::Result<RowsPage> RowsPage::read(const BlockFile& file, uint32_t group, uint32_t page, parquet::RowRange rows) {
  RowsPage result;
  result.row_count_ = rows.end - rows.begin;
  const auto leaf_count = static_cast<uint32_t>(file.meta().schema.leaves().size());
  for (uint32_t leaf = 0; leaf < leaf_count; ++leaf) {
    auto decoded = file.read_page(group, leaf, page, rows);
    if (!decoded) return std::unexpected(decoded.error());
    const bool sibling = leaf > 0 && file.leaf(leaf).in_list() && file.leaf(leaf).list_name == file.leaf(leaf - 1).list_name;
    if (sibling && decoded->decoded.list_begin != result.pages_.back().decoded.list_begin) {
      return stdx::fail(stdx::ErrorCode::kDataLoss, file.name() + ": column " + file.leaf(leaf).path() + ", page " +
                                                        std::to_string(page) +
                                                        ": differs from its sibling in the number of elements");
    }
    result.pages_.push_back(std::move(*decoded));
  }
  return result;
}

std::string_view RowsPage::text(uint32_t leaf, uint32_t at) const {
  const parquet::DecodedPage& page = pages_[leaf].decoded;
  if (page.all_null || page.codes[at] == parquet::kNullIndex) return {};
  return page.values->text(page.codes[at]);
}

stdx::Result<void> check_schema(const BlockFile& file, const parquet::Schema& expected) {
  const auto& leaves = file.meta().schema.leaves();
  bool same = leaves.size() == expected.leaves().size();
  for (size_t i = 0; same && i < leaves.size(); ++i) {
    const parquet::Leaf &a = leaves[i], &b = expected.leaves()[i];
    same = a.path() == b.path() && a.spec.physical == b.spec.physical && a.spec.optional == b.spec.optional &&
           a.spec.fixed_length == b.spec.fixed_length;
  }
  if (!same) return stdx::fail(stdx::ErrorCode::kDataLoss, file.name() + ": has other columns than its table");
  return {};
}

stdx::Result<void> for_each_page(const BlockFile& file, const std::function<void(const RowsPage&)>& visit) {
  for (uint32_t group = 0; group < file.group_count(); ++group) {
    const uint32_t pages = (file.row_count(group) + parquet::kPageRows - 1) / parquet::kPageRows;
    for (uint32_t page = 0; page < pages; ++page) {
      auto rows = RowsPage::read(file, group, page, {0, file.page_rows(group, page)});
      if (!rows) return std::unexpected(rows.error());
      visit(*rows);
    }
  }
  return {};
}

}  // namespace clew::block
