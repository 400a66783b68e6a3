// The FileMetaData struct of parquet.thrift: writing and reading it.
#include <array>

#include "block/parquet/parquet_limits.h"
#include "block/parquet/parquet_metadata.h"
#include "block/parquet/thrift_compact.h"

namespace clew::block::parquet {
namespace {

using stdx::ErrorCode;
using stdx::fail;

enum Repetition : int32_t { kRequired = 0, kOptional = 1, kRepeated = 2 };
// ConvertedType and LogicalType of the format.
enum Converted : int32_t { kConvertedUtf8 = 0, kConvertedList = 3, kConvertedJson = 19 };
enum LogicalField : int { kLogicalString = 1, kLogicalList = 3, kLogicalTimestamp = 8, kLogicalJson = 12 };
constexpr int kUnitNanos = 3;

void write_leaf(ThriftWriter& writer, const LeafSpec& leaf) {
  writer.begin_struct();
  writer.field_i32(1, static_cast<int32_t>(leaf.physical));
  if (leaf.physical == PhysicalType::kFixed) writer.field_i32(2, leaf.fixed_length);
  writer.field_i32(3, leaf.optional ? kOptional : kRequired);
  writer.field_binary(4, leaf.name);
  switch (leaf.logical) {
    case LogicalType::kNone:
      break;
    case LogicalType::kString:
      writer.field_i32(6, kConvertedUtf8);
      writer.field_struct(10);
      writer.field_empty_struct(kLogicalString);
      writer.end_struct();
      break;
    case LogicalType::kJson:
      writer.field_i32(6, kConvertedJson);
      writer.field_struct(10);
      writer.field_empty_struct(kLogicalJson);
      writer.end_struct();
      break;
    case LogicalType::kTimestampNanos:
      writer.field_struct(10);
      writer.field_struct(kLogicalTimestamp);
      writer.field_bool(1, true);
      writer.field_struct(2);
      writer.field_empty_struct(kUnitNanos);
      writer.end_struct();
      writer.end_struct();
      writer.end_struct();
      break;
  }
  writer.end_struct();
}

void write_group(ThriftWriter& writer, std::string_view name, int32_t repetition, size_t children, bool list) {
  writer.begin_struct();
  if (repetition >= 0) writer.field_i32(3, repetition);
  writer.field_binary(4, name);
  writer.field_i32(5, static_cast<int32_t>(children));
  if (list) {
    writer.field_i32(6, kConvertedList);
    writer.field_struct(10);
    writer.field_empty_struct(kLogicalList);
    writer.end_struct();
  }
  writer.end_struct();
}

void write_schema(ThriftWriter& writer, const Schema& schema) {
  size_t elements = 1;
  for (const FieldSpec& field : schema.fields()) elements += field.leaves.size() + (field.is_list ? 3 : 0);
  writer.field_list(2, ThriftType::kStruct, elements);
  write_group(writer, "schema", -1, schema.fields().size(), false);
  for (const FieldSpec& field : schema.fields()) {
    if (field.is_list) {
      write_group(writer, field.name, kRequired, 1, true);
      write_group(writer, "list", kRepeated, 1, false);
      write_group(writer, "element", kRequired, field.leaves.size(), false);
    }
    for (const LeafSpec& leaf : field.leaves) write_leaf(writer, leaf);
  }
}

void write_chunk(ThriftWriter& writer, const Leaf& leaf, const ChunkMeta& chunk) {
  writer.begin_struct();
  writer.field_i64(2, 0);  // Deprecated; nothing may follow it.
  writer.field_struct(3);
  writer.field_i32(1, static_cast<int32_t>(leaf.spec.physical));
  const bool levels = leaf.max_definition() > 0;
  writer.field_list(2, ThriftType::kI32, 1 + (chunk.has_dictionary() ? 1 : 0) + (levels ? 1 : 0));
  if (chunk.has_dictionary()) writer.element_i32(static_cast<int32_t>(Encoding::kPlain));
  writer.element_i32(static_cast<int32_t>(chunk.encoding));
  if (levels) writer.element_i32(static_cast<int32_t>(Encoding::kRle));
  if (leaf.in_list()) {
    writer.field_list(3, ThriftType::kBinary, 4);
    writer.element_binary(leaf.list_name);
    writer.element_binary("list");
    writer.element_binary("element");
  } else {
    writer.field_list(3, ThriftType::kBinary, 1);
  }
  writer.element_binary(leaf.spec.name);
  writer.field_i32(4, static_cast<int32_t>(chunk.codec));
  writer.field_i64(5, static_cast<int64_t>(chunk.value_count));
  writer.field_i64(6, static_cast<int64_t>(chunk.uncompressed_size));
  writer.field_i64(7, static_cast<int64_t>(chunk.compressed_size));
  writer.field_i64(9, static_cast<int64_t>(chunk.data_page_offset));
  if (chunk.has_dictionary()) writer.field_i64(11, static_cast<int64_t>(chunk.dictionary_page_offset));
  writer.field_struct(12);
  if (chunk.null_count) writer.field_i64(3, static_cast<int64_t>(*chunk.null_count));
  if (chunk.bounds) {
    writer.field_binary(5, chunk.bounds->high);
    writer.field_binary(6, chunk.bounds->low);
    writer.field_bool(7, chunk.bounds->high_exact);
    writer.field_bool(8, chunk.bounds->low_exact);
  }
  writer.end_struct();
  if (chunk.bloom_length != 0) {
    writer.field_i64(14, static_cast<int64_t>(chunk.bloom_offset));
    writer.field_i32(15, static_cast<int32_t>(chunk.bloom_length));
  }
  writer.end_struct();
  if (chunk.offset_index_length != 0) {
    writer.field_i64(4, static_cast<int64_t>(chunk.offset_index_offset));
    writer.field_i32(5, static_cast<int32_t>(chunk.offset_index_length));
  }
  if (chunk.column_index_length != 0) {
    writer.field_i64(6, static_cast<int64_t>(chunk.column_index_offset));
    writer.field_i32(7, static_cast<int32_t>(chunk.column_index_length));
  }
  writer.end_struct();
}

void write_row_group(ThriftWriter& writer, const FileMeta& meta, size_t index,
                     const std::vector<uint32_t>& sorting_leaves) {
  const RowGroupMeta& group = meta.row_groups[index];
  uint64_t uncompressed = 0, compressed = 0, offset = UINT64_MAX;
  for (const ChunkMeta& chunk : group.chunks) {
    uncompressed += chunk.uncompressed_size;
    compressed += chunk.compressed_size;
    offset = std::min(offset, chunk.offset);
  }
  writer.begin_struct();
  writer.field_list(1, ThriftType::kStruct, group.chunks.size());
  for (size_t leaf = 0; leaf < group.chunks.size(); ++leaf) {
    write_chunk(writer, meta.schema.leaves()[leaf], group.chunks[leaf]);
  }
  writer.field_i64(2, static_cast<int64_t>(uncompressed));
  writer.field_i64(3, group.row_count);
  if (!sorting_leaves.empty()) {
    writer.field_list(4, ThriftType::kStruct, sorting_leaves.size());
    for (uint32_t leaf : sorting_leaves) {
      writer.begin_struct();
      writer.field_i32(1, static_cast<int32_t>(leaf));
      writer.field_bool(2, false);
      writer.field_bool(3, false);
      writer.end_struct();
    }
  }
  writer.field_i64(5, static_cast<int64_t>(offset == UINT64_MAX ? kMagic.size() : offset));
  writer.field_i64(6, static_cast<int64_t>(compressed));
  writer.field_i16(7, static_cast<int16_t>(index));
  writer.end_struct();
}

void append_hex(uint32_t value, std::string& out) {
  for (int shift = 28; shift >= 0; shift -= 4) out.push_back("0123456789abcdef"[value >> shift & 15]);
}

std::string index_checksums(const FileMeta& meta) {
  std::string text;
  for (const RowGroupMeta& group : meta.row_groups) {
    for (const ChunkMeta& chunk : group.chunks) {
      append_hex(chunk.index_crc.value_or(0), text);
      append_hex(chunk.bloom_crc.value_or(0), text);
    }
  }
  return text;
}

// ---- Reading.

struct SchemaElement {
  int type = -1, repetition = -1, children = 0, type_length = 0, converted = -1;
  LogicalType logical = LogicalType::kNone;
  bool unknown_logical = false;
  std::string name;
};

void read_timestamp(ThriftReader& reader, SchemaElement& element) {
  bool utc = false, nanos = false;
  ThriftReader::Field field, inner;
  reader.begin_struct();
  while (reader.next_field(field)) {
    if (field.id == 1) {
      utc = reader.read_bool(field.type);
    } else if (field.id == 2) {
      reader.begin_struct();
      while (reader.next_field(inner)) {
        nanos |= inner.id == kUnitNanos;
        reader.skip(inner.type);
      }
    } else {
      reader.skip(field.type);
    }
  }
  if (utc && nanos) {
    element.logical = LogicalType::kTimestampNanos;
  } else {
    element.unknown_logical = true;
  }
}

SchemaElement read_schema_element(ThriftReader& reader) {
  SchemaElement element;
  ThriftReader::Field field, inner;
  reader.begin_struct();
  while (reader.next_field(field)) {
    switch (field.id) {
      case 1: element.type = reader.read_i32(field.type); break;
      case 2: element.type_length = reader.read_i32(field.type); break;
      case 3: element.repetition = reader.read_i32(field.type); break;
      case 4: element.name = reader.read_binary(field.type); break;
      case 5: element.children = reader.read_i32(field.type); break;
      case 6: element.converted = reader.read_i32(field.type); break;
      case 10:
        reader.begin_struct();
        while (reader.next_field(inner)) {
          if (inner.id == kLogicalTimestamp) {
            read_timestamp(reader, element);
            continue;
          }
          if (inner.id == kLogicalString) {
            element.logical = LogicalType::kString;
          } else if (inner.id == kLogicalJson) {
            element.logical = LogicalType::kJson;
          } else if (inner.id != kLogicalList) {
            element.unknown_logical = true;
          }
          reader.skip(inner.type);
        }
        break;
      default: reader.skip(field.type);
    }
  }
  return element;
}

stdx::Result<LeafSpec> to_leaf(const SchemaElement& element) {
  const auto refuse = [&](std::string_view why) {
    return fail(ErrorCode::kUnimplemented, "column " + element.name + ": " + std::string(why));
  };
  LeafSpec leaf{element.name, PhysicalType::kByteArray, element.logical, 0, element.repetition == kOptional};
  if (element.children != 0 || element.repetition == kRepeated) return refuse("nesting beyond the profile");
  if (element.unknown_logical) return refuse("logical type beyond the profile");
  switch (element.type) {
    case 0:
    case 1:
    case 2:
    case 5:
    case 6:
      leaf.physical = static_cast<PhysicalType>(element.type);
      break;
    case 7:
      if (element.type_length != 8 && element.type_length != 16) return refuse("fixed length is neither 8 nor 16");
      leaf.physical = PhysicalType::kFixed;
      leaf.fixed_length = static_cast<uint8_t>(element.type_length);
      break;
    default:
      return refuse("physical type beyond the profile");
  }
  const bool text = leaf.logical == LogicalType::kString || leaf.logical == LogicalType::kJson;
  if (text != (leaf.physical == PhysicalType::kByteArray) ||
      (leaf.logical == LogicalType::kTimestampNanos && leaf.physical != PhysicalType::kInt64)) {
    return refuse("logical type does not fit the physical type");
  }
  return leaf;
}

stdx::Result<Schema> to_schema(const std::vector<SchemaElement>& elements) {
  if (elements.empty()) return fail(ErrorCode::kDataLoss, "footer has no schema");
  std::vector<FieldSpec> fields;
  size_t at = 1;
  for (int field = 0; field < elements[0].children; ++field) {
    if (at >= elements.size()) return fail(ErrorCode::kDataLoss, "schema ends early");
    const SchemaElement& element = elements[at++];
    if (element.children == 0) {
      auto leaf = to_leaf(element);
      if (!leaf) return std::unexpected(leaf.error());
      fields.push_back(FieldSpec::flat(std::move(*leaf)));
      continue;
    }
    // Exactly the three-level list that the writer makes.
    if (element.children != 1 || element.repetition != kRequired || at + 2 > elements.size() ||
        elements[at].repetition != kRepeated || elements[at].children != 1 || elements[at].name != "list" ||
        elements[at + 1].repetition != kRequired || elements[at + 1].children < 1 || elements[at + 1].name != "element") {
      return fail(ErrorCode::kUnimplemented, "column " + element.name + ": nesting beyond the profile");
    }
    const int children = elements[at + 1].children;
    at += 2;
    std::vector<LeafSpec> leaves;
    for (int child = 0; child < children; ++child) {
      if (at >= elements.size()) return fail(ErrorCode::kDataLoss, "schema ends early");
      auto leaf = to_leaf(elements[at++]);
      if (!leaf) return std::unexpected(leaf.error());
      leaves.push_back(std::move(*leaf));
    }
    fields.push_back(FieldSpec::list(element.name, std::move(leaves)));
  }
  if (at != elements.size()) return fail(ErrorCode::kDataLoss, "schema has elements beyond its root");
  return Schema(std::move(fields));
}

void read_statistics(ThriftReader& reader, ChunkMeta& chunk) {
  Bounds bounds;
  bool has_low = false, has_high = false;
  bounds.low_exact = bounds.high_exact = false;
  ThriftReader::Field field;
  reader.begin_struct();
  while (reader.next_field(field)) {
    switch (field.id) {
      case 3: {
        const int64_t count = reader.read_int(field.type);
        if (count < 0) reader.fail();
        chunk.null_count = static_cast<uint64_t>(count);
        break;
      }
      case 5: bounds.high = reader.read_binary(field.type); has_high = true; break;
      case 6: bounds.low = reader.read_binary(field.type); has_low = true; break;
      case 7: bounds.high_exact = reader.read_bool(field.type); break;
      case 8: bounds.low_exact = reader.read_bool(field.type); break;
      default: reader.skip(field.type);
    }
  }
  if (has_low && has_high) chunk.bounds = std::move(bounds);
}

uint64_t read_offset(ThriftReader& reader, ThriftType type) {
  const int64_t value = reader.read_int(type);
  if (value < 0) reader.fail();
  return static_cast<uint64_t>(value);
}

void read_column_meta(ThriftReader& reader, ChunkMeta& chunk, int& type, std::string& path) {
  ThriftReader::Field field;
  reader.begin_struct();
  while (reader.next_field(field)) {
    switch (field.id) {
      case 1: type = reader.read_i32(field.type); break;
      case 2: {
        const ThriftReader::List list = reader.read_list(field.type);
        for (uint32_t i = 0; i < list.count && !reader.failed(); ++i) {
          // Shown by inspect only; pages say for themselves how they are encoded. The last that is not for levels.
          const int32_t encoding = reader.read_i32(list.element);
          if (encoding != static_cast<int32_t>(Encoding::kRle)) chunk.encoding = static_cast<Encoding>(encoding & 0xff);
        }
        break;
      }
      case 3: {
        const ThriftReader::List list = reader.read_list(field.type);
        for (uint32_t i = 0; i < list.count && !reader.failed(); ++i) {
          if (i != 0) path.push_back('.');
          path.append(reader.read_binary(list.element));
        }
        break;
      }
      case 4: {
        const int32_t codec = reader.read_i32(field.type);
        if (codec != static_cast<int32_t>(Codec::kUncompressed) && codec != static_cast<int32_t>(Codec::kZstd)) {
          reader.fail();
        }
        chunk.codec = static_cast<Codec>(codec);
        break;
      }
      case 5: chunk.value_count = read_offset(reader, field.type); break;
      case 6: chunk.uncompressed_size = read_offset(reader, field.type); break;
      case 7: chunk.compressed_size = read_offset(reader, field.type); break;
      case 9: chunk.data_page_offset = read_offset(reader, field.type); break;
      case 11: chunk.dictionary_page_offset = read_offset(reader, field.type); break;
      case 12: read_statistics(reader, chunk); break;
      case 14: chunk.bloom_offset = read_offset(reader, field.type); break;
      case 15: chunk.bloom_length = static_cast<uint32_t>(read_offset(reader, field.type) & 0xffffffff); break;
      default: reader.skip(field.type);
    }
  }
  chunk.offset = chunk.has_dictionary() ? std::min(chunk.dictionary_page_offset, chunk.data_page_offset)
                                        : chunk.data_page_offset;
}

bool inside(uint64_t offset, uint64_t length, uint64_t file_size) {
  return offset <= file_size && length <= file_size - offset;
}

stdx::Result<ChunkMeta> read_chunk(ThriftReader& reader, const Leaf& leaf, uint64_t file_size) {
  ChunkMeta chunk;
  int type = -1;
  std::string path;
  ThriftReader::Field field;
  reader.begin_struct();
  while (reader.next_field(field)) {
    switch (field.id) {
      case 3: read_column_meta(reader, chunk, type, path); break;
      case 4: chunk.offset_index_offset = read_offset(reader, field.type); break;
      case 5: chunk.offset_index_length = static_cast<uint32_t>(read_offset(reader, field.type) & 0xffffffff); break;
      case 6: chunk.column_index_offset = read_offset(reader, field.type); break;
      case 7: chunk.column_index_length = static_cast<uint32_t>(read_offset(reader, field.type) & 0xffffffff); break;
      default: reader.skip(field.type);
    }
  }
  const auto damaged = [&](std::string_view what) {
    return fail(ErrorCode::kDataLoss, "footer: column " + leaf.path() + ": " + std::string(what));
  };
  if (reader.failed()) return damaged("metadata is damaged");
  if (type != static_cast<int>(leaf.spec.physical)) return damaged("type differs from the schema");
  if (path != leaf.path()) return damaged("path differs from the schema");
  if (!inside(chunk.offset, chunk.compressed_size, file_size)) return damaged("chunk lies outside the file");
  if (!inside(chunk.bloom_offset, chunk.bloom_length, file_size)) return damaged("bloom filter lies outside the file");
  if (!inside(chunk.offset_index_offset, chunk.offset_index_length, file_size) ||
      !inside(chunk.column_index_offset, chunk.column_index_length, file_size)) {
    return damaged("page index lies outside the file");
  }
  return chunk;
}

stdx::Result<RowGroupMeta> read_row_group(ThriftReader& reader, const Schema& schema, uint64_t file_size) {
  RowGroupMeta group;
  bool has_columns = false;
  ThriftReader::Field field;
  reader.begin_struct();
  while (reader.next_field(field)) {
    if (field.id == 1) {
      const ThriftReader::List list = reader.read_list(field.type);
      if (list.count != schema.leaves().size() || list.element != ThriftType::kStruct || has_columns) {
        return fail(ErrorCode::kDataLoss, "footer: row group does not have one chunk for each column");
      }
      has_columns = true;
      group.chunks.reserve(list.count);
      for (const Leaf& leaf : schema.leaves()) {
        auto chunk = read_chunk(reader, leaf, file_size);
        if (!chunk) return std::unexpected(chunk.error());
        group.chunks.push_back(std::move(*chunk));
      }
    } else if (field.id == 3) {
      const int64_t rows = reader.read_int(field.type);
      if (rows < 0 || rows > kRowsPerGroupMax) reader.fail();
      group.row_count = static_cast<uint32_t>(rows);
    } else {
      reader.skip(field.type);
    }
  }
  if (reader.failed() || (!has_columns && !schema.leaves().empty())) {
    return fail(ErrorCode::kDataLoss, "footer: row group is damaged");
  }
  return group;
}

bool parse_hex(std::string_view digits, uint32_t& value) {
  value = 0;
  for (char digit : digits) {
    const int number = digit >= '0' && digit <= '9' ? digit - '0' : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
    if (number < 0) return false;
    value = value << 4 | static_cast<uint32_t>(number);
  }
  return true;
}

bool apply_index_checksums(FileMeta& meta, std::string_view text) {
  size_t at = 0;
  for (RowGroupMeta& group : meta.row_groups) {
    for (ChunkMeta& chunk : group.chunks) {
      uint32_t index = 0, bloom = 0;
      if (text.size() - at < 16 || !parse_hex(text.substr(at, 8), index) || !parse_hex(text.substr(at + 8, 8), bloom)) {
        return false;
      }
      chunk.index_crc = index;
      chunk.bloom_crc = bloom;
      at += 16;
    }
  }
  return at == text.size();
}

}  // namespace

void encode_footer(const FileMeta& meta, const std::vector<uint32_t>& sorting_leaves, std::string& out) {
  ThriftWriter writer(out);
  writer.begin_struct();
  writer.field_i32(1, 2);
  write_schema(writer, meta.schema);
  writer.field_i64(3, static_cast<int64_t>(meta.row_count));
  writer.field_list(4, ThriftType::kStruct, meta.row_groups.size());
  for (size_t index = 0; index < meta.row_groups.size(); ++index) {
    write_row_group(writer, meta, index, sorting_leaves);
  }
  writer.field_list(5, ThriftType::kStruct, meta.key_values.size() + 1);
  const auto write_key_value = [&](std::string_view key, std::string_view value) {
    writer.begin_struct();
    writer.field_binary(1, key);
    writer.field_binary(2, value);
    writer.end_struct();
  };
  for (const auto& [key, value] : meta.key_values) write_key_value(key, value);
  write_key_value(kIndexChecksumKey, index_checksums(meta));
  writer.field_binary(6, meta.created_by);
  writer.field_list(7, ThriftType::kStruct, meta.schema.leaves().size());
  for (size_t leaf = 0; leaf < meta.schema.leaves().size(); ++leaf) {
    writer.begin_struct();
    writer.field_empty_struct(1);  // TypeDefinedOrder
    writer.end_struct();
  }
  writer.end_struct();
}

stdx::Result<FileMeta> decode_footer(std::string_view bytes, uint64_t file_size) {
  FileMeta meta;
  ThriftReader reader(bytes);
  ThriftReader::Field field, inner;
  bool has_schema = false;
  reader.begin_struct();
  while (reader.next_field(field)) {
    switch (field.id) {
      case 2: {
        const ThriftReader::List list = reader.read_list(field.type);
        if (list.element != ThriftType::kStruct || list.count > 4 * kColumnsMax || has_schema) reader.fail();
        std::vector<SchemaElement> elements;
        for (uint32_t i = 0; i < list.count && !reader.failed(); ++i) elements.push_back(read_schema_element(reader));
        if (reader.failed()) break;
        auto schema = to_schema(elements);
        if (!schema) return std::unexpected(schema.error());
        if (schema->leaves().size() > kColumnsMax) return fail(ErrorCode::kDataLoss, "footer: too many columns");
        meta.schema = std::move(*schema);
        has_schema = true;
        break;
      }
      case 3: meta.row_count = read_offset(reader, field.type); break;
      case 4: {
        const ThriftReader::List list = reader.read_list(field.type);
        if (list.element != ThriftType::kStruct || list.count > kRowGroupsMax || !has_schema) reader.fail();
        for (uint32_t i = 0; i < list.count && !reader.failed(); ++i) {
          auto group = read_row_group(reader, meta.schema, file_size);
          if (!group) return std::unexpected(group.error());
          meta.row_groups.push_back(std::move(*group));
        }
        break;
      }
      case 5: {
        const ThriftReader::List list = reader.read_list(field.type);
        for (uint32_t i = 0; i < list.count && !reader.failed(); ++i) {
          auto& [key, value] = meta.key_values.emplace_back();
          reader.begin_struct();
          while (reader.next_field(inner)) {
            if (inner.id == 1) {
              key = reader.read_binary(inner.type);
            } else if (inner.id == 2) {
              value = reader.read_binary(inner.type);
            } else {
              reader.skip(inner.type);
            }
          }
        }
        break;
      }
      case 6: meta.created_by = reader.read_binary(field.type); break;
      default: reader.skip(field.type);
    }
  }
  if (reader.failed() || !has_schema) return fail(ErrorCode::kDataLoss, "footer is damaged");
  uint64_t rows = 0;
  for (const RowGroupMeta& group : meta.row_groups) rows += group.row_count;
  if (rows != meta.row_count) return fail(ErrorCode::kDataLoss, "footer: row groups do not add up to the row count");
  if (const std::string* checksums = meta.find_key_value(kIndexChecksumKey)) {
    if (!apply_index_checksums(meta, *checksums)) return fail(ErrorCode::kDataLoss, "footer: index checksums are damaged");
  }
  return meta;
}

}  // namespace clew::block::parquet
