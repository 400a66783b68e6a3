#include "receive/rum/otlp_event_names.h"

#include <algorithm>
#include <array>
#include <string>

#include "receive/rum/json_fields.h"

namespace clew::receive_rum {
namespace {

struct Named {
  std::string_view name;
  EventMeaning meaning;
};
constexpr std::array kMeanings = {
    Named{"browser.navigation", {"rum.view", "pv"}},
    Named{"browser.page_view", {"rum.view", "pv"}},
    Named{"browser.navigation_timing", {"rum.view", "perf"}},
    Named{"browser.web_vital", {"rum.view", "webvitals"}},
    Named{"browser.user_action.click", {"rum.action", "click"}},
    Named{"app.screen.click", {"rum.action", "click"}},
    Named{"app.widget.click", {"rum.action", "click"}},
    Named{"exception", {"rum.exception", "error"}},
    Named{"browser.exception", {"rum.exception", "error"}},
    Named{"app.crash", {"rum.exception", "crash"}},
    Named{"device.crash", {"rum.exception", "crash"}},
    Named{"app.jank", {"rum.longTask", "fps"}},
    Named{"device.app.lifecycle", {"rum.application", "lifecycle"}},
};

struct Measure {
  std::string_view field;
  std::string_view attribute;
  std::string_view minus = {};  // A moment that the duration began at; empty: the value itself.
};
constexpr std::string_view kTiming = "browser.resource_timing.";
// Milliseconds since the page began to load, as the browser's timing entries have them.
constexpr std::array kLoad = {
    Measure{"browser.navigation_timing.dom_interactive", "rum.dom_interactive"},
    Measure{"browser.navigation_timing.dom_content_loaded_event_end", "rum.dom_content_loaded"},
    Measure{"browser.navigation_timing.dom_complete", "rum.dom_complete"},
    Measure{"browser.navigation_timing.load_event_end", "rum.load_event"},
    Measure{"browser.resource_timing.response_start", "rum.time_to_first_byte"},
};
constexpr std::array kPhases = {
    Measure{"redirect_end", "rum.redirect_duration", "redirect_start"},
    Measure{"domain_lookup_end", "rum.dns_duration", "domain_lookup_start"},
    Measure{"connect_end", "rum.connect_duration", "connect_start"},
    Measure{"connect_end", "rum.ssl_duration", "secure_connection_start"},
    Measure{"response_start", "rum.first_byte_duration", "request_start"},
    Measure{"response_end", "rum.download_duration", "response_start"},
    Measure{"duration", "rum.duration"},
    Measure{"decoded_body_size", "rum.size"},
    Measure{"transfer_size", "rum.transfer_size"},
};
constexpr std::array kVitals = {
    Named{"lcp", {"rum.largest_contentful_paint", {}}}, Named{"cls", {"rum.cumulative_layout_shift", {}}},
    Named{"inp", {"rum.interaction_to_next_paint", {}}}, Named{"fid", {"rum.first_input_delay", {}}},
    Named{"fcp", {"rum.first_contentful_paint", {}}},    Named{"ttfb", {"rum.time_to_first_byte", {}}},
};
// What the page's scripts do themselves is in their spans: as a resource it would count twice.
constexpr std::array kByScript = {std::string_view("fetch"), std::string_view("xmlhttprequest"), std::string_view("beacon")};

std::string_view first_text(const WireFields& fields, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    if (const std::string_view text = fields.text(key); !text.empty()) return text;
  }
  return {};
}

void write_measure(RecordWriter& record, const WireFields& fields, std::string_view prefix, const Measure& measure) {
  const auto value = fields.number(std::string(prefix) + std::string(measure.field));
  if (!value || *value <= 0) return;
  if (measure.minus.empty()) return record.real(measure.attribute, *value);
  const auto begin = fields.number(std::string(prefix) + std::string(measure.minus));
  // Zero: this phase did not happen, or the server does not let the page see it.
  if (begin && *begin > 0 && *value > *begin) record.real(measure.attribute, *value - *begin);
}

void write_vital(RecordWriter& record, const WireFields& fields) {
  std::string name(first_text(fields, {"browser.web_vital.name", "name"}));
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  auto value = fields.number("browser.web_vital.value");
  if (!value) value = fields.number("value");
  for (const Named& vital : kVitals) {
    if (vital.name == name && value) record.real(vital.meaning.event_name, *value);
  }
}

std::string_view resource_type(std::string_view initiator) {
  if (initiator == "script") return "js";
  if (initiator == "link" || initiator == "css") return "css";
  if (initiator == "img" || initiator == "image") return "image";
  if (initiator == "video" || initiator == "audio") return "media";
  return "other";
}

}  // namespace

EventMeaning meaning_of_event(std::string_view name, const WireFields& fields) {
  for (const Named& known : kMeanings) {
    if (known.name == name) return known.meaning;
  }
  if (name == "browser.resource_timing") {
    const std::string_view initiator = fields.text("browser.resource_timing.initiator_type");
    if (std::ranges::find(kByScript, initiator) != kByScript.end()) return {"rum.timing", {}};
    return {"rum.resource", resource_type(initiator)};
  }
  if (!fields.text("exception.type").empty() || !fields.text("exception.message").empty()) return {"rum.exception", "error"};
  return name.empty() || name == "browser.console" ? EventMeaning{"rum.log", {}} : EventMeaning{"rum.custom", {}};
}

void write_event_measures(RecordWriter& record, std::string_view name, const WireFields& fields) {
  if (name == "browser.web_vital") return write_vital(record, fields);
  if (name == "browser.navigation_timing") {
    for (const Measure& measure : kLoad) write_measure(record, fields, {}, measure);
  }
  if (name == "browser.navigation_timing" || name == "browser.resource_timing") {
    for (const Measure& measure : kPhases) write_measure(record, fields, kTiming, measure);
  }
  if (name == "browser.navigation") {
    record.text("rum.loading_type", fields.boolean("browser.navigation.same_document") == true ? "route_change" : "initial_load");
  }
  if (name == "app.jank") {
    // Seconds in the conventions, milliseconds here.
    if (const auto period = fields.number("app.jank.period")) record.real("rum.duration", *period * 1000);
  }
}

std::string event_title(std::string_view name, const WireFields& fields) {
  const std::string_view url = fields.text("url.full");
  if (name == "browser.resource_timing") return std::string(path_of(url));
  if (name == "browser.user_action.click" || name == "app.widget.click" || name == "app.screen.click") {
    const auto target = first_text(fields, {"app.widget.name", "app.widget.id", "browser.css_selector", "browser.tag_name"});
    return target.empty() ? std::string("click") : "click on " + std::string(target.substr(0, kNameBytesMax));
  }
  if (name == "browser.navigation" || name == "browser.page_view") return std::string(path_of(url));
  return std::string(name.substr(0, kNameBytesMax));
}

std::string_view named_view(const WireFields& fields) {
  const std::string_view screen = first_text(fields, {"view.name", "app.screen.name", "screen.name", "browser.page.path"});
  if (!screen.empty()) return screen;
  return path_of(first_text(fields, {"browser.page.url", "page.url", "browser.document.url.full", "location.href"}));
}

}  // namespace clew::receive_rum
