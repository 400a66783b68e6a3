#include "receive/rum/bundle.h"

#include <simdjson.h>
#include <xxhash.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "otlp/foreign_ids.h"
#include "otlp/log_fields.h"
#include "receive/rum/electron_events.h"
#include "receive/rum/event_fields.h"
#include "receive/rum/json_fields.h"
#include "receive/rum/record_writer.h"
#include "receive/rum/request_trace.h"
#include "receive/rum/rum_limits.h"
#include "receive/rum/rum_request.h"
#include "receive/rum/users_end.h"

namespace clew::receive_rum {
namespace {

namespace field = otlp::field;
using simdjson::dom::element;

constexpr int64_t kNsPerMs = 1'000'000;
constexpr uint64_t kKindClient = 3;
constexpr uint64_t kStatusError = 2;

// What core 0.1 says of its own troubles: no bundle, but a lone event whose members have names like "session.id".
bool is_complaint_of_sdk(element bundle) { return long_text_of(bundle, "event_type") == "log"; }

class BundleTranslator {
 public:
  BundleTranslator(element bundle, const BundleContext& context, const Scrubber& scrubber, ClientClocks& clocks,
                   const IsRepeated& is_repeated)
      : bundle_(bundle), context_(context), scrubber_(scrubber), clocks_(clocks), is_repeated_(is_repeated) {}

  TranslatedBundle run() {
    app_ = member(bundle_, "app");
    bundle_view_ = member(bundle_, "view");
    session_id_ = text_of(member(bundle_, "session"), "id");
    std::string app_type = text_of(app_, "type");
    const auto events = array_of(bundle_, "events");
    const bool is_complaint = !events && is_complaint_of_sdk(bundle_);
    if (is_complaint) {
      session_id_ = text_of(bundle_, "session.id");
      app_type = text_of(bundle_, "app.type");
    }
    end_ = users_end_of(app_type);
    is_electron_ = is_electron(app_type);
    done_.app_id = text_of(app_, "id");
    if (done_.app_id.empty()) done_.app_id = context_.service_id;
    if (done_.app_id.empty()) done_.app_id = text_of(bundle_, "service_id");
    if (!events && !is_complaint) return std::move(done_);
    if (events) learn_times(*events);
    write_common(log_common_, field::kLogAttributes, true);
    write_common(span_common_, field::kSpanAttributes, false);
    write_os(os_common_, nothing());
    for (RumRequest* request : {&logs_, &traces_}) {
      request->begin_resource([this](otlp::MessageWriter& out) { write_resource(out); });
    }
    if (is_complaint) take(bundle_);
    if (events) take_all(*events);
    done_.logs = logs_.finish();
    done_.traces = traces_.finish();
    return std::move(done_);
  }

 private:
  // How far the clock is off, and when the clocks of pages began.
  void learn_times(const simdjson::dom::array& events) {
    std::optional<int64_t> newest_ms;
    for (const element event : events) {
      const auto start_ms = reported_start_ms(event);
      if (!start_ms) continue;
      // Static resources are reported long after they ended, so their durations say nothing.
      const double end_ms = *start_ms + (is_request(event) ? duration_ms(event) : 0);
      newest_ms = std::max(newest_ms.value_or(static_cast<int64_t>(end_ms)), static_cast<int64_t>(end_ms));
      if (!is_request(event) || (is_electron_ && !is_of_window(event))) continue;
      if (const auto page_ms = timing_start_ms(event)) time_origins_ms_.try_emplace(page_of(event), *start_ms - *page_ms);
    }
    if (!newest_ms) return;
    offset_ms_ = clocks_.offset_ms(session_id_, *newest_ms, context_.receive_time_ns / kNsPerMs);
    // Electron's SDK keeps for a month what it could not send, so that coming late says nothing about its clock.
    if (is_electron_) offset_ms_ = std::min<int64_t>(offset_ms_, 0);
  }

  std::optional<double> reported_start_ms(element event) const {
    const auto reported_ms = time_ms(event);
    if (!reported_ms) return std::nullopt;
    return static_cast<double>(*reported_ms) - (is_electron_ ? began_before_ms(event) : 0);
  }

