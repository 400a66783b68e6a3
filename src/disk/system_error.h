// One mapping of errno to our error codes, for this room.
#pragma once

#include <string>
#include <string_view>

#include "stdx/error.h"

namespace clew::disk {

// "write /data/log/0/7.segment: No space left on device", with the code that says whether trying again makes sense.
stdx::Error system_error(std::string_view call, std::string_view path, int errno_value);

inline std::unexpected<stdx::Error> fail_system(std::string_view call, std::string_view path, int errno_value) {
  return std::unexpected<stdx::Error>(system_error(call, path, errno_value));
}

}  // namespace clew::disk
