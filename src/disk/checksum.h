// The checksum of everything that is stored in a format of our own.
#pragma once

#include <cstdint>
#include <string_view>

namespace clew::disk {

// XXH3-64 with a seed. Measured on the machine class we build for (350 kB pieces): 45 GB/s in cache and 17 GB/s from memory,
// against 9 GB/s for CRC32C in hardware; and 64 bits instead of 32. Not for Parquet, whose page checksum is CRC32 by its specification.
uint64_t checksum(std::string_view bytes, uint64_t seed = 0);

}  // namespace clew::disk
