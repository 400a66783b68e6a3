// The ends that a user may sit at, and how their spans are called.
#pragma once

#include <string_view>

namespace clew::receive_rum {

struct UsersEnd {
  std::string_view service;
  std::string_view span_prefix;
  std::string_view language;
};
// By `app.type`; what is not known is a browser. The names are those that ARMS has; Electron's by analogy: a desktop application is
// no page.
UsersEnd users_end_of(std::string_view app_type);

}  // namespace clew::receive_rum
