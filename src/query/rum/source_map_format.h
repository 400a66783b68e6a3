// Sizes and flags of the table that source_map.h describes, for who writes and who reads it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace clew::query_rum::source_map_format {

inline constexpr std::string_view kMagic = "CLEWMAP1";
inline constexpr size_t kHeaderBytes = 8 + 6 * 4;
inline constexpr size_t kBlockBytes = 6 * 4;

inline constexpr uint8_t kAbsolute = 1;
inline constexpr uint8_t kHasSource = 2;
inline constexpr uint8_t kHasName = 4;

constexpr size_t aligned(size_t at) { return (at + 3) & ~size_t{3}; }

}  // namespace clew::query_rum::source_map_format
