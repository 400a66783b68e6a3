#include "otlp/random_traces.h"

#include <fmt/format.h>

#include <limits>
#include <set>

#include "otlp/value_json.h"

namespace clew::otlp {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kPlainTexts[] = {
    "GET", "POST", "/cart/checkout", "select * from orders where id = ?", "10.0.0.17", "true", "42", "3.5", "null", "ok",
    "http://shop.example/products/4711?ref=mail&utm=x%20y", "user-8437", "eu-west-1", "java.lang.IllegalStateException",
};
constexpr std::string_view kOddTexts[] = {
    ""sv, " "sv, "\0"sv, "a\0b"sv, "\n\r\t\b\f\x01\x1f\x7f"sv, "\"quoted\" \\back\\slash\\"sv, "{\"$bytes\":\"AA==\"}"sv,
    "\xEF\xBB\xBFwith BOM"sv, "Grüße, Jürgen"sv, "数据库查询"sv, "שלום עולם"sv, "\xE2\x80\xAEreversed"sv,
    "👩‍👩‍👧‍👦 family"sv, "e\xCC\x81 and \xC3\xA9"sv, "\xEF\xBF\xBF"sv, "\xF4\x8F\xBF\xBF"sv, "\xEF\xBF\xBD"sv, "𝒞𝓁𝑒𝓌"sv,
    "%s %n %00 ' ; -- */"sv, "line\xE2\x80\xA8separator"sv,
};
constexpr std::string_view kPlainKeys[] = {
    "http.request.method", "http.response.status_code", "url.full", "db.statement", "db.system", "server.address",
    "server.port", "user.id", "order.total", "cache.hit", "rpc.method", "thread.id", "messaging.batch", "retry",
};
// Names that a store which makes columns of keys could trip over.
constexpr std::string_view kOddKeys[] = {
    ""sv, "$bytes"sv, "$double"sv, "$map"sv, "$"sv, "a::json"sv, "a::int64"sv, "a"sv, "A"sv, "a.b"sv, "a.b.c"sv, "."sv,
    "span.name"sv, "name"sv, "duration"sv, "trace_id"sv, "attributes_overflow"sv, "service.name"sv, "list.element"sv,
    "key with space"sv, "key\"quote"sv, "ключ"sv, "键"sv, "🔑"sv, "nul\0key"sv, "tab\tkey"sv, "null"sv, "-1"sv,
};

template <class List>
std::string_view pick(RandomTraces& random, const List& list) {
  return list[random.below(std::size(list))];
}

}  // namespace

RandomTraces::RandomTraces(uint64_t seed, RandomTracesOptions options) : options_(options), state_(seed) {
  for (size_t i = 0; i < std::max<size_t>(options_.trace_count, 1); ++i) {
    trace_ids_.push_back({once_in(4) ? 0 : bits(), bits() | 1});  // A 64-bit id now and then.
  }
  span_ids_.resize(trace_ids_.size());
}

