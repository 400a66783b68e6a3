#include "disk/checksum.h"

// The library chooses AVX2 or AVX-512 at run time where the machine has them; only x86-64 needs the choice.
#if defined(__x86_64__)
#include <xxh_x86dispatch.h>
#else
#include <xxhash.h>
#endif

namespace clew::disk {

uint64_t checksum(std::string_view bytes, uint64_t seed) {
  // On x86-64 the header has defined the name to mean the dispatching function.
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

}  // namespace clew::disk
