#include "receive/rum/electron_events.h"

#include "receive/rum/json_fields.h"

namespace clew::receive_rum {

using simdjson::dom::element;

namespace {

constexpr double kHandOverMs = 200;  // SDK 0.0.9, its renderers' delay of requests until their timing is there.

}  // namespace

bool is_electron(std::string_view app_type) { return app_type == "electron"; }

bool is_of_window(element event) { return long_text_of(member(event, "os"), "container") == "chromium"; }

double began_before_ms(element event) {
  const std::string_view event_type = long_text_of(event, "event_type");
  if (event_type == "application") return long_text_of(event, "scene") == "app_ready" ? duration_ms(event) : 0;
  if (event_type != "resource" || !is_of_window(event)) return 0;
  const std::string_view type = long_text_of(event, "type");
  return type == "fetch" || type == "xmlhttprequest" ? duration_ms(event) + kHandOverMs : 0;
}

bool is_view_placeholder(std::string_view view_id) { return view_id == "__default__"; }

}  // namespace clew::receive_rum
