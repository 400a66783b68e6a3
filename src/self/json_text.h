// Just enough JSON for our own log lines and health answers.
#pragma once

#include <string>
#include <string_view>

namespace clew::self {

// Appends `text` in quotes, escaped. Bytes are passed on as they are: our own messages are UTF-8.
void append_json_text(std::string_view text, std::string& json);

}  // namespace clew::self
