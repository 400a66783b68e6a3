// The page on the main port: finds and shows traces through the native API.
//
// Everything it shows was sent by strangers, so the page may load nothing but its own files (Content-Security-Policy) and
// writes data as text nodes only (web/minimal/dom.js).
#pragma once

#include <vector>

#include "net/http.h"

namespace clew::api_ui {

// "/", "/trace/{id}" and "/ui/<file>".
std::vector<net::HttpRoute> routes();

}  // namespace clew::api_ui
