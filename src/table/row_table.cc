#include "table/row_table.h"

namespace clew::table {
namespace {

bool is_rare_field(Scope scope) {
  return scope == Scope::kSpanField || scope == Scope::kResourceField || scope == Scope::kInstrumentationField;
}

}  // namespace

uint32_t RowTable::add_resource() {
  resource_services_.push(kNullCode);
  return static_cast<uint32_t>(resource_services_.size() - 1);
}

void RowTable::set_service_name(uint32_t resource, std::string_view name) {
  resource_services_[resource].store(service_dictionary_.intern(name), std::memory_order_release);
}

uint32_t RowTable::add_instrumentation(std::string_view name, std::string_view version) {
  scope_versions_.push(version.empty() ? kNullCode : scope_version_dictionary_.intern(version));
  scope_names_.push(name.empty() ? kNullCode : scope_name_dictionary_.intern(name));
  return static_cast<uint32_t>(scope_names_.size() - 1);
}

AttributeColumn* RowTable::attribute(Scope scope, std::string_view key, ValueType type) {
  if (auto found = column_by_key_.find(ColumnKey{scope, type, key}); found != column_by_key_.end()) {
    return found->second;
  }
  if (!is_rare_field(scope)) {
    if (attribute_column_count_ == attribute_columns_max_) return nullptr;
    ++attribute_column_count_;
  }
  AttributeColumn& column = columns_.emplace_back(ColumnInfo{scope, std::string(key), type});
  column_by_key_.emplace(ColumnKey{scope, type, column.info().key}, &column);
  column_list_.push(&column);
  return &column;
}

size_t RowTable::attribute_bytes() const {
  size_t bytes = 0;
  for (const AttributeColumn& column : columns_) bytes += column.used_bytes();
  return bytes;
}

uint64_t RowTable::repaired_attribute_count() const {
  uint64_t count = service_dictionary_.repaired_count() + scope_name_dictionary_.repaired_count() +
                   scope_version_dictionary_.repaired_count();
  for (const AttributeColumn& column : columns_) count += column.repaired_count();
  return count;
}

}  // namespace clew::table
