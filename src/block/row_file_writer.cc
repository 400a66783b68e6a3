#include "block/row_file_writer.h"

#include <algorithm>
#include <bit>
#include <map>

#include <absl/container/flat_hash_map.h>

#include "otlp/value_json.h"
#include "table/overflow_field.h"
#include "table/span_fields.h"

namespace clew::block {

using parquet::ColumnInput;
using table::AttributeColumn;
using table::kNullCode;
using table::Scope;
using table::ValueType;

namespace {

// A row group with more different resources (or scopes) than this gets no shared pages.
constexpr size_t kSharedOwnersMax = 4096;

class OwnStrings final : public parquet::StringSource {
 public:
  std::vector<std::string> values;
  uint32_t code_count() const override { return static_cast<uint32_t>(values.size()); }
  void views(std::span<const uint32_t> codes, std::string_view* out) const override {
    for (const uint32_t code : codes) *out++ = values[code];
  }
};

void append_member(const AttributeColumn& column, size_t entry, std::string_view own_prefix, std::string& json) {
  if (json.empty()) json = "{}";
  json.pop_back();
  if (json.size() > 1) json += ',';
  const Scope scope = column.info().scope;
  const std::string_view prefix = scope == Scope::kResource          ? "resource."
                                  : scope == Scope::kInstrumentation ? "scope."
                                                                     : own_prefix;
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

}  // namespace

RowFileWriter::RowFileWriter(const table::RowTable& table, std::span<const uint32_t> order, std::vector<RowGroup> groups,
                             disk::ObjectWriter& out)
    : rows_of_(table), order_(order), out_(out), row_count_(static_cast<uint32_t>(order.size())), groups_(std::move(groups)) {
  find_positions();
  resources_ = owner_rows(table.resources(), table.resource_services().size());
  instrumentations_ = owner_rows(table.instrumentations(), table.scope_names().size());
}

void RowFileWriter::begin_file(parquet::Schema schema, int zstd_level) {
  std::vector<uint32_t> group_rows;
  for (const RowGroup& group : groups_) group_rows.push_back(group.count);
  parquet::EncoderOptions encoder;
  encoder.zstd_level = zstd_level;
  writer_ = std::make_unique<parquet::FileWriter>(std::move(schema), group_rows, encoder,
                                                  [this](std::string_view bytes) { return out_.append(bytes); });
}

void RowFileWriter::find_positions() {
  uint32_t row_end = 0;
  for (const uint32_t row : order_) row_end = std::max(row_end, row + 1);
  positions_.assign(row_end, kNotWritten);
  for (uint32_t i = 0; i < row_count_; ++i) positions_[order_[i]] = i;
}

OwnerRows RowFileWriter::owner_rows(const stdx::AppendOnly<uint32_t>& owners, size_t owner_count) const {
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

uint64_t RowFileWriter::weight_of(const AttributeColumn& column) const {
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

AttributePlan RowFileWriter::plan(size_t first_column) {
  std::vector<AttributeCandidate> candidates;
  for (size_t i = first_column; i < rows_of_.attribute_column_count(); ++i) {
    const AttributeColumn& column = rows_of_.attribute_column(i);
    candidates.push_back({column.info(), weight_of(column), i});
  }
  AttributePlan plan = plan_attributes(std::move(candidates));
  // Overflowed columns need their scope's overflow column, which the table may not have yet.
  constexpr size_t kNoSource = SIZE_MAX;
  bool added = false;
  for (const AttributeCandidate& candidate : plan.overflowed) {
    const auto [scope, key] = table::overflow_field(candidate.info.scope);
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
  for (const AttributeCandidate& candidate : plan.overflowed) {
    overflowed_.push_back(&rows_of_.attribute_column(candidate.source));
  }
  return plan;
}

const uint64_t* RowFileWriter::group_bits(const std::vector<uint64_t>& bits, uint32_t first, uint32_t count) {
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

stdx::Result<void> RowFileWriter::write_codes(uint32_t leaf, const parquet::StringSource& strings, bool bloom) {
  return write_groups(leaf, bloom, [&](ColumnInput& input, uint32_t first, uint32_t count) {
    input.codes = std::span<const uint32_t>(codes_).subspan(first, count);
    input.strings = &strings;
  });
}


stdx::Result<void> RowFileWriter::write_owners(uint32_t first_leaf) {
  std::vector<uint32_t> codes(rows_of_.resource_services().size());
  for (size_t i = 0; i < codes.size(); ++i) codes[i] = rows_of_.resource_services()[i];
  auto done = write_owned_strings(first_leaf, resources_, codes, DictionaryStrings(rows_of_.service_dictionary()), true);
  if (!done) return done;
  codes.resize(rows_of_.scope_names().size());
  for (size_t i = 0; i < codes.size(); ++i) codes[i] = rows_of_.scope_names()[i];
  done = write_owned_strings(first_leaf + 1, instrumentations_, codes,
                             DictionaryStrings(rows_of_.scope_name_dictionary()), true);
  if (!done) return done;
  for (size_t i = 0; i < codes.size(); ++i) codes[i] = rows_of_.scope_versions()[i];
  return write_owned_strings(first_leaf + 2, instrumentations_, codes,
                             DictionaryStrings(rows_of_.scope_version_dictionary()), true);
}

stdx::Result<void> RowFileWriter::write_attributes(uint32_t leaf, const AttributePlan& attributes) {
  for (const AttributeCandidate& column : attributes.columns) {
    const bool overflow = table::is_overflow_field(column.info.key);
    const bool rare = column.info.scope >= Scope::kSpanField;
    auto done = rare && overflow ? write_overflow(leaf, column.info.scope)
                                 : write_attribute(leaf, rows_of_.attribute_column(column.source), false);
    if (!done) return done;
    ++leaf;
  }
  return {};
}

// ---- Attributes.

stdx::Result<void> RowFileWriter::write_attribute(uint32_t leaf, const AttributeColumn& column, bool filtered) {
  const ValueType type = column.info().type;
  const bool text = type == ValueType::kString || type == ValueType::kJson;
  if (type == ValueType::kTraceId || type == ValueType::kSpanId) return write_id_attribute(leaf, column, filtered);
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

stdx::Result<void> RowFileWriter::write_span_strings(uint32_t leaf, const AttributeColumn& column) {
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

stdx::Result<void> RowFileWriter::write_span_numbers(uint32_t leaf, const AttributeColumn& column) {
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

stdx::Result<void> RowFileWriter::write_owned_strings(uint32_t leaf, OwnerRows& owners, std::span<const uint32_t> code_of_owner,
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

stdx::Result<void> RowFileWriter::write_owned_numbers(uint32_t leaf, const OwnerRows& owners, const AttributeColumn& column) {
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

stdx::Result<void> RowFileWriter::write_id_attribute(uint32_t leaf, const AttributeColumn& column, bool filtered) {
  const bool is_trace = column.info().type == ValueType::kTraceId;
  valid_.assign((row_count_ + 63) / 64, 0);
  numbers_.resize(row_count_);
  std::vector<otlp::TraceId> trace_ids(is_trace ? row_count_ : 0);
  for (size_t entry = 0; entry < column.entry_count(); ++entry) {
    const uint32_t owner = column.owners()[entry];
    if (owner >= positions_.size() || positions_[owner] == kNotWritten) continue;
    const uint32_t position = positions_[owner];
    valid_[position / 64] |= uint64_t{1} << (position % 64);
    if (is_trace) {
      trace_ids[position] = column.trace_id(entry);
    } else {
      numbers_[position] = column.numbers()[entry];
    }
  }
  return write_groups(leaf, filtered, [&](ColumnInput& input, uint32_t first, uint32_t count) {
    input.valid = group_bits(valid_, first, count);
    if (is_trace) {
      input.ids16 = std::span<const otlp::TraceId>(trace_ids).subspan(first, count);
    } else {
      input.ids8 = std::span<const uint64_t>(numbers_).subspan(first, count);
    }
  });
}

// The table's own overflow column of the scope and the columns that did not fit into the block, as one JSON object a row.
stdx::Result<void> RowFileWriter::write_overflow(uint32_t leaf, Scope field_scope) {
  const Scope scope = field_scope == Scope::kResourceField          ? Scope::kResource
                      : field_scope == Scope::kInstrumentationField ? Scope::kInstrumentation
                                                                    : Scope::kSpan;
  std::map<uint32_t, std::string> objects;  // By owner.
  for (size_t i = 0; i < rows_of_.attribute_column_count(); ++i) {
    const AttributeColumn& column = rows_of_.attribute_column(i);
    if (column.info().scope != field_scope || !table::is_overflow_field(column.info().key)) continue;
    for (size_t entry = 0; entry < column.entry_count(); ++entry) {
      objects[column.owners()[entry]] = column.dictionary().at(column.codes()[entry]);
    }
  }
  for (const AttributeColumn* column : overflowed_) {
    if (column->info().scope != scope) continue;
    for (size_t entry = 0; entry < column->entry_count(); ++entry) {
      append_member(*column, entry, rows_of_.attribute_prefix(), objects[column->owners()[entry]]);
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

}  // namespace clew::block
