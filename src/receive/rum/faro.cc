#include "receive/rum/faro.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <array>
#include <cmath>

#include "otlp/ids.h"
#include "otlp/log_fields.h"
#include "otlp/traces_codec.h"
#include "otlp/traces_survey.h"
#include "receive/rum/client_clocks.h"
#include "receive/rum/event_fields.h"
#include "receive/rum/event_repeats.h"
#include "receive/rum/json_fields.h"
#include "receive/rum/otlp_secrets.h"
#include "receive/rum/record_writer.h"
#include "receive/rum/rum_limits.h"
#include "receive/rum/rum_request.h"
#include "stdx/time_text.h"

namespace clew::receive_rum {
namespace {

namespace field = otlp::field;
using simdjson::dom::element;

constexpr size_t kFramesMax = 200;

struct Renamed {
  std::string_view field;
  std::string_view attribute;
};
constexpr std::array kVitals = {
    Renamed{"lcp", "rum.largest_contentful_paint"},   Renamed{"cls", "rum.cumulative_layout_shift"},
    Renamed{"inp", "rum.interaction_to_next_paint"},  Renamed{"fid", "rum.first_input_delay"},
    Renamed{"ttfb", "rum.time_to_first_byte"},        Renamed{"fcp", "rum.first_contentful_paint"},
};

uint64_t severity_of(std::string_view level) {
  if (level == "trace") return 1;
  if (level == "debug") return 5;
  if (level == "warn") return 13;
  if (level == "error") return 17;
  return 9;
}

// What Faro calls its own events, in our words.
struct Meaning {
  std::string_view event_name;
  std::string_view type;
};
Meaning meaning_of(std::string_view name, std::string_view initiator) {
  if (name == "faro.performance.resource") {
    // What scripts fetched is in faro.tracing's events: as a resource it would count twice.
    if (initiator == "fetch" || initiator == "xmlhttprequest" || initiator == "beacon") return {"rum.timing", ""};
    if (initiator == "script") return {"rum.resource", "js"};
    if (initiator == "link" || initiator == "css") return {"rum.resource", "css"};
    return {"rum.resource", initiator == "img" ? "image" : "other"};
  }
  if (name == "faro.tracing.fetch") return {"rum.resource", "fetch"};
  if (name == "faro.tracing.xml-http-request") return {"rum.resource", "xmlhttprequest"};
  if (name == "faro.performance.navigation") return {"rum.view", "perf"};
  if (name == "view_changed" || name == "route_change" || name == "session_start") return {"rum.view", "pv"};
  if (name == "click" || name == "faro.user.action") return {"rum.action", "click"};
  return {"rum.custom", ""};
}

class FaroTranslator {
 public:
  FaroTranslator(element body, const BundleContext& context, const Scrubber& scrubber, const IsRepeated& is_repeated)
      : body_(body),
        meta_(member(body, "meta")),
        session_id_(text_of(member(meta_, "session"), "id")),
        context_(context),
        scrubber_(scrubber),
        repeats_(is_repeated, done_.repeated_count, done_.event_keys) {}

  TranslatedBundle run() {
    const element app = member(meta_, "app");
    done_.app_id = text_of(app, "name");
    if (done_.app_id.empty()) done_.app_id = context_.service_id;
    logs_.begin_resource([&](otlp::MessageWriter& out) { write_resource(out, app); });
    write_common();
    each("exceptions", [this](element item) { take_exception(item); });
    each("logs", [this](element item) { take_log(item); });
    each("measurements", [this](element item) { take_measurement(item); });
    each("events", [this](element item) { take_event(item); });
    done_.logs = logs_.finish();
    take_traces(member(body_, "traces"));
    return std::move(done_);
  }

 private:
  template <class Take>
  void each(std::string_view list, Take take) {
    const auto items = array_of(body_, list);
    if (!items) return;
    for (const element item : *items) {
      if (done_.event_count == kEventsPerBundleMax || logs_.size() >= kTranslatedBytesMax) {
        ++done_.excess_count;
      } else if (!item.is_object()) {
        ++done_.malformed_count;
      } else if (begins_new(list, item)) {
        ++done_.event_count;
        take(item);
      }
    }
  }

