#include "block/span_file_writer.h"

#include <algorithm>
#include <bit>
#include <map>
#include <memory>

#include <absl/container/flat_hash_map.h>

#include "block/parquet/parquet_limits.h"
#include "block/span_file_nested_set.h"
#include "block/span_file_schema.h"
#include "otlp/value_json.h"
#include "table/span_fields.h"

namespace clew::block {
namespace {

using parquet::ColumnInput;
using parquet::FileWriter;
using table::AttributeColumn;
using table::Dictionary;
using table::kNullCode;
using table::Scope;
using table::SpanTable;
using table::TraceOrder;
using table::ValueType;

constexpr uint32_t kNotWritten = 0xffffffffu;
// A row group with more different resources (or scopes) than this gets no shared pages.
constexpr size_t kSharedOwnersMax = 4096;

class DictionaryStrings final : public parquet::StringSource {
 public:
  explicit DictionaryStrings(const Dictionary& dictionary) : dictionary_(dictionary) {}
  uint32_t code_count() const override { return dictionary_.size(); }
  void views(std::span<const uint32_t> codes, std::string_view* out) const override {
    const auto& entries = dictionary_.entries();
    for (const uint32_t code : codes) {
      const Dictionary::Entry& entry = entries[code];
      *out++ = {entry.data, entry.length};
    }
  }

 private:
  const Dictionary& dictionary_;
};

class OwnStrings final : public parquet::StringSource {
 public:
  std::vector<std::string> values;
  uint32_t code_count() const override { return static_cast<uint32_t>(values.size()); }
  void views(std::span<const uint32_t> codes, std::string_view* out) const override {
    for (const uint32_t code : codes) *out++ = values[code];
  }
};

struct RowGroup {
  uint32_t first = 0;
  uint32_t count = 0;
};

// Whole traces, as many as fit.
std::vector<RowGroup> split_rows(const TraceOrder& order, uint32_t rows_wanted) {
  std::vector<RowGroup> groups;
  RowGroup group;
  const auto close = [&] {
    if (group.count > 0) groups.push_back(group);
    group = {group.first + group.count, 0};
  };
  for (const table::TraceRun& run : order.runs) {
    if (group.count > 0 && group.count + run.count > rows_wanted) close();
    uint32_t left = run.count;
    while (group.count + left > parquet::kRowsPerGroupMax) {  // A trace of millions of spans has to be split.
      const uint32_t part = parquet::kRowsPerGroupMax - group.count;
      group.count += part;
      left -= part;
      close();
    }
    group.count += left;
  }
  close();
  return groups;
}

// Rows of one owner kind (resource or instrumentation scope), and pages shared by columns with the same pattern: most
// resource attributes follow the service or the instance, so their dictionary indexes are the same bytes.
struct OwnerRows {
  std::vector<uint32_t> owner_of_row;  // In the order of the file.
  struct Group {
    std::vector<uint32_t> owners;    // Of the row group, in the order of first appearance.
    std::vector<uint32_t> local;     // By row: index into `owners`.
    struct Shared {
      parquet::PageBatch pages;
      parquet::IndexPlan plan = parquet::IndexPlan::kUndecided;
    };
    std::map<std::vector<uint32_t>, std::unique_ptr<Shared>> shared;  // By entry index of each of `owners`.
  };
  std::vector<Group> groups;
  std::vector<uint64_t> row_counts;  // By owner.
};

class Writing {
 public:
  Writing(const SpanTable& table, const TraceOrder& order, const SpanFileOptions& options, disk::ObjectWriter& out)
      : table_(table), order_(order), options_(options), out_(out),
        row_count_(static_cast<uint32_t>(order.rows.size())),
        groups_(split_rows(order, options.row_group_rows != 0 ? options.row_group_rows : kRowGroupRows)) {}

  stdx::Result<SpanFileResult> run();

 private:
  using Done = stdx::Result<void>;

  void find_positions();
  OwnerRows owner_rows(const stdx::AppendOnly<uint32_t>& owners, size_t owner_count) const;
  AttributePlan plan() const;
  uint64_t weight_of(const AttributeColumn& column) const;

