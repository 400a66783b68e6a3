#include "block/span_file_writer.h"

#include <algorithm>

#include "block/parquet/parquet_limits.h"
#include "block/row_file_writer.h"
#include "block/span_file_nested_set.h"
#include "block/span_file_schema.h"

namespace clew::block {
namespace {

using parquet::ColumnInput;
using table::Dictionary;
using table::SpanTable;
using table::TraceOrder;

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

class Writing final : private RowFileWriter {
 public:
  Writing(const SpanTable& table, const TraceOrder& order, const SpanFileOptions& options, disk::ObjectWriter& out)
      : RowFileWriter(table, order.rows,
                      split_rows(order, options.row_group_rows != 0 ? options.row_group_rows : kRowGroupRows), out),
        table_(table), trace_order_(order), options_(options) {}

  stdx::Result<SpanFileResult> run();

 private:
  Done write_core(SpanFileResult& result);
  Done write_ids();
  Done write_nested_sets();
  Done write_events(uint32_t first_leaf);
  Done write_links(uint32_t first_leaf);

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
  const TraceOrder& trace_order_;
  const SpanFileOptions& options_;
};

stdx::Result<SpanFileResult> Writing::run() {
  const AttributePlan attributes = plan(0);
  begin_file(span_schema(attributes.columns), options_.zstd_level);
  writer_->add_key_value(std::string(kColumnsKey), columns_to_json(attributes.columns));
  writer_->set_sorting({static_cast<uint32_t>(SpanLeaf::kTraceId), static_cast<uint32_t>(SpanLeaf::kStartTime)});

  SpanFileResult result;
  result.span_count = row_count_;
  result.attribute_column_count = static_cast<uint32_t>(attributes.columns.size());
  result.overflowed_column_count = static_cast<uint32_t>(overflowed_.size());
  if (row_count_ > 0) {
    if (auto done = write_core(result); !done) return std::unexpected(done.error());
    const auto first_leaf = static_cast<uint32_t>(SpanLeaf::kCount);
    if (auto done = write_attributes(first_leaf, attributes); !done) return std::unexpected(done.error());
    const uint32_t leaf = first_leaf + static_cast<uint32_t>(attributes.columns.size());
    if (auto done = write_events(leaf); !done) return std::unexpected(done.error());
    if (auto done = write_links(leaf + kEventLeaves); !done) return std::unexpected(done.error());
  }
  auto file = writer_->finish();
  if (!file) return std::unexpected(file.error());
  result.file = *file;
  return result;
}

// ---- Core columns.

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
    for (uint32_t i = 0; i < row_count_; ++i) ints32[i] = from[order_[i]];
    return write_groups(static_cast<uint32_t>(leaf), false, [&](ColumnInput& input, uint32_t first, uint32_t count) {
      input.ints32 = std::span<const int32_t>(ints32).subspan(first, count);
    });
  };
  if (auto done = write_small(SpanLeaf::kKind, table_.kinds()); !done) return done;
  if (auto done = write_small(SpanLeaf::kStatusCode, table_.statuses()); !done) return done;

  if (auto done = write_owners(static_cast<uint32_t>(SpanLeaf::kServiceName)); !done) return done;
  return write_nested_sets();
}

stdx::Result<void> Writing::write_ids() {
  std::vector<otlp::TraceId> trace_ids(row_count_);
  for (const table::TraceRun& run : trace_order_.runs) {
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

stdx::Result<void> Writing::write_nested_sets() {
  std::vector<otlp::SpanId> ids, parents;
  gather(table_.span_ids(), ids);
  gather(table_.parent_span_ids(), parents);
  gather(table_.kinds(), small_);
  for (uint8_t& kind : small_) kind = kind == static_cast<uint8_t>(otlp::SpanKind::kServer);
  std::vector<int32_t> left(row_count_), right(row_count_), depth(row_count_);
  NestedSetNumbering numbering;
  for (const table::TraceRun& run : trace_order_.runs) {
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
