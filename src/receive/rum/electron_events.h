// What the ARMS SDK for Electron says otherwise than that for browsers.
#pragma once

#include <simdjson.h>

#include <string_view>

namespace clew::receive_rum {

// `app.type`. Its main process sends everything, also what its windows' pages tell it.
bool is_electron(std::string_view app_type);

// An event of the SDK in a window's page, which knows no times, sessions and users: the main process adds those as it takes the
// event from it. What is not of a window is of the main process.
bool is_of_window(simdjson::dom::element event);

// How long before its `timestamp` an event began. A window's request is handed over 200 ms after it ended; the start of an
// application is reported when it is ready.
double began_before_ms(simdjson::dom::element event);

// The view of what no page stands behind: that of the main process before it opens a window.
bool is_view_placeholder(std::string_view view_id);

}  // namespace clew::receive_rum
