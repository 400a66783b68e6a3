// How an answer looks on the wire.
#include <fmt/format.h>

#include <ctime>
#include <iterator>

#include "net/http_connection.h"
#include "wire/ascii.h"
#include "wire/content_coding.h"

namespace clew::net {

namespace {

// RFC 9110, section 5.6.7; made once a second for each thread.
const std::string& http_date() {
  thread_local std::time_t made_at = 0;
  thread_local std::string text;
  const std::time_t now = std::time(nullptr);
  if (now != made_at || text.empty()) {
    static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm time{};
    gmtime_r(&now, &time);
    text = fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[time.tm_wday], time.tm_mday,
                       kMonths[time.tm_mon], time.tm_year + 1900, time.tm_hour, time.tm_min, time.tm_sec);
    made_at = now;
  }
  return text;
}

// A value from a handler may hold what a client sent: a line break in it must not begin a header of its own.
void append_header(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ");
  for (const char letter : value) head.push_back(static_cast<unsigned char>(letter) < 0x20 ? ' ' : letter);
  head += "\r\n";
}

bool has_header(const HttpResponse& response, std::string_view name) {
  for (const auto& header : response.headers) {
    if (wire::equal_ignoring_case(header.first, name)) return true;
  }
  return false;
}

void compress(const HttpExchange& exchange, HttpResponse& response) {
  if (response.body.size() < kCompressBytesMin || has_header(response, "Content-Encoding")) return;
  response.headers.emplace_back("Vary", "Accept-Encoding");
  if (!exchange.accepts_gzip) return;
  std::string small = wire::encode_gzip(response.body);
  if (small.size() >= response.body.size()) return;
  response.body = std::move(small);
  response.headers.emplace_back("Content-Encoding", "gzip");
}

}  // namespace

namespace {

void append_status(const HttpExchange& exchange, int status, std::string& head) {
  head.reserve(256);
  fmt::format_to(std::back_inserter(head), "HTTP/1.{} {} {}\r\nDate: {}\r\n", exchange.version % 10, status, http_reason(status),
                 http_date());
}

void append_rest(const HttpExchange& exchange, const HttpResponse& response, std::string& head) {
  for (const auto& [name, value] : response.headers) append_header(head, name, value);
  if (!exchange.keep_alive) {
    head += "Connection: close\r\n";
  } else if (exchange.version == 10) {
    head += "Connection: keep-alive\r\n";
  }
  head += "\r\n";
}

}  // namespace

void begin_exchange_stream(const HttpRouter& router, HttpResponse response, HttpExchange& exchange) {
  router.add_cors_headers(exchange.origin, response);
  // HTTP/1.0 knows no chunks: there the body ends with the connection.
  if (exchange.version < 11) exchange.keep_alive = false;
  append_status(exchange, response.status, exchange.head);
  if (!response.content_type.empty()) append_header(exchange.head, "Content-Type", response.content_type);
  if (exchange.version >= 11) exchange.head += "Transfer-Encoding: chunked\r\n";
  append_rest(exchange, response, exchange.head);
}

std::string framed_piece(const HttpExchange& exchange, std::string_view bytes) {
  if (exchange.head_only) return {};
  if (exchange.version < 11) return std::string(bytes);
  if (bytes.empty()) return "0\r\n\r\n";
  std::string piece = fmt::format("{:x}\r\n", bytes.size());
  piece.append(bytes).append("\r\n");
  return piece;
}

void finish_exchange(const HttpRouter& router, HttpResponse response, HttpExchange& exchange) {
  router.add_cors_headers(exchange.origin, response);
  compress(exchange, response);
  const bool bodiless = response.status == 204 || response.status == 304;
  std::string& head = exchange.head;
  append_status(exchange, response.status, head);
  if (!bodiless) {
    if (!response.content_type.empty()) append_header(head, "Content-Type", response.content_type);
    fmt::format_to(std::back_inserter(head), "Content-Length: {}\r\n", response.body.size());
  }
  append_rest(exchange, response, head);
  if (!bodiless && !exchange.head_only) exchange.body = std::move(response.body);
}

}  // namespace clew::net
