#include "block/parquet/parquet_metadata.h"

#include "block/parquet/parquet_limits.h"
#include "block/parquet/thrift_compact.h"

namespace clew::block::parquet {
namespace {

using stdx::ErrorCode;
using stdx::fail;

bool known_encoding(int32_t value) {
  switch (static_cast<Encoding>(value)) {
    case Encoding::kPlain:
    case Encoding::kRle:
    case Encoding::kDeltaBinaryPacked:
    case Encoding::kDeltaLengthByteArray:
    case Encoding::kRleDictionary:
      return value >= 0 && value < 256;
  }
  return false;
}

// Reads a size or count that the format stores signed.
uint32_t read_size(ThriftReader& reader, ThriftType type, uint32_t max) {
  const int64_t value = reader.read_int(type);
  if (value < 0 || value > max) {
    reader.fail();
    return 0;
  }
  return static_cast<uint32_t>(value);
}

Encoding read_encoding(ThriftReader& reader, ThriftType type) {
  const int32_t value = reader.read_i32(type);
  if (!known_encoding(value)) reader.fail();
  return static_cast<Encoding>(value);
}

void decode_data_page_header(ThriftReader& reader, PageHeader& header) {
  ThriftReader::Field field;
  reader.begin_struct();
  while (reader.next_field(field)) {
    switch (field.id) {
      case 1: header.value_count = read_size(reader, field.type, kPageValuesMax); break;
      case 2: header.null_count = read_size(reader, field.type, kPageValuesMax); break;
      case 3: header.row_count = read_size(reader, field.type, kPageValuesMax); break;
      case 4: header.encoding = read_encoding(reader, field.type); break;
      case 5: header.definition_length = read_size(reader, field.type, kPageBytesMax); break;
      case 6: header.repetition_length = read_size(reader, field.type, kPageBytesMax); break;
      case 7: header.is_compressed = reader.read_bool(field.type); break;
      default: reader.skip(field.type);
    }
  }
}

void decode_dictionary_page_header(ThriftReader& reader, PageHeader& header) {
  ThriftReader::Field field;
  reader.begin_struct();
  while (reader.next_field(field)) {
    switch (field.id) {
      case 1: header.value_count = read_size(reader, field.type, kPageValuesMax); break;
      case 2: {
        // Old writers say PLAIN_DICTIONARY (2) here and mean PLAIN.
        const int32_t encoding = reader.read_i32(field.type);
        if (encoding != 0 && encoding != 2) reader.fail();
        break;
      }
      default: reader.skip(field.type);
    }
  }
}

}  // namespace

std::string_view encoding_name(Encoding encoding) {
  switch (encoding) {
    case Encoding::kPlain: return "PLAIN";
    case Encoding::kRle: return "RLE";
    case Encoding::kDeltaBinaryPacked: return "DELTA_BINARY_PACKED";
    case Encoding::kDeltaLengthByteArray: return "DELTA_LENGTH_BYTE_ARRAY";
    case Encoding::kRleDictionary: return "RLE_DICTIONARY";
  }
  return "?";
}

void encode_page_header(const PageHeader& header, std::string& out) {
  ThriftWriter writer(out);
  writer.begin_struct();
  writer.field_i32(1, static_cast<int32_t>(header.type));
  writer.field_i32(2, static_cast<int32_t>(header.uncompressed_size));
  writer.field_i32(3, static_cast<int32_t>(header.compressed_size));
  if (header.crc) writer.field_i32(4, static_cast<int32_t>(*header.crc));
  if (header.type == PageType::kDictionary) {
    writer.field_struct(7);
    writer.field_i32(1, static_cast<int32_t>(header.value_count));
    writer.field_i32(2, static_cast<int32_t>(Encoding::kPlain));
  } else {
    writer.field_struct(8);
    writer.field_i32(1, static_cast<int32_t>(header.value_count));
    writer.field_i32(2, static_cast<int32_t>(header.null_count));
    writer.field_i32(3, static_cast<int32_t>(header.row_count));
    writer.field_i32(4, static_cast<int32_t>(header.encoding));
    writer.field_i32(5, static_cast<int32_t>(header.definition_length));
    writer.field_i32(6, static_cast<int32_t>(header.repetition_length));
    writer.field_bool(7, header.is_compressed);
  }
  writer.end_struct();
  writer.end_struct();
}

stdx::Result<PageHeader> decode_page_header(std::string_view bytes, size_t& length) {
  ThriftReader reader(bytes.substr(0, kPageHeaderBytesMax));
  PageHeader header;
  int type = -1;
  bool has_body = false;
  ThriftReader::Field field;
  reader.begin_struct();
  while (reader.next_field(field)) {
    switch (field.id) {
      case 1: type = reader.read_i32(field.type); break;
      case 2: header.uncompressed_size = read_size(reader, field.type, kPageBytesMax); break;
      case 3: header.compressed_size = read_size(reader, field.type, kPageBytesMax); break;
      case 4: header.crc = static_cast<uint32_t>(reader.read_i32(field.type)); break;
      case 7:
        decode_dictionary_page_header(reader, header);
        has_body = type == static_cast<int>(PageType::kDictionary);
        break;
      case 8:
        decode_data_page_header(reader, header);
        has_body = type == static_cast<int>(PageType::kDataV2);
        break;
      default: reader.skip(field.type);
    }
  }
  if (reader.failed()) return fail(ErrorCode::kDataLoss, "page header is damaged");
  if (type != static_cast<int>(PageType::kDictionary) && type != static_cast<int>(PageType::kDataV2)) {
    return fail(ErrorCode::kDataLoss, "page is of type " + std::to_string(type) + ", which the profile lacks");
  }
  if (!has_body) return fail(ErrorCode::kDataLoss, "page header is incomplete");
  header.type = static_cast<PageType>(type);
  const uint64_t levels = uint64_t{header.definition_length} + header.repetition_length;
  if (levels > header.compressed_size || levels > header.uncompressed_size || header.null_count > header.value_count) {
    return fail(ErrorCode::kDataLoss, "page header contradicts itself");
  }
  length = reader.position();
  return header;
}

void encode_offset_index(const std::vector<PageLocation>& pages, std::string& out) {
  ThriftWriter writer(out);
  writer.begin_struct();
  writer.field_list(1, ThriftType::kStruct, pages.size());
  for (const PageLocation& page : pages) {
    writer.begin_struct();
    writer.field_i64(1, static_cast<int64_t>(page.offset));
    writer.field_i32(2, static_cast<int32_t>(page.size));
    writer.field_i64(3, page.first_row);
    writer.end_struct();
  }
  writer.end_struct();
}

stdx::Result<std::vector<PageLocation>> decode_offset_index(std::string_view bytes) {
  ThriftReader reader(bytes);
  std::vector<PageLocation> pages;
  ThriftReader::Field field;
  reader.begin_struct();
  while (reader.next_field(field)) {
    if (field.id != 1) {
      reader.skip(field.type);
      continue;
    }
    const ThriftReader::List list = reader.read_list(field.type);
    if (list.element != ThriftType::kStruct) reader.fail();
    for (uint32_t i = 0; i < list.count && !reader.failed(); ++i) {
      PageLocation& page = pages.emplace_back();
      ThriftReader::Field inner;
      reader.begin_struct();
      while (reader.next_field(inner)) {
        switch (inner.id) {
          case 1: page.offset = static_cast<uint64_t>(reader.read_int(inner.type)); break;
          case 2: page.size = read_size(reader, inner.type, kPageBytesMax); break;
          case 3: page.first_row = read_size(reader, inner.type, kRowsPerGroupMax); break;
          default: reader.skip(inner.type);
        }
      }
    }
  }
  if (reader.failed()) return fail(ErrorCode::kDataLoss, "offset index is damaged");
  return pages;
}

void encode_column_index(const std::vector<PageBounds>& pages, BoundaryOrder order, std::string& out) {
  ThriftWriter writer(out);
  writer.begin_struct();
  writer.field_list(1, ThriftType::kTrue, pages.size());
  for (const PageBounds& page : pages) writer.element_bool(page.all_null);
  writer.field_list(2, ThriftType::kBinary, pages.size());
  for (const PageBounds& page : pages) writer.element_binary(page.low);
  writer.field_list(3, ThriftType::kBinary, pages.size());
  for (const PageBounds& page : pages) writer.element_binary(page.high);
  writer.field_i32(4, static_cast<int32_t>(order));
  writer.field_list(5, ThriftType::kI64, pages.size());
  for (const PageBounds& page : pages) writer.element_i64(page.null_count);
  writer.end_struct();
}

stdx::Result<std::vector<PageBounds>> decode_column_index(std::string_view bytes) {
  ThriftReader reader(bytes);
  std::vector<PageBounds> pages;
  uint32_t lists_seen = 0;
  ThriftReader::Field field;
  reader.begin_struct();
  while (reader.next_field(field)) {
    if (field.id == 4 || field.id > 5) {
      reader.skip(field.type);
      continue;
    }
    const ThriftReader::List list = reader.read_list(field.type);
    if (lists_seen++ == 0) pages.resize(list.count);
    if (list.count != pages.size()) reader.fail();
    for (uint32_t i = 0; i < list.count && !reader.failed(); ++i) {
      switch (field.id) {
        case 1: pages[i].all_null = reader.read_bool_element(); break;
        case 2: pages[i].low = reader.read_binary(list.element); break;
        case 3: pages[i].high = reader.read_binary(list.element); break;
        case 5: pages[i].null_count = read_size(reader, list.element, kPageValuesMax); break;
      }
    }
  }
  if (reader.failed() || lists_seen < 3) return fail(ErrorCode::kDataLoss, "column index is damaged");
  return pages;
}

const std::string* FileMeta::find_key_value(std::string_view key) const {
  for (const auto& [name, value] : key_values) {
    if (name == key) return &value;
  }
  return nullptr;
}

}  // namespace clew::block::parquet