  // Whose clock an event's timing is on: a browser's bundle is of one page, Electron's of all windows.
  std::string page_of(element event) const {
    if (!is_electron_) return {};
    const element own = member(event, "view");
    return text_of(own.is_object() ? own : bundle_view_, "id");
  }

  void write_common(std::string& encoded, uint32_t field_number, bool all) {
    otlp::MessageWriter out(encoded);
    RecordWriter record(out, field_number, scrubber_);
    record.text("session.id", session_id_);
    const element user = member(bundle_, "user");
    record.text("user.id", text_of(user, "id"));
    if (!all) return;
    record.text("user.name", text_of(user, "name"));
    record.text("user.tags", text_of(user, "tags"));
    record.text("network.effective_type", text_of(member(bundle_, "net"), "model"));
    record.text("network.name", text_of(member(bundle_, "net"), "name"));
    BundleContext client = context_;
    // It is Node.js that asks in Electron's main process: its name tells nothing of the user's machine.
    if (is_electron_) client.agent = nullptr;
    write_client(record, client, member(bundle_, "os"), member(bundle_, "device"));
    if (is_electron_ && text_of(member(bundle_, "device"), "type").empty()) record.text("device.type", "desktop");
    write_place(record, context_, member(bundle_, "geo"), member(bundle_, "isp"));
    for (const std::string_view group : {"device", "geo", "isp"}) {
      write_members(record, member(bundle_, group), std::string(group) + ".");
    }
    write_members(record, member(bundle_, "properties"), "rum.properties.");
    // Groups of a bundle that nobody has heard of yet.
    for (const auto [key, value] : object_of(is_complaint_of_sdk(bundle_) ? nothing() : bundle_)) {
      if (!is_known_group(key)) record.json("rum.bundle." + std::string(key.substr(0, kNameBytesMax)), value);
    }
  }

  // What an event says of the system it ran on wins, member by member: a window of Electron runs in another container.
  void write_os(std::string& encoded, element own) const {
    otlp::MessageWriter out(encoded);
    RecordWriter record(out, field::kLogAttributes, scrubber_);
    for (const auto [key, value] : object_of(member(bundle_, "os"))) {
      if (member(own, key).is_null()) record.json("os." + std::string(key.substr(0, kNameBytesMax)), value);
    }
    write_members(record, own, "os.");
  }

  static void write_members(RecordWriter& record, element object, const std::string& prefix) {
    for (const auto [key, value] : object_of(object)) record.json(prefix + std::string(key.substr(0, kNameBytesMax)), value);
  }

  // The application only: what is the user's stands on each record, so that an application is one resource.
  void write_resource(otlp::MessageWriter& out) {
    RecordWriter resource(out, field::kResourceAttributes, scrubber_);
    resource.text("service.name", end_.service);
    resource.text("service.version", text_of(app_, "version"));
    resource.text("deployment.environment.name", text_of(app_, "env"));
    resource.text("telemetry.sdk.name", "arms-rum");
    const std::string sdk = text_of(bundle_, "_v");
    resource.text("telemetry.sdk.version", std::string_view(sdk).substr(std::min(sdk.size(), sdk.find('-') + 1)));
    resource.text("telemetry.sdk.language", end_.language);
    // "npm-0.0.37"; core 0.1 says "0.0.9".
    if (sdk.contains('-')) resource.text("telemetry.distro.name", std::string_view(sdk).substr(0, sdk.find('-')));
    resource.text("rum.app.id", done_.app_id);
    if (app_.is_null()) resource.text("rum.app.type", text_of(bundle_, "app.type"));
    for (const auto [key, value] : object_of(app_)) {
      if (key == "id" || key == "version" || key == "env") continue;
      resource.json("rum.app." + std::string(key.substr(0, kNameBytesMax)), value);
    }
  }

  void take_all(const simdjson::dom::array& events) {
    size_t index = 0;
    for (const element event : events) {
      const bool has_room = index++ < kEventsPerBundleMax && logs_.size() + traces_.size() < kTranslatedBytesMax;
      has_room ? take(event) : static_cast<void>(++done_.excess_count);
    }
  }

