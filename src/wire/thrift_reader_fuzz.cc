// Any bytes as a Thrift message and as a bare struct, in both encodings: ends, stays inside, and depth is bounded.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "wire/thrift_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace clew::wire;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const ThriftEncoding encoding : {ThriftEncoding::kBinary, ThriftEncoding::kCompact}) {
    ThriftReader call(bytes, encoding);
    ThriftMessage message;
    if (call.read_message(message) && message.name.size() > size) std::abort();
    for (ThriftReader reader : {call, ThriftReader(bytes, encoding)}) {
      ThriftField field;
      while (reader.next_field(field)) reader.skip(field);
      if (!reader.ok() && !reader.at_end()) std::abort();
      ThriftList list;
      ThriftReader lists(bytes, encoding);
      if (!lists.read_list(list)) continue;
      if (list.size > size) std::abort();
      for (uint32_t index = 0; index < list.size && lists.ok(); ++index) lists.skip_element(list.element);
    }
  }
  return 0;
}
