#include "block/parquet/parquet_schema.h"

namespace clew::block::parquet {

LeafSpec LeafSpec::string(std::string name, bool optional) {
  return {std::move(name), PhysicalType::kByteArray, LogicalType::kString, 0, optional};
}
LeafSpec LeafSpec::json(std::string name, bool optional) {
  return {std::move(name), PhysicalType::kByteArray, LogicalType::kJson, 0, optional};
}
LeafSpec LeafSpec::int64(std::string name, bool optional) {
  return {std::move(name), PhysicalType::kInt64, LogicalType::kNone, 0, optional};
}
LeafSpec LeafSpec::timestamp(std::string name, bool optional) {
  return {std::move(name), PhysicalType::kInt64, LogicalType::kTimestampNanos, 0, optional};
}
LeafSpec LeafSpec::int32(std::string name, bool optional) {
  return {std::move(name), PhysicalType::kInt32, LogicalType::kNone, 0, optional};
}
LeafSpec LeafSpec::real(std::string name, bool optional) {
  return {std::move(name), PhysicalType::kDouble, LogicalType::kNone, 0, optional};
}
LeafSpec LeafSpec::boolean(std::string name, bool optional) {
  return {std::move(name), PhysicalType::kBoolean, LogicalType::kNone, 0, optional};
}
LeafSpec LeafSpec::fixed(std::string name, uint8_t length, bool optional) {
  return {std::move(name), PhysicalType::kFixed, LogicalType::kNone, length, optional};
}

FieldSpec FieldSpec::flat(LeafSpec leaf) {
  std::string name = leaf.name;
  return {std::move(name), false, {std::move(leaf)}};
}
FieldSpec FieldSpec::list(std::string name, std::vector<LeafSpec> leaves) {
  return {std::move(name), true, std::move(leaves)};
}

Schema::Schema(std::vector<FieldSpec> fields) : fields_(std::move(fields)) {
  for (const FieldSpec& field : fields_) {
    for (const LeafSpec& leaf : field.leaves) leaves_.push_back({leaf, field.is_list ? field.name : std::string()});
  }
}

std::string_view type_name(PhysicalType type) {
  switch (type) {
    case PhysicalType::kBoolean: return "BOOLEAN";
    case PhysicalType::kInt32: return "INT32";
    case PhysicalType::kInt64: return "INT64";
    case PhysicalType::kDouble: return "DOUBLE";
    case PhysicalType::kByteArray: return "BYTE_ARRAY";
    case PhysicalType::kFixed: return "FIXED_LEN_BYTE_ARRAY";
  }
  return "?";
}

}  // namespace clew::block::parquet
