// Attributes from the wire into the columns of a table.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include <absl/container/flat_hash_map.h>

#include "table/row_table.h"

namespace clew::ingest {

// What had to be repaired or dropped, in spans, log records and data points that were kept.
struct RepairCounts {
  uint64_t end_before_start = 0;      // Duration became 0.
  uint64_t malformed_attributes = 0;  // Dropped, or their damaged part became null.
  uint64_t duplicate_attributes = 0;  // A key twice in one list with one type: the first value stays.
  uint64_t malformed_children = 0;    // Events, links, exemplars or parts of a data point dropped.
  uint64_t malformed_ids = 0;         // Trace or span ids of log records that have another length: became none.
  uint64_t unknown_enums = 0;         // Kind, status code, severity or temporality that OTLP does not have: became 0.
  uint64_t overflowed_attributes = 0;  // Beyond the table's columns: kept as JSON.
  uint64_t invalid_utf8 = 0;          // Strings repaired with U+FFFD.

  RepairCounts& operator+=(const RepairCounts& other);
};

// The value of an encoded KeyValue if its key is `key` and its value a string.
std::optional<std::string_view> string_attribute(std::string_view key_value, std::string_view key);

// Writes the attributes of one scope (rows, resources or instrumentation scopes) of one table. Finds a key's columns by
// guessing that keys come in the order in which they came last time, which spares most look-ups. One thread; the table must
// outlive it.
class AttributeWriter {
 public:
  AttributeWriter(table::RowTable& table, table::Scope scope, RepairCounts& repairs);

  // Begins the attributes of `owner`; owners ascend. finish() writes what did not fit into columns.
  void begin(uint32_t owner) {
    owner_ = owner;
    previous_ = nullptr;
    guess_ = first_;
  }
  // One encoded KeyValue message.
  void add(std::string_view key_value);
  void finish();

 private:
  static constexpr size_t kTypes = 5;  // kString … kBool
  struct Key {
    std::string text;
    std::array<table::AttributeColumn*, kTypes> columns{};
    Key* next = nullptr;  // The key that followed last time.
  };

  Key* find_key(std::string_view text);
  table::AttributeColumn* column(Key& key, table::ValueType type);
  void add_value(Key& key, std::string_view any_value);
  void add_json(Key& key, std::string_view any_value);
  void overflow(std::string_view key, std::string_view any_value);
  void note(bool appended) { repairs_.duplicate_attributes += appended ? 0 : 1; }

  table::RowTable& table_;
  const table::Scope scope_;
  RepairCounts& repairs_;
  std::deque<Key> keys_;
  absl::flat_hash_map<std::string_view, Key*> key_by_text_;
  Key* first_ = nullptr;     // The key that came first last time.
  Key* guess_ = nullptr;
  Key* previous_ = nullptr;
  uint32_t owner_ = 0;
  std::string json_;
  std::string overflow_json_;
};

}  // namespace clew::ingest