  void take(element event) {
    if (!event.is_object()) {
      ++done_.malformed_count;
      return;
    }
    const std::string event_id = text_of(event, "event_id");
    if (!event_id.empty()) {
      const uint64_t key = XXH3_64bits(event_id.data(), event_id.size());
      if (is_repeated_ && is_repeated_(key)) {
        ++done_.repeated_count;
        return;
      }
      done_.event_keys.push_back(key);
    }
    const auto trace = trace_of_request(event);
    start_ns_ = start_ns(event);
    write_event(event, event_id, trace);
    ++done_.event_count;
    if (!trace || trace->span_id == 0 || !is_request(event)) return;
    write_span(event, event_id, *trace);
    ++done_.span_count;
  }

  int64_t start_ns(element event) const {
    auto start_ms = reported_start_ms(event);
    if (!start_ms) return context_.receive_time_ns;
    // A static resource's time is when the SDK noticed it; its timing says when it began, on the page's clock.
    if (!time_origins_ms_.empty() && text_of(event, "event_type") == "resource" && !is_request(event)) {
      const auto origin = time_origins_ms_.find(page_of(event));
      const auto page_ms = origin == time_origins_ms_.end() ? std::nullopt : timing_start_ms(event);
      if (page_ms) start_ms = std::min(*start_ms, origin->second + *page_ms);
    }
    return plausible_time_ns((static_cast<int64_t>(*start_ms) + offset_ms_) * kNsPerMs, context_.receive_time_ns);
  }

  void write_event(element event, std::string_view event_id, const std::optional<RequestTrace>& trace) {
    const size_t row = logs_.begin_row();
    otlp::MessageWriter& out = logs_.out();
    const std::string type = text_of(event, "event_type");
    const std::string event_name = "rum." + (type.empty() ? std::string("unknown") : type.substr(0, 64));
    const uint64_t severity = type == "exception" ? kSeverityError : 0;
    write_event_head(out, {start_ns_, context_.receive_time_ns, event_name, severity, event_line(event, type)}, scrubber_);
    if (trace) {
      out.add_bytes(field::kLogTraceId, otlp::to_bytes(trace->trace_id));
      if (trace->span_id != 0) out.add_bytes(field::kLogSpanId, otlp::span_id_bytes(trace->span_id));
      out.add_fixed32(field::kLogFlags, 1);
    }
    logs_.append_encoded(log_common_);
    if (const element os = member(event, "os"); os.is_object()) {
      std::string encoded;
      write_os(encoded, os);
      logs_.append_encoded(encoded);
    } else {
      logs_.append_encoded(os_common_);
    }
    RecordWriter record(out, field::kLogAttributes, scrubber_);
    record.text("rum.event.id", event_id);
    write_view(record, event);
    if (offset_ms_ != 0) record.integer("rum.clock_offset_ms", offset_ms_);
    if (const auto ms = time_ms(event)) record.integer("rum.timestamp", *ms);
    write_event_fields(record, event, type);
    if (trace) write_trace_fields(record, *trace);
    if (record.dropped_count() > 0) out.add_varint(field::kLogDroppedAttributesCount, record.dropped_count());
    logs_.end_row(row);
  }

  void write_view(RecordWriter& record, element event) const {
    const element own = member(event, "view");
    const element view = own.is_object() ? own : bundle_view_;
    const std::string id = text_of(view, "id");
    if (is_view_placeholder(id)) return;
    record.text("view.id", id.empty() ? text_of(event, "view.id") : id);
    record.text("view.name", text_of(view, "name"));
    for (const auto [key, value] : object_of(view)) {
      if (key != "id" && key != "name") record.json("view." + std::string(key.substr(0, kNameBytesMax)), value);
    }
  }

