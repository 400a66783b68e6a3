#include "rollup/peer_columns.h"

#include "table/call_attributes.h"

namespace clew::rollup {
namespace {

using table::ConnectionType;

std::vector<size_t> columns_of(const table::SpanTable& table, std::string_view key) {
  std::vector<size_t> columns;
  for (size_t i = 0; i < table.attribute_column_count(); ++i) {
    const table::ColumnInfo& info = table.attribute_column(i).info();
    if (info.scope == table::Scope::kSpan && info.type == table::ValueType::kString && info.key == key) {
      columns.push_back(i);
    }
  }
  return columns;
}

template <class Visit>
void for_each_entry(const table::AttributeColumn& column, uint32_t row_end, Visit&& visit) {
  const size_t count = column.entry_count();
  for (size_t i = 0; i < count; ++i) {
    const uint32_t row = column.owners()[i];
    if (row >= row_end) return;
    visit(row, column.codes()[i]);
  }
}

}  // namespace

PeerColumns::PeerColumns(const table::SpanTable& table, uint32_t row_end)
    : table_(table), types_(row_end, static_cast<uint8_t>(ConnectionType::kUnknown)), peers_(row_end) {
  for (const table::CallTypeAttribute& attribute : table::kCallTypeAttributes) {
    for (const size_t index : columns_of(table, attribute.key)) {
      const table::AttributeColumn& column = table.attribute_column(index);
      for_each_entry(column, row_end, [&](uint32_t row, uint32_t code) {
        types_[row] = static_cast<uint8_t>(table::call_type(attribute, column.dictionary().at(code)));
      });
    }
  }
  for (const std::string_view key : table::kPeerAttributes) {
    for (const size_t index : columns_of(table, key)) {
      for_each_entry(table.attribute_column(index), row_end, [&](uint32_t row, uint32_t code) {
        peers_[row] = {static_cast<uint32_t>(index), code};
      });
    }
  }
}

std::string_view PeerColumns::peer_name(uint64_t peer_key) const {
  const table::AttributeColumn& column = table_.attribute_column(peer_key >> 32);
  return column.dictionary().at(static_cast<uint32_t>(peer_key));
}

}  // namespace clew::rollup
