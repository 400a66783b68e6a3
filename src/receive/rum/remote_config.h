// The configuration that SDKs fetch from the server.
#pragma once

#include <string>
#include <string_view>

namespace clew::receive_rum {

// `file` is JSON: an object of the SDK's configuration for each application, by its id (`pid`) or the part of it behind "@",
// and under "*" for all others. Returns what the application `app_id` gets; "{}" if there is nothing, or no such JSON: an SDK
// keeps its own configuration then.
std::string remote_config_of(std::string_view file, std::string_view app_id);

}  // namespace clew::receive_rum