  void write_span(element event, std::string_view event_id, const RequestTrace& trace) {
    const size_t row = traces_.begin_row();
    otlp::MessageWriter& out = traces_.out();
    const int64_t start = start_ns_;
    out.add_bytes(field::kSpanTraceId, otlp::to_bytes(trace.trace_id));
    out.add_bytes(field::kSpanSpanId, otlp::span_id_bytes(trace.span_id));
    out.add_bytes(field::kSpanTraceState, trace.trace_state);
    std::string buffer;
    out.add_bytes(field::kSpanName, scrubber_.scrub(std::string(end_.span_prefix) + request_name(event), buffer));
    out.add_varint(field::kSpanKind, kKindClient);
    out.add_fixed64(field::kSpanStartTimeUnixNano, static_cast<uint64_t>(start));
    out.add_fixed64(field::kSpanEndTimeUnixNano,
                    static_cast<uint64_t>(start + static_cast<int64_t>(std::llround(duration_ms(event) * kNsPerMs))));
    traces_.append_encoded(span_common_);
    RecordWriter record(out, field::kSpanAttributes, scrubber_);
    record.text("rum.event.id", event_id);
    write_view(record, event);
    write_request_fields(record, event);
    write_trace_fields(record, trace);
    if (succeeded(event) == false) {
      const size_t status = out.open(field::kSpanStatus);
      out.add_bytes(field::kStatusMessage, scrubber_.scrub(text_of(event, "message"), buffer));
      out.add_varint(field::kStatusCode, kStatusError);
      out.close(status);
    }
    out.add_fixed32(field::kSpanFlags, 1);
    traces_.end_row(row);
  }

  const element bundle_;
  const BundleContext& context_;
  const Scrubber& scrubber_;
  ClientClocks& clocks_;
  const IsRepeated& is_repeated_;

  element app_, bundle_view_;
  std::string session_id_;
  UsersEnd end_;
  int64_t offset_ms_ = 0;
  int64_t start_ns_ = 0;  // Of the event at hand.
  bool is_electron_ = false;
  std::map<std::string, double> time_origins_ms_;  // By page.
  std::string log_common_, span_common_, os_common_;
  RumRequest logs_, traces_;
  TranslatedBundle done_;
};

// Requests that are written one after the other are one request with the rows of both. A body is of one application, because
// it is by that one that its origin and its rate are judged.
void add(TranslatedBundle part, TranslatedBundle& all) {
  if (all.app_id.empty()) all.app_id = part.app_id;
  if (part.app_id != all.app_id) {
    all.malformed_count += std::max(part.event_count, 1u);
    return;
  }
  all.logs += part.logs;
  all.traces += part.traces;
  all.event_count += part.event_count;
  all.span_count += part.span_count;
  all.repeated_count += part.repeated_count;
  all.malformed_count += part.malformed_count;
  all.excess_count += part.excess_count;
  all.event_keys.insert(all.event_keys.end(), part.event_keys.begin(), part.event_keys.end());
}

}  // namespace

stdx::Result<TranslatedBundle> translate_bundle(std::string_view json, const BundleContext& context,
                                                const Scrubber& scrubber, ClientClocks& clocks,
                                                const IsRepeated& is_repeated) {
  simdjson::dom::parser parser;
  const auto bundle = parse_body(json, parser);
  if (!bundle) return std::unexpected(bundle.error());
  if (bundle->is_object()) return BundleTranslator(*bundle, context, scrubber, clocks, is_repeated).run();
  if (!bundle->is_array() || simdjson::dom::array(*bundle).size() == 0) {
    return stdx::fail(stdx::ErrorCode::kInvalidArgument, "the body is JSON, but not a bundle: an object with events");
  }
  // Several, as core 0.1 sends what troubles it.
  TranslatedBundle all;
  size_t index = 0;
  for (const element each : simdjson::dom::array(*bundle)) {
    if (!each.is_object()) {
      ++all.malformed_count;
    } else if (index++ >= kBundlesPerBodyMax || all.logs.size() + all.traces.size() >= kTranslatedBytesMax) {
      ++all.excess_count;
    } else {
      add(BundleTranslator(each, context, scrubber, clocks, is_repeated).run(), all);
    }
  }
  return all;
}

}  // namespace clew::receive_rum
