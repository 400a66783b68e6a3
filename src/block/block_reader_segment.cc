#include "block/block_reader_segment.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "block/parquet/parquet_limits.h"

namespace clew::block {
namespace {

using table::ChildRows;
using table::ColumnBounds;
using table::ColumnId;
using table::ColumnWindow;
using table::CoreColumn;
using table::kNullCode;
using table::kWindowRows;
using table::ValueType;

static_assert(kWindowRows == parquet::kPageRows, "a window is a page");
static_assert(kNullCode == parquet::kNullIndex);

constexpr uint32_t kCoreCount = static_cast<uint32_t>(CoreColumn::kCount);

std::optional<ColumnBounds> to_bounds(parquet::PhysicalType type, std::string_view low, std::string_view high) {
  ColumnBounds bounds;
  if (type == parquet::PhysicalType::kInt64 && low.size() == 8 && high.size() == 8) {
    std::memcpy(&bounds.low_int, low.data(), 8);
    std::memcpy(&bounds.high_int, high.data(), 8);
    return bounds;
  }
  if (type == parquet::PhysicalType::kInt32 && low.size() == 4 && high.size() == 4) {
    int32_t low32, high32;
    std::memcpy(&low32, low.data(), 4);
    std::memcpy(&high32, high.data(), 4);
    bounds.low_int = low32;
    bounds.high_int = high32;
    return bounds;
  }
  if (type == parquet::PhysicalType::kDouble && low.size() == 8 && high.size() == 8) {
    std::memcpy(&bounds.low_double, low.data(), 8);
    std::memcpy(&bounds.high_double, high.data(), 8);
    return bounds;
  }
  return std::nullopt;
}

// What a window's spans point to, where it is more than one page.
struct Gathered {
  std::vector<uint32_t> codes;
  std::vector<int64_t> ints;
  std::vector<double> doubles;
  std::vector<uint8_t> small;
  std::vector<otlp::TraceId> trace_ids;
  std::vector<otlp::SpanId> span_ids;
  std::vector<uint64_t> valid;
};

// The values picked from several pages of mostly distinct strings; each row's value is an entry of its own.
class PickedValues final : public table::DictionaryView {
 public:
  uint32_t add(std::string_view value) {
    values_.push_back(value);
    return static_cast<uint32_t>(values_.size() - 1);
  }
  void keep(std::shared_ptr<const void> owner) { owners_.push_back(std::move(owner)); }
  uint32_t size() const override { return static_cast<uint32_t>(values_.size()); }
  std::string_view at(uint32_t code) const override { return values_[code]; }
  void find(std::string_view value, std::vector<uint32_t>& codes) const override {
    for (uint32_t code = 0; code < values_.size(); ++code) {
      if (values_[code] == value) codes.push_back(code);
    }
  }

