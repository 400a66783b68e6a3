#include "receive/rum/event_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace clew::receive_rum {

using simdjson::dom::element;

namespace {

struct Renamed {
  std::string_view field;
  std::string_view attribute;
  std::string_view event_type = {};  // Only of this; empty: of all.
};
// Names: OpenTelemetry semantic conventions 1.3x.
constexpr std::array kRenamed = {
    Renamed{"url", "url.full"},
    Renamed{"method", "http.request.method"},
    Renamed{"status_code", "http.response.status_code"},
    Renamed{"name", "exception.type", "exception"},
    Renamed{"message", "exception.message", "exception"},
    Renamed{"stack", "exception.stacktrace", "exception"},
    Renamed{"file", "code.file.path", "exception"},
    Renamed{"line", "code.line.number", "exception"},
    Renamed{"column", "code.column.number", "exception"},
};

// Written elsewhere, for every event; in the last line those of an event that is its own bundle.
constexpr std::array<std::string_view, 14> kElsewhere = {"event_id", "event_type", "timestamp",  "view",        "session_id",
                                                         "trace_id", "trace_data", "properties", "tracing_data",
                                                         "app.type", "session.id", "view.id",    "_v",          "service_id"};
// `_retry` and `service_id` are no news: how often the SDK sent the bundle before, and the application's id from the endpoint's query,
// which SDKs of core 0.1 repeat here.
constexpr std::array<std::string_view, 14> kGroups = {"app", "user", "session", "net", "view", "device", "os", "geo", "isp",
                                                      "properties", "events", "_v", "_retry", "service_id"};

// In `buffer` where it has to be put together, so that a field costs no allocation.
std::string_view attribute_name(std::string_view field, std::string_view event_type, std::string& buffer) {
  for (const Renamed& renamed : kRenamed) {
    if (renamed.field == field && (renamed.event_type.empty() || renamed.event_type == event_type)) return renamed.attribute;
  }
  return buffer.assign("rum.").append(field.substr(0, kNameBytesMax));
}

// A number, or a text of one.
bool is_status_code(element value) {
  if (value.is_number()) return true;
  if (!value.is_string()) return false;
  const std::string_view text = value;
  return !text.empty() && text.size() <= 9 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// Where the SDK puts things under one name that are not of one kind.
std::string_view name_by_content(element event, std::string_view field, element value, std::string_view event_type) {
  // Calls of procedures have words for their outcome, failed requests of Electron's main process as well.
  if (field == "status_code" && !is_status_code(value)) return "rum.status_code";
  if (field == "method" && long_text_of(event, "type") == "rpc") return "rpc.method";
  // Not how long, but how many bytes.
  if (field == "duration" && event_type == "application" && long_text_of(event, "scene").starts_with("memory")) return "rum.working_set";
  return {};
}

void write_field(RecordWriter& record, element event, std::string_view field, element value, std::string_view event_type,
                 std::string& buffer) {
  std::string_view name = name_by_content(event, field, value, event_type);
  if (name.empty()) name = attribute_name(field, event_type, buffer);
  // A dump that was written without an end of the process: the SDK counts it as no crash.
  if (field == "type" && event_type == "exception" && long_text_of(event, "name") == "NonFatalCrash") return record.text(name, "non_fatal_crash");
  // `{}` is what the SDK writes for want of debug ids; `[]` for want of scripts comes as a string.
  if (value.is_object() && simdjson::dom::object(value).size() == 0) return;
  // Durations are now whole, now broken numbers of milliseconds: one type, or one column would become two.
  const bool whole_by_nature = field == "times" || field == "success" || field == "status_code" || field == "line" ||
                               field == "column" || field == "size" || field == "transfer_size" || field == "fps";
  double number;
  if (!whole_by_nature && value.is_number() && value.get(number) == simdjson::SUCCESS) return record.real(name, number);
  record.json(name, value);
}

void write_part(RecordWriter& record, element entry, std::string_view name, const char* begin, const char* end) {
  const auto from = number_of(entry, begin), to = number_of(entry, end);
  if (from && to && *from > 0 && *to > *from) record.real(name, *to - *from);
}

// What only the browser's own timing entry says, which comes as JSON in a string: of a page load its parts (the SDK sends those of
// other requests as fields), of every load the protocol and whether the page waited for it before it drew anything. False: it does
// not tell when the first byte came.
bool write_timing_entry(RecordWriter& record, std::string_view text, bool is_page_load) {
  const auto parsed = parse_inner(text);
  if (!parsed) return false;
  const element entry = *parsed;
  record.text("network.protocol.name", text_of(entry, "nextHopProtocol"));
  if (!is_page_load) {
    if (text_of(entry, "renderBlockingStatus") == "blocking") record.text("rum.render_blocking_status", "blocking");
    return true;
  }
  const auto first_byte = number_of(entry, "responseStart");
  if (first_byte && *first_byte > 0) record.real("rum.time_to_first_byte", *first_byte);
  write_part(record, entry, "rum.redirect_duration", "redirectStart", "redirectEnd");
  write_part(record, entry, "rum.dns_duration", "domainLookupStart", "domainLookupEnd");
  write_part(record, entry, "rum.connect_duration", "connectStart", "connectEnd");
  write_part(record, entry, "rum.ssl_duration", "secureConnectionStart", "connectEnd");
  write_part(record, entry, "rum.first_byte_duration", "requestStart", "responseStart");
  write_part(record, entry, "rum.download_duration", "responseStart", "responseEnd");
  return first_byte && *first_byte > 0;
}

}  // namespace

bool is_known_group(std::string_view key) { return std::ranges::find(kGroups, key) != kGroups.end(); }

void write_client(RecordWriter& record, const BundleContext& context, element os, element device) {
  record.text("user_agent.original", context.user_agent);
  record.text("client.address", context.client_address);
  if (context.agent == nullptr) return;
  const useragent::UserAgent& agent = *context.agent;
  record.text("user_agent.name", agent.browser);
  record.text("user_agent.version", agent.browser_version);
  const auto unless_said = [&](element group, const char* key, const char* name, const std::string& value) {
    if (text_of(group, key).empty()) record.text(name, value);
  };
  unless_said(os, "type", "os.type", agent.os);
  unless_said(os, "version", "os.version", agent.os_version);
  unless_said(device, "type", "device.type", agent.device_type);
  unless_said(device, "brand", "device.brand", agent.device_brand);
  unless_said(device, "model", "device.model", agent.device_model);
}

void write_place(RecordWriter& record, const BundleContext& context, element geo, element isp) {
  if (context.place == nullptr) return;
  const Place& place = *context.place;
  // Half a place from here and half from there would be a place that does not exist.
  const auto says = [](element group, std::initializer_list<const char*> keys) {
    return std::ranges::any_of(keys, [&](const char* key) { return !text_of(group, key).empty(); });
  };
  if (!says(geo, {"country", "country_id", "province", "province_id", "city", "city_id"})) {
    record.text("geo.country", place.country);
    record.text("geo.country.iso_code", place.country_code);
    record.text("geo.province", place.province);
    record.text("geo.region.iso_code", place.region_code);
    record.text("geo.city", place.city);
  }
  if (!says(isp, {"name", "id"})) {
    record.text("isp.name", place.isp);
    record.text("isp.id", place.isp_id);
  }
}

void write_event_fields(RecordWriter& record, element event, std::string_view event_type) {
  std::string buffer;
  for (const auto [key, value] : object_of(event)) {
    if (std::ranges::find(kElsewhere, key) != kElsewhere.end() || (key == "os" && value.is_object())) continue;
    // Of a page load SDKs of core 0.1 count it from another begin than of other loads; its timing entry says more.
    if (key == "first_byte_duration" && event_type == "view") continue;
    write_field(record, event, key, value, event_type, buffer);
  }
  for (const auto [key, value] : object_of(member(event, "properties"))) {
    record.json("rum.properties." + std::string(key.substr(0, kNameBytesMax)), value);
  }
  if (event_type == "view" && long_text_of(event, "type") == "perf") {
    const bool is_told = write_timing_entry(record, long_text_of(event, "snapshots"), true);
    const auto first_byte = number_of(event, "first_byte_duration");
    if (!is_told && first_byte) record.real("rum.time_to_first_byte", *first_byte);
  } else if (event_type == "resource") {
    write_timing_entry(record, long_text_of(event, "timing_data"), false);
  }
}

void write_request_fields(RecordWriter& record, element event) {
  std::string buffer;
  for (const auto [key, value] : object_of(event)) {
    if (std::ranges::find(kElsewhere, key) != kElsewhere.end() || key == "timing_data" || key == "snapshots" ||
        key == "times" || key == "duration" || (key == "os" && value.is_object())) {
      continue;
    }
    write_field(record, event, key, value, "resource", buffer);
  }
}

std::string event_line(element event, std::string_view event_type) {
  const std::string name = text_of(event, "name");
  if (event_type == "exception") {
    const std::string message = text_of(event, "message");
    return name.empty() || message.empty() ? name + message : name + ": " + message;
  }
  if (event_type == "log") return text_of(member(event, "log"), "content");
  if (event_type == "application" && name.empty()) {  // "cold_launch app_ready"
    const std::string state = text_of(event, "state"), scene = text_of(event, "scene");
    return state.empty() || scene.empty() ? state + scene : state + " " + scene;
  }
  if (event_type == "resource") {
    const std::string status = text_of(event, "status_code");
    return fmt::format("{} {}{}{}", text_of(event, "method"), request_name(event), status.empty() ? "" : " ", status);
  }
  return name;
}

}  // namespace clew::receive_rum
