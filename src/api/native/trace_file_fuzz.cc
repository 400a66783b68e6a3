// Any bytes as a trace file: read or refused.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "api/native/opened_traces.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view format;
  [[maybe_unused]] const auto read =
      clew::api_native::parse_trace_file({reinterpret_cast<const char*>(data), size}, format);
  return 0;
}
