#include "demo/story.h"

#include <algorithm>
#include <cassert>
#include <map>

#include <fmt/format.h>

namespace clew::demo {
namespace {

constexpr double kNetworkMs = 0.25;


}  // namespace

Story::Story(Chance& chance) : chance_(chance), trace_id_{chance.id_bits(), chance.id_bits() | 1} {}

size_t Story::open(const Service& service, size_t instance, otlp::SpanId parent, std::string name, otlp::SpanKind kind,
                   int64_t start_ns) {
  Place place{&service, instance, {}};
  place.span.trace_id = trace_id_;
  place.span.span_id = chance_.id_bits() | 1;
  place.span.parent_span_id = parent;
  place.span.flags = 1;
  place.span.name = std::move(name);
  place.span.kind = kind;
  place.span.start_time_unix_nano = static_cast<uint64_t>(start_ns);
  spans_.push_back(std::move(place));
  return spans_.size() - 1;
}

void Story::begin(std::string_view service, std::string name, otlp::SpanKind kind, const Handler& handler) {
  const Service& first = service_named(service);
  Call call(*this, open(first, chance_.below(first.instances), parent_, std::move(name), kind, 0), 0);
  handler(call);
  call.close();
}

int64_t Story::first_span_ns() const { return static_cast<int64_t>(spans_.front().span.end_time_unix_nano); }

int64_t Story::latest_end_ns() const {
  uint64_t latest = 0;
  for (const Place& place : spans_) latest = std::max(latest, place.span.end_time_unix_nano);
  return static_cast<int64_t>(latest);
}

otlp::TracesData Story::finish(int64_t end_ns) { return moved_by(end_ns - latest_end_ns()); }
otlp::TracesData Story::finish_from(int64_t start_ns) { return moved_by(start_ns); }

otlp::TracesData Story::moved_by(int64_t shift_ns) {
  const auto shift = static_cast<uint64_t>(shift_ns);
  std::map<std::pair<const Service*, size_t>, std::vector<otlp::Span>> by_resource;
  for (Place& place : spans_) {
    place.span.start_time_unix_nano += shift;
    place.span.end_time_unix_nano += shift;
    for (otlp::SpanEvent& event : place.span.events) event.time_unix_nano += shift;
    by_resource[{place.service, place.instance}].push_back(std::move(place.span));
  }
  spans_.clear();

  otlp::TracesData data;
  for (auto& [who, spans] : by_resource) {
    otlp::ScopeSpans scope_spans;
    scope_spans.scope.name = who.first->scope;
    scope_spans.scope.version = who.first->scope_version;
    scope_spans.spans = std::move(spans);
    otlp::ResourceSpans& resource_spans = data.resource_spans.emplace_back();
    resource_spans.resource = resource_of(*who.first, who.second);
    resource_spans.scope_spans.push_back(std::move(scope_spans));
  }
  return data;
}

void Call::set(std::string_view key, std::string value) {
  span().attributes.push_back({std::string(key), otlp::AnyValue{std::move(value)}});
}
void Call::set(std::string_view key, int64_t value) {
  span().attributes.push_back({std::string(key), otlp::AnyValue{value}});
}
void Call::set(std::string_view key, bool value) {
  span().attributes.push_back({std::string(key), otlp::AnyValue{value}});
}

void Call::event(std::string name, otlp::Attributes attributes) {
  otlp::SpanEvent& event = span().events.emplace_back();
  event.time_unix_nano = static_cast<uint64_t>(now_ns_);
  event.name = std::move(name);
  event.attributes = std::move(attributes);
}

void Call::link(SpanContext context) {
  otlp::SpanLink& link = span().links.emplace_back();
  link.trace_id = context.trace_id;
  link.span_id = context.span_id;
  link.flags = 1;
}

void Call::raise(const Exception& exception, bool escaped) {
  event("exception", {{"exception.type", otlp::AnyValue{std::string(exception.type)}},
                      {"exception.message", otlp::AnyValue{std::string(exception.message)}},
                      {"exception.stacktrace", otlp::AnyValue{std::string(exception.stacktrace)}}});
  if (!escaped) return;
  failed_ = true;
  span().status_code = otlp::StatusCode::kError;
  span().status_message = exception.message;
  set("error.type", std::string(exception.type));
}

void Call::answer(int http_status) {
  http_status_ = http_status;
  if (http_status < 500) return;
  failed_ = true;
  span().status_code = otlp::StatusCode::kError;
}

SpanContext Call::context() const {
  const otlp::Span& span = story_.spans_[index_].span;
  return {span.trace_id, span.span_id};
}

Call Call::child(std::string name, otlp::SpanKind kind) {
  const auto& here = story_.spans_[index_];
  return Call(story_, story_.open(*here.service, here.instance, here.span.span_id, std::move(name), kind, now_ns_),
              now_ns_);
}

Call Call::callee(std::string_view service, std::string name, otlp::SpanKind kind, int64_t start_ns) {
  const Service& other = service_named(service);
  const size_t instance = chance().below(other.instances);
  return Call(story_, story_.open(other, instance, span().span_id, std::move(name), kind, start_ns), start_ns);
}

void Call::close() { span().end_time_unix_nano = static_cast<uint64_t>(now_ns_); }

void Call::step(std::string name, const Handler& handler) {
  Call inner = child(std::move(name), otlp::SpanKind::kInternal);
  handler(inner);
  inner.close();
  now_ns_ = inner.now_ns_;
}

bool Call::http(std::string_view service, std::string_view method, std::string_view route, const std::string& path,
                const Handler& handler) {
  Call client = child(std::string(method), otlp::SpanKind::kClient);
  client.set("http.request.method", std::string(method));
  client.set("url.full", fmt::format("http://{}:8080{}", service, path));
  client.set("server.address", std::string(service));
  client.set("server.port", int64_t{8080});
  client.work(kNetworkMs);

  Call server = client.callee(service, fmt::format("{} {}", method, route), otlp::SpanKind::kServer, client.now_ns_);
  server.set("http.request.method", std::string(method));
  server.set("http.route", std::string(route));
  server.set("url.path", path);
  server.set("url.scheme", "http");
  server.set("network.protocol.version", "1.1");
  server.set("client.address", fmt::format("10.42.{}.{}", chance().below(4), 2 + chance().below(250)));
  handler(server);
  server.set("http.response.status_code", int64_t{server.http_status_});
  server.close();

  client.now_ns_ = server.now_ns_;
  client.work(kNetworkMs);
  client.set("http.response.status_code", int64_t{server.http_status_});
  // For a client every answer from 400 on is an error; for a server only those from 500 on.
  if (server.http_status_ >= 400) {
    client.span().status_code = otlp::StatusCode::kError;
    client.set("error.type", std::to_string(server.http_status_));
  }
  client.close();
  now_ns_ = client.now_ns_;
  return server.http_status_ < 400;
}

bool Call::rpc(std::string_view service, std::string_view rpc_service, std::string_view rpc_method,
               const Handler& handler) {
  const std::string name = fmt::format("{}/{}", rpc_service, rpc_method);
  Call client = child(name, otlp::SpanKind::kClient);
  client.set("server.address", std::string(service));
  client.set("server.port", int64_t{9090});
  client.work(kNetworkMs);
  Call server = client.callee(service, name, otlp::SpanKind::kServer, client.now_ns_);
  handler(server);
  server.close();
  client.now_ns_ = server.now_ns_;
  client.work(kNetworkMs);
  const int64_t status = server.failed_ ? 13 : 0;  // INTERNAL or OK
  for (Call* side : {&client, &server}) {
    side->set("rpc.system", "grpc");
    side->set("rpc.service", std::string(rpc_service));
    side->set("rpc.method", std::string(rpc_method));
    side->set("rpc.grpc.status_code", status);
  }
  if (server.failed_) {
    client.span().status_code = otlp::StatusCode::kError;
    client.span().status_message = fmt::format("13 INTERNAL: {}", server.span().status_message);
  }
  client.close();
  now_ns_ = client.now_ns_;
  return !server.failed_;
}

void Call::http_outside(std::string_view method, const std::string& host, const std::string& path, double median_ms,
                        int status, const Exception* exception) {
  Call client = child(std::string(method), otlp::SpanKind::kClient);
  client.set("http.request.method", std::string(method));
  client.set("url.full", fmt::format("https://{}{}", host, path));
  client.set("server.address", host);
  client.set("server.port", int64_t{443});
  client.work(median_ms);
  if (exception != nullptr) {
    client.raise(*exception);
  } else {
    client.set("http.response.status_code", int64_t{status});
    if (status >= 400) client.span().status_code = otlp::StatusCode::kError;
  }
  client.close();
  now_ns_ = client.now_ns_;
}

void Call::sql(std::string_view database, std::string_view operation, std::string_view table, std::string statement,
               double median_ms, int64_t rows, const Exception* exception) {
  Call query = child(fmt::format("{} {}.{}", operation, database, table), otlp::SpanKind::kClient);
  // The shop is as mixed as real ones: Java agents still send the old names of the conventions.
  if (service().language == "java") {
    query.set("db.system", "postgresql");
    query.set("db.name", std::string(database));
    query.set("db.operation", std::string(operation));
    query.set("db.sql.table", std::string(table));
    query.set("db.statement", std::move(statement));
    query.set("db.user", "shop");
  } else {
    query.set("db.system.name", "postgresql");
    query.set("db.namespace", std::string(database));
    query.set("db.operation.name", std::string(operation));
    query.set("db.collection.name", std::string(table));
    query.set("db.query.text", std::move(statement));
  }
  query.set("server.address", fmt::format("postgres-{}", database));
  query.set("server.port", int64_t{5432});
  query.work(median_ms);
  if (exception != nullptr) {
    query.raise(*exception);
  } else {
    query.set("db.response.returned_rows", rows);
  }
  query.close();
  now_ns_ = query.now_ns_;
}

void Call::redis(std::string_view command, std::string statement, double median_ms) {
  Call query = child(std::string(command), otlp::SpanKind::kClient);
  query.set("db.system", "redis");
  query.set("db.statement", std::move(statement));
  query.set("db.operation", std::string(command));
  query.set("server.address", "redis-carts");
  query.set("server.port", int64_t{6379});
  query.set("db.redis.database_index", int64_t{0});
  query.work(median_ms);
  query.close();
  now_ns_ = query.now_ns_;
}

SpanContext Call::publish(std::string_view topic, const std::string& key, int64_t bytes) {
  Call producer = child(fmt::format("{} publish", topic), otlp::SpanKind::kProducer);
  producer.set("messaging.system", "kafka");
  producer.set("messaging.operation.type", "send");
  producer.set("messaging.destination.name", std::string(topic));
  producer.set("messaging.kafka.message.key", key);
  producer.set("messaging.message.body.size", bytes);
  producer.set("server.address", "kafka");
  producer.set("server.port", int64_t{9092});
  producer.work(1.1);
  producer.close();
  now_ns_ = producer.now_ns_;
  return producer.context();
}

void Call::consume(std::string_view service, std::string_view topic, const std::string& key, SpanContext producer,
                   double delay_ms, const Handler& handler) {
  // The message waits in the queue while this span goes on: only the story's end moves, not this span's clock.
  Call consumer = callee(service, fmt::format("{} process", topic), otlp::SpanKind::kConsumer,
                         now_ns_ + chance().duration_ns(delay_ms));
  consumer.span().parent_span_id = producer.span_id;
  consumer.set("messaging.system", "kafka");
  consumer.set("messaging.operation.type", "process");
  consumer.set("messaging.destination.name", std::string(topic));
  consumer.set("messaging.consumer.group.name", std::string(service));
  consumer.set("messaging.kafka.message.key", key);
  consumer.set("messaging.destination.partition.id", std::to_string(chance().below(12)));
  consumer.set("messaging.kafka.offset", static_cast<int64_t>(chance().below(9'000'000)));
  handler(consumer);
  consumer.close();
}

void Call::parallel(std::initializer_list<Handler> branches) {
  const int64_t begin_ns = now_ns_;
  int64_t latest_ns = now_ns_;
  for (const Handler& branch : branches) {
    now_ns_ = begin_ns;
    branch(*this);
    latest_ns = std::max(latest_ns, now_ns_);
  }
  now_ns_ = latest_ns;
}

}  // namespace clew::demo
