// What a door stores of a request instead of what came, because a part of it is of users' sessions.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace clew::receive {

struct Replacement {
  std::optional<std::string> request;  // In place of what came, which it is otherwise.
  std::string events;                  // An ExportLogsServiceRequest beside it; empty: none.
  std::function<void()> durable;       // To be called once all of this is; may be empty.
};

}  // namespace clew::receive
