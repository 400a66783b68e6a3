#include "demo/page_timing.h"

#include <cmath>

#include "wire/json_writer.h"

namespace clew::demo {
namespace {

// The clock of pages has steps of a tenth of a millisecond.
double tick(double value) { return std::round(value * 10) / 10; }

void write_timing(wire::JsonWriter& json, const FetchTiming& timing) {
  json.member("workerStart", 0).member("redirectStart", 0).member("redirectEnd", 0).member("fetchStart", timing.start);
  json.member("domainLookupStart", timing.dns_start).member("domainLookupEnd", timing.dns_end);
  json.member("connectStart", timing.connect_start).member("secureConnectionStart", timing.secure_start);
  json.member("connectEnd", timing.connect_end).member("requestStart", timing.request_start);
  json.member("responseStart", timing.response_start).member("responseEnd", timing.response_end);
  json.member("transferSize", timing.transfer_bytes()).member("encodedBodySize", timing.body_bytes);
  json.member("decodedBodySize", timing.decoded_bytes).member("responseStatus", timing.status);
  json.key("serverTiming").begin_array().end_array();
}

}  // namespace

double cut_to_three(double value) { return std::trunc(value * 1000) / 1000; }

double round_trip_ms(Chance& chance, const Network& network) {
  return static_cast<double>(chance.duration_ns(network.round_trip_ms, 0.25)) / 1e6;
}

FetchTiming fetch_timing(Chance& chance, const Network& network, double start, double server_ms, int64_t bytes,
                         bool connects) {
  const double round_trip = round_trip_ms(chance, network);
  FetchTiming timing;
  timing.start = tick(start);
  double now = timing.start;
  timing.dns_start = now;
  if (connects) now += round_trip * 0.6;
  timing.dns_end = timing.connect_start = tick(now);
  if (connects) {
    timing.secure_start = tick(now + round_trip);
    now += 2 * round_trip;
  }
  timing.connect_end = tick(now);
  timing.request_start = tick(now + 0.6 + chance.uniform() * 2);
  timing.response_start = tick(timing.request_start + round_trip + server_ms);
  timing.body_bytes = bytes;
  timing.decoded_bytes = bytes;
  timing.response_end = tick(timing.response_start + 0.3 + static_cast<double>(bytes) / network.bytes_per_ms);
  return timing;
}

std::string resource_entry(std::string_view url, std::string_view initiator, const FetchTiming& timing) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().member("name", url).member("entryType", "resource").member("startTime", timing.start);
  json.member("duration", timing.duration()).member("initiatorType", initiator).member("deliveryType", "");
  json.member("nextHopProtocol", "h2").member("renderBlockingStatus", "non-blocking");
  write_timing(json, timing);
  json.end_object();
  return text;
}

std::string navigation_entry(std::string_view url, const PageLoad& load) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().member("name", url).member("entryType", "navigation").member("startTime", 0);
  json.member("duration", load.load_event).member("initiatorType", "navigation").member("deliveryType", "");
  json.member("nextHopProtocol", "h2").member("renderBlockingStatus", "non-blocking");
  write_timing(json, load.document);
  json.member("unloadEventStart", 0).member("unloadEventEnd", 0).member("domInteractive", load.dom_interactive);
  json.member("domContentLoadedEventStart", load.dom_interactive).member("domContentLoadedEventEnd", load.dom_content_loaded);
  json.member("domComplete", load.dom_complete).member("loadEventStart", load.load_event);
  json.member("loadEventEnd", load.load_event).member("type", "navigate").member("redirectCount", 0);
  json.end_object();
  return text;
}

}  // namespace clew::demo
