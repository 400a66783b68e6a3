// Every limit of this room that is not a setting.
#pragma once

#include <cstddef>
#include <cstdint>

#include "disk/file_system.h"

namespace clew::log_local {

inline constexpr uint64_t kBlockBytes = disk::kDirectAlignment;  // Groups start at a multiple of it.
inline constexpr uint64_t kSegmentBytesMin = 64 << 10;
inline constexpr uint64_t kSegmentBytesMax = uint64_t{4} << 30;
inline constexpr uint32_t kPartitionsMax = 1024;
inline constexpr size_t kStagingBytes = 1 << 20;      // Bytes gathered for one write call.
inline constexpr size_t kGroupBytesMax = 8 << 20;     // Records that share one sync; a larger record is a group alone.
inline constexpr size_t kReadChunkBytes = 1 << 20;    // Bytes fetched by one read call.
inline constexpr size_t kUnreadRunBytes = 64 << 10;   // Precision with which unread bytes are counted.
inline constexpr size_t kIndexSpacingBytes = 1 << 20; // Distance of a segment's remembered positions.

static_assert(kStagingBytes % kBlockBytes == 0);
static_assert(kReadChunkBytes % kBlockBytes == 0);
static_assert(kSegmentBytesMin > 2 * kBlockBytes);

}  // namespace clew::log_local
