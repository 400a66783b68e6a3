#include "receive/skywalking/span_attributes.h"

#include <array>

#include "receive/skywalking/component_list.h"

namespace clew::receive_skywalking {
namespace {

constexpr std::array<std::string_view, 7> kLayerNames = {"Unknown", "Database", "RPCFramework", "Http",
                                                         "MQ",      "Cache",    "FAAS"};

// Tags that mean the same as one attribute, where the value is a text.
constexpr std::pair<std::string_view, std::string_view> kSameMeaning[] = {
    {"http.method", "http.request.method"},
    {"db.instance", "db.namespace"},
    {"db.statement", "db.query.text"},
    {"db.collection", "db.collection.name"},
    {"mq.queue", "messaging.destination.name"},
    {"mq.topic", "messaging.destination.name"},
    {"mq.message.id", "messaging.message.id"},
    {"cache.cmd", "db.operation.name"},
};

bool is_one_of(std::string_view key, std::string_view a, std::string_view b, std::string_view c = {}) {
  return key == a || key == b || (!c.empty() && key == c);
}

// A tag whose conventional name is already among the tags gets no second value under it.
bool has_tag(const SegmentSpan& span, std::string_view key) {
  for (const TextPair& tag : span.tags) {
    if (tag.key == key) return true;
  }
  return false;
}

std::string_view tag_of(const SegmentSpan& span, std::string_view key) {
  for (const TextPair& tag : span.tags) {
    if (tag.key == key) return tag.value;
  }
  return {};
}

// "http://host:port/path?query": a client's is the URL it called; of a server's only the path is sure to be its own, since
// agents fill in the host from wherever they find it.
void write_url(const SegmentSpan& span, std::string_view url, AttributeWriter& out) {
  const size_t scheme = url.find("://");
  if (span.type != SpanType::kEntry) {
    if (scheme != std::string_view::npos && !has_tag(span, "url.full")) out.text("url.full", url);
    return;
  }
  if (scheme != std::string_view::npos) out.text("url.scheme", url.substr(0, scheme));
  const size_t path = url.find('/', scheme == std::string_view::npos ? 0 : scheme + 3);
  if (path == std::string_view::npos) return;
  url.remove_prefix(path);
  const size_t query = url.find('?');
  out.text("url.path", url.substr(0, query));
  if (query != std::string_view::npos) out.text("url.query", url.substr(query + 1));
}

// Java's agents name a call of HTTP "GET:/path", and some of their clients have no tag that says the same.
void write_method_of_name(const SegmentSpan& span, AttributeWriter& out) {
  if (span.layer != SpanLayer::kHttp || has_tag(span, "http.method") || has_tag(span, "http.request.method")) return;
  for (const std::string_view method : {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"}) {
    if (span.name.starts_with(method) && span.name.substr(method.size()).starts_with(":")) {
      return out.text("http.request.method", method);
    }
  }
}

void write_tags(const SegmentSpan& span, AttributeWriter& out) {
  bool has_url = false;
  bool has_status = false;
  bool has_destination = false;
  for (const TextPair& tag : span.tags) {
    out.text_even_empty(tag.key, tag.value);
    if (is_one_of(tag.key, "url", "http.url")) {
      if (!has_url) write_url(span, tag.value, out);
      has_url = true;
    } else if (is_one_of(tag.key, "status_code", "http.status_code", "http.status.code")) {
      int64_t status = 0;
      if (!has_status && parse_number(tag.value, status)) out.number("http.response.status_code", status);
      has_status = true;
    }
    for (const auto& [key, name] : kSameMeaning) {
      if (tag.key != key || has_tag(span, name)) continue;
      if (name == "messaging.destination.name") {
        if (has_destination) continue;
        has_destination = true;
      }
      out.text(name, tag.value);
    }
  }
}

// Who is at the other end. SkyWalking's agents list all addresses of a cluster in a client's peer; the first one stands for it.
void write_peer(const SegmentSpan& span, AttributeWriter& out) {
  if (span.peer.empty()) return;
  const size_t first_end = span.peer.find_first_of(",;");
  const HostPort first = split_host_port(span.peer.substr(0, first_end));
  const bool is_server = span.type == SpanType::kExit || span.layer == SpanLayer::kMq;
  out.text(is_server ? "server.address" : "client.address", first.host);
  if (first.port != 0) out.number(is_server ? "server.port" : "client.port", first.port);
  if (first_end != std::string_view::npos || first.port == 0) out.text("sw8.peer", span.peer);
}

// What is talked to: by the component where it says, else by the tag that names it.
void write_system(const SegmentSpan& span, AttributeWriter& out) {
  const Component* component = span.component_id == 0 ? nullptr : find_component(span.component_id);
  const auto system = [&](std::string_view tag) {
    const std::string named = lower_case(tag_of(span, tag));
    // JDBC plugins say db.type=Mysql, others "sql", which is no system's name.
    if (!named.empty() && named != "sql") return named;
    if (component != nullptr) return system_of(*component);
    return span.component.empty() ? std::string("unknown") : lower_case(span.component);
  };
  const auto write = [&](std::string_view key, const std::string& value) {
    if (!has_tag(span, key)) out.text(key, value);
  };
  switch (span.layer) {
    case SpanLayer::kDatabase:
      write("db.system.name", component != nullptr && !component->server.empty() ? system_of(*component) : system("db.type"));
      break;
    case SpanLayer::kCache: write("db.system.name", system("cache.type")); break;
    case SpanLayer::kRpcFramework: write("rpc.system", system("rpc.system")); break;
    case SpanLayer::kMq: write("messaging.system", system("messaging.system")); break;
    case SpanLayer::kFaas:
      if (span.type == SpanType::kEntry) write("faas.trigger", "http");
      break;
    default: break;
  }
}

}  // namespace

void write_span_attributes(const SegmentSpan& span, AttributeWriter& out) {
  write_tags(span, out);
  write_method_of_name(span, out);
  write_peer(span, out);
  write_system(span, out);
  if (const Component* component = span.component_id == 0 ? nullptr : find_component(span.component_id)) {
    out.text("sw8.component", component->name);
  } else {
    out.text("sw8.component", span.component);
  }
  if (span.component_id != 0) out.number("sw8.component_id", span.component_id);
  if (span.layer != SpanLayer::kUnknown) out.text("sw8.layer", kLayerNames[static_cast<size_t>(span.layer)]);
  if (span.skip_analysis) out.flag("sw8.skip_analysis", true);
}

}  // namespace clew::receive_skywalking