  Done write_core(SpanFileResult& result);
  Done write_ids();
  Done write_nested_sets();
  Done write_attribute(uint32_t leaf, const AttributeColumn& column);
  Done write_span_strings(uint32_t leaf, const AttributeColumn& column);
  Done write_span_numbers(uint32_t leaf, const AttributeColumn& column);
  Done write_owned_strings(uint32_t leaf, OwnerRows& owners, std::span<const uint32_t> code_of_owner,
                           const parquet::StringSource& strings, bool bloom);
  Done write_owned_numbers(uint32_t leaf, const OwnerRows& owners, const AttributeColumn& column);
  Done write_overflow(uint32_t leaf, Scope scope);
  Done write_events(uint32_t first_leaf);
  Done write_links(uint32_t first_leaf);

  // Columns with a value for every row.
  template <class T>
  void gather(const stdx::AppendOnly<T>& from, std::vector<T>& values) const {
    values.resize(row_count_);
    for (uint32_t i = 0; i < row_count_; ++i) values[i] = from[order_.rows[i]];
  }
  Done write_codes(uint32_t leaf, const parquet::StringSource& strings, bool bloom);  // From codes_.
  template <class Fill>
  Done write_groups(uint32_t leaf, bool bloom, Fill&& fill) {
    for (uint32_t group = 0; group < groups_.size(); ++group) {
      ColumnInput input;
      input.row_count = groups_[group].count;
      fill(input, groups_[group].first, groups_[group].count);
      if (auto done = writer_->write_chunk(group, leaf, input, bloom); !done) return done;
    }
    return {};
  }
  // `valid` for rows of the group, from a bitmap over all rows whose groups begin anywhere in a word.
  const uint64_t* group_bits(const std::vector<uint64_t>& bits, uint32_t first, uint32_t count);

  struct Children {
    std::vector<uint32_t> begin;  // row_count + 1
    std::vector<uint32_t> order;  // Index in the table of each element in the order of the file.
  };
  Children order_children(const stdx::AppendOnly<uint32_t>& owners) const;
  template <class T, class U, class Convert>
  Done write_child_values(uint32_t leaf, const Children& children, const stdx::AppendOnly<U>& from,
                          std::span<const T> ColumnInput::*member, Convert convert);
  Done write_child_strings(uint32_t leaf, const Children& children, const stdx::AppendOnly<uint32_t>& codes,
                           const Dictionary& dictionary);

  const SpanTable& table_;
  const TraceOrder& order_;
  const SpanFileOptions& options_;
  disk::ObjectWriter& out_;
  const uint32_t row_count_;
  const std::vector<RowGroup> groups_;
  std::unique_ptr<FileWriter> writer_;

  std::vector<uint32_t> positions_;  // By row of the table: row of the file, or kNotWritten.
  OwnerRows resources_, instrumentations_;
  std::vector<const AttributeColumn*> overflowed_;

