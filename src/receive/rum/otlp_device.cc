#include "receive/rum/otlp_device.h"

#include <algorithm>

#include "receive/rum/otlp_walk.h"
#include "receive/rum/rum_limits.h"
#include "wire/ascii.h"

namespace clew::receive_rum {
namespace {

namespace field = otlp::field;
using otlp::MessageReader;

bool contains_ignoring_case(std::string_view text, std::string_view word) {
  text = text.substr(0, kNameBytesMax);
  return !std::ranges::search(text, word, {}, wire::ascii_lower).empty();
}

// What the attributes of a resource that tell a device say together.
struct Signs {
  bool android = false, ios = false, browser = false, dart = false, swift = false, linux = false;

  void take(std::string_view key, std::string_view any_value) {
    if (key.starts_with("android.")) android = true;
    if (key.starts_with("browser.")) browser = true;
    if (key == "os.name" || key == "os.type") {
      const std::string_view os = read_wire_value(any_value).text.value_or(std::string_view());
      android = android || contains_ignoring_case(os, "android");
      ios = ios || contains_ignoring_case(os, "ios") || contains_ignoring_case(os, "ipados");
      linux = linux || contains_ignoring_case(os, "linux");
    } else if (key == "telemetry.sdk.language") {
      const std::string_view language = read_wire_value(any_value).text.value_or(std::string_view());
      browser = browser || language == "webjs";
      swift = swift || language == "swift";
      dart = dart || language == "dart";
    } else if (key == "user_agent.original") {
      browser = browser || is_browser(read_wire_value(any_value).text.value_or(std::string_view()));
    }
  }

  std::string_view device_type() const {
    if (android) return "android";
    if (ios || (swift && !linux)) return "ios";  // Swift on Linux is a server's.
    if (browser) return "browser";
    return dart ? "app" : std::string_view();
  }
};

// Most keys of a backend's resource are none of those that Signs knows, which their first letter tells.
bool may_be_sign(std::string_view key) {
  switch (key.empty() ? '\0' : key.front()) {
    case 'a': case 'b': case 'o': case 't': case 'u': return true;
    default: return false;
  }
}

}  // namespace

std::string_view device_type_of(std::string_view resource) {
  Signs signs;
  MessageReader reader(resource);
  while (reader.next()) {
    if (reader.tag() != length_tag(field::kResourceAttributes)) continue;
    std::string_view key, value;
    MessageReader pair(reader.bytes());
    while (pair.next()) {
      if (pair.tag() == length_tag(field::kKeyValueKey)) {
        key = pair.bytes();
        if (!may_be_sign(key)) break;
      } else if (pair.tag() == length_tag(field::kKeyValueValue)) {
        value = pair.bytes();
      }
    }
    if (may_be_sign(key)) signs.take(key, value);
  }
  return signs.device_type();
}

bool has_device(std::string_view request, bool from_browser) {
  if (from_browser) return true;
  bool found = false;
  walk_otlp(
      request,
      [&](const Surroundings& around) {
        found = found || !device_type_of(around.resource).empty();
        return false;
      },
      [](const Surroundings&) {}, [](std::string_view) { return false; });
  return found;
}

bool has_sessions_without_device(std::string_view logs) {
  bool found = false;
  const auto look_into = [&](std::string_view bytes) { found = found || contains(bytes, kSessionKey); };
  // The first records of a scope lie side by side: one search is cheaper than one for each.
  std::string_view first, last;
  int count = 0;
  const auto look_into_records = [&] {
    if (count > 0) look_into({first.data(), static_cast<size_t>(last.data() + last.size() - first.data())});
    count = 0;
  };
  walk_otlp(
      logs,
      [&](const Surroundings& around) {
        look_into(around.resource);
        return !found;
      },
      [&](const Surroundings&) { look_into_records(); },
      [&](std::string_view record) {
        if (count++ == 0) first = record;
        last = record;
        return count < kWithoutSessionOfBackendMax;
      });
  look_into_records();
  return found;
}

WireFields attributes_of(std::string_view resource) {
  WireFields fields;
  MessageReader reader(resource);
  while (reader.next()) {
    if (reader.tag() == length_tag(field::kResourceAttributes)) fields.add(reader.bytes());
  }
  return fields;
}

bool only_devices_say(std::string_view event_name) {
  return event_name.starts_with("browser.") || event_name.starts_with("app.") || event_name.starts_with("device.") ||
         event_name == "session.start" || event_name == "session.end";
}

}  // namespace clew::receive_rum
