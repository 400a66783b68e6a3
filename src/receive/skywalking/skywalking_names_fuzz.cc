// Any bytes as the file of v2's names: ends, and what it reads is written as it was.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "receive/skywalking/name_book.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace clew::receive_skywalking;
  const auto read = decode_names({reinterpret_cast<const char*>(data), size});
  if (read.good_bytes > size) std::abort();
  std::string again;
  for (const Name& name : read.names) again += encode_name(name);
  const auto back = decode_names(again);
  if (back.good_bytes != again.size() || back.damaged_count != 0 || back.names.size() != read.names.size()) std::abort();
  return 0;
}