  // One column at a time.
  std::vector<uint32_t> codes_;
  std::vector<uint64_t> numbers_;
  std::vector<uint8_t> small_;
  std::vector<uint64_t> valid_, group_valid_;
};

void Writing::find_positions() {
  uint32_t row_end = 0;
  for (const uint32_t row : order_.rows) row_end = std::max(row_end, row + 1);
  positions_.assign(row_end, kNotWritten);
  for (uint32_t i = 0; i < row_count_; ++i) positions_[order_.rows[i]] = i;
}

OwnerRows Writing::owner_rows(const stdx::AppendOnly<uint32_t>& owners, size_t owner_count) const {
  OwnerRows result;
  gather(owners, result.owner_of_row);
  result.row_counts.resize(owner_count);
  std::vector<uint32_t> local_of(owner_count, kNotWritten);
  for (const RowGroup& rows : groups_) {
    OwnerRows::Group& group = result.groups.emplace_back();
    group.local.resize(rows.count);
    for (uint32_t i = 0; i < rows.count; ++i) {
      const uint32_t owner = result.owner_of_row[rows.first + i];
      ++result.row_counts[owner];
      uint32_t& local = local_of[owner];
      if (local == kNotWritten) {
        local = static_cast<uint32_t>(group.owners.size());
        group.owners.push_back(owner);
      }
      group.local[i] = local;
    }
    for (const uint32_t owner : group.owners) local_of[owner] = kNotWritten;
  }
  return result;
}

uint64_t Writing::weight_of(const AttributeColumn& column) const {
  uint64_t weight = 0;
  const auto count = [&](const std::vector<uint64_t>& row_counts) {
    column.owners().for_each_run(0, column.entry_count(), [&](size_t, std::span<const uint32_t> owners) {
      for (const uint32_t owner : owners) weight += owner < row_counts.size() ? row_counts[owner] : 0;
    });
  };
  switch (column.info().scope) {
    case Scope::kResource:
    case Scope::kResourceField:
      count(resources_.row_counts);
      break;
    case Scope::kInstrumentation:
    case Scope::kInstrumentationField:
      count(instrumentations_.row_counts);
      break;
    default:
      column.owners().for_each_run(0, column.entry_count(), [&](size_t, std::span<const uint32_t> owners) {
        for (const uint32_t owner : owners) weight += owner < positions_.size() && positions_[owner] != kNotWritten;
      });
  }
  return weight;
}

AttributePlan Writing::plan() const {
  std::vector<AttributeCandidate> candidates;
  for (size_t i = 0; i < table_.attribute_column_count(); ++i) {
    const AttributeColumn& column = table_.attribute_column(i);
    candidates.push_back({column.info(), weight_of(column), i});
  }
  AttributePlan plan = plan_attributes(std::move(candidates));
  // Overflowed columns need their scope's overflow column, which the table may not have yet.
  constexpr size_t kNoSource = SIZE_MAX;
  bool added = false;
  for (const AttributeCandidate& candidate : plan.overflowed) {
    const auto [scope, key] = candidate.info.scope == Scope::kResource
                                  ? std::pair{Scope::kResourceField, table::field::kResourceOverflow}
                              : candidate.info.scope == Scope::kInstrumentation
                                  ? std::pair{Scope::kInstrumentationField, table::field::kScopeOverflow}
                                  : std::pair{Scope::kSpanField, table::field::kAttributesOverflow};
    const bool there = std::ranges::any_of(plan.columns, [&](const AttributeCandidate& column) {
      return column.info.scope == scope && column.info.key == key;
    });
    if (there) continue;
    plan.columns.push_back({{scope, std::string(key), ValueType::kJson}, 1, kNoSource});
    added = true;
  }
  if (added) {
    std::ranges::sort(plan.columns, {}, [](const AttributeCandidate& column) {
      return std::tie(column.info.scope, column.info.key, column.info.type);
    });
  }
  return plan;
}

stdx::Result<SpanFileResult> Writing::run() {
  find_positions();
  resources_ = owner_rows(table_.resources(), table_.resource_services().size());
  instrumentations_ = owner_rows(table_.instrumentations(), table_.scope_names().size());
  const AttributePlan attributes = plan();
  for (const AttributeCandidate& candidate : attributes.overflowed) {
    overflowed_.push_back(&table_.attribute_column(candidate.source));
  }
  std::vector<uint32_t> group_rows;
  for (const RowGroup& group : groups_) group_rows.push_back(group.count);
  parquet::EncoderOptions encoder;
  encoder.zstd_level = options_.zstd_level;
  writer_ = std::make_unique<FileWriter>(span_schema(attributes.columns), group_rows, encoder,
                                         [this](std::string_view bytes) { return out_.append(bytes); });
  writer_->add_key_value(std::string(kColumnsKey), columns_to_json(attributes.columns));
  writer_->set_sorting({static_cast<uint32_t>(SpanLeaf::kTraceId), static_cast<uint32_t>(SpanLeaf::kStartTime)});

  SpanFileResult result;
  result.span_count = row_count_;
  result.attribute_column_count = static_cast<uint32_t>(attributes.columns.size());
  result.overflowed_column_count = static_cast<uint32_t>(overflowed_.size());
  if (row_count_ > 0) {
    if (auto done = write_core(result); !done) return std::unexpected(done.error());
    auto leaf = static_cast<uint32_t>(SpanLeaf::kCount);
    for (const AttributeCandidate& column : attributes.columns) {
      const bool overflow = column.info.key == table::field::kAttributesOverflow ||
                            column.info.key == table::field::kResourceOverflow ||
                            column.info.key == table::field::kScopeOverflow;
      const bool rare = column.info.scope >= Scope::kSpanField;
      auto done = rare && overflow ? write_overflow(leaf, column.info.scope)
                                   : write_attribute(leaf, table_.attribute_column(column.source));
      if (!done) return std::unexpected(done.error());
      ++leaf;
    }
    if (auto done = write_events(leaf); !done) return std::unexpected(done.error());
    if (auto done = write_links(leaf + kEventLeaves); !done) return std::unexpected(done.error());
  }
  auto file = writer_->finish();
  if (!file) return std::unexpected(file.error());
  result.file = *file;
  return result;
}

// ---- Core columns.

stdx::Result<void> Writing::write_codes(uint32_t leaf, const parquet::StringSource& strings, bool bloom) {
  return write_groups(leaf, bloom, [&](ColumnInput& input, uint32_t first, uint32_t count) {
    input.codes = std::span<const uint32_t>(codes_).subspan(first, count);
    input.strings = &strings;
  });
}

stdx::Result<void> Writing::write_core(SpanFileResult& result) {
  if (auto done = write_ids(); !done) return done;
  std::vector<int64_t> ints;
  gather(table_.starts(), ints);
  const auto [low, high] = std::ranges::minmax(ints);
  result.start_min_ns = low;
  result.start_max_ns = high;
  const auto write_ints = [&](SpanLeaf leaf) {
    return write_groups(static_cast<uint32_t>(leaf), false, [&](ColumnInput& input, uint32_t first, uint32_t count) {
      input.ints = std::span<const int64_t>(ints).subspan(first, count);
    });
  };
  if (auto done = write_ints(SpanLeaf::kStartTime); !done) return done;
  gather(table_.durations(), ints);
  if (auto done = write_ints(SpanLeaf::kDuration); !done) return done;
  gather(table_.names(), codes_);
  if (auto done = write_codes(static_cast<uint32_t>(SpanLeaf::kName), DictionaryStrings(table_.name_dictionary()), true);
      !done) {
    return done;
  }
  std::vector<int32_t> ints32(row_count_);
  const auto write_small = [&](SpanLeaf leaf, const stdx::AppendOnly<uint8_t>& from) {
    for (uint32_t i = 0; i < row_count_; ++i) ints32[i] = from[order_.rows[i]];
    return write_groups(static_cast<uint32_t>(leaf), false, [&](ColumnInput& input, uint32_t first, uint32_t count) {
      input.ints32 = std::span<const int32_t>(ints32).subspan(first, count);
    });
  };
  if (auto done = write_small(SpanLeaf::kKind, table_.kinds()); !done) return done;
  if (auto done = write_small(SpanLeaf::kStatusCode, table_.statuses()); !done) return done;

  std::vector<uint32_t> owner_codes(table_.resource_services().size());
  for (size_t i = 0; i < owner_codes.size(); ++i) owner_codes[i] = table_.resource_services()[i];
  if (auto done = write_owned_strings(static_cast<uint32_t>(SpanLeaf::kServiceName), resources_, owner_codes,
                                      DictionaryStrings(table_.service_dictionary()), true);
      !done) {
    return done;
  }
  owner_codes.resize(table_.scope_names().size());
  for (size_t i = 0; i < owner_codes.size(); ++i) owner_codes[i] = table_.scope_names()[i];
  if (auto done = write_owned_strings(static_cast<uint32_t>(SpanLeaf::kScopeName), instrumentations_, owner_codes,
                                      DictionaryStrings(table_.scope_name_dictionary()), true);
      !done) {
    return done;
  }
  for (size_t i = 0; i < owner_codes.size(); ++i) owner_codes[i] = table_.scope_versions()[i];
  if (auto done = write_owned_strings(static_cast<uint32_t>(SpanLeaf::kScopeVersion), instrumentations_, owner_codes,
                                      DictionaryStrings(table_.scope_version_dictionary()), true);
      !done) {
    return done;
  }
  return write_nested_sets();
}

stdx::Result<void> Writing::write_ids() {
  std::vector<otlp::TraceId> trace_ids(row_count_);
  for (const table::TraceRun& run : order_.runs) {
    std::fill_n(trace_ids.begin() + run.first, run.count, table_.trace_index().id(run.trace));
  }
  if (auto done = write_groups(static_cast<uint32_t>(SpanLeaf::kTraceId), true,
                               [&](ColumnInput& input, uint32_t first, uint32_t count) {
                                 input.ids16 = std::span<const otlp::TraceId>(trace_ids).subspan(first, count);
                               });
      !done) {
    return done;
  }
  gather(table_.span_ids(), numbers_);
  const auto ids = [&](ColumnInput& input, uint32_t first, uint32_t count) {
    input.ids8 = std::span<const uint64_t>(numbers_).subspan(first, count);
  };
  if (auto done = write_groups(static_cast<uint32_t>(SpanLeaf::kSpanId), false, ids); !done) return done;
  gather(table_.parent_span_ids(), numbers_);
  valid_.assign((row_count_ + 63) / 64, 0);
  for (uint32_t i = 0; i < row_count_; ++i) valid_[i / 64] |= static_cast<uint64_t>(numbers_[i] != 0) << (i % 64);
  return write_groups(static_cast<uint32_t>(SpanLeaf::kParentSpanId), false,
                      [&](ColumnInput& input, uint32_t first, uint32_t count) {
                        ids(input, first, count);
                        input.valid = group_bits(valid_, first, count);
                      });
}

const uint64_t* Writing::group_bits(const std::vector<uint64_t>& bits, uint32_t first, uint32_t count) {
  const uint32_t shift = first % 64;
  group_valid_.resize((count + 63) / 64);
  for (size_t word = 0; word < group_valid_.size(); ++word) {
    const size_t at = first / 64 + word;
    group_valid_[word] = bits[at] >> shift;
    if (shift != 0 && at + 1 < bits.size()) group_valid_[word] |= bits[at + 1] << (64 - shift);
  }
  // The bits of the rows behind belong to the next group; who counts values counts all bits.
  if (count % 64 != 0) group_valid_.back() &= (uint64_t{1} << (count % 64)) - 1;
  return group_valid_.data();
}

stdx::Result<void> Writing::write_nested_sets() {
  std::vector<otlp::SpanId> ids, parents;
  gather(table_.span_ids(), ids);
  gather(table_.parent_span_ids(), parents);
  gather(table_.kinds(), small_);
  for (uint8_t& kind : small_) kind = kind == static_cast<uint8_t>(otlp::SpanKind::kServer);
  std::vector<int32_t> left(row_count_), right(row_count_), depth(row_count_);
  NestedSetNumbering numbering;
  for (const table::TraceRun& run : order_.runs) {
    numbering.number(std::span<const uint64_t>(ids).subspan(run.first, run.count),
                     std::span<const uint64_t>(parents).subspan(run.first, run.count),
                     std::span<const uint8_t>(small_).subspan(run.first, run.count), left.data() + run.first,
                     right.data() + run.first, depth.data() + run.first);
  }
  for (const auto& [leaf, values] : {std::pair{SpanLeaf::kNestedLeft, &left}, std::pair{SpanLeaf::kNestedRight, &right},
                                     std::pair{SpanLeaf::kNestedDepth, &depth}}) {
    auto done = write_groups(static_cast<uint32_t>(leaf), false, [&](ColumnInput& input, uint32_t first, uint32_t count) {
      input.ints32 = std::span<const int32_t>(*values).subspan(first, count);
    });
    if (!done) return done;
  }
  return {};
}

// ---- Attributes.

stdx::Result<void> Writing::write_attribute(uint32_t leaf, const AttributeColumn& column) {
  const ValueType type = column.info().type;
  const bool text = type == ValueType::kString || type == ValueType::kJson;
  OwnerRows* owners = nullptr;
  switch (column.info().scope) {
    case Scope::kResource:
    case Scope::kResourceField:
      owners = &resources_;
      break;
    case Scope::kInstrumentation:
    case Scope::kInstrumentationField:
      owners = &instrumentations_;
      break;
    default:
      return text ? write_span_strings(leaf, column) : write_span_numbers(leaf, column);
  }
  if (!text) return write_owned_numbers(leaf, *owners, column);
  std::vector<uint32_t> code_of_owner(owners->row_counts.size(), kNullCode);
  for (size_t i = 0; i < column.entry_count(); ++i) {
    if (column.owners()[i] < code_of_owner.size()) code_of_owner[column.owners()[i]] = column.codes()[i];
  }
  return write_owned_strings(leaf, *owners, code_of_owner, DictionaryStrings(column.dictionary()),
                             type == ValueType::kString);
}

stdx::Result<void> Writing::write_span_strings(uint32_t leaf, const AttributeColumn& column) {
  codes_.assign(row_count_, kNullCode);
  // Owners and codes lie in runs of the same sizes.
  column.owners().for_each_run(0, column.entry_count(), [&](size_t first, std::span<const uint32_t> owners) {
    const uint32_t* codes = &column.codes()[first];
    for (size_t i = 0; i < owners.size(); ++i) {
      if (owners[i] >= positions_.size()) break;
      const uint32_t position = positions_[owners[i]];
      if (position != kNotWritten) codes_[position] = codes[i];
    }
  });
  return write_codes(leaf, DictionaryStrings(column.dictionary()), column.info().type == ValueType::kString);
}

stdx::Result<void> Writing::write_span_numbers(uint32_t leaf, const AttributeColumn& column) {
  const ValueType type = column.info().type;
  const bool is_bool = type == ValueType::kBool;
  valid_.assign((row_count_ + 63) / 64, 0);
  numbers_.resize(row_count_);
  small_.resize(row_count_);
  column.owners().for_each_run(0, column.entry_count(), [&](size_t first, std::span<const uint32_t> owners) {
    for (size_t i = 0; i < owners.size(); ++i) {
      if (owners[i] >= positions_.size()) break;
      const uint32_t position = positions_[owners[i]];
      if (position == kNotWritten) continue;
      valid_[position / 64] |= uint64_t{1} << (position % 64);
      if (is_bool) {
        small_[position] = static_cast<uint8_t>(column.codes()[first + i]);
      } else {
        numbers_[position] = column.numbers()[first + i];
      }
    }
  });
  return write_groups(leaf, false, [&](ColumnInput& input, uint32_t first, uint32_t count) {
    input.valid = group_bits(valid_, first, count);
    input.booleans = std::span<const uint8_t>(small_).subspan(first, count);
    input.ints = {reinterpret_cast<const int64_t*>(numbers_.data()) + first, count};
    input.doubles = {reinterpret_cast<const double*>(numbers_.data()) + first, count};
  });
}

stdx::Result<void> Writing::write_owned_strings(uint32_t leaf, OwnerRows& owners, std::span<const uint32_t> code_of_owner,
                                                const parquet::StringSource& strings, bool bloom) {
  std::vector<uint32_t> pattern, entries, rows;
  absl::flat_hash_map<uint32_t, uint32_t> index_of;
  for (uint32_t group = 0; group < groups_.size(); ++group) {
    OwnerRows::Group& local = owners.groups[group];
    if (local.owners.size() > kSharedOwnersMax) {
      codes_.resize(groups_[group].count);
      for (uint32_t i = 0; i < codes_.size(); ++i) codes_[i] = code_of_owner[local.owners[local.local[i]]];
      ColumnInput input;
      input.row_count = groups_[group].count;
      input.codes = codes_;
      input.strings = &strings;
      if (auto done = writer_->write_chunk(group, leaf, input, bloom); !done) return done;
      continue;
    }
    pattern.clear();
    entries.clear();
    index_of.clear();
    for (const uint32_t owner : local.owners) {
      const uint32_t code = code_of_owner[owner];
      if (code == kNullCode) {
        pattern.push_back(kNullCode);
        continue;
      }
      const auto [found, added] = index_of.try_emplace(code, static_cast<uint32_t>(entries.size()));
      if (added) entries.push_back(code);
      pattern.push_back(found->second);
    }
    if (entries.empty()) {
      if (auto done = writer_->write_null_chunk(group, leaf); !done) return done;
      continue;
    }
    auto& shared = local.shared[pattern];
    if (shared == nullptr) {
      shared = std::make_unique<OwnerRows::Group::Shared>();
      rows.resize(local.local.size());
      for (size_t i = 0; i < rows.size(); ++i) rows[i] = pattern[local.local[i]];
      writer_->encoder().encode_indexes(rows, static_cast<uint32_t>(entries.size()), true, shared->plan, shared->pages);
    }
    if (auto done = writer_->write_shared_chunk(group, leaf, shared->pages, strings, entries, bloom); !done) return done;
  }
  return {};
}

stdx::Result<void> Writing::write_owned_numbers(uint32_t leaf, const OwnerRows& owners, const AttributeColumn& column) {
  const bool is_bool = column.info().type == ValueType::kBool;
  std::vector<uint64_t> value_of_owner(owners.row_counts.size());
  std::vector<uint8_t> has(owners.row_counts.size());
  for (size_t i = 0; i < column.entry_count(); ++i) {
    const uint32_t owner = column.owners()[i];
    if (owner >= has.size()) continue;
    has[owner] = 1;
    value_of_owner[owner] = is_bool ? column.codes()[i] : column.numbers()[i];
  }
  valid_.assign((row_count_ + 63) / 64, 0);
  numbers_.resize(row_count_);
  small_.resize(row_count_);
  for (uint32_t i = 0; i < row_count_; ++i) {
    const uint32_t owner = owners.owner_of_row[i];
    valid_[i / 64] |= static_cast<uint64_t>(has[owner]) << (i % 64);
    numbers_[i] = value_of_owner[owner];
    small_[i] = static_cast<uint8_t>(value_of_owner[owner]);
  }
  return write_groups(leaf, false, [&](ColumnInput& input, uint32_t first, uint32_t count) {
    input.valid = group_bits(valid_, first, count);
    input.booleans = std::span<const uint8_t>(small_).subspan(first, count);
    input.ints = {reinterpret_cast<const int64_t*>(numbers_.data()) + first, count};
    input.doubles = {reinterpret_cast<const double*>(numbers_.data()) + first, count};
  });
}

void append_member(const AttributeColumn& column, size_t entry, std::string& json) {
  if (json.empty()) json = "{}";
  json.pop_back();
  if (json.size() > 1) json += ',';
  const Scope scope = column.info().scope;
  const std::string_view prefix = scope == Scope::kResource          ? "resource."
                                  : scope == Scope::kInstrumentation ? "scope."
                                                                     : "span.";
  otlp::append_json_string(std::string(prefix) + column.info().key, json);
  json += ':';
  switch (column.info().type) {
    case ValueType::kInt64:
      otlp::append_value_json({static_cast<int64_t>(column.numbers()[entry])}, json);
      break;
    case ValueType::kDouble:
      otlp::append_value_json({std::bit_cast<double>(column.numbers()[entry])}, json);
      break;
    case ValueType::kBool:
      otlp::append_value_json({column.codes()[entry] != 0}, json);
      break;
    case ValueType::kJson:
      json += column.dictionary().at(column.codes()[entry]);
      break;
    default:
      otlp::append_json_string(column.dictionary().at(column.codes()[entry]), json);
  }
  json += '}';
}

// The table's own overflow column of the scope and the columns that did not fit into the block, as one JSON object a row.
stdx::Result<void> Writing::write_overflow(uint32_t leaf, Scope field_scope) {
  const Scope scope = field_scope == Scope::kResourceField          ? Scope::kResource
                      : field_scope == Scope::kInstrumentationField ? Scope::kInstrumentation
                                                                    : Scope::kSpan;
  std::map<uint32_t, std::string> objects;  // By owner.
  for (size_t i = 0; i < table_.attribute_column_count(); ++i) {
    const AttributeColumn& column = table_.attribute_column(i);
    const std::string_view key = column.info().key;
    if (column.info().scope != field_scope ||
        (key != table::field::kAttributesOverflow && key != table::field::kResourceOverflow &&
         key != table::field::kScopeOverflow)) {
      continue;
    }
    for (size_t entry = 0; entry < column.entry_count(); ++entry) {
      objects[column.owners()[entry]] = column.dictionary().at(column.codes()[entry]);
    }
  }
  for (const AttributeColumn* column : overflowed_) {
    if (column->info().scope != scope) continue;
    for (size_t entry = 0; entry < column->entry_count(); ++entry) {
      append_member(*column, entry, objects[column->owners()[entry]]);
    }
  }
  OwnStrings strings;
  if (scope == Scope::kSpan) {
    codes_.assign(row_count_, kNullCode);
    for (auto& [row, object] : objects) {
      if (row >= positions_.size() || positions_[row] == kNotWritten) continue;
      codes_[positions_[row]] = static_cast<uint32_t>(strings.values.size());
      strings.values.push_back(std::move(object));
    }
    return write_codes(leaf, strings, false);
  }
  OwnerRows& owners = scope == Scope::kResource ? resources_ : instrumentations_;
  std::vector<uint32_t> code_of_owner(owners.row_counts.size(), kNullCode);
  for (auto& [owner, object] : objects) {
    if (owner >= code_of_owner.size()) continue;
    code_of_owner[owner] = static_cast<uint32_t>(strings.values.size());
    strings.values.push_back(std::move(object));
  }
  return write_owned_strings(leaf, owners, code_of_owner, strings, false);
}

// ---- Events and links.

Writing::Children Writing::order_children(const stdx::AppendOnly<uint32_t>& owners) const {
  Children children;
  children.begin.assign(row_count_ + 1, 0);
  owners.for_each_run(0, owners.size(), [&](size_t, std::span<const uint32_t> run) {
    for (const uint32_t row : run) {
      if (row < positions_.size() && positions_[row] != kNotWritten) ++children.begin[positions_[row] + 1];
    }
  });
  for (uint32_t i = 0; i < row_count_; ++i) children.begin[i + 1] += children.begin[i];
  children.order.resize(children.begin.back());
  std::vector<uint32_t> next(children.begin.begin(), children.begin.end() - 1);
  owners.for_each_run(0, owners.size(), [&](size_t first, std::span<const uint32_t> run) {
    for (size_t i = 0; i < run.size(); ++i) {
      const uint32_t row = run[i];
      if (row >= positions_.size() || positions_[row] == kNotWritten) continue;
      children.order[next[positions_[row]]++] = static_cast<uint32_t>(first + i);
    }
  });
  return children;
}

template <class T, class U, class Convert>
stdx::Result<void> Writing::write_child_values(uint32_t leaf, const Children& children, const stdx::AppendOnly<U>& from,
                                               std::span<const T> ColumnInput::*member, Convert convert) {
  std::vector<T> values(children.order.size());
  for (size_t i = 0; i < values.size(); ++i) values[i] = convert(from[children.order[i]]);
  return write_groups(leaf, false, [&](ColumnInput& input, uint32_t first, uint32_t count) {
    input.list_begin = std::span<const uint32_t>(children.begin).subspan(first, count + 1);
    input.*member = std::span<const T>(values).subspan(children.begin[first],
                                                       children.begin[first + count] - children.begin[first]);
  });
}

stdx::Result<void> Writing::write_child_strings(uint32_t leaf, const Children& children,
                                                const stdx::AppendOnly<uint32_t>& codes, const Dictionary& dictionary) {
  codes_.resize(children.order.size());
  for (size_t i = 0; i < codes_.size(); ++i) codes_[i] = codes[children.order[i]];
  const DictionaryStrings strings(dictionary);
  return write_groups(leaf, false, [&](ColumnInput& input, uint32_t first, uint32_t count) {
    input.list_begin = std::span<const uint32_t>(children.begin).subspan(first, count + 1);
    input.codes = std::span<const uint32_t>(codes_).subspan(children.begin[first],
                                                            children.begin[first + count] - children.begin[first]);
    input.strings = &strings;
  });
}

stdx::Result<void> Writing::write_events(uint32_t leaf) {
  const SpanTable::Events& events = table_.events();
  const Children children = order_children(events.rows);
  const auto same = [](auto value) { return value; };
  const auto widen = [](uint32_t value) { return int64_t{value}; };
  if (auto done = write_child_values(leaf, children, events.times, &ColumnInput::ints, same); !done) return done;
  if (auto done = write_child_strings(leaf + 1, children, events.names, events.name_dictionary); !done) return done;
  if (auto done = write_child_strings(leaf + 2, children, events.attributes, events.attribute_dictionary); !done) {
    return done;
  }
  return write_child_values(leaf + 3, children, events.dropped, &ColumnInput::ints, widen);
}

stdx::Result<void> Writing::write_links(uint32_t leaf) {
  const SpanTable::Links& links = table_.links();
  const Children children = order_children(links.rows);
  const auto same = [](auto value) { return value; };
  const auto widen = [](uint32_t value) { return int64_t{value}; };
  if (auto done = write_child_values(leaf, children, links.trace_ids, &ColumnInput::ids16, same); !done) return done;
  if (auto done = write_child_values(leaf + 1, children, links.span_ids, &ColumnInput::ids8, same); !done) return done;
  if (auto done = write_child_strings(leaf + 2, children, links.trace_states, links.trace_state_dictionary); !done) {
    return done;
  }
  if (auto done = write_child_strings(leaf + 3, children, links.attributes, links.attribute_dictionary); !done) return done;
  if (auto done = write_child_values(leaf + 4, children, links.dropped, &ColumnInput::ints, widen); !done) return done;
  return write_child_values(leaf + 5, children, links.flags, &ColumnInput::ints, widen);
}

}  // namespace

stdx::Result<SpanFileResult> write_span_file(const SpanTable& table, const TraceOrder& order,
                                             const SpanFileOptions& options, disk::ObjectWriter& out) {
  return Writing(table, order, options, out).run();
}

}  // namespace clew::block
