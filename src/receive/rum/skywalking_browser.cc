#include "receive/rum/skywalking_browser.h"

#include <simdjson.h>

#include <array>

#include "otlp/log_fields.h"
#include "receive/rum/event_fields.h"
#include "receive/rum/event_repeats.h"
#include "receive/rum/json_fields.h"
#include "receive/rum/record_writer.h"
#include "receive/rum/rum_limits.h"
#include "receive/rum/rum_request.h"

namespace clew::receive_rum {
namespace {

namespace field = otlp::field;
using simdjson::dom::element;


// SkyWalking's fields under the names that the same measures have in bundles of the ARMS SDK, so that pages show both.
struct Renamed {
  std::string_view field;
  std::string_view attribute;
};
constexpr std::array kRenamed = {
    Renamed{"pagePath", "view.name"},
    Renamed{"ttfbTime", "rum.time_to_first_byte"},
    Renamed{"fptTime", "rum.first_paint"},
    Renamed{"fmpTime", "rum.first_contentful_paint"},
    Renamed{"lcpTime", "rum.largest_contentful_paint"},
    Renamed{"inpTime", "rum.interaction_to_next_paint"},
    Renamed{"cls", "rum.cumulative_layout_shift"},
    Renamed{"domReadyTime", "rum.dom_content_loaded"},
    Renamed{"loadPageTime", "rum.load_event"},
    Renamed{"domAnalysisTime", "rum.dom_analysis_duration"},
    Renamed{"dnsTime", "rum.dns_duration"},
    Renamed{"tcpTime", "rum.connect_duration"},
    Renamed{"sslTime", "rum.ssl_duration"},
    Renamed{"redirectTime", "rum.redirect_duration"},
    Renamed{"transTime", "rum.download_duration"},
    Renamed{"duration", "rum.duration"},
    Renamed{"size", "rum.transfer_size"},
    Renamed{"protocol", "network.protocol.name"},
    Renamed{"message", "exception.message"},
    Renamed{"stack", "exception.stacktrace"},
    Renamed{"errorUrl", "url.full"},
    Renamed{"line", "code.line.number"},
    Renamed{"col", "code.column.number"},
    Renamed{"uniqueId", "rum.event.id"},
};

struct Kind {
  std::string_view event_name;
  std::string_view type;
};
Kind kind_of(SkyWalkingReport report) {
  switch (report) {
    case SkyWalkingReport::kPerf: return {"rum.view", "perf"};
    case SkyWalkingReport::kWebVitals:
    case SkyWalkingReport::kWebInteractions: return {"rum.view", "webvitals"};
    case SkyWalkingReport::kResources: return {"rum.resource", ""};
    case SkyWalkingReport::kErrors: return {"rum.exception", "error"};
  }
  return {};
}

class ReportTranslator {
 public:
  ReportTranslator(SkyWalkingReport report, const BundleContext& context, const Scrubber& scrubber, const IsRepeated& is_repeated)
      : report_(report),
        kind_(kind_of(report)),
        context_(context),
        scrubber_(scrubber),
        repeats_(is_repeated, done_.repeated_count, done_.event_keys) {}

  TranslatedBundle run(element body) {
    if (!body.is_array()) {
      take(body);
    } else {
      size_t index = 0;
      for (const element item : simdjson::dom::array(body)) {
        const bool has_room = index++ < kEventsPerBundleMax && logs_.size() < kTranslatedBytesMax;
        has_room ? take(item) : static_cast<void>(++done_.excess_count);
      }
    }
    done_.logs = logs_.finish();
    return std::move(done_);
  }

 private:
  void take(element item) {
    if (!item.is_object()) {
      ++done_.malformed_count;
      return;
    }
    if (done_.app_id.empty()) done_.app_id = text_of(item, "service");
    if (!repeats_.is_new(text_of(item, "uniqueId"))) return;
    ++done_.event_count;
    logs_.begin_resource([&](otlp::MessageWriter& out) { write_resource(out, item); });
    const size_t row = logs_.begin_row();
    otlp::MessageWriter& out = logs_.out();
    const uint64_t severity = report_ == SkyWalkingReport::kErrors ? kSeverityError : 0;
    write_event_head(out, {context_.receive_time_ns, context_.receive_time_ns, kind_.event_name, severity}, scrubber_);
    RecordWriter record(out, field::kLogAttributes, scrubber_);
    write_client(record, context_);
    write_place(record, context_);
    write_fields(record, item);
    logs_.end_row(row);
  }

  void write_resource(otlp::MessageWriter& out, element item) {
    RecordWriter resource(out, field::kResourceAttributes, scrubber_);
    resource.text("service.name", "rum-browser");
    resource.text("service.version", text_of(item, "serviceVersion"));
    resource.text("telemetry.sdk.name", "skywalking-client-js");
    resource.text("telemetry.sdk.language", "webjs");
    resource.text("rum.app.id", text_of(item, "service"));
    resource.text("rum.app.type", "browser");
  }

  void write_fields(RecordWriter& record, element item) const {
    const std::string category = text_of(item, "category");
    record.text("rum.type", report_ == SkyWalkingReport::kResources ? resource_type(item) : std::string(kind_.type));
    if (report_ == SkyWalkingReport::kErrors) record.text("exception.type", category);
    if (report_ == SkyWalkingReport::kResources) record.text("url.full", long_text_of(item, "name"));
    for (const auto [key, value] : object_of(item)) {
      if (key == "service" || key == "serviceVersion" || key == "category") continue;
      if (report_ == SkyWalkingReport::kResources && (key == "name" || key == "resourceType" || key == "type")) continue;
      if (key == "stack" && category == "ajax") continue;
      double number;
      const std::string name = name_of(key);
      if (value.is_number() && value.get(number) == simdjson::SUCCESS) {
        if (number >= 0) record.real(name, number);  // -1: the browser does not measure it.
      } else {
        record.json(name, value);
      }
    }
  }

  static std::string name_of(std::string_view key) {
    for (const Renamed& renamed : kRenamed) {
      if (renamed.field == key) return std::string(renamed.attribute);
    }
    return "rum." + std::string(key.substr(0, kNameBytesMax));
  }

  static std::string resource_type(element item) {
    const std::string type = text_of(item, "resourceType");
    return type.empty() ? text_of(item, "type") : type;
  }

  const SkyWalkingReport report_;
  const Kind kind_;
  const BundleContext& context_;
  const Scrubber& scrubber_;
  RumRequest logs_;
  TranslatedBundle done_;
  Repeats repeats_;
};

}  // namespace

stdx::Result<TranslatedBundle> translate_skywalking(SkyWalkingReport report, std::string_view json,
                                                    const BundleContext& context, const Scrubber& scrubber,
                                                    const IsRepeated& is_repeated) {
  simdjson::dom::parser parser;
  auto body = parse_body(json, parser);
  if (!body) return std::unexpected(std::move(body.error()));
  if (!body->is_object() && !body->is_array()) {
    return stdx::fail(stdx::ErrorCode::kInvalidArgument, "the body is JSON, but neither a report nor a list of reports");
  }
  return ReportTranslator(report, context, scrubber, is_repeated).run(*body);
}

}  // namespace clew::receive_rum
