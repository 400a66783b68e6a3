#include "receive/rum/otlp_sessions.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>

#include "otlp/records_survey.h"
#include "receive/rum/client_clocks.h"
#include "receive/rum/event_fields.h"
#include "receive/rum/event_repeats.h"
#include "receive/rum/json_fields.h"
#include "receive/rum/otlp_event_names.h"
#include "receive/rum/session_event_writer.h"

namespace clew::receive_rum {
namespace {

namespace field = otlp::field;
using otlp::MessageReader;

constexpr uint64_t kKindClient = 3;
constexpr double kNsPerMs = 1e6;

// Log records that stay logs, under the resources and scopes they had.
class RestWriter {
 public:
  void begin_resource(const Surroundings& around) {
    close_resource();
    around_ = around;
  }

  void begin_scope(const Surroundings& around) {
    close_scope();
    around_ = around;
  }

  void add(std::string_view record) {
    open();
    out_.add_bytes(field::kScopeSpansSpans, record);
  }

  std::string finish() {
    close_resource();
    return std::move(text_);
  }

 private:
  void open() {
    if (!resource_is_open_) {
      resource_is_open_ = true;
      resource_ = out_.open(field::kTracesResourceSpans);
      out_.add_bytes(field::kResourceSpansResource, around_.resource);
      if (!around_.resource_schema_url.empty()) out_.add_bytes(field::kResourceSpansSchemaUrl, around_.resource_schema_url);
    }
    if (!scope_is_open_) {
      scope_is_open_ = true;
      scope_ = out_.open(field::kResourceSpansScopeSpans);
      out_.add_bytes(field::kScopeSpansScope, around_.scope);
      if (!around_.scope_schema_url.empty()) out_.add_bytes(field::kScopeSpansSchemaUrl, around_.scope_schema_url);
    }
  }

  void close_scope() {
    if (scope_is_open_) out_.close(scope_);
    scope_is_open_ = false;
  }

  void close_resource() {
    close_scope();
    if (resource_is_open_) out_.close(resource_);
    resource_is_open_ = false;
  }

  std::string text_;
  otlp::MessageWriter out_{text_};
  Surroundings around_;
  bool resource_is_open_ = false, scope_is_open_ = false;
  size_t resource_ = 0, scope_ = 0;
};

class LogsSplitter {
 public:
  LogsSplitter(const BundleContext& context, const Scrubber& scrubber, SessionViews& views, const IsRepeated& is_repeated)
      : events_(context, scrubber), views_(views), repeats_(is_repeated, done_.repeated_count, done_.event_keys) {}

  SessionEvents run(std::string_view request) {
    const auto begin_resource = [this](const Surroundings& around) {
      events_.begin_resource(around);
      rest_.begin_resource(around);
      return true;
    };
    const auto begin_scope = [this](const Surroundings& around) {
      events_.begin_scope(around);
      rest_.begin_scope(around);
    };
    // Vitals of a page come before the event that names it, and in other scopes.
    walk_otlp(request, begin_resource, begin_scope, [this](std::string_view record) {
      learn_page(record);
      return true;
    });
    const bool ok = walk_otlp(request, begin_resource, begin_scope, [this](std::string_view record) {
      if (!take(record)) rest_.add(record);
      return true;
    });
    if (!ok || !done_.any()) return {};
    done_.logs = rest_.finish() + events_.finish();
    return std::move(done_);
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
    return events_.is_of_device() || only_devices_say(name_);
  }

  bool take(std::string_view record) {
    if (events_.is_of_events() || !events_.has_room() || !read(record)) return false;
    const std::string id = ids_.id_of(session_, reported_time_ns(), record);
    if (!repeats_.is_new(id)) return true;
    if (++done_.event_count == 1) done_.app = events_.service().substr(0, kNameBytesMax);
    if (log_.body) fields_.add_map(*log_.body);
    write(id, session_, name_);
    return true;
  }

  void write(const std::string& id, std::string_view session, std::string_view name) {
    const EventMeaning meaning = meaning_of_event(name, fields_);
    const int64_t time_ns = time_of_log();
    const SessionView view = view_of(session, meaning, time_ns);
    const auto text = log_.body ? read_wire_value(*log_.body).text : std::nullopt;
    const std::string title = event_title(name, fields_);
    events_.add(time_ns, meaning.event_name, text && !text->empty() ? *text : std::string_view(title), log_.severity_number,
                log_.trace_id, log_.span_id, [&](RecordWriter& out) {
                  out.text("rum.event.id", id);
                  out.text("rum.type", meaning.type);
                  if (meaning.event_name != "rum.exception") out.text("rum.name", title);
                  out.text("rum.otel.event_name", name);
                  write_event_measures(out, name, fields_);
                  events_.write_common(out, fields_, session, view);
                });
  }

