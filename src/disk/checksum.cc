#include "disk/checksum.h"

// Compiled into this file, so that it gets our instruction set instead of the distribution's.
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace clew::disk {

uint64_t checksum(std::string_view bytes, uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

}  // namespace clew::disk
