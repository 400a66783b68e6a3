// What files of spans and of records share: rows of a table in a given order, their attributes column by column.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "block/parquet/file_writer.h"
#include "block/span_file_schema.h"
#include "disk/object_store.h"
#include "stdx/append_only.h"
#include "stdx/error.h"
#include "table/row_table.h"

namespace clew::block {

inline constexpr uint32_t kNotWritten = 0xffffffffu;

class DictionaryStrings final : public parquet::StringSource {
 public:
  explicit DictionaryStrings(const table::Dictionary& dictionary) : dictionary_(dictionary) {}
  uint32_t code_count() const override { return dictionary_.size(); }
  void views(std::span<const uint32_t> codes, std::string_view* out) const override {
    const auto& entries = dictionary_.entries();
    for (const uint32_t code : codes) {
      const table::Dictionary::Entry& entry = entries[code];
      *out++ = {entry.data, entry.length};
    }
  }

 private:
  const table::Dictionary& dictionary_;
};

struct RowGroup {
  uint32_t first = 0;
  uint32_t count = 0;
};

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

// Works column by column over all row groups, holding one column at a time. The table must no longer grow and the order must
// outlive the writer. One thread. Not used by itself.
class RowFileWriter {
 protected:
  using Done = stdx::Result<void>;

  RowFileWriter(const table::RowTable& table, std::span<const uint32_t> order, std::vector<RowGroup> groups,
                disk::ObjectWriter& out);
  ~RowFileWriter() = default;

  // Of the table's columns from `first_column` on.
  AttributePlan plan(size_t first_column);
  void begin_file(parquet::Schema schema, int zstd_level);
  // service_name, scope_name, scope_version.
  Done write_owners(uint32_t first_leaf);
  // A leaf for each column of the plan.
  Done write_attributes(uint32_t first_leaf, const AttributePlan& attributes);
  // `filtered`: ids get a bloom filter; strings do anyway.
  Done write_attribute(uint32_t leaf, const table::AttributeColumn& column, bool filtered);

  // Columns with a value for every row.
  template <class T>
  void gather(const stdx::AppendOnly<T>& from, std::vector<T>& values) const {
    values.resize(row_count_);
    for (uint32_t i = 0; i < row_count_; ++i) values[i] = from[order_[i]];
  }
  Done write_codes(uint32_t leaf, const parquet::StringSource& strings, bool bloom);  // From codes_.
  template <class Fill>
  Done write_groups(uint32_t leaf, bool bloom, Fill&& fill) {
    for (uint32_t group = 0; group < groups_.size(); ++group) {
      parquet::ColumnInput input;
      input.row_count = groups_[group].count;
      fill(input, groups_[group].first, groups_[group].count);
      if (auto done = writer_->write_chunk(group, leaf, input, bloom); !done) return done;
    }
    return {};
  }
  // `valid` for rows of the group, from a bitmap over all rows whose groups begin anywhere in a word.
  const uint64_t* group_bits(const std::vector<uint64_t>& bits, uint32_t first, uint32_t count);

  const table::RowTable& rows_of_;
  const std::span<const uint32_t> order_;
  disk::ObjectWriter& out_;
  const uint32_t row_count_;
  const std::vector<RowGroup> groups_;
  std::unique_ptr<parquet::FileWriter> writer_;
  std::vector<uint32_t> positions_;  // By row of the table: row of the file, or kNotWritten.
  std::vector<const table::AttributeColumn*> overflowed_;

  // One column at a time.
  std::vector<uint32_t> codes_;
  std::vector<uint64_t> numbers_;
  std::vector<uint8_t> small_;
  std::vector<uint64_t> valid_, group_valid_;

 private:
  void find_positions();
  OwnerRows owner_rows(const stdx::AppendOnly<uint32_t>& owners, size_t owner_count) const;
  uint64_t weight_of(const table::AttributeColumn& column) const;
  Done write_span_strings(uint32_t leaf, const table::AttributeColumn& column);
  Done write_span_numbers(uint32_t leaf, const table::AttributeColumn& column);
  Done write_id_attribute(uint32_t leaf, const table::AttributeColumn& column, bool filtered);
  Done write_owned_strings(uint32_t leaf, OwnerRows& owners, std::span<const uint32_t> code_of_owner,
                           const parquet::StringSource& strings, bool bloom);
  Done write_owned_numbers(uint32_t leaf, const OwnerRows& owners, const table::AttributeColumn& column);
  Done write_overflow(uint32_t leaf, table::Scope scope);

  OwnerRows resources_, instrumentations_;
};

}  // namespace clew::block
