#include "receive/rum/otlp_sessions.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "otlp/ids.h"
#include "otlp/log_fields.h"
#include "otlp/message_reader.h"
#include "otlp/records_survey.h"
#include "otlp/value_json.h"
#include "receive/rum/event_fields.h"
#include "receive/rum/json_fields.h"
#include "receive/rum/otlp_event_names.h"
#include "receive/rum/record_writer.h"
#include "receive/rum/rum_request.h"
#include "receive/rum/wire_fields.h"

namespace clew::receive_rum {
namespace {

namespace field = otlp::field;
using otlp::MessageReader;

constexpr std::string_view kSessionKey = "session.id";
constexpr uint64_t kKindClient = 3;
constexpr double kNsPerMs = 1e6;
constexpr int kWithoutSessionMax = 8;  // Spans of a scope that are looked at for a session before it is taken to have none.

constexpr uint32_t length_tag(uint32_t number) { return otlp::wire_tag(number, otlp::WireType::kLength); }

bool contains(std::string_view bytes, std::string_view needle) {
  return memmem(bytes.data(), bytes.size(), needle.data(), needle.size()) != nullptr;
}

std::string lower(std::string_view text) {
  std::string out(text.substr(0, kNameBytesMax));
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

// A resource and one of its scopes, as they were sent.
struct Surroundings {
  std::string_view resource, resource_schema_url, scope, scope_schema_url;
};

// Calls begin(surroundings) for each scope and item(message) for each record or span in it. False: malformed.
template <class Begin, class Item>
bool walk(std::string_view request, Begin&& begin, Item&& item) {
  MessageReader resources(request);
  while (resources.next()) {
    if (resources.tag() != length_tag(field::kTracesResourceSpans)) continue;
    Surroundings around;
    MessageReader of_resource(resources.bytes());
    while (of_resource.next()) {
      if (of_resource.tag() == length_tag(field::kResourceSpansResource)) around.resource = of_resource.bytes();
      if (of_resource.tag() == length_tag(field::kResourceSpansSchemaUrl)) around.resource_schema_url = of_resource.bytes();
    }
    MessageReader scopes(resources.bytes());
    while (scopes.next()) {
      if (scopes.tag() != length_tag(field::kResourceSpansScopeSpans)) continue;
      around.scope = around.scope_schema_url = {};
      MessageReader of_scope(scopes.bytes());
      while (of_scope.next()) {
        if (of_scope.tag() == length_tag(field::kScopeSpansScope)) around.scope = of_scope.bytes();
        if (of_scope.tag() == length_tag(field::kScopeSpansSchemaUrl)) around.scope_schema_url = of_scope.bytes();
      }
      if (!of_scope.ok()) return false;
      begin(around);
      MessageReader items(scopes.bytes());
      while (items.next()) {
        if (items.tag() == length_tag(field::kScopeSpansSpans)) item(items.bytes());
      }
    }
    if (!of_resource.ok() || !scopes.ok()) return false;
  }
  return resources.ok();
}

// The device that a resource is of.
struct Device {
  WireFields resource;
  std::string_view type;  // "browser", "android", "ios", or empty: not told, so perhaps no device at all.
};

Device device_of(std::string_view resource) {
  Device device;
  MessageReader reader(resource);
  while (reader.next()) {
    if (reader.tag() == length_tag(field::kResourceAttributes)) device.resource.add(reader.bytes());
  }
  const std::string os = lower(device.resource.text("os.name")) + " " + lower(device.resource.text("os.type"));
  const std::string_view language = device.resource.text("telemetry.sdk.language");
  const auto has = [&](std::string_view prefix) {
    return std::ranges::any_of(device.resource.all(), [&](const auto& each) { return each.key.starts_with(prefix); });
  };
  if (contains(os, "android") || has("android.")) device.type = "android";
  else if (contains(os, "ios") || contains(os, "ipados") || language == "swift") device.type = "ios";
  else if (language == "webjs" || has("browser.")) device.type = "browser";
  else if (language == "dart") device.type = "app";
  return device;
}

bool is_browser(std::string_view user_agent) { return user_agent.starts_with("Mozilla/"); }
bool is_browser(const BundleContext& context) { return is_browser(context.user_agent); }

bool only_devices_say(std::string_view event_name) {
  return event_name.starts_with("browser.") || event_name.starts_with("app.") || event_name.starts_with("device.") ||
         event_name == "session.start" || event_name == "session.end";
}

// Where each record of a session goes to.
class EventWriter {
 public:
  EventWriter(const BundleContext& context, const Scrubber& scrubber) : context_(context), scrubber_(scrubber) {}

  void begin(const Surroundings& around, const Device& device) {
    around_ = around;
    device_ = &device;
    is_open_ = false;
  }

  // These are events already: another Clew, or the demo, hands on what a RUM door made. They stay as they are.
  bool is_of_events() const { return scope_name() == kRumScope; }

  // A row of the open resource; `write` adds attributes.
  template <class Write>
  void add(int64_t time_ns, std::string_view event_name, std::string_view body, uint64_t severity, std::string_view trace_id,
           std::string_view span_id, Write write) {
    open();
    const size_t row = events_.begin_row();
    otlp::MessageWriter& out = events_.out();
    out.add_fixed64(field::kLogTimeUnixNano, static_cast<uint64_t>(time_ns));
    out.add_fixed64(field::kLogObservedTimeUnixNano, static_cast<uint64_t>(context_.receive_time_ns));
    if (severity != 0) out.add_varint(field::kLogSeverityNumber, severity);
    out.add_bytes(field::kLogEventName, event_name);
    if (!body.empty()) {
      std::string buffer;
      const size_t value = out.open(field::kLogBody);
      out.add_bytes(field::kAnyValueString, scrubber_.scrub(body.substr(0, kTextBytesMax), buffer));
      out.close(value);
    }
    if (trace_id.size() == 16) out.add_bytes(field::kLogTraceId, trace_id);
    if (span_id.size() == 8) out.add_bytes(field::kLogSpanId, span_id);
    RecordWriter record(out, field::kLogAttributes, scrubber_);
    write(record);
    if (record.dropped_count() > 0) out.add_varint(field::kLogDroppedAttributesCount, record.dropped_count());
    events_.end_row(row);
  }

  // What every event says of its device, and all that the record itself says.
  void write_common(RecordWriter& record, const WireFields& fields, std::string_view session_id, const SessionView& view) {
    if (fields.text(kSessionKey).empty()) record.text(kSessionKey, session_id);
    if (fields.text("user.id").empty()) {
      const std::string_view user = fields.text("enduser.id");
      record.text("user.id", user.empty() ? fields.text("enduser.pseudo.id") : user);
    }
    if (fields.text("view.name").empty()) record.text("view.name", view.name);
    if (fields.text("view.id").empty()) record.text("view.id", view.id);
    write_device(record);
    write_all(record, fields);
    record.text("otel.scope.name", scope_name());
  }

  std::string finish() { return events_.finish(); }
  std::string_view session_of_resource() const { return device_->resource.text(kSessionKey); }
  const Device& device() const { return *device_; }
  int64_t receive_time_ns() const { return context_.receive_time_ns; }

 private:
  void open() {
    if (is_open_) return;
    is_open_ = true;
    events_.begin_resource([&](otlp::MessageWriter& out) {
      events_.append_encoded(std::string(around_.resource));
      RecordWriter resource(out, field::kResourceAttributes, scrubber_);
      if (!device_->resource.text("rum.app.type").empty()) return;
      resource.text("rum.app.type", device_->type.empty() && is_browser(context_) ? "browser" : device_->type);
    });
  }

  // Resources name devices in OpenTelemetry's words; pages ask events.
  void write_device(RecordWriter& record) {
    write_place(record, context_);
    const WireFields& resource = device_->resource;
    if (is_browser(context_)) return write_client(record, context_);
    record.text("client.address", context_.client_address);
    record.text("os.type", resource.text("os.name").empty() ? resource.text("os.type") : resource.text("os.name"));
    record.text("os.version", resource.text("os.version"));
    record.text("device.brand", resource.text("device.manufacturer"));
    const std::string_view model = resource.text("device.model.name");
    record.text("device.model", model.empty() ? resource.text("device.model.identifier") : model);
    if (device_->type == "android" || device_->type == "ios") record.text("device.type", "mobile");
  }

  static void write_all(RecordWriter& record, const WireFields& fields) {
    std::string json;
    for (const WireFields::Field& each : fields.all()) {
      const WireValue value = read_wire_value(each.value);
      if (value.text) record.text(each.key, *value.text);
      else if (value.integer) record.integer(each.key, *value.integer);
      else if (value.real) record.real(each.key, *value.real);
      else if (value.boolean) record.boolean(each.key, *value.boolean);
      else {
        json.clear();
        if (otlp::append_wire_value_json(each.value, json) && json != "null") record.text(each.key, json);
      }
    }
  }

  std::string_view scope_name() const {
    MessageReader scope(around_.scope);
    std::string_view name;
    while (scope.next()) {
      if (scope.tag() == length_tag(field::kScopeName)) name = scope.bytes();
    }
    return name;
  }

  const BundleContext& context_;
  const Scrubber& scrubber_;
  Surroundings around_;
  const Device* device_ = nullptr;
  bool is_open_ = false;
  RumRequest events_;
};

// Log records that stay logs, under the resources and scopes they had.
class RestWriter {
 public:
  void begin(const Surroundings& around) {
    close();
    around_ = around;
  }

  void add(std::string_view record) {
    if (!is_open_) open();
    out_.add_bytes(field::kScopeSpansSpans, record);
  }

  std::string finish() {
    close();
    return std::move(text_);
  }

 private:
  void open() {
    is_open_ = true;
    resource_ = out_.open(field::kTracesResourceSpans);
    out_.add_bytes(field::kResourceSpansResource, around_.resource);
    if (!around_.resource_schema_url.empty()) out_.add_bytes(field::kResourceSpansSchemaUrl, around_.resource_schema_url);
    scope_ = out_.open(field::kResourceSpansScopeSpans);
    out_.add_bytes(field::kScopeSpansScope, around_.scope);
    if (!around_.scope_schema_url.empty()) out_.add_bytes(field::kScopeSpansSchemaUrl, around_.scope_schema_url);
  }

  void close() {
    if (!is_open_) return;
    is_open_ = false;
    out_.close(scope_);
    out_.close(resource_);
  }

  std::string text_;
  otlp::MessageWriter out_{text_};
  Surroundings around_;
  bool is_open_ = false;
  size_t resource_ = 0, scope_ = 0;
};

class LogsSplitter {
 public:
  LogsSplitter(const BundleContext& context, const Scrubber& scrubber, SessionViews& views)
      : context_(context), events_(context, scrubber), views_(views) {}

  std::string run(std::string_view request) {
    const auto begin = [this](const Surroundings& around) {
      device_ = device_of(around.resource);
      events_.begin(around, device_);
    };
    // Vitals of a page come before the event that names it, and in other scopes.
    walk(request, begin, [this](std::string_view record) { learn_page(record); });
    const bool ok = walk(
        request,
        [&](const Surroundings& around) {
          begin(around);
          rest_.begin(around);
        },
        [this](std::string_view record) {
          if (!take(record)) rest_.add(record);
        });
    std::string events = events_.finish();
    return ok && !events.empty() ? rest_.finish() + events : std::string();
  }

 private:
  void learn_page(std::string_view record) {
    if (!contains(record, "browser.navigation") || !read(record)) return;
    if (name_ == "browser.navigation" && fields_.boolean("browser.navigation.same_document") != true) {
      view_of(session_, meaning_of_event(name_, fields_), time_of_log());
    }
  }

  // False: it is no event of a session.
  bool read(std::string_view record) {
    if (otlp::read_log(record, log_) != otlp::SpanRefusal::kNone) return false;  // The survey refuses and counts it.
    fields_.clear();
    for (const std::string_view attribute : log_.attributes) fields_.add(attribute);
    const std::string_view own = fields_.text(kSessionKey);
    session_ = own.empty() ? events_.session_of_resource() : own;
    if (session_.empty()) return false;
    name_ = log_.event_name.empty() ? fields_.text("event.name") : log_.event_name;
    return !device_.type.empty() || is_browser(context_) || only_devices_say(name_);
  }

  bool take(std::string_view record) {
    if (events_.is_of_events() || !read(record)) return false;
    if (log_.body) fields_.add_map(*log_.body);
    write(record, session_, name_);
    return true;
  }

  void write(std::string_view record, std::string_view session, std::string_view name) {
    const EventMeaning meaning = meaning_of_event(name, fields_);
    const int64_t time_ns = time_of_log();
    const SessionView view = view_of(session, meaning, time_ns);
    const auto text = log_.body ? read_wire_value(*log_.body).text : std::nullopt;
    const std::string title = event_title(name, fields_);
    events_.add(time_ns, meaning.event_name, text && !text->empty() ? *text : std::string_view(title), log_.severity_number,
                log_.trace_id, log_.span_id, [&](RecordWriter& out) {
                  out.text("rum.event.id", fmt::format("{:016x}", XXH3_64bits(record.data(), record.size())));
                  out.text("rum.type", meaning.type);
                  if (meaning.event_name != "rum.exception") out.text("rum.name", title);
                  out.text("rum.otel.event_name", name);
                  write_event_measures(out, name, fields_);
                  events_.write_common(out, fields_, session, view);
                });
  }

  int64_t time_of_log() const {
    if (log_.time_unix_nano != 0) return static_cast<int64_t>(log_.time_unix_nano);
    return log_.observed_time_unix_nano != 0 ? static_cast<int64_t>(log_.observed_time_unix_nano) : events_.receive_time_ns();
  }

  // A new page or screen begins a view; what says nothing of it happened on the latest.
  SessionView view_of(std::string_view session, const EventMeaning& meaning, int64_t time_ns) {
    const SessionView latest = views_.of(session);
    const bool is_page = meaning.event_name == "rum.view" && meaning.type == "pv";
    std::string name(is_page ? path_of(fields_.text("url.full")) : named_view(fields_));
    if (name.empty() || (!is_page && name == latest.name)) return latest;
    const uint64_t hash = XXH3_64bits_withSeed(session.data(), session.size(), static_cast<uint64_t>(time_ns));
    SessionView view{fmt::format("{:016x}", hash), std::move(name).substr(0, kNameBytesMax)};
    views_.set(session, view);
    return view;
  }

  const BundleContext& context_;
  Device device_;
  EventWriter events_;
  RestWriter rest_;
  SessionViews& views_;
  // Of the record that was read last.
  otlp::LogFields log_;
  WireFields fields_;
  std::string_view session_, name_;
};

struct SpanFields {
  std::string_view trace_id, span_id, name;
  uint64_t kind = 0, start_ns = 0, end_ns = 0;
  WireFields attributes;
};

bool read_span(std::string_view message, SpanFields& span) {
  MessageReader reader(message);
  while (reader.next()) {
    switch (reader.tag()) {
      case length_tag(field::kSpanTraceId): span.trace_id = reader.bytes(); break;
      case length_tag(field::kSpanSpanId): span.span_id = reader.bytes(); break;
      case length_tag(field::kSpanName): span.name = reader.bytes(); break;
      case length_tag(field::kSpanAttributes): span.attributes.add(reader.bytes()); break;
      case otlp::wire_tag(field::kSpanKind, otlp::WireType::kVarint): span.kind = reader.number(); break;
      case otlp::wire_tag(field::kSpanStartTimeUnixNano, otlp::WireType::kFixed64): span.start_ns = reader.number(); break;
      case otlp::wire_tag(field::kSpanEndTimeUnixNano, otlp::WireType::kFixed64): span.end_ns = reader.number(); break;
      default: break;
    }
  }
  return reader.ok();
}

class RequestsOfSpans {
 public:
  RequestsOfSpans(const BundleContext& context, const Scrubber& scrubber, const SessionViews& views)
      : context_(context), events_(context, scrubber), views_(views) {}

  std::string run(std::string_view request) {
    const bool ok = walk(
        request,
        [this](const Surroundings& around) {
          device_ = device_of(around.resource);
          events_.begin(around, device_);
          without_session_ = 0;
          is_wanted_ = !events_.is_of_events() && (is_browser(context_) || !device_.type.empty());
        },
        [this](std::string_view span) {
          if (is_wanted_) take(span);
        });
    std::string events = events_.finish();
    return ok ? events : std::string();
  }

 private:
  void take(std::string_view message) {
    // A scope whose first spans are of no session has none: SDKs put it on all.
    if (events_.session_of_resource().empty() && !contains(message, kSessionKey)) {
      is_wanted_ = ++without_session_ < kWithoutSessionMax;
      return;
    }
    SpanFields span;
    if (!read_span(message, span) || span.kind != kKindClient || span.end_ns < span.start_ns) return;
    const WireFields& fields = span.attributes;
    const std::string_view own = fields.text(kSessionKey);
    const std::string_view session = own.empty() ? events_.session_of_resource() : own;
    const std::string_view method = either("http.request.method", "http.method", fields);
    if (session.empty() || method.empty() || span.trace_id.size() != 16 || span.span_id.size() != 8) return;
    write(span, session, method);
  }

  static std::string_view either(std::string_view now, std::string_view before, const WireFields& fields) {
    const std::string_view text = fields.text(now);
    return text.empty() ? fields.text(before) : text;
  }

  void write(const SpanFields& span, std::string_view session, std::string_view method) {
    const WireFields& fields = span.attributes;
    const std::string_view url = either("url.full", "http.url", fields);
    const std::string name(path_of(url));
    auto status = fields.number("http.response.status_code");
    if (!status) status = fields.number("http.status_code");
    SessionView view = views_.of(session);
    if (const std::string_view named = named_view(fields); !named.empty() && named != view.name) view = {{}, std::string(named)};
    const std::string line = fmt::format("{:.16} {:.512}{}", method, name, status ? fmt::format(" {:.0f}", *status) : "");
    events_.add(static_cast<int64_t>(span.start_ns), "rum.resource", line, 0, span.trace_id, span.span_id, [&](RecordWriter& out) {
      out.text("rum.event.id", fmt::format("{:016x}", XXH3_64bits(span.span_id.data(), span.span_id.size())));
      out.text("rum.type", device_.type.empty() || device_.type == "browser" ? "fetch" : "http");
      out.text("rum.name", name);
      out.real("rum.duration", static_cast<double>(span.end_ns - span.start_ns) / kNsPerMs);
      // Without an answer it failed; as ARMS' SDK, what is not 2xx did, too.
      out.integer("rum.success", status && *status >= 200 && *status < 300 ? 1 : 0);
      if (fields.text("http.request.method").empty()) out.text("http.request.method", method);
      if (fields.text("url.full").empty()) out.text("url.full", url);
      if (status && !fields.number("http.response.status_code")) {
        out.integer("http.response.status_code", static_cast<int64_t>(std::clamp(*status, 0.0, 999.0)));
      }
      events_.write_common(out, fields, session, view);
    });
  }

  const BundleContext& context_;
  Device device_;
  EventWriter events_;
  const SessionViews& views_;
  int without_session_ = 0;
  bool is_wanted_ = false;
};

}  // namespace

bool logs_have_sessions(std::string_view request) { return contains(request, kSessionKey); }

bool spans_have_sessions(std::string_view request, std::string_view user_agent) {
  bool found = false;
  int to_look_at = 0;
  walk(
      request,
      [&](const Surroundings& around) {
        const Device device = device_of(around.resource);
        found = found || !device.resource.text(kSessionKey).empty();
        to_look_at = is_browser(user_agent) || !device.type.empty() ? kWithoutSessionMax : 0;
      },
      [&](std::string_view span) {
        if (!found && to_look_at-- > 0) found = contains(span, kSessionKey);
      });
  return found;
}

std::string with_session_events(std::string_view request, const BundleContext& context, const Scrubber& scrubber,
                                SessionViews& views) {
  return LogsSplitter(context, scrubber, views).run(request);
}

std::string requests_of_spans(std::string_view request, const BundleContext& context, const Scrubber& scrubber,
                              const SessionViews& views) {
  return RequestsOfSpans(context, scrubber, views).run(request);
}

}  // namespace clew::receive_rum
