#include "span_template.h"

#include <cassert>
#include <cstring>

#include <fmt/format.h>

#include "fleet.h"
#include "wire_bytes.h"

namespace clew::bench {
namespace {

constexpr uint64_t kSessionMix = 0x9e3779b97f4a7c15;
constexpr size_t kStackBytes = 600;
constexpr int kSessionDigits = 20;
constexpr size_t kParentFieldBytes = 10;

const char* const kUserAgents[] = {
    "okhttp/4.12.0",
    "axios/1.7.9",
    "Go-http-client/2.0",
    "python-requests/2.32.3",
};
const char* const kQueries[] = {
    "SELECT * FROM orders WHERE id = $1",
    "UPDATE stock SET reserved = $1",
    "SELECT * FROM sessions WHERE id = $1",
    "INSERT INTO audit VALUES ($1, $2)",
};

void store(std::string& text, size_t at, uint64_t value) { std::memcpy(text.data() + at, &value, sizeof value); }

std::string stack_trace(size_t service) {
  std::string stack = fmt::format("java.lang.IllegalStateException: upstream of {} answered 503\n", service_name(service));
  for (int line = 40; stack.size() < kStackBytes; line += 17) {
    stack += fmt::format("\tat com.shop.{}.Handler.call(Handler.java:{})\n", service_name(service), line);
  }
  stack.resize(kStackBytes);
  return stack;
}

}  // namespace

std::string session_text(uint64_t number) {
  std::string text(kSessionDigits, '0');
  write_hex(text.data(), number * kSessionMix, 16);
  write_hex(text.data() + 16, number, kSessionDigits - 16);
  return text;
}

void SpanTemplate::add(const std::string& key_value) { append_field(body_, 9, key_value); }

size_t SpanTemplate::add_variable(const char* key, const std::string& before, size_t width) {
  add(string_attribute(key, before + std::string(width, '0')));
  return body_.size() - width;
}

SpanTemplate::SpanTemplate(size_t service, size_t operation, Kind kind) {
  const std::string method = operation_method(operation);
  const std::string route = operation_route(operation);
  append_field(body_, 1, std::string(16, '\0'));
  trace_id_ = body_.size() - 16;
  append_field(body_, 2, std::string(8, '\0'));
  span_id_ = body_.size() - 8;
  const std::string name = kind == Kind::kInternal ? fmt::format("{}.handle_{}", service_name(service), operation)
                           : kind == Kind::kServer ? method + " " + route
                                                   : method;
  append_field(body_, 5, name);
  append_uint(body_, 6, static_cast<uint64_t>(kind));
  append_fixed64(body_, 7, 0);
  start_ = body_.size() - 8;
  append_fixed64(body_, 8, 0);
  end_ = body_.size() - 8;

  add(string_attribute("http.request.method", method));
  add(string_attribute("http.route", route));
  add(int_attribute("http.response.status_code", 200));
  status_ = body_.size() - 2;  // 128…16383 is a varint of two bytes.
  url_token_ = add_variable("url.full",
                            fmt::format("https://{}.example/{}/{}?t=", service_name(service), "api/orders",
                                        std::string(8, '0')),
                            4);
  url_id_ = url_token_ - 3 - 8;
  add(string_attribute("server.address", fmt::format("{}.svc", service_name(service))));
  add(int_attribute("server.port", 8080));
  client_ = add_variable("client.address", "10.42.", 4);
  add(string_attribute("user_agent.original", kUserAgents[(service + operation) % 4]));
  request_id_ = add_variable("http.request.id", "req-", 16);
  session_ = add_variable("session.id", "", kSessionDigits);
  user_id_ = add_variable("enduser.id", "u", 5);
  add(int_attribute("http.response.body.size", 20'000));
  body_size_ = body_.size() - 3;  // 16384…2097151 is a varint of three bytes.
  add(int_attribute("thread.id", 20 + operation));
  add(string_attribute("thread.name", fmt::format("exec-{}", operation)));
  add(string_attribute("code.function.name", fmt::format("Handler.op{}", operation)));
  add(string_attribute("db.query.text", kQueries[(service * kOperations + operation) % 4]));
  append_field(body_, 4, std::string(8, '\0'));  // Last, so that a root can leave it out.

  std::string event;
  append_fixed64(event, 1, 0);
  append_field(event, 2, "exception");
  append_field(event, 3, string_attribute("exception.type", "java.lang.IllegalStateException"));
  append_field(event, 3, string_attribute("exception.message", "upstream answered 503"));
  append_field(event, 3, string_attribute("exception.stacktrace", stack_trace(service)));
  append_field(error_tail_, 11, event);
  std::string status;
  append_field(status, 2, "upstream answered 503");
  append_uint(status, 3, 2);
  append_field(error_tail_, 15, status);
}

void SpanTemplate::append(const SpanValues& values, std::string& out) const {
  const bool root = values.parent_span_id == 0;
  const size_t body_size = body_.size() - (root ? kParentFieldBytes : 0);
  append_tag(out, 2, 2);
  append_varint(out, body_size + (values.error ? error_tail_.size() : 0));
  const size_t at = out.size();
  out.append(body_, 0, body_size);

  store(out, at + trace_id_, __builtin_bswap64(values.trace_hi));
  store(out, at + trace_id_ + 8, __builtin_bswap64(values.trace_lo));
  store(out, at + span_id_, __builtin_bswap64(values.span_id));
  store(out, at + start_, values.start_ns);
  store(out, at + end_, values.end_ns);
  if (!root) store(out, at + body_size - 8, __builtin_bswap64(values.parent_span_id));
  char* text = out.data() + at;
  const uint64_t a = values.random_bits[0];
  const uint64_t b = values.random_bits[1];
  const uint64_t c = values.random_bits[2];
  // All spans of a trace are about one order and one request, as in a shop; the rest of both texts differs span by span, so
  // that no two spans share a URL or a request id.
  const uint64_t order = values.trace_hi * kSessionMix;
  const uint64_t request = values.trace_lo * kSessionMix;
  write_hex(text + url_id_, order >> 16, 12);
  write_hex(text + url_token_, b >> 48, 4);
  write_hex(text + client_, a & 0xfff, 4);
  write_hex(text + request_id_, request, 16);
  write_hex(text + session_, values.session * kSessionMix, 16);
  write_hex(text + session_ + 16, values.session, kSessionDigits - 16);
  write_hex(text + user_id_, values.session & 0xfffff, 5);
  const uint32_t status = values.error ? 503 : 200;
  text[status_] = static_cast<char>(status | 0x80);
  text[status_ + 1] = static_cast<char>(status >> 7);
  const uint32_t size = 0x4000 + static_cast<uint32_t>(c & 0xffff);
  text[body_size_] = static_cast<char>(size | 0x80);
  text[body_size_ + 1] = static_cast<char>((size >> 7) | 0x80);
  text[body_size_ + 2] = static_cast<char>(size >> 14);
  if (!values.error) return;
  out.append(error_tail_);
  // The event's time is the first fixed64 of the event: tag and length of the event come before its tag.
  const size_t event_at = out.size() - error_tail_.size();
  store(out, event_at + 1 + 2 + 1, values.end_ns);
}

}  // namespace clew::bench
