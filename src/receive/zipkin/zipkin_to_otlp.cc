#include "receive/zipkin/zipkin_to_otlp.h"

#include <algorithm>
#include <charconv>

#include "otlp/message_writer.h"
#include "receive/zipkin/zipkin_event.h"

namespace clew::receive_zipkin {

namespace {

namespace field = otlp::field;
using otlp::MessageWriter;
using otlp::SpanKind;
using otlp::StatusCode;

// What a tag is used for besides, or instead of, being an attribute.
enum TagUse : uint8_t { kAttribute, kOfResource, kConsumed };

// Tags that OpenTelemetry's exporters make of a resource's attributes; Zipkin has no other place for them.
constexpr std::string_view kResourcePrefixes[] = {"service.", "telemetry.", "deployment.", "host.", "os.",
                                                  "process.", "container.", "k8s.",        "cloud."};
// Of these also when a library of Zipkin's own sends them as tags.
constexpr std::string_view kResourceKeys[] = {"service.version", "service.namespace", "service.instance.id"};

bool is_resource_key(std::string_view key, bool of_opentelemetry) {
  if (std::string_view("stdhopck").find(key.empty() ? '\0' : key.front()) == std::string_view::npos) return false;
  if (!of_opentelemetry) return std::ranges::find(kResourceKeys, key) != std::end(kResourceKeys);
  return std::ranges::any_of(kResourcePrefixes, [&](std::string_view prefix) { return key.starts_with(prefix); });
}

// Whole numbers by OpenTelemetry's conventions, which Zipkin can only say as text. As numbers they are found by the same
// question as those of every other protocol.
constexpr std::string_view kWholeNumberKeys[] = {
    "http.status_code",   "http.response.status_code", "http.request.body.size",   "http.response.body.size",
    "server.port",        "client.port",               "network.peer.port",        "network.local.port",
    "net.peer.port",      "net.host.port",             "http.request.resend_count", "rpc.grpc.status_code",
    "thread.id",          "code.lineno",               "code.line.number",         "messaging.batch.message_count",
    "http.request_content_length", "http.response_content_length", "db.response.returned_rows",
};

// Only texts that the number gives back: no sign, no leading zeros.
TagValue as_conventional(std::string_view key, const TagValue& value) {
  const std::string_view text = value.text;
  if (value.type != TagValue::Type::kString || text.empty() || text[0] < '0' || text[0] > '9') return value;
  if ((text[0] == '0' && text.size() > 1) || std::ranges::find(kWholeNumberKeys, key) == std::end(kWholeNumberKeys)) return value;
  TagValue number{TagValue::Type::kInt, {}, 0, 0};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number.integer);
  return error == std::errc() && end == text.data() + text.size() ? number : value;
}

// Beyond 64 bits becomes a time that check_span() refuses as out of range.
uint64_t ns_of_us(uint64_t us) { return us > UINT64_MAX / 1000 ? UINT64_MAX : us * 1000; }

void add_any_value(MessageWriter& out, uint32_t number, const TagValue& value) {
  const size_t content = out.open(number);
  switch (value.type) {
    case TagValue::Type::kString: out.add_bytes(field::kAnyValueString, value.text); break;
    case TagValue::Type::kBytes: out.add_bytes(field::kAnyValueBytes, value.text); break;
    case TagValue::Type::kBool: out.add_varint(field::kAnyValueBool, value.integer != 0 ? 1 : 0); break;
    case TagValue::Type::kInt: out.add_varint(field::kAnyValueInt, static_cast<uint64_t>(value.integer)); break;
    case TagValue::Type::kDouble: out.add_double(field::kAnyValueDouble, value.real); break;
  }
  out.close(content);
}

void add_attribute(MessageWriter& out, uint32_t number, std::string_view key, const TagValue& value) {
  const size_t content = out.open(number);
  out.add_bytes(field::kKeyValueKey, key);
  add_any_value(out, field::kKeyValueValue, value);
  out.close(content);
}
constexpr size_t varint_size(size_t value) {
  size_t size = 1;
  for (; value >= 0x80; value >>= 7) ++size;
  return size;
}
char* put_varint(char* at, size_t value) {
  for (; value >= 0x80; value >>= 7) *at++ = static_cast<char>(value | 0x80);
  *at++ = static_cast<char>(value);
  return at;
}
char* put_bytes(char* at, uint32_t number, std::string_view bytes) {
  *at++ = static_cast<char>(otlp::wire_tag(number, otlp::WireType::kLength));
  at = put_varint(at, bytes.size());
  return std::copy_n(bytes.data(), bytes.size(), at);
}

// A KeyValue of two texts, which nearly all are, in one piece: all sizes are known beforehand.
void add_text(std::string& out, uint32_t number, std::string_view key, std::string_view text) {
  static_assert(otlp::wire_tag(field::kSpanAttributes, otlp::WireType::kLength) < 0x80, "tags of one byte");
  const size_t any_size = 1 + varint_size(text.size()) + text.size();
  const size_t size = 1 + varint_size(key.size()) + key.size() + 1 + varint_size(any_size) + any_size;
  const size_t before = out.size();
  const size_t after = before + 1 + varint_size(size) + size;
  out.resize_and_overwrite(after, [&](char* bytes, size_t) {
    char* at = bytes + before;
    *at++ = static_cast<char>(otlp::wire_tag(number, otlp::WireType::kLength));
    at = put_bytes(put_varint(at, size), field::kKeyValueKey, key);
    *at++ = static_cast<char>(otlp::wire_tag(field::kKeyValueValue, otlp::WireType::kLength));
    put_bytes(put_varint(at, any_size), field::kAnyValueString, text);
    return after;
  });
}

void add_tag(std::string& out, uint32_t number, std::string_view key, const TagValue& value) {
  if (value.type == TagValue::Type::kString) return add_text(out, number, key, value.text);
  MessageWriter writer(out);
  add_attribute(writer, number, key, value);
}
void add_int(MessageWriter& out, uint32_t number, std::string_view key, int64_t value) {
  add_attribute(out, number, key, {TagValue::Type::kInt, {}, value, 0});
}
void add_true(MessageWriter& out, uint32_t number, std::string_view key) {
  add_attribute(out, number, key, {TagValue::Type::kBool, {}, 1, 0});
}

uint32_t count_of(std::string_view text) {
  uint32_t count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

}  // namespace

// Tags with a meaning of their own in a span. Empty: not there.
struct OtlpBuilder::TagRoles {
  bool of_opentelemetry = false;
  bool has_error = false;
  bool has_service_name = false;
  bool has_peer_name = false;
  std::string_view error;
  std::string_view status_code;
  std::string_view status_description;
  std::string_view scope_name;
  std::string_view scope_version;
  std::string_view trace_state;
  std::string_view server_address;
  uint32_t dropped_attributes = 0;
  uint32_t dropped_events = 0;
  uint32_t dropped_links = 0;
  SpanKind kind = SpanKind::kUnspecified;
};

OtlpBuilder::TagRoles OtlpBuilder::roles_of(const ZipkinSpan& span) const {
  TagRoles roles;
  for (const Tag& tag : span.tags) {
    if (tag.value.type != TagValue::Type::kString) {
      if (tag.key == "error") roles.has_error = true;
      continue;
    }
    const std::string_view key = tag.key;
    const std::string_view text = tag.value.text;
    switch (key.empty() ? '\0' : key.front()) {
      case 'e':
        if (key == "error") roles.has_error = true, roles.error = text;
        break;
      case 'o':
        if (!key.starts_with("otel.")) break;
        roles.of_opentelemetry = true;
        if (key == "otel.status_code") roles.status_code = text;
        if (key == "otel.status_description") roles.status_description = text;
        if (key == "otel.scope.name") roles.scope_name = text;
        if (key == "otel.scope.version") roles.scope_version = text;
        // The older name of a scope; Java's exporter sends both.
        if (key == "otel.library.name" && roles.scope_name.empty()) roles.scope_name = text;
        if (key == "otel.library.version" && roles.scope_version.empty()) roles.scope_version = text;
        if (key == "otel.dropped_attributes_count") roles.dropped_attributes = count_of(text);
        if (key == "otel.dropped_events_count") roles.dropped_events = count_of(text);
        if (key == "otel.dropped_links_count") roles.dropped_links = count_of(text);
        break;
      case 't':
        if (key == "telemetry.sdk.name") roles.of_opentelemetry = true;
        break;
      case 's':
        if (key == "span.kind") roles.kind = kind_of_name(text);
        if (key == "service.name") roles.has_service_name = true;
        if (key == "server.address") roles.server_address = text;
        break;
      case 'p':
        if (key == "peer.service") roles.has_peer_name = true;
        break;
      case 'w':
        if (key == "w3c.tracestate") roles.trace_state = text;
        break;
      default: break;
    }
  }
  return roles;
}

void OtlpBuilder::write_resource(const ZipkinSpan& span, const TagRoles& roles) {
  resource_.clear();
  MessageWriter out(resource_);
  const uint32_t number = field::kResourceAttributes;
  // The tag has the name as it was configured; endpoints' names are in lower case.
  const bool name_by_tag = roles.of_opentelemetry && roles.has_service_name;
  if (!name_by_tag && !span.local.service_name.empty()) add_text(resource_, number, "service.name", span.local.service_name);
  if (!span.local.ipv4.empty()) add_text(resource_, number, "network.local.address", span.local.ipv4.view());
  if (!span.local.ipv6.empty()) {
    add_text(resource_, number, span.local.ipv4.empty() ? "network.local.address" : "network.local.address.ipv6",
             span.local.ipv6.view());
  }
  if (span.local.port != 0) add_int(out, number, "network.local.port", span.local.port);
  for (size_t index = 0; index < span.tags.size(); ++index) {
    if (tag_uses_[index] == kOfResource) add_tag(resource_, number, span.tags[index].key, span.tags[index].value);
  }
}

void OtlpBuilder::write_scope(const TagRoles& roles) {
  scope_.clear();
  MessageWriter out(scope_);
  if (!roles.scope_name.empty()) out.add_bytes(field::kScopeName, roles.scope_name);
  if (!roles.scope_version.empty()) out.add_bytes(field::kScopeVersion, roles.scope_version);
}

// Where the span at hand belongs.
OtlpBuilder::Scope& OtlpBuilder::place() {
  if (resources_.empty() || resources_[last_resource_].message != resource_) {
    if (const auto found = resource_index_.find(resource_); found != resource_index_.end()) {
      last_resource_ = found->second;
    } else {
      last_resource_ = static_cast<uint32_t>(resources_.size());
      resource_index_.emplace(resource_, last_resource_);
      resources_.push_back({resource_, {}});
    }
  }
  std::vector<Scope>& scopes = resources_[last_resource_].scopes;
  // Scopes are few and come in runs; a hostile list of them costs no more than a ScopeSpans for each span.
  constexpr size_t kScopesLookedAt = 16;
  for (size_t back = 1; back <= std::min(scopes.size(), kScopesLookedAt); ++back) {
    Scope& scope = scopes[scopes.size() - back];
    if (scope.message == scope_) return scope;
  }
  return scopes.emplace_back(scope_, std::string());
}

void OtlpBuilder::write_times(const ZipkinSpan& span) {
  uint64_t start_us = span.timestamp_us;
  uint64_t last_us = 0;
  start_is_unknown_ = false;
  if (start_us == 0 || span.duration_us == 0) {
    uint64_t first_us = UINT64_MAX;
    for (const Annotation& annotation : span.annotations) {
      if (annotation.timestamp_us == 0) continue;
      first_us = std::min(first_us, annotation.timestamp_us);
      last_us = std::max(last_us, annotation.timestamp_us);
    }
    if (start_us == 0 && last_us != 0) start_us = first_us;
  }
  uint64_t start = ns_of_us(start_us);
  if (start_us == 0) {
    start_is_unknown_ = true;
    start = static_cast<uint64_t>(std::max<int64_t>(receive_time_ns_, 0));
  }
  uint64_t end = start;
  if (span.duration_us != 0) {
    const uint64_t duration = ns_of_us(span.duration_us);
    end = duration > UINT64_MAX - start ? UINT64_MAX : start + duration;
  } else if (last_us > start_us && !start_is_unknown_) {
    end = ns_of_us(last_us);
  }
  MessageWriter out(span_);
  out.add_fixed64(field::kSpanStartTimeUnixNano, start);
  out.add_fixed64(field::kSpanEndTimeUnixNano, end);
}

void OtlpBuilder::write_remote(const ZipkinSpan& span, const TagRoles& roles) {
  if (span.remote.empty()) return;
  MessageWriter out(span_);
  const uint32_t number = field::kSpanAttributes;
  const Endpoint& remote = span.remote;
  const bool named = !remote.service_name.empty();
  // OpenTelemetry's exporters make the remote endpoint of attributes that are there as well.
  if (named && !roles.has_peer_name && remote.service_name != roles.server_address) {
    add_text(span_, number, "peer.service", remote.service_name);
  }
  const std::string_view address = remote.ipv4.empty() ? remote.ipv6.view() : remote.ipv4.view();
  const auto tagged = [&](std::string_view key) { return std::ranges::find(span.tags, key, &Tag::key) != span.tags.end(); };
  if (!address.empty() && !tagged("network.peer.address")) add_text(span_, number, "network.peer.address", address);
  if (!remote.ipv4.empty() && !remote.ipv6.empty()) add_text(span_, number, "network.peer.address.ipv6", remote.ipv6.view());
  if (remote.port != 0 && !tagged("network.peer.port")) add_int(out, number, "network.peer.port", remote.port);
  // Whom a client called is its server, even if only the address is known: without it the topology would not have it.
  const bool calls = span.kind == SpanKind::kClient || span.kind == SpanKind::kProducer;
  if (calls && !named && !roles.has_peer_name && roles.server_address.empty() && !address.empty()) {
    add_text(span_, number, "server.address", address);
    if (remote.port != 0 && !tagged("server.port")) add_int(out, number, "server.port", remote.port);
  }
}

void OtlpBuilder::write_attributes(const ZipkinSpan& span, const TagRoles& roles) {
  MessageWriter out(span_);
  const uint32_t number = field::kSpanAttributes;
  for (size_t index = 0; index < span.tags.size(); ++index) {
    if (tag_uses_[index] != kAttribute) continue;
    const Tag& tag = span.tags[index];
    add_tag(span_, number, tag.key, as_conventional(tag.key, tag.value));
  }
  write_remote(span, roles);
  if (span.shared) add_true(out, number, "zipkin.shared");
  if (span.debug) add_true(out, number, "zipkin.debug");
  if (start_is_unknown_) add_true(out, number, "zipkin.start_unknown");
  const bool one_way = span.kind == SpanKind::kProducer || span.kind == SpanKind::kConsumer;
  if (span.duration_us == 0 && !one_way) add_true(out, number, "zipkin.unfinished");
}

void OtlpBuilder::write_events(const ZipkinSpan& span) {
  MessageWriter out(span_);
  for (const Annotation& annotation : span.annotations) {
    const size_t content = out.open(field::kSpanEvents);
    append_event(ns_of_us(annotation.timestamp_us), annotation.value, span_);
    out.close(content);
  }
}

void OtlpBuilder::write_status(const TagRoles& roles) {
  StatusCode code = StatusCode::kUnset;
  std::string_view message;
  if (roles.has_error || roles.status_code == "ERROR") {
    code = StatusCode::kError;
    message = !roles.status_description.empty() ? roles.status_description : roles.error != "true" ? roles.error : "";
  } else if (roles.status_code == "OK") {
    code = StatusCode::kOk;
  } else {
    return;
  }
  MessageWriter out(span_);
  const size_t content = out.open(field::kSpanStatus);
  if (!message.empty()) out.add_bytes(field::kStatusMessage, message);
  out.add_varint(field::kStatusCode, static_cast<uint64_t>(code));
  out.close(content);
}

void OtlpBuilder::write_span(const ZipkinSpan& span, const TagRoles& roles) {
  // A malformed id becomes one byte, a length that no id has, so that this span is refused and no other.
  static constexpr std::string_view kNoId("\0", 1);
  const SpanIds& ids = span.ids;
  char bytes[16];
  MessageWriter out(span_);
  otlp::store_big_endian(ids.trace_id.hi, bytes);
  otlp::store_big_endian(ids.trace_id.lo, bytes + 8);
  out.add_bytes(field::kSpanTraceId, ids.trace_id_malformed ? kNoId : std::string_view(bytes, 16));
  otlp::store_big_endian(ids.id, bytes);
  out.add_bytes(field::kSpanSpanId, ids.id_malformed ? kNoId : std::string_view(bytes, 8));
  if (!roles.trace_state.empty()) out.add_bytes(field::kSpanTraceState, roles.trace_state);
  // A span that names itself as its parent is a root.
  otlp::store_big_endian(ids.parent_id, bytes);
  if (ids.parent_id_malformed) {
    out.add_bytes(field::kSpanParentSpanId, kNoId);
  } else if (ids.parent_id != 0 && ids.parent_id != ids.id) {
    out.add_bytes(field::kSpanParentSpanId, std::string_view(bytes, 8));
  }
  out.add_bytes(field::kSpanName, span.name);
  SpanKind kind = span.kind != SpanKind::kUnspecified ? span.kind : roles.kind;
  if (kind == SpanKind::kUnspecified) kind = SpanKind::kInternal;
  out.add_varint(field::kSpanKind, static_cast<uint64_t>(kind));
  write_times(span);
  write_attributes(span, roles);
  if (roles.dropped_attributes != 0) out.add_varint(field::kSpanDroppedAttributesCount, roles.dropped_attributes);
  write_events(span);
  if (roles.dropped_events != 0) out.add_varint(field::kSpanDroppedEventsCount, roles.dropped_events);
  if (roles.dropped_links != 0) out.add_varint(field::kSpanDroppedLinksCount, roles.dropped_links);
  write_status(roles);
}

void OtlpBuilder::add(const ZipkinSpan& span) {
  ++span_count_;
  const TagRoles roles = roles_of(span);
  tag_uses_.assign(span.tags.size(), kAttribute);
  for (size_t index = 0; index < span.tags.size(); ++index) {
    const Tag& tag = span.tags[index];
    if (is_resource_key(tag.key, roles.of_opentelemetry)) {
      tag_uses_[index] = kOfResource;
    } else if (tag.value.type == TagValue::Type::kString &&
               std::string_view("oews").find(tag.key.empty() ? '\0' : tag.key.front()) != std::string_view::npos &&
               (tag.key.starts_with("otel.status_") || tag.key.starts_with("otel.scope.") ||
                tag.key.starts_with("otel.library.") || tag.key.starts_with("otel.dropped_") ||
                tag.key == "w3c.tracestate" || (tag.key == "error" && !roles.status_code.empty()) ||
                (tag.key == "span.kind" && roles.kind != SpanKind::kUnspecified))) {
      tag_uses_[index] = kConsumed;
    }
  }
  write_resource(span, roles);
  write_scope(roles);
  span_.clear();
  write_span(span, roles);
  MessageWriter(place().spans).add_bytes(field::kScopeSpansSpans, span_);
}

std::string OtlpBuilder::finish() {
  std::string request;
  size_t size = 0;
  for (const Resource& resource : resources_) {
    size += resource.message.size() + 16;
    for (const Scope& scope : resource.scopes) size += scope.message.size() + scope.spans.size() + 16;
  }
  request.reserve(size);
  MessageWriter out(request);
  for (const Resource& resource : resources_) {
    const size_t resource_spans = out.open(field::kTracesResourceSpans);
    out.add_bytes(field::kResourceSpansResource, resource.message);
    for (const Scope& scope : resource.scopes) {
      const size_t scope_spans = out.open(field::kResourceSpansScopeSpans);
      if (!scope.message.empty()) out.add_bytes(field::kScopeSpansScope, scope.message);
      request += scope.spans;
      out.close(scope_spans);
    }
    out.close(resource_spans);
  }
  return request;
}

}  // namespace clew::receive_zipkin