  int64_t reported_time_ns() const {
    return static_cast<int64_t>(log_.time_unix_nano != 0 ? log_.time_unix_nano : log_.observed_time_unix_nano);
  }

  int64_t time_of_log() const { return plausible_time_ns(reported_time_ns(), events_.receive_time_ns()); }

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

  SessionEventWriter events_;
  RestWriter rest_;
  SessionViews& views_;
  ContentIds ids_;
  SessionEvents done_;
  Repeats repeats_;
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
  RequestsOfSpans(const BundleContext& context, const Scrubber& scrubber, const SessionViews& views, const IsRepeated& is_repeated)
      : events_(context, scrubber), views_(views), repeats_(is_repeated, done_.repeated_count, done_.event_keys) {}

  SessionEvents run(std::string_view request) {
    const bool ok = walk_otlp(
        request,
        [this](const Surroundings& around) {
          events_.begin_resource(around);
          return events_.is_of_device();
        },
        [this](const Surroundings& around) {
          events_.begin_scope(around);
          without_session_ = 0;
        },
        [this](std::string_view span) { return !events_.is_of_events() && events_.has_room() && take(span); });
    if (!ok || !done_.any()) return {};
    done_.logs = events_.finish();
    return std::move(done_);
  }

 private:
  // False: the rest of the scope need not be looked at.
  bool take(std::string_view message) {
    // A scope whose first spans are of no session has none: SDKs put it on all.
    if (events_.session_of_resource().empty() && !contains(message, kSessionKey)) return ++without_session_ < kWithoutSessionMax;
    SpanFields span;
    if (!read_span(message, span) || span.kind != kKindClient || span.end_ns < span.start_ns) return true;
    const WireFields& fields = span.attributes;
    const std::string_view own = fields.text(kSessionKey);
    const std::string_view session = own.empty() ? events_.session_of_resource() : own;
    const std::string_view method = either("http.request.method", "http.method", fields);
    if (session.empty() || method.empty() || span.trace_id.size() != 16 || span.span_id.size() != 8) return true;
    const std::string id = id_of(span);
    if (!repeats_.is_new(id)) return true;
    if (++done_.event_count == 1) done_.app = events_.service().substr(0, kNameBytesMax);
    write(id, span, session, method);
    return true;
  }

  // As the cutter tells spans that were sent again.
  static std::string id_of(const SpanFields& span) {
    const std::string ids = fmt::format("{}{}{}", span.trace_id, span.span_id, span.start_ns);
    return fmt::format("{:016x}", event_key_of(ids));
  }

  static std::string_view either(std::string_view now, std::string_view before, const WireFields& fields) {
    const std::string_view text = fields.text(now);
    return text.empty() ? fields.text(before) : text;
  }

  void write(const std::string& id, const SpanFields& span, std::string_view session, std::string_view method) {
    const WireFields& fields = span.attributes;
    const int64_t start_ns = plausible_time_ns(static_cast<int64_t>(span.start_ns), events_.receive_time_ns());
    const std::string_view url = either("url.full", "http.url", fields);
    const std::string name(path_of(url));
    auto status = fields.number("http.response.status_code");
    if (!status) status = fields.number("http.status_code");
    SessionView view = views_.of(session);
    if (const std::string_view named = named_view(fields); !named.empty() && named != view.name) view = {{}, std::string(named)};
    const std::string line = fmt::format("{:.16} {:.512}{}", method, name, status ? fmt::format(" {:.0f}", *status) : "");
    events_.add(start_ns, "rum.resource", line, 0, span.trace_id, span.span_id, [&](RecordWriter& out) {
      out.text("rum.event.id", id);
      out.text("rum.type", events_.device_type().empty() || events_.device_type() == "browser" ? "fetch" : "http");
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

  SessionEventWriter events_;
  const SessionViews& views_;
  SessionEvents done_;
  Repeats repeats_;
  int without_session_ = 0;
};

}  // namespace

SessionEvents with_session_events(std::string_view request, const BundleContext& context, const Scrubber& scrubber,
                                  SessionViews& views, const IsRepeated& is_repeated) {
  return LogsSplitter(context, scrubber, views, is_repeated).run(request);
}

SessionEvents requests_of_spans(std::string_view request, const BundleContext& context, const Scrubber& scrubber,
                                const SessionViews& views, const IsRepeated& is_repeated) {
  return RequestsOfSpans(context, scrubber, views, is_repeated).run(request);
}

}  // namespace clew::receive_rum
