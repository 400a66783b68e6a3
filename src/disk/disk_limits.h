// Every limit of this room.
#pragma once

#include <cstddef>

namespace clew::disk {

inline constexpr size_t kKeyLengthMax = 1024;          // Bytes of an object's key; PATH_MAX is 4096.
inline constexpr size_t kKeyPartLengthMax = 255;       // Bytes between two slashes; what file systems allow.
inline constexpr size_t kOpenFilesMax = 256;           // Descriptors that a store keeps open for reading.
inline constexpr size_t kWriteBufferBytes = 1 << 20;   // What an object's writer gathers before a write.
inline constexpr int kCommitAttemptsMax = 8;           // Commits that race with the removal of their empty folder.

}  // namespace clew::disk
