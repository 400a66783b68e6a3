// The browser UI on the main port. Everything it knows comes through the native API.
//
// Everything it shows was sent by strangers, so the page may load nothing but its own files and run no script but them
// (Content-Security-Policy); Preact writes data as text nodes and attributes, never as markup. Files were compressed when they
// were built in and are sent as they are; only clients that take no gzip cost an unpacking.
#pragma once

#include <string_view>
#include <vector>

#include "net/http.h"

namespace clew::api_ui {

// "/ui/<file>", and for every page's address (web/src/app/places.ts) the one page that shows them all.
std::vector<net::HttpRoute> routes();

}  // namespace clew::api_ui