  // False: this item came before.
  bool begins_new(std::string_view list, element item) {
    time_ns_ = stdx::parse_rfc3339_ns(long_text_of(item, "timestamp")).value_or(0);
    event_id_ = ids_.id_of(session_id_, time_ns_, std::string(list) + simdjson::minify(item));
    return repeats_.is_new(event_id_);
  }

  void write_resource(otlp::MessageWriter& out, element app) {
    RecordWriter resource(out, field::kResourceAttributes, scrubber_);
    resource.text("service.name", "rum-browser");
    resource.text("service.version", text_of(app, "version"));
    resource.text("service.namespace", text_of(app, "namespace"));
    resource.text("deployment.environment.name", text_of(app, "environment"));
    resource.text("telemetry.sdk.name", "faro-web-sdk");
    resource.text("telemetry.sdk.version", text_of(member(meta_, "sdk"), "version"));
    resource.text("telemetry.sdk.language", "webjs");
    resource.text("rum.app.id", done_.app_id);
    resource.text("rum.app.type", "browser");
    resource.text("rum.app.release", text_of(app, "release"));
  }

  void write_common() {
    otlp::MessageWriter out(common_);
    RecordWriter record(out, field::kLogAttributes, scrubber_);
    const element session = member(meta_, "session"), user = member(meta_, "user"), view = member(meta_, "view");
    record.text("session.id", session_id_);
    record.text("user.id", text_of(user, "id"));
    const std::string user_name = text_of(user, "username");
    record.text("user.name", user_name.empty() ? text_of(user, "fullName") : user_name);
    std::string page(path_of(long_text_of(member(meta_, "page"), "url")));
    const std::string view_name = text_of(view, "name");
    record.text("view.name", view_name.empty() || view_name == "default" ? page : view_name);
    record.text("url.full", long_text_of(member(meta_, "page"), "url"));
    write_client(record, context_);
    write_place(record, context_);
    for (const element group : {member(session, "attributes"), member(user, "attributes")}) {
      for (const auto [key, value] : object_of(group)) {
        record.json("rum.properties." + std::string(key.substr(0, kNameBytesMax)), value);
      }
    }
  }

  // Opens a record; the caller adds attributes and closes it.
  size_t begin(element item, std::string_view event_name, uint64_t severity, std::string_view body) {
    const size_t row = logs_.begin_row();
    otlp::MessageWriter& out = logs_.out();
    const int64_t now_ns = context_.receive_time_ns;
    write_event_head(out, {plausible_time_ns(time_ns_, now_ns), now_ns, event_name, severity, body}, scrubber_);
    const element trace = member(item, "trace");
    const auto trace_id = otlp::parse_trace_id(text_of(trace, "trace_id"));
    const auto span_id = otlp::parse_span_id(text_of(trace, "span_id"));
    if (trace_id && span_id && !trace_id->is_zero() && *span_id != 0) {
      out.add_bytes(field::kLogTraceId, otlp::to_bytes(*trace_id));
      out.add_bytes(field::kLogSpanId, otlp::span_id_bytes(*span_id));
    }
    logs_.append_encoded(common_);
    RecordWriter(out, field::kLogAttributes, scrubber_).text("rum.event.id", event_id_);
    return row;
  }

  void take_exception(element item) {
    const std::string type = text_of(item, "type");
    const std::string_view message = long_text_of(item, "value");
    const size_t row = begin(item, "rum.exception", severity_of("error"), fmt::format("{}: {}", type, message));
    RecordWriter record(logs_.out(), field::kLogAttributes, scrubber_);
    record.text("rum.type", "error");
    record.text("exception.type", type);
    record.text("exception.message", message);
    record.text("exception.stacktrace", stack_of(item, type, message));
    write_context(record, item);
    logs_.end_row(row);
  }

  // Faro sends frames; pages show, and group by, the text that browsers print.
  static std::string stack_of(element item, std::string_view type, std::string_view message) {
    const auto frames = array_of(member(item, "stacktrace"), "frames");
    if (!frames) return {};
    std::string stack = fmt::format("{}: {}", type, message);
    size_t count = 0;
    for (const element frame : *frames) {
      if (count++ == kFramesMax) break;
      fmt::format_to(std::back_inserter(stack), "\n    at {} ({}:{}:{})", text_of(frame, "function"),
                     text_of(frame, "filename"), text_of(frame, "lineno"), text_of(frame, "colno"));
    }
    return stack;
  }

