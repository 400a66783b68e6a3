// For tests: a few hand-made traces in which every kind of condition has something to find and something to miss.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "otlp/model.h"

namespace clew::query_test {

inline constexpr uint64_t kShopStart = 1'767'322'800'000'000'000;  // 2026-01-02T03:00:00Z
inline constexpr uint64_t kMs = 1'000'000;

inline otlp::AnyValue text_value(std::string text) { return {std::move(text)}; }
inline otlp::AnyValue int_value(int64_t number) { return {number}; }
inline otlp::AnyValue array_value(std::vector<otlp::AnyValue> values) { return {otlp::ArrayValue{std::move(values)}}; }

class ShopSpan {
 public:
  ShopSpan(uint64_t trace, uint64_t id, uint64_t parent, std::string name) {
    span_.trace_id = {0xc1e3000000000000u, trace};
    span_.span_id = id;
    span_.parent_span_id = parent;
    span_.name = std::move(name);
    at(0, 1);
  }
  // Milliseconds since kShopStart.
  ShopSpan& at(uint64_t start_ms, uint64_t duration_ms) {
    span_.start_time_unix_nano = kShopStart + start_ms * kMs;
    span_.end_time_unix_nano = span_.start_time_unix_nano + duration_ms * kMs;
    return *this;
  }
  ShopSpan& kind(otlp::SpanKind kind) {
    span_.kind = kind;
    return *this;
  }
  ShopSpan& status(otlp::StatusCode code, std::string message = "") {
    span_.status_code = code;
    span_.status_message = std::move(message);
    return *this;
  }
  ShopSpan& with(std::string key, otlp::AnyValue value) {
    span_.attributes.push_back({std::move(key), std::move(value)});
    return *this;
  }
  ShopSpan& event(std::string name, uint64_t after_ms, otlp::Attributes attributes = {}) {
    span_.events.push_back({span_.start_time_unix_nano + after_ms * kMs, std::move(name), std::move(attributes), 0});
    return *this;
  }
  ShopSpan& link(uint64_t trace, uint64_t id, otlp::Attributes attributes = {}) {
    span_.links.push_back({{0xc1e3000000000000u, trace}, id, "", std::move(attributes), 0, 0});
    return *this;
  }
  operator otlp::Span() const { return span_; }  // NOLINT: reads as a list of spans.

 private:
  otlp::Span span_;
};

inline otlp::ResourceSpans shop_service(std::string name, otlp::Attributes more, std::vector<otlp::Span> spans) {
  otlp::ResourceSpans resource;
  if (!name.empty()) resource.resource.attributes.push_back({"service.name", text_value(std::move(name))});
  for (auto& attribute : more) resource.resource.attributes.push_back(std::move(attribute));
  otlp::ScopeSpans scope;
  scope.scope.name = "shop-lib";
  scope.scope.version = "1.2.0";
  scope.scope.attributes.push_back({"lib.flavour", text_value("plain")});
  scope.spans = std::move(spans);
  resource.scope_spans.push_back(std::move(scope));
  return resource;
}

// Three sets. Trace 1 is a good checkout, trace 2 one that fails in payment, trace 3 a batch job that arrives in two sets,
// trace 4 a lone span whose root is missing and whose service is unnamed.
inline std::vector<otlp::TracesData> shop_traces() {
  using otlp::SpanKind;
  using otlp::StatusCode;
  otlp::TracesData first, second, third;
  first.resource_spans.push_back(shop_service(
      "frontend", {{"host.name", text_value("web-1")}, {"region", text_value("eu")}},
      {ShopSpan(1, 0x11, 0, "GET /checkout").at(0, 120).kind(SpanKind::kServer).status(StatusCode::kOk)
           .with("http.method", text_value("GET")).with("http.status_code", int_value(200)).with("vip", {true})
           .with("tags", array_value({text_value("a"), text_value("b")})),
       ShopSpan(1, 0x12, 0x11, "POST /charge").at(10, 90).kind(SpanKind::kClient)
           .with("http.method", text_value("POST")).with("http.status_code", text_value("200")).with("retry", {false})}));
  first.resource_spans.push_back(shop_service(
      "payment", {{"host.name", text_value("pay-1")}, {"region", text_value("us")}},
      {ShopSpan(1, 0x13, 0x12, "POST /charge").at(20, 70).kind(SpanKind::kServer)
           .with("http.method", text_value("POST")).with("http.status_code", {200.0}).with("amount", {19.99})
           .with("region", text_value("span-region")),
       ShopSpan(1, 0x14, 0x13, "SELECT cards").at(30, 20).kind(SpanKind::kClient)
           .with("db.system", text_value("postgresql")).with("db.rows", int_value(3))
           .event("cache.miss", 1, {{"key", text_value("card:1")}})}));
  second.resource_spans.push_back(shop_service(
      "frontend", {{"host.name", text_value("web-2")}, {"region", text_value("eu")}},
      {ShopSpan(2, 0x21, 0, "GET /checkout").at(60'000, 2500).kind(SpanKind::kServer)
           .status(StatusCode::kError, "upstream failed").with("http.method", text_value("GET"))
           .with("http.status_code", int_value(502)).with("vip", {false})}));
  second.resource_spans.push_back(shop_service(
      "payment", {{"host.name", text_value("pay-2")}, {"region", text_value("us")}},
      {ShopSpan(2, 0x22, 0x21, "POST /charge").at(60'100, 2300).kind(SpanKind::kServer)
           .status(StatusCode::kError, "card declined").with("http.method", text_value("POST"))
           .with("http.status_code", int_value(500)).with("amount", {1e6})
           .event("exception", 2200, {{"exception.type", text_value("CardDeclined")},
                                      {"exception.message", text_value("declined: \"insufficient\" funds")}})
           .event("retry", 2250, {{"attempt", int_value(2)}})}));
  second.resource_spans.push_back(shop_service(
      "batch", {{"host.name", text_value("job-1")}},
      {ShopSpan(3, 0x31, 0, "nightly").at(120'000, 500).kind(SpanKind::kInternal)
           .with("tags", array_value({text_value("b"), int_value(7)})).with("sizes", array_value({int_value(1), int_value(5)}))
           .link(1, 0x11, {{"reason", text_value("follows")}})}));
  third.resource_spans.push_back(shop_service(
      "batch", {{"host.name", text_value("job-1")}},
      {ShopSpan(3, 0x32, 0x31, "step").at(120'400, 700).kind(SpanKind::kInternal).with("http.method", text_value("")),
       ShopSpan(3, 0x33, 0x31, "step").at(120'450, 10).kind(SpanKind::kProducer)
           .with("payload", {otlp::Bytes{"xyz"}}).with("map", {otlp::KeyValueList{{{"k", text_value("v")}}}})
           .with("nothing", {})}));
  third.resource_spans.push_back(shop_service(
      "", {}, {ShopSpan(4, 0x41, 0x40, "orphan").at(180'000, 1).kind(SpanKind::kConsumer)
                   .with("odd \"key\"", text_value("odd\nvalue"))}));
  return {first, second, third};
}

}  // namespace clew::query_test
