// Asking a running server from the command line.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "stdx/error.h"

namespace clew::main {

inline constexpr std::string_view kServerDefault = "http://127.0.0.1:7070";

// The body of a 200; otherwise the error that the server told, or one that says that none answers there.
// `path` is encoded already; parameters with empty values are left out.
stdx::Result<std::string> ask_server(const std::string& server, std::string_view path,
                                     const std::vector<std::pair<std::string, std::string>>& parameters);

// The same with a POST of `body`, which is gzip.
stdx::Result<std::string> send_to_server(const std::string& server, std::string_view path,
                                         const std::vector<std::pair<std::string, std::string>>& parameters, std::string_view body);

}  // namespace clew::main
