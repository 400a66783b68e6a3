#include "stdx/file_version.h"

#include <sys/stat.h>

namespace clew::stdx {

FileVersion file_version(const std::string& path) {
  struct stat found {};
  if (stat(path.c_str(), &found) != 0) return {};
  return {found.st_mtim.tv_sec * 1'000'000'000 + found.st_mtim.tv_nsec, found.st_size, found.st_ino};
}

}  // namespace clew::stdx
