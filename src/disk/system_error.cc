#include "disk/system_error.h"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>

namespace clew::disk {
namespace {

stdx::ErrorCode code_of(int errno_value) {
  switch (errno_value) {
    case ENOENT:
    case ENOTDIR:
      return stdx::ErrorCode::kNotFound;
    case EEXIST:
      return stdx::ErrorCode::kAlreadyExists;
    case EISDIR:
    case ENAMETOOLONG:
      return stdx::ErrorCode::kInvalidArgument;
    // The disk is full, failing or forbidden to us; an operator can mend all of these while we run.
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case EIO:
    case EROFS:
    case EACCES:
    case EPERM:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EBUSY:
    case EAGAIN:
      return stdx::ErrorCode::kUnavailable;
    default:
      return stdx::ErrorCode::kInternal;
  }
}

}  // namespace

stdx::Error system_error(std::string_view call, std::string_view path, int errno_value) {
  return {code_of(errno_value),
          fmt::format("{} {}: {}", call, path, std::generic_category().message(errno_value))};
}

}  // namespace clew::disk