// SplitMix64: the standard library's distributions differ between implementations.
uint64_t RandomTraces::bits() {
  uint64_t z = state_ += 0x9e3779b97f4a7c15;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

uint64_t RandomTraces::below(uint64_t bound) { return bound == 0 ? 0 : bits() % bound; }

std::string RandomTraces::text() {
  if (options_.odd_strings && once_in(3)) return std::string(pick(*this, kOddTexts));
  if (once_in(40)) return std::string(below(6000), static_cast<char>('a' + below(26)));
  if (once_in(3)) return fmt::format("{:016x}", bits());
  return std::string(pick(*this, kPlainTexts));
}

std::string RandomTraces::key() {
  if (options_.odd_strings && once_in(4)) return std::string(pick(*this, kOddKeys));
  if (once_in(6)) return fmt::format("key.{}", below(200));
  return std::string(pick(*this, kPlainKeys));
}

int64_t RandomTraces::integer() {
  constexpr int64_t kOdd[] = {0, 1, -1, INT64_MAX, INT64_MIN, INT64_MIN + 1, INT32_MAX, INT32_MIN, 1LL << 53, (1LL << 53) + 1};
  switch (below(4)) {
    case 0:
      return kOdd[below(std::size(kOdd))];
    case 1:
      return static_cast<int64_t>(bits());
    default:
      return static_cast<int64_t>(below(1000)) - 200;
  }
}

double RandomTraces::real() {
  using limits = std::numeric_limits<double>;
  constexpr double kOdd[] = {0.0, -0.0, 1.0, -1.0, 0.1, 1e300, 1e22, 123456789012345680.0, limits::infinity(),
                             -limits::infinity(), limits::quiet_NaN(), limits::max(), limits::lowest(), limits::min(),
                             limits::denorm_min(), limits::epsilon()};
  switch (below(4)) {
    case 0:
      return kOdd[below(std::size(kOdd))];
    case 1:
      return std::bit_cast<double>(bits());
    default:
      return static_cast<double>(below(100000)) / 1000;
  }
}

AnyValue RandomTraces::scalar() {
  switch (below(9)) {
    case 0:
      return {};
    case 1:
      return {once_in(2)};
    case 2:
    case 3:
      return {integer()};
    case 4:
      return {real()};
    case 5: {
      std::string data(below(40), '\0');
      for (char& byte : data) byte = static_cast<char>(bits());
      return {Bytes{std::move(data)}};
    }
    default:
      return {text()};
  }
}

AnyValue RandomTraces::value(int depth) {
  if (depth <= 0 || !once_in(5)) return scalar();
  if (once_in(20)) {  // As deep as it may get.
    AnyValue nested = scalar();
    for (int i = 0; i < kValueDepthMax - options_.value_depth_max; ++i) {
      if (once_in(2)) {
        nested = AnyValue{ArrayValue{{std::move(nested)}}};
      } else {
        nested = AnyValue{KeyValueList{{{key(), std::move(nested)}}}};
      }
    }
    return nested;
  }
  if (once_in(2)) {
    ArrayValue array;
    for (uint64_t i = below(5); i > 0; --i) array.values.push_back(value(depth - 1));
    return {std::move(array)};
  }
  KeyValueList map;
  for (uint64_t i = below(5); i > 0; --i) map.values.push_back({key(), value(depth - 1)});
  return {std::move(map)};
}

Attributes RandomTraces::attributes(size_t count_max) {
  Attributes attributes;
  std::set<std::string> taken;
  for (uint64_t i = below(count_max + 1); i > 0; --i) {
    std::string name = key();
    if (taken.insert(name).second) attributes.push_back({std::move(name), value()});
  }
  return attributes;
}

Span RandomTraces::span() {
  Span span;
  const size_t trace = below(trace_ids_.size());
  std::vector<SpanId>& siblings = span_ids_[trace];
  span.trace_id = trace_ids_[trace];
  span.span_id = bits() | 1;
  if (!siblings.empty() && !once_in(8)) span.parent_span_id = siblings[below(siblings.size())];
  if (once_in(20)) span.parent_span_id = bits() | 1;  // A parent that never comes.
  siblings.push_back(span.span_id);
  if (once_in(3)) span.trace_state = "rum=v2&browser,vendor=" + fmt::format("{:x}", bits());
  span.flags = once_in(3) ? static_cast<uint32_t>(bits()) : 0x101;
  span.name = text();
  span.kind = static_cast<SpanKind>(below(6));
  span.start_time_unix_nano = options_.first_start_unix_nano + below(3'600'000'000'000);
  span.end_time_unix_nano = span.start_time_unix_nano + (once_in(10) ? 0 : below(once_in(5) ? 60'000'000'000 : 5'000'000));
  span.attributes = attributes(options_.attribute_count_max);
  span.dropped_attributes_count = once_in(5) ? static_cast<uint32_t>(bits()) : 0;
  for (uint64_t i = below(options_.event_count_max + 1); i > 0; --i) span.events.push_back(event(span.start_time_unix_nano));
  span.dropped_events_count = once_in(5) ? static_cast<uint32_t>(bits()) : 0;
  for (uint64_t i = below(options_.link_count_max + 1); i > 0; --i) span.links.push_back(link());
  span.dropped_links_count = once_in(5) ? static_cast<uint32_t>(bits()) : 0;
  span.status_code = static_cast<StatusCode>(below(3));
  if (once_in(3)) span.status_message = text();
  return span;
}

Span RandomTraces::wide_span(size_t attribute_count) {
  Span wide = span();
  wide.attributes.clear();
  for (size_t i = 0; i < attribute_count; ++i) wide.attributes.push_back({fmt::format("wide.{}", i), value()});
  return wide;
}

SpanEvent RandomTraces::event(uint64_t start) {
  // An event's time is its sender's business: before the span, or absent, is allowed.
  const uint64_t time = once_in(10) ? 0 : start + below(1'000'000'000) - 1'000'000;
  return {time, once_in(3) ? "exception" : text(), attributes(4), once_in(5) ? static_cast<uint32_t>(bits()) : 0};
}

SpanLink RandomTraces::link() {
  SpanLink link;
  if (!once_in(10)) link.trace_id = {bits(), bits()};
  if (!once_in(10)) link.span_id = bits();
  if (once_in(3)) link.trace_state = "a=1";
  link.attributes = attributes(3);
  link.dropped_attributes_count = once_in(5) ? static_cast<uint32_t>(bits()) : 0;
  link.flags = once_in(2) ? static_cast<uint32_t>(bits()) : 0;
  return link;
}

Resource RandomTraces::resource() {
  Resource resource;
  resource.attributes = attributes(6);
  std::erase_if(resource.attributes, [](const KeyValue& pair) { return pair.key == "service.name"; });
  if (!once_in(6)) {
    resource.attributes.push_back({"service.name", {once_in(8) ? text() : fmt::format("service-{}", below(5))}});
  }
  resource.dropped_attributes_count = once_in(5) ? static_cast<uint32_t>(bits()) : 0;
  if (once_in(3)) resource.schema_url = "https://opentelemetry.io/schemas/1.27.0";
  return resource;
}

InstrumentationScope RandomTraces::scope() {
  InstrumentationScope scope;
  if (!once_in(4)) scope.name = once_in(4) ? text() : "io.opentelemetry.http";
  if (once_in(2)) scope.version = "1.2.3-alpha";
  scope.attributes = attributes(3);
  scope.dropped_attributes_count = once_in(5) ? static_cast<uint32_t>(bits()) : 0;
  if (once_in(3)) scope.schema_url = text();
  return scope;
}

TracesData RandomTraces::traces() {
  TracesData data;
  for (uint64_t i = below(options_.resource_count_max) + 1; i > 0; --i) {
    ResourceSpans& resource_spans = data.resource_spans.emplace_back();
    resource_spans.resource = resource();
    for (uint64_t j = below(options_.scope_count_max) + 1; j > 0; --j) {
      ScopeSpans& scope_spans = resource_spans.scope_spans.emplace_back();
      scope_spans.scope = scope();
      for (uint64_t k = below(options_.span_count_max + 1); k > 0; --k) scope_spans.spans.push_back(span());
    }
  }
  return data;
}

}  // namespace clew::otlp
