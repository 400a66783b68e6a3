#include "block/record_file.h"

#include <algorithm>
#include <string>

#include "block/row_file_writer.h"
#include "block/span_file_schema.h"

namespace clew::block {
namespace {

using parquet::FieldSpec;
using parquet::LeafSpec;
using table::RecordColumn;
using table::RecordField;
using table::RecordKind;
using table::ValueType;

LeafSpec leaf_of(const RecordField& field) {
  std::string name(field.key);
  switch (field.type) {
    case ValueType::kTraceId: return LeafSpec::fixed(std::move(name), 16, true);
    case ValueType::kSpanId: return LeafSpec::fixed(std::move(name), 8, true);
    case ValueType::kInt64:
      return field.timestamp ? LeafSpec::timestamp(std::move(name), true) : LeafSpec::int64(std::move(name), true);
    case ValueType::kDouble: return LeafSpec::real(std::move(name), true);
    case ValueType::kBool: return LeafSpec::boolean(std::move(name), true);
    case ValueType::kJson: return LeafSpec::json(std::move(name), true);
    default: return LeafSpec::string(std::move(name), true);
  }
}

parquet::Schema record_schema(const RecordKind& kind, std::span<const AttributeCandidate> attributes) {
  std::vector<FieldSpec> fields;
  fields.push_back(FieldSpec::flat(LeafSpec::timestamp("time")));
  for (const char* name : {"service_name", "scope_name", "scope_version"}) {
    fields.push_back(FieldSpec::flat(LeafSpec::string(name, true)));
  }
  for (const RecordField& field : kind.fields) fields.push_back(FieldSpec::flat(leaf_of(field)));
  append_attribute_fields(kind.attribute_prefix, attributes, fields);
  return parquet::Schema(std::move(fields));
}

std::vector<RowGroup> split_rows(size_t row_count, uint32_t rows_wanted) {
  std::vector<RowGroup> groups;
  for (size_t first = 0; first < row_count; first += rows_wanted) {
    groups.push_back({static_cast<uint32_t>(first), static_cast<uint32_t>(std::min<size_t>(rows_wanted, row_count - first))});
  }
  return groups;
}

class RecordWriting final : private RowFileWriter {
 public:
  RecordWriting(const table::RecordTable& table, std::span<const uint32_t> order, uint32_t row_group_rows,
                disk::ObjectWriter& out)
      : RowFileWriter(table, order, split_rows(order.size(), row_group_rows != 0 ? row_group_rows : kRowGroupRows), out),
        table_(table) {}

  stdx::Result<parquet::WrittenFile> run(int zstd_level) {
    const RecordKind& kind = table_.kind();
    const AttributePlan attributes = plan(kind.fields.size());
    begin_file(record_schema(kind, attributes.columns), zstd_level);
    writer_->add_key_value(std::string(kColumnsKey), columns_to_json(attributes.columns));
    writer_->set_sorting(sorting_leaves());
    if (auto done = write_columns(attributes); !done) return std::unexpected(std::move(done.error()));
    return writer_->finish();
  }

 private:
  // Those of the order's keys that every file of the kind has, up to the first that it may lack.
  std::vector<uint32_t> sorting_leaves() const {
    std::vector<uint32_t> leaves;
    for (const table::SortKey& key : table_.kind().order) {
      const auto& fields = table_.kind().fields;
      const auto field = std::ranges::find(fields, key.key, &RecordField::key);
      if (key.scope != table::Scope::kSpanField) break;
      if (key.key == "time") {
        leaves.push_back(table::column(RecordColumn::kTime));
      } else if (key.key == "service_name") {
        leaves.push_back(table::column(RecordColumn::kServiceName));
      } else if (field != fields.end()) {
        leaves.push_back(table::field_column(static_cast<size_t>(field - fields.begin())));
      } else {
        break;
      }
    }
    return leaves;
  }

  Done write_columns(const AttributePlan& attributes) {
    std::vector<int64_t> times;
    gather(table_.times(), times);
    auto done = write_groups(table::column(RecordColumn::kTime), false,
                             [&](parquet::ColumnInput& input, uint32_t first, uint32_t count) {
                               input.ints = std::span<const int64_t>(times).subspan(first, count);
                             });
    if (!done) return done;
    if (done = write_owners(table::column(RecordColumn::kServiceName)); !done) return done;
    for (size_t field = 0; field < table_.kind().fields.size(); ++field) {
      done = write_attribute(table::field_column(field), table_.attribute_column(field), table_.kind().fields[field].filtered);
      if (!done) return done;
    }
    return write_attributes(table::field_column(table_.kind().fields.size()), attributes);
  }

  const table::RecordTable& table_;
};

}  // namespace

stdx::Result<parquet::WrittenFile> write_record_file(const table::RecordTable& table, std::span<const uint32_t> order,
                                                     int zstd_level, uint32_t row_group_rows, disk::ObjectWriter& out) {
  return RecordWriting(table, order, row_group_rows, out).run(zstd_level);
}

stdx::Result<std::shared_ptr<const SpanColumns>> record_columns(const BlockFile& file, const RecordKind& kind) {
  auto attributes = attribute_columns(file);
  if (!attributes) return std::unexpected(std::move(attributes.error()));
  std::vector<AttributeCandidate> candidates;
  for (const table::ColumnInfo& info : *attributes) candidates.push_back({info, 1, 0});
  const size_t fixed = table::field_column(kind.fields.size());
  if (auto fits = check_leaves(file, record_schema(kind, candidates), fixed, fixed + attributes->size()); !fits) {
    return std::unexpected(std::move(fits.error()));
  }
  auto columns = std::make_shared<SpanColumns>();
  columns->core_count = columns->attribute_leaf = table::column(RecordColumn::kCount);
  columns->infos.push_back({table::Scope::kSpanField, "time", ValueType::kInt64});
  for (const char* name : {"service_name", "scope_name", "scope_version"}) {
    columns->infos.push_back({table::Scope::kSpanField, name, ValueType::kString});
  }
  for (const RecordField& field : kind.fields) {
    columns->infos.push_back({table::Scope::kSpanField, std::string(field.key), field.type});
  }
  columns->infos.insert(columns->infos.end(), attributes->begin(), attributes->end());
  columns->index_by_key();
  return columns;
}

}  // namespace clew::block
