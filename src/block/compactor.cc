#include "block/compactor.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "table/row_copy.h"

namespace clew::block {
namespace {

// Rows copied at once: two pages of each column are decoded at a time.
constexpr uint32_t kCopyRows = 2 * table::kWindowRows;

}  // namespace

stdx::Result<std::unique_ptr<table::SpanTable>> join_spans(
    std::span<const std::shared_ptr<const BlockSpanSet>> inputs) {
  size_t columns = 0;
  for (const auto& input : inputs) {
    if (!input->segments().empty()) columns += input->segments().front()->columns().size();
  }
  auto joined = std::make_unique<table::SpanTable>(columns);
  std::vector<uint32_t> rows(kCopyRows);
  for (const auto& input : inputs) {
    for (const auto& segment : input->segments()) {
      table::RowCopier copier(*segment, *joined);
      for (uint32_t begin = 0; begin < segment->row_count(); begin += kCopyRows) {
        rows.resize(std::min(kCopyRows, segment->row_count() - begin));
        std::iota(rows.begin(), rows.end(), begin);
        if (auto copied = copier.copy(rows, [](size_t) { return table::SpanOrigin(); }); !copied) {
          return std::unexpected(std::move(copied.error()));
        }
      }
    }
  }
  return joined;
}

stdx::Result<std::unique_ptr<table::RecordTable>> join_records(
    std::span<const std::shared_ptr<const BlockSpanSet>> inputs, table::RecordTableId id) {
  size_t columns = 0;
  for (const auto& input : inputs) {
    if (!input->records(id).empty()) columns += input->records(id).front()->columns().size();
  }
  auto joined = std::make_unique<table::RecordTable>(table::record_kind(id), columns);
  std::vector<uint32_t> rows;
  for (const auto& input : inputs) {
    for (const auto& segment : input->records(id)) {
      table::RecordCopier copier(*segment, *joined);
      for (uint32_t begin = 0; begin < segment->row_count(); begin += kCopyRows) {
        rows.resize(std::min(kCopyRows, segment->row_count() - begin));
        std::iota(rows.begin(), rows.end(), begin);
        if (auto copied = copier.copy(rows); !copied) return std::unexpected(std::move(copied.error()));
      }
    }
  }
  return joined;
}

}  // namespace clew::block
