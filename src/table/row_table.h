// What tables of all kinds of telemetry share: resources, instrumentation scopes, and a column for each attribute.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <string_view>

#include <absl/container/flat_hash_map.h>

#include "stdx/append_only.h"
#include "table/attribute_column.h"
#include "table/dictionary.h"
#include "table/segment.h"

namespace clew::table {

// Attribute columns that a table keeps at most; further keys go to the overflow columns, so that a client that invents
// keys cannot make memory grow without bound.
inline constexpr size_t kTableColumnsMax = 1024;

// The part of SpanTable and RecordTable that does not depend on what a row is. One writer appends, any number of readers
// look at what belongs to rows that were published to them. Not used by itself.
class RowTable {
 public:
  RowTable(const RowTable&) = delete;
  RowTable& operator=(const RowTable&) = delete;

  // ---- Writer.
  // Attributes are added with attribute(scope kResource/kInstrumentation, …) and the ordinal as owner.
  uint32_t add_resource();
  void set_service_name(uint32_t resource, std::string_view name);  // At most once.
  uint32_t add_instrumentation(std::string_view name, std::string_view version);
  // The column, made on first use; nullptr if the table has all attribute columns it may have. Rare fixed fields
  // (Scope::k…Field) always get theirs.
  AttributeColumn* attribute(Scope scope, std::string_view key, ValueType type);

  // ---- Readers.
  // What precedes the keys of the rows' own attributes where names of columns need it: "span.", "log.".
  std::string_view attribute_prefix() const { return attribute_prefix_; }
  // By row: ordinals.
  const stdx::AppendOnly<uint32_t>& resources() const { return resources_; }
  const stdx::AppendOnly<uint32_t>& instrumentations() const { return instrumentations_; }
  // By resource ordinal: code of service_dictionary(), or kNullCode.
  const stdx::AppendOnly<std::atomic<uint32_t>>& resource_services() const { return resource_services_; }
  const Dictionary& service_dictionary() const { return service_dictionary_; }
  // By instrumentation ordinal: codes of the dictionaries, or kNullCode where empty.
  const stdx::AppendOnly<uint32_t>& scope_names() const { return scope_names_; }
  const stdx::AppendOnly<uint32_t>& scope_versions() const { return scope_versions_; }
  const Dictionary& scope_name_dictionary() const { return scope_name_dictionary_; }
  const Dictionary& scope_version_dictionary() const { return scope_version_dictionary_; }

  // Attribute columns of all scopes, in order of first use.
  size_t attribute_column_count() const { return column_list_.size(); }
  const AttributeColumn& attribute_column(size_t index) const { return *column_list_[index]; }

 protected:
  RowTable(std::string_view attribute_prefix, size_t attribute_columns_max)
      : attribute_prefix_(attribute_prefix), attribute_columns_max_(attribute_columns_max) {}
  ~RowTable() = default;

  static constexpr size_t kOwnerBytesPerRow = 4 + 4;
  void append_owners(uint32_t resource, uint32_t instrumentation) {
    resources_.push(resource);
    instrumentations_.push(instrumentation);
  }
  AttributeColumn& writable_column(size_t index) { return columns_[index]; }
  size_t attribute_bytes() const;
  // Strings whose invalid UTF-8 was repaired.
  uint64_t repaired_attribute_count() const;

 private:
  struct ColumnKey {
    Scope scope;
    ValueType type;
    std::string_view key;
    bool operator==(const ColumnKey&) const = default;
    template <typename H>
    friend H AbslHashValue(H h, const ColumnKey& k) {
      return H::combine(std::move(h), k.scope, k.type, k.key);
    }
  };

  const std::string_view attribute_prefix_;
  const size_t attribute_columns_max_;
  stdx::AppendOnly<uint32_t> resources_;
  stdx::AppendOnly<uint32_t> instrumentations_;
  stdx::AppendOnly<std::atomic<uint32_t>> resource_services_;
  Dictionary service_dictionary_;
  stdx::AppendOnly<uint32_t> scope_names_;
  stdx::AppendOnly<uint32_t> scope_versions_;
  Dictionary scope_name_dictionary_;
  Dictionary scope_version_dictionary_;

  std::deque<AttributeColumn> columns_;  // Owner; addresses are stable. Writer only.
  stdx::AppendOnly<const AttributeColumn*> column_list_;
  absl::flat_hash_map<ColumnKey, AttributeColumn*> column_by_key_;  // Writer only; keys point into columns_.
  size_t attribute_column_count_ = 0;                               // Without rare fixed fields. Writer only.
};

}  // namespace clew::table
