#include "demo/web_sdk.h"

#include <fmt/format.h>

#include <algorithm>

#include "otlp/base64.h"
#include "otlp/foreign_ids.h"
#include "wire/json_writer.h"

namespace clew::demo {
namespace {

constexpr int64_t kFlushMs = 3000;
constexpr size_t kEventsPerBundle = 20;
constexpr int64_t kNsPerMs = 1'000'000;

// A version 4 UUID whose text never has a 0 at digits 0 and 16, as the SDK makes them.
otlp::TraceId uuid(Chance& chance) {
  otlp::TraceId id{chance.id_bits(), chance.id_bits()};
  id.hi = (id.hi & ~0xF000ULL) | 0x4000ULL;
  if (id.hi >> 60 == 0) id.hi |= 1ULL << 60;
  id.lo = (id.lo & ~(3ULL << 62)) | (1ULL << 63);
  return id;
}

std::string hex_of(const otlp::TraceId& id) { return fmt::format("{:016x}{:016x}", id.hi, id.lo); }

std::string uuid_text(const otlp::TraceId& id) {
  const std::string hex = hex_of(id);
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4), hex.substr(16, 4),
                     hex.substr(20));
}

std::string base64(std::string_view text) {
  std::string encoded;
  otlp::append_base64(text, encoded);
  return encoded;
}

}  // namespace

WebSdk::WebSdk(Chance& chance, const AppIdentity& app, const Visitor& visitor, std::string version)
    : chance_(chance), app_(app), visitor_(visitor), version_(std::move(version)), session_id_(hex_of(uuid(chance))) {}

View WebSdk::new_view(std::string name) { return {hex_of(uuid(chance_)), std::move(name)}; }

RequestIds WebSdk::new_request(Propagator propagator, std::string_view view_name) {
  RequestIds ids;
  ids.trace_id = uuid(chance_);
  ids.span_id = chance_.id_bits() | 1;
  ids.trace_text = hex_of(ids.trace_id);
  std::string span_text = fmt::format("{:016x}", ids.span_id);
  std::vector<std::pair<std::string_view, std::string>> headers;
  switch (propagator) {
    case Propagator::kTraceContext:
      ids.trace_state = fmt::format("rum=v2&{}&{}&{}&{}", app_.type, app_.id, session_id_, visitor_.user_id);
      headers = {{"traceparent", fmt::format("00-{}-{}-01", ids.trace_text, span_text)}, {"tracestate", ids.trace_state}};
      break;
    case Propagator::kB3: headers = {{"b3", fmt::format("{}-{}-1", ids.trace_text, span_text)}}; break;
    case Propagator::kSw8:
      ids.trace_text = uuid_text(ids.trace_id);
      span_text = uuid_text(uuid(chance_));
      ids.span_id = otlp::span_id_of_segment(span_text, 0);
      headers = {{"sw8", fmt::format("1-{}-{}-0-{}-{}-{}-{}", base64(ids.trace_text), base64(span_text), base64(app_.id),
                                     base64(version_), base64(view_name), base64("shop.example"))}};
      break;
  }
  wire::JsonWriter json(ids.trace_data);
  json.begin_object().member("spanId", span_text).member("sample", 100).member("sampled", true);
  json.key("headers").begin_object();
  for (const auto& [name, value] : headers) json.member(name, value);
  json.end_object().end_object();
  return ids;
}

void WebSdk::advance(int64_t until_ms, std::vector<Bundle>& sent) {
  std::ranges::stable_sort(pending_, {}, &PageEvent::reported_ms);
  size_t taken = 0;
  while (taken < pending_.size() && pending_[taken].reported_ms <= until_ms) enqueue(std::move(pending_[taken++]), sent);
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<ptrdiff_t>(taken));
  if (!queue_.empty() && last_queued_ms_ + kFlushMs <= until_ms) flush(last_queued_ms_ + kFlushMs, sent);
}

void WebSdk::hide(int64_t at_ms, std::vector<Bundle>& sent) {
  advance(at_ms, sent);
  if (!queue_.empty()) flush(at_ms, sent);
  pending_.clear();
}

void WebSdk::enqueue(PageEvent event, std::vector<Bundle>& sent) {
  if (!queue_.empty() && last_queued_ms_ + kFlushMs <= event.reported_ms) flush(last_queued_ms_ + kFlushMs, sent);
  last_queued_ms_ = event.reported_ms;
  if (event.begins_view) view_ = event.view;
  if (!event.merge_key.empty()) {
    const auto equal = std::ranges::find_if(queue_, [&](const Queued& one) { return one.event.merge_key == event.merge_key; });
    if (equal != queue_.end()) {
      ++equal->times;
      return;
    }
  }
  queue_.push_back({std::move(event), fmt::format("00-{}-{:016x}", session_id_, chance_.id_bits())});
  if (queue_.size() >= kEventsPerBundle) flush(last_queued_ms_, sent);
}

void WebSdk::flush(int64_t at_ms, std::vector<Bundle>& sent) {
  Bundle& bundle = sent.emplace_back();
  bundle.sent_ns = at_ms * kNsPerMs;
  bundle.user_agent = visitor_.device->user_agent;
  bundle.client_address = visitor_.address;
  bundle.event_count = static_cast<uint32_t>(queue_.size());
  const Place& place = *visitor_.place;
  wire::JsonWriter json(bundle.body);
  json.begin_object().key("app").begin_object();
  json.member("id", app_.id).member("env", "prod").member("version", version_).member("type", app_.type);
  json.member("name", app_.name).member("framework", app_.framework).end_object();
  json.key("user").begin_object().member("id", visitor_.user_id);
  if (!visitor_.name.empty()) json.member("name", visitor_.name);
  json.end_object();
  json.key("session").begin_object().member("id", session_id_).end_object();
  // Only Chromium tells pages about the network.
  const bool knows_network = visitor_.device->engine == Engine::kV8;
  json.key("net").begin_object().member("model", knows_network ? visitor_.network->effective_type : "");
  json.member("name", visitor_.network->name).end_object();
  json.key("view").begin_object().member("id", view_.id).member("name", view_.name).end_object();
  json.key("geo").begin_object().member("country", place.country).member("country_id", place.country_id);
  json.member("province", place.province).member("province_id", place.province_id);
  json.member("city", place.city).member("city_id", place.city_id).end_object();
  json.key("isp").begin_object().member("id", place.isp_id).member("name", place.isp).end_object();
  json.key("events").begin_array();
  for (const Queued& queued : queue_) {
    std::string text;
    wire::JsonWriter event(text);
    event.begin_object().member("timestamp", queued.event.timestamp_ms).member("event_id", queued.id);
    if (queued.event.has_times) event.member("times", queued.times);
    if (queued.event.view.id != view_.id) {
      event.key("view").begin_object().member("id", queued.event.view.id).member("name", queued.event.view.name).end_object();
    }
    event.end_object();
    // Both are objects with members: one object of all of them.
    text.back() = ',';
    text.append(queued.event.json, 1);
    json.raw(text);
  }
  json.end_array().member("_v", "npm-0.0.37").end_object();
  queue_.clear();
}

}  // namespace clew::demo