  void take_log(element item) {
    const size_t row = begin(item, "rum.log", severity_of(text_of(item, "level")), long_text_of(item, "message"));
    RecordWriter record(logs_.out(), field::kLogAttributes, scrubber_);
    write_context(record, item);
    logs_.end_row(row);
  }

  void take_measurement(element item) {
    const std::string type = text_of(item, "type");
    const bool is_vitals = type == "web-vitals";
    const size_t row = begin(item, is_vitals ? "rum.view" : "rum.custom", 0, {});
    RecordWriter record(logs_.out(), field::kLogAttributes, scrubber_);
    record.text("rum.type", is_vitals ? "webvitals" : type);
    for (const auto [key, value] : object_of(member(item, "values"))) {
      double number;
      if (value.is_number() && value.get(number) == simdjson::SUCCESS) record.real(vital_name(key), number);
    }
    write_context(record, item);
    logs_.end_row(row);
  }

  static std::string vital_name(std::string_view key) {
    for (const Renamed& vital : kVitals) {
      if (vital.field == key) return std::string(vital.attribute);
    }
    return "rum." + std::string(key.substr(0, kNameBytesMax));
  }

  void take_event(element item) {
    const std::string name = text_of(item, "name");
    const Meaning meaning = meaning_of(name, long_text_of(member(item, "attributes"), "initiatorType"));
    const size_t row = begin(item, meaning.event_name, 0, name);
    RecordWriter record(logs_.out(), field::kLogAttributes, scrubber_);
    record.text("rum.name", name);
    record.text("rum.type", meaning.type);
    record.text("rum.group", text_of(item, "domain"));
    // All attributes of Faro's events are texts; numbers among them are measures.
    for (const auto [key, value] : object_of(member(item, "attributes"))) write_attribute(record, key, value);
    logs_.end_row(row);
  }

  static void write_attribute(RecordWriter& record, std::string_view key, element value) {
    const std::string attribute = key == "name" ? "url.full" : "rum." + std::string(key.substr(0, kNameBytesMax));
    if (value.is_string() && (key == "duration" || key == "ttfb" || key.ends_with("Time"))) {
      const std::string text(std::string_view(value).substr(0, 40));
      char* end = nullptr;
      const double number = std::strtod(text.c_str(), &end);
      if (!text.empty() && end == text.c_str() + text.size() && std::isfinite(number)) return record.real(attribute, number);
    }
    record.json(attribute, value);
  }

  void write_context(RecordWriter& record, element item) const {
    for (const auto [key, value] : object_of(member(item, "context"))) {
      record.json("rum.properties." + std::string(key.substr(0, kNameBytesMax)), value);
    }
  }

  void take_traces(element traces) {
    if (!traces.is_object()) return;
    auto protobuf = otlp::traces_json_to_protobuf(simdjson::minify(traces));
    const auto survey = protobuf ? otlp::survey_traces(*protobuf) : std::unexpected(protobuf.error());
    if (!survey) {
      ++done_.malformed_count;
    } else if (survey->span_count > 0) {
      done_.span_count = survey->span_count;
      auto scrubbed = without_secrets(*protobuf, OtlpItems::kSpans, true, scrubber_);
      done_.traces = scrubbed ? std::move(*scrubbed) : std::move(*protobuf);
    }
  }

  const element body_, meta_;
  const std::string session_id_;
  const BundleContext& context_;
  const Scrubber& scrubber_;
  std::string common_;
  RumRequest logs_;
  TranslatedBundle done_;
  ContentIds ids_;
  Repeats repeats_;
  // Of the item at hand.
  int64_t time_ns_ = 0;
  std::string event_id_;
};

}  // namespace

stdx::Result<TranslatedBundle> translate_faro(std::string_view json, const BundleContext& context, const Scrubber& scrubber,
                                              const IsRepeated& is_repeated) {
  simdjson::dom::parser parser;
  const auto body = parse_body(json, parser);
  if (!body) return std::unexpected(body.error());
  if (!body->is_object()) {
    return stdx::fail(stdx::ErrorCode::kInvalidArgument, "the body is JSON, but not Faro's: an object with meta");
  }
  return FaroTranslator(*body, context, scrubber, is_repeated).run();
}

}  // namespace clew::receive_rum
