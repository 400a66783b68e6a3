// Any bytes through every decoder: never more than the cap, and what we encode comes back.
#include <cstdint>
#include <cstdlib>

#include "wire/content_coding.h"
#include "wire/json_writer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace clew::wire;
  constexpr size_t kSizeMax = 1 << 16;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  for (const char* encoding : {"gzip", "deflate", "zstd", "identity"}) {
    const auto decoded = decode_content(encoding, bytes, kSizeMax);
    if (decoded.has_value() && decoded->size() > kSizeMax) std::abort();
  }
  if (decode_gzip(encode_gzip(bytes), size).value() != bytes) std::abort();
  if (decode_zstd(encode_zstd(bytes), size).value() != bytes) std::abort();
  std::string json;
  append_json_string(bytes, json);
  return 0;
}
