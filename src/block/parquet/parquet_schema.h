// The columns that our profile of Parquet knows: flat values, and lists of structs of flat values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace clew::block::parquet {

// Numbers as in the format's Thrift file; types that our profile lacks are absent.
enum class PhysicalType : uint8_t {
  kBoolean = 0,
  kInt32 = 1,
  kInt64 = 2,
  kDouble = 5,
  kByteArray = 6,
  kFixed = 7,  // FIXED_LEN_BYTE_ARRAY of 8 or 16 bytes.
};
enum class LogicalType : uint8_t { kNone, kString, kJson, kTimestampNanos };

struct LeafSpec {
  std::string name;
  PhysicalType physical = PhysicalType::kByteArray;
  LogicalType logical = LogicalType::kNone;
  uint8_t fixed_length = 0;
  bool optional = false;

  static LeafSpec string(std::string name, bool optional = false);
  static LeafSpec json(std::string name, bool optional = false);
  static LeafSpec int64(std::string name, bool optional = false);
  static LeafSpec timestamp(std::string name, bool optional = false);
  static LeafSpec int32(std::string name, bool optional = false);
  static LeafSpec real(std::string name, bool optional = false);
  static LeafSpec boolean(std::string name, bool optional = false);
  static LeafSpec fixed(std::string name, uint8_t length, bool optional = false);
};

// A column: one leaf of its own name, or a list (three levels: `name`.list.element.<leaf>) whose outer group and elements
// are required, so that a row without elements is an empty list.
struct FieldSpec {
  std::string name;
  bool is_list = false;
  std::vector<LeafSpec> leaves;

  static FieldSpec flat(LeafSpec leaf);
  static FieldSpec list(std::string name, std::vector<LeafSpec> leaves);
};

// A leaf in its place in the schema; chunks are numbered by leaf.
struct Leaf {
  LeafSpec spec;
  std::string list_name;  // Empty for flat columns.

  bool in_list() const { return !list_name.empty(); }
  int max_repetition() const { return in_list() ? 1 : 0; }
  int max_definition() const { return (in_list() ? 1 : 0) + (spec.optional ? 1 : 0); }
  std::string path() const { return in_list() ? list_name + ".list.element." + spec.name : spec.name; }
};

class Schema {
 public:
  Schema() = default;
  explicit Schema(std::vector<FieldSpec> fields);
  const std::vector<FieldSpec>& fields() const { return fields_; }
  const std::vector<Leaf>& leaves() const { return leaves_; }

 private:
  std::vector<FieldSpec> fields_;
  std::vector<Leaf> leaves_;
};

std::string_view type_name(PhysicalType type);

}  // namespace clew::block::parquet
