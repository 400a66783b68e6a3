// Any bytes as Thrift: every struct ends, within bounds.
#include <cstdint>
#include <string_view>

#include "block/parquet/parquet_metadata.h"
#include "block/parquet/thrift_compact.h"

using namespace clew::block::parquet;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  ThriftReader reader(bytes);
  ThriftReader::Field field;
  reader.begin_struct();
  while (reader.next_field(field)) reader.skip(field.type);
  if (reader.position() > size) __builtin_trap();
  size_t length = 0;
  if (auto header = decode_page_header(bytes, length); header && length > size) __builtin_trap();
  (void)decode_footer(bytes, 1 << 20);
  return 0;
}
