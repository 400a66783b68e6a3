#include "table/record_table.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <string_view>

namespace clew::table {
namespace {

// Numbers whose order as unsigned integers is that of the values, one for each row below `row_end`; 0 for no value.
class KeyColumn {
 public:
  KeyColumn(const RecordTable& table, SortKey key, uint32_t row_end) : table_(table), values_(row_end) {
    const bool fixed = key.scope == Scope::kSpanField;
    if (fixed && key.key == "time") take_times();
    if (fixed && key.key == "service_name") take_services();
    for (size_t i = 0; i < table.attribute_column_count(); ++i) {
      const AttributeColumn& column = table.attribute_column(i);
      if (column.info().scope == key.scope && column.info().key == key.key) take_column(column);
    }
  }
  std::vector<uint64_t> take() && { return std::move(values_); }

 private:
  static constexpr uint64_t kSignBit = uint64_t{1} << 63;

  void take_times() {
    for (uint32_t row = 0; row < values_.size(); ++row) {
      values_[row] = static_cast<uint64_t>(table_.times()[row]) ^ kSignBit;
    }
  }
  void take_services() {
    const std::vector<uint32_t> ranks = ranks_of(table_.service_dictionary());
    for (uint32_t row = 0; row < values_.size(); ++row) {
      const uint32_t code = table_.resource_services()[table_.resources()[row]];
      values_[row] = code == kNullCode ? 0 : ranks[code];
    }
  }
  // Of several types of one key each is ordered in itself.
  void take_column(const AttributeColumn& column) {
    const ValueType type = column.info().type;
    const bool text = type == ValueType::kString || type == ValueType::kJson;
    std::vector<uint32_t> ranks;
    if (text) ranks = ranks_of(column.dictionary());
    for (size_t entry = 0; entry < column.entry_count(); ++entry) {
      const uint32_t row = column.owners()[entry];
      if (row >= values_.size()) break;
      values_[row] = text                        ? ranks[column.codes()[entry]]
                     : type == ValueType::kInt64 ? column.numbers()[entry] ^ kSignBit
                     : type == ValueType::kBool  ? column.codes()[entry] + 1
                                                 : column.numbers()[entry];
    }
  }
  // By code, from 1 on; equal texts have equal ranks.
  static std::vector<uint32_t> ranks_of(const Dictionary& dictionary) {
    std::vector<uint32_t> codes(dictionary.size());
    std::iota(codes.begin(), codes.end(), 0u);
    std::sort(codes.begin(), codes.end(), [&](uint32_t a, uint32_t b) { return dictionary.at(a) < dictionary.at(b); });
    std::vector<uint32_t> ranks(codes.size());
    uint32_t rank = 0;
    for (size_t i = 0; i < codes.size(); ++i) {
      if (i == 0 || dictionary.at(codes[i]) != dictionary.at(codes[i - 1])) ++rank;
      ranks[codes[i]] = rank;
    }
    return ranks;
  }

  const RecordTable& table_;
  std::vector<uint64_t> values_;
};

}  // namespace

RecordTable::RecordTable(const RecordKind& kind, size_t attribute_columns_max)
    : RowTable(kind.attribute_prefix, attribute_columns_max), kind_(kind) {
  for (const RecordField& field : kind.fields) attribute(Scope::kSpanField, field.key, field.type);
}

uint32_t RecordTable::append_record(int64_t time_ns, uint32_t resource, uint32_t instrumentation) {
  append_owners(resource, instrumentation);
  times_.push(time_ns);
  if (time_ns < time_min_ns()) time_min_ns_.store(time_ns, std::memory_order_relaxed);
  if (time_ns > time_max_ns()) time_max_ns_.store(time_ns, std::memory_order_relaxed);
  return next_row() - 1;
}

std::vector<uint32_t> order_records(const RecordTable& table, uint32_t row_end) {
  std::vector<std::vector<uint64_t>> keys;
  for (const SortKey& key : table.kind().order) keys.push_back(KeyColumn(table, key, row_end).take());
  std::vector<uint32_t> rows(row_end);
  std::iota(rows.begin(), rows.end(), 0u);
  std::sort(rows.begin(), rows.end(), [&](uint32_t a, uint32_t b) {
    for (const std::vector<uint64_t>& values : keys) {
      if (values[a] != values[b]) return values[a] < values[b];
    }
    return a < b;
  });
  return rows;
}

}  // namespace clew::table
