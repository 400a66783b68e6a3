// What tells one version of a file from another, for files of the operator's that are read again when they change.
#pragma once

#include <cstdint>
#include <string>

namespace clew::stdx {

// Compares unequal once the file was written or replaced; the content is not looked at. That of a missing file is FileVersion().
struct FileVersion {
  int64_t changed_ns = 0;
  int64_t size = -1;
  uint64_t inode = 0;

  bool operator==(const FileVersion&) const = default;
};

FileVersion file_version(const std::string& path);

}  // namespace clew::stdx