 private:
  std::vector<std::string_view> values_;
  std::vector<std::shared_ptr<const void>> owners_;
};

// A decoded page and what had to be computed from it.
struct WindowOwner {
  std::shared_ptr<const BlockFile::Page> page;
  Gathered computed;
};

}  // namespace

uint32_t SpanColumns::leaf_of(ColumnId column) const {
  if (counts_children(column)) return column == core(CoreColumn::kEventCount) ? event_leaf : link_leaf;
  return column < core_count ? column : attribute_leaf + column - core_count;
}
// SpanLeaf begins with the core columns in the same order.
static_assert(static_cast<uint32_t>(SpanLeaf::kScopeVersion) == static_cast<uint32_t>(CoreColumn::kScopeVersion));

void SpanColumns::index_by_key() {
  for (ColumnId id = core_count; id < infos.size(); ++id) by_key[{infos[id].scope, infos[id].key}].push_back(id);
}

namespace {

std::unexpected<stdx::Error> damaged(const BlockFile& file, std::string_view what) {
  return stdx::fail(stdx::ErrorCode::kDataLoss, file.name() + ": " + std::string(what));
}

}  // namespace

stdx::Result<std::vector<table::ColumnInfo>> attribute_columns(const BlockFile& file) {
  const std::string* json = file.meta().find_key_value(kColumnsKey);
  if (json == nullptr) return damaged(file, "its list of columns is missing");
  auto attributes = columns_from_json(*json);
  if (!attributes) return damaged(file, attributes.error().message);
  return attributes;
}

stdx::Result<void> check_leaves(const BlockFile& file, const parquet::Schema& expected, size_t attributes_begin,
                                size_t attributes_end) {
  const auto& leaves = file.meta().schema.leaves();
  if (leaves.size() != expected.leaves().size()) return damaged(file, "schema differs from its list of columns");
  for (size_t i = 0; i < leaves.size(); ++i) {
    const parquet::Leaf &a = leaves[i], &b = expected.leaves()[i];
    const bool attribute = i >= attributes_begin && i < attributes_end;
    if (a.spec.physical != b.spec.physical || a.spec.logical != b.spec.logical || a.spec.optional != b.spec.optional ||
        a.spec.fixed_length != b.spec.fixed_length || (!attribute && a.path() != b.path())) {
      return damaged(file, "column " + a.path() + " is not what its list of columns says");
    }
  }
  return {};
}

stdx::Result<std::shared_ptr<const SpanColumns>> SpanColumns::of(const BlockFile& file) {
  auto attributes = attribute_columns(file);
  if (!attributes) return std::unexpected(std::move(attributes.error()));
  // The schema must be what this list leads to.
  std::vector<AttributeCandidate> candidates;
  for (const table::ColumnInfo& info : *attributes) candidates.push_back({info, 1, 0});
  const auto first = static_cast<size_t>(SpanLeaf::kCount);
  if (auto fits = check_leaves(file, span_schema(candidates), first, first + attributes->size()); !fits) {
    return std::unexpected(std::move(fits.error()));
  }
  auto columns = std::make_shared<SpanColumns>();
  columns->infos.assign(core_columns().begin(), core_columns().end());
  columns->infos.insert(columns->infos.end(), attributes->begin(), attributes->end());
  columns->core_count = kCoreCount;
  columns->attribute_leaf = static_cast<uint32_t>(SpanLeaf::kCount);
  columns->has_children = true;
  columns->link_leaf = static_cast<uint32_t>(file.meta().schema.leaves().size()) - kLinkLeaves;
  columns->event_leaf = columns->link_leaf - kEventLeaves;
  columns->index_by_key();
  return columns;
}

std::vector<ColumnId> BlockSegment::find(table::Scope scope, std::string_view key) const {
  const auto found = columns_->by_key.find({scope, key});
  if (found == columns_->by_key.end()) return {};
  std::vector<ColumnId> here;
  for (const ColumnId id : found->second) {
    if (!file_->all_null(group_, columns_->leaf_of(id))) here.push_back(id);
  }
  return here;
}

ColumnWindow BlockSegment::to_window(ColumnId column, std::shared_ptr<const BlockFile::Page> page) const {
  auto owner = std::make_shared<WindowOwner>();
  const parquet::DecodedPage& decoded = page->decoded;
  ColumnWindow window;
  window.type = columns_->infos[column].type;
  window.rows = decoded.row_count;
  window.dictionary = page->dictionary;
  window.valid = decoded.valid;
  if (columns_->counts_children(column)) {
    for (uint32_t i = 0; i < decoded.row_count; ++i) {
      owner->computed.ints.push_back(decoded.list_begin[i + 1] - decoded.list_begin[i]);
    }
    window.ints = owner->computed.ints;
    window.valid = {};
  } else if (window.type == ValueType::kSpanId) {
    // Zero means none, so every row has a value.
    if (decoded.all_null) {
      owner->computed.span_ids.resize(decoded.row_count);
      window.span_ids = owner->computed.span_ids;
    } else {
      window.span_ids = decoded.ids8;
    }
    window.valid = {};
  } else if (decoded.all_null) {
    window.all_null = true;
  } else {
    switch (window.type) {
      case ValueType::kString:
      case ValueType::kJson:
        window.codes = decoded.codes;
        break;
      case ValueType::kInt64:
        window.ints = decoded.ints;
        break;
      case ValueType::kDouble:
        window.doubles = decoded.doubles;
        break;
      case ValueType::kBool:
        window.small = decoded.booleans;
        break;
      case ValueType::kEnum:
        owner->computed.small.assign(decoded.ints.begin(), decoded.ints.end());
        window.small = owner->computed.small;
        break;
      case ValueType::kTraceId:
        window.trace_ids = decoded.ids16;
        break;
      case ValueType::kSpanId:
        break;
    }
  }
  owner->page = std::move(page);
  window.owner = std::move(owner);
  return window;
}

stdx::Result<ColumnWindow> BlockSegment::read(ColumnId column, uint32_t window) const {
  auto page = file_->read_page(group_, columns_->leaf_of(column), window, {0, file_->page_rows(group_, window)});
  if (!page) return std::unexpected(page.error());
  return to_window(column, std::make_shared<const BlockFile::Page>(std::move(*page)));
}

stdx::Result<ColumnWindow> BlockSegment::gather(ColumnId column, std::span<const uint32_t> rows) const {
  ColumnWindow result;
  result.type = columns_->infos[column].type;
  result.rows = static_cast<uint32_t>(rows.size());
  result.all_null = true;
  auto gathered = std::make_shared<Gathered>();
  const size_t words = (rows.size() + 63) / 64;
  std::shared_ptr<PickedValues> picked;
  const auto is_text = [&] { return result.type == ValueType::kString || result.type == ValueType::kJson; };
  if (is_text() && file_->all_null(group_, columns_->leaf_of(column))) return result;
  for (size_t begin = 0; begin < rows.size();) {
    const uint32_t window = rows[begin] / kWindowRows;
    size_t end = begin + 1;
    while (end < rows.size() && rows[end] / kWindowRows == window) ++end;
    const uint32_t first = rows[begin] - window * kWindowRows, last = rows[end - 1] - window * kWindowRows;
    auto page = file_->read_page(group_, columns_->leaf_of(column), window, {first, last + 1});
    if (!page) return std::unexpected(page.error());
    const ColumnWindow part = to_window(column, std::make_shared<const BlockFile::Page>(std::move(*page)));
    if (end - begin == rows.size() && last + 1 - first == rows.size()) return part;  // One page, no gaps.
    if (!part.all_null) {
      result.all_null = false;
      const auto pick = [&](auto from, auto& to) {
        to.resize(rows.size());
        for (size_t i = begin; i < end; ++i) to[i] = from[rows[i] - window * kWindowRows - first];
      };
      if (is_text()) {
        gathered->codes.resize(rows.size(), kNullCode);
        if (result.dictionary == nullptr && picked == nullptr) {
          result.dictionary = part.dictionary;
        } else if (picked == nullptr && result.dictionary != part.dictionary) {
          // From here on values have to be copied out of their dictionaries.
          picked = std::make_shared<PickedValues>();
          picked->keep(result.dictionary);
          for (size_t i = 0; i < begin; ++i) {
            uint32_t& code = gathered->codes[i];
            if (code != kNullCode) code = picked->add(result.dictionary->at(code));
          }
          result.dictionary = nullptr;
        }
        if (picked != nullptr) picked->keep(part.dictionary);
        for (size_t i = begin; i < end; ++i) {
          const uint32_t code = part.codes[rows[i] - window * kWindowRows - first];
          gathered->codes[i] = code == kNullCode || picked == nullptr ? code : picked->add(part.dictionary->at(code));
        }
      } else {
        if (gathered->valid.empty()) gathered->valid.resize(words);
        for (size_t i = begin; i < end; ++i) {
          const bool has = part.has(rows[i] - window * kWindowRows - first);
          gathered->valid[i / 64] |= static_cast<uint64_t>(has) << (i % 64);
        }
        if (!part.ints.empty()) pick(part.ints, gathered->ints);
        if (!part.doubles.empty()) pick(part.doubles, gathered->doubles);
        if (!part.small.empty()) pick(part.small, gathered->small);
        if (!part.trace_ids.empty()) pick(part.trace_ids, gathered->trace_ids);
        if (!part.span_ids.empty()) pick(part.span_ids, gathered->span_ids);
      }
    }
    begin = end;
  }
  if (result.all_null) return result;
  // Parts after the last value were never reached.
  if (is_text()) gathered->codes.resize(rows.size(), kNullCode);
  result.codes = gathered->codes;
  result.ints = gathered->ints;
  result.doubles = gathered->doubles;
  result.small = gathered->small;
  result.trace_ids = gathered->trace_ids;
  result.span_ids = gathered->span_ids;
  const bool required = column < columns_->core_count;
  if (!is_text() && !required) result.valid = gathered->valid;
  if (picked != nullptr) result.dictionary = picked;
  result.owner = gathered;
  return result;
}

stdx::Result<ChildRows> BlockSegment::read_children(std::span<const uint32_t> rows) const {
  if (!columns_->has_children) {
    ChildRows none;
    none.event_begin.assign(rows.size() + 1, 0);
    none.link_begin.assign(rows.size() + 1, 0);
    return none;
  }
  struct Owner {
    std::vector<std::shared_ptr<const BlockFile::Page>> pages;
  };
  auto owner = std::make_shared<Owner>();
  ChildRows result;
  result.event_begin.push_back(0);
  result.link_begin.push_back(0);
  for (size_t begin = 0; begin < rows.size();) {
    const uint32_t window = rows[begin] / kWindowRows;
    size_t end = begin + 1;
    while (end < rows.size() && rows[end] / kWindowRows == window) ++end;
    const uint32_t first = rows[begin] - window * kWindowRows, last = rows[end - 1] - window * kWindowRows;
    std::vector<std::shared_ptr<const BlockFile::Page>> events, links;
    const auto read = [&](uint32_t leaf, uint32_t count, auto& pages) -> stdx::Result<void> {
      for (uint32_t i = 0; i < count; ++i) {
        auto page = file_->read_page(group_, leaf + i, window, {first, last + 1});
        if (!page) return std::unexpected(page.error());
        pages.push_back(std::make_shared<const BlockFile::Page>(std::move(*page)));
        owner->pages.push_back(pages.back());
        if (i == 0 && pages[0]->decoded.list_begin.back() == 0) return {};  // No element in these rows.
        if (pages[i]->decoded.list_begin != pages[0]->decoded.list_begin) {
          return stdx::fail(stdx::ErrorCode::kDataLoss, file_->name() + ": column " + file_->leaf(leaf + i).path() +
                                                            ", page " + std::to_string(window) +
                                                            ": differs from its sibling in the number of elements");
        }
      }
      return {};
    };
    if (auto done = read(columns_->event_leaf, kEventLeaves, events); !done) return std::unexpected(done.error());
    if (auto done = read(columns_->link_leaf, kLinkLeaves, links); !done) return std::unexpected(done.error());
    const auto text = [](const BlockFile::Page& page, uint32_t element) -> std::string_view {
      if (page.decoded.codes.empty() || page.decoded.codes[element] == kNullCode) return {};
      return page.decoded.values->text(page.decoded.codes[element]);
    };
    for (size_t i = begin; i < end; ++i) {
      const uint32_t row = rows[i] - window * kWindowRows - first;
      if (events.size() > 1) {
        for (uint32_t e = events[0]->decoded.list_begin[row]; e < events[0]->decoded.list_begin[row + 1]; ++e) {
          result.events.push_back({events[0]->decoded.ints[e], text(*events[1], e), text(*events[2], e),
                                   static_cast<uint32_t>(events[3]->decoded.ints[e])});
        }
      }
      if (links.size() > 1) {
        for (uint32_t e = links[0]->decoded.list_begin[row]; e < links[0]->decoded.list_begin[row + 1]; ++e) {
          result.links.push_back({links[0]->decoded.ids16[e], links[1]->decoded.ids8[e], text(*links[2], e),
                                  text(*links[3], e), static_cast<uint32_t>(links[4]->decoded.ints[e]),
                                  static_cast<uint32_t>(links[5]->decoded.ints[e])});
        }
      }
      result.event_begin.push_back(static_cast<uint32_t>(result.events.size()));
      result.link_begin.push_back(static_cast<uint32_t>(result.links.size()));
    }
    begin = end;
  }
  result.owner = std::move(owner);
  return result;
}

bool BlockSegment::may_equal(ColumnId column, std::string_view value) const {
  const uint32_t leaf = columns_->leaf_of(column);
  const parquet::PhysicalType type = file_->leaf(leaf).spec.physical;
  if (type != parquet::PhysicalType::kByteArray && type != parquet::PhysicalType::kFixed) return true;
  if (file_->all_null(group_, leaf)) return false;
  const parquet::ChunkMeta& chunk = file_->chunk(group_, leaf);
  if (chunk.bounds && (value < chunk.bounds->low || value > chunk.bounds->high)) return false;
  // An unreadable filter or dictionary must not hide rows; reading the rows will report the damage.
  if (auto bloom = file_->bloom(group_, leaf); bloom && *bloom != nullptr) {
    return (*bloom)->may_contain(parquet::bloom_hash(value));
  }
  if (!chunk.has_dictionary() || type == parquet::PhysicalType::kFixed) return true;
  auto dictionary = file_->dictionary(group_, leaf);
  if (!dictionary) return true;
  std::vector<uint32_t> codes;
  (*dictionary)->find(value, codes);
  return !codes.empty();
}

std::optional<ColumnBounds> BlockSegment::bounds(ColumnId column) const {
  if (columns_->counts_children(column)) return std::nullopt;
  const uint32_t leaf = columns_->leaf_of(column);
  const auto& bounds = file_->chunk(group_, leaf).bounds;
  if (!bounds) return std::nullopt;
  return to_bounds(file_->leaf(leaf).spec.physical, bounds->low, bounds->high);
}

std::optional<ColumnBounds> BlockSegment::window_bounds(ColumnId column, uint32_t window) const {
  if (columns_->counts_children(column)) return std::nullopt;
  const uint32_t leaf = columns_->leaf_of(column);
  const auto type = file_->leaf(leaf).spec.physical;
  if (type == parquet::PhysicalType::kByteArray || type == parquet::PhysicalType::kFixed) return std::nullopt;
  auto index = file_->index(group_, leaf);
  if (!index || (*index)->bounds.empty() || (*index)->bounds[window].all_null) return std::nullopt;
  return to_bounds(type, (*index)->bounds[window].low, (*index)->bounds[window].high);
}

stdx::Result<std::vector<uint32_t>> BlockSegment::find_trace(otlp::TraceId trace_id) const {
  constexpr auto kLeaf = static_cast<uint32_t>(SpanLeaf::kTraceId);
  std::vector<uint32_t> rows;
  const std::string id = otlp::to_bytes(trace_id);
  const parquet::ChunkMeta& chunk = file_->chunk(group_, kLeaf);
  if (chunk.bounds && (id < chunk.bounds->low || id > chunk.bounds->high)) return rows;
  auto bloom = file_->bloom(group_, kLeaf);
  if (!bloom) return std::unexpected(bloom.error());
  if (*bloom != nullptr && !(*bloom)->may_contain(parquet::bloom_hash(id))) return rows;
  auto index = file_->index(group_, kLeaf);
  if (!index) return std::unexpected(index.error());
  for (uint32_t page = 0; page < (*index)->pages.size(); ++page) {
    if (!(*index)->bounds.empty() && (id < (*index)->bounds[page].low || id > (*index)->bounds[page].high)) continue;
    auto decoded = file_->read_page(group_, kLeaf, page, {0, file_->page_rows(group_, page)});
    if (!decoded) return std::unexpected(decoded.error());
    const auto& ids = decoded->decoded.ids16;
    const auto [begin, end] = std::equal_range(ids.begin(), ids.end(), trace_id);
    for (auto at = begin; at != end; ++at) {
      rows.push_back(page * kWindowRows + static_cast<uint32_t>(at - ids.begin()));
    }
  }
  return rows;
}

}  // namespace clew::block
