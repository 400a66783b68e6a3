#include "net/http_connection.h"

#include <fmt/format.h>

#include <boost/asio/write.hpp>

#include <exception>
#include <utility>

#include "net/protocol_guess.h"
#include "self/log_line.h"
#include "wire/ascii.h"

namespace clew::net {

namespace {

namespace http = boost::beast::http;

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

}  // namespace

HttpConnection::HttpConnection(std::shared_ptr<HttpShared> shared, std::shared_ptr<HttpIoThread> io,
                               asio::ip::tcp::socket socket)
    : shared_(std::move(shared)), io_(std::move(io)), socket_(std::move(socket)) {
  shared_->counters.connections.fetch_add(1, std::memory_order_relaxed);
}

HttpConnection::~HttpConnection() {
  shared_->counters.connections.fetch_sub(1, std::memory_order_relaxed);
}

void HttpConnection::start() {
  io_->connections.emplace(this, weak_from_this());
  boost::system::error_code error;
  socket_.set_option(asio::ip::tcp::no_delay(true), error);
  const auto endpoint = socket_.remote_endpoint(error);
  if (!error) {
    const std::string host = endpoint.address().to_string();
    peer_ = endpoint.address().is_v6() ? fmt::format("[{}]:{}", host, endpoint.port())
                                       : fmt::format("{}:{}", host, endpoint.port());
  }
  read_deadline_ = Clock::now() + shared_->options.limits.idle_timeout;
  if (io_->draining) draining_ = true;
  advance();
}

void HttpConnection::close() {
  if (state_ == State::kClosed) return;
  state_ = State::kClosed;
  boost::system::error_code error;
  socket_.close(error);
  if (incoming_) release(*incoming_);
  incoming_.reset();
  close_streams();
  // Those still being handled are released when their replies come.
  for (const auto& exchange : exchanges_) {
    if (exchange->ready) release(*exchange);
  }
  exchanges_.clear();
  io_->connections.erase(this);
}

void HttpConnection::drain() {
  draining_ = true;
  close_streams();  // They have no end of their own; who writes them ends them now.
  const bool reading_request = incoming_ != nullptr || (parser_ && buffer_.size() > 0);
  if (exchanges_.empty() && !reading_request && state_ != State::kLinger) close();
}

void HttpConnection::check_deadlines(Clock::time_point now) {
  if (writing_) {
    if (now > write_deadline_) close();
    return;
  }
  if (!reading_ || now <= read_deadline_) return;
  const bool idle = state_ == State::kHeader && !parser_;
  if (idle || state_ == State::kLinger) {
    if (exchanges_.empty()) close();  // Otherwise it waits for its answers, as it should.
    return;
  }
  shared_->counters.requests_timed_out.fetch_add(1, std::memory_order_relaxed);
  refuse({stdx::ErrorCode::kDeadlineExceeded, "the request did not arrive in time"}, 408);
}

// ---- Reading ----

void HttpConnection::advance() {
  if (advancing_) return;
  advancing_ = true;
  bool more = true;
  while (more && !reading_) {
    switch (state_) {
      case State::kHeader: more = advance_header(); break;
      case State::kBody: more = advance_body(); break;
      case State::kChunked: more = advance_chunked(); break;
      case State::kLinger:
      case State::kClosed: more = false;
    }
  }
  advancing_ = false;
  flush();
}

// Each advance_… returns whether the loop may go on at once; if not, a read is under way, or an answer must leave first.
bool HttpConnection::advance_header() {
  const HttpLimits& limits = shared_->options.limits;
  if (exchanges_.size() >= limits.pipeline_depth_max || input_ended_) return false;
  if (buffer_.size() == 0) {
    if (draining_ && !parser_) return false;
    if (buffer_.capacity() > kHeaderReadBytes) buffer_.shrink_to_fit();
    if (!parser_) read_deadline_ = Clock::now() + limits.idle_timeout;
    read_some(kHeaderReadBytes);
    return false;
  }
  if (!parser_) {
    read_deadline_ = Clock::now() + limits.request_timeout;
    parser_.emplace();
    parser_->header_limit(static_cast<uint32_t>(limits.header_bytes_max));
    parser_->body_limit(boost::none);  // Bodies are limited by on_header() and reserve(), which say more.
  }
  boost::system::error_code error;
  const auto unread = buffer_.data();  // Consuming leaves the bytes where they are.
  buffer_.consume(parser_->put(unread, error));
  if (error == http::error::need_more) {
    read_some(kHeaderReadBytes);
    return false;
  }
  if (error) {
    on_parse_error(error, {static_cast<const char*>(unread.data()), unread.size()});
    return false;
  }
  return !parser_->is_header_done() || on_header();
}

bool HttpConnection::on_header() {
  incoming_ = std::make_shared<HttpExchange>();
  HttpExchange& exchange = *incoming_;
  HttpRequest& request = exchange.request;
  const auto& message = parser_->get();
  exchange.version = message.version();
  exchange.keep_alive = message.keep_alive();
  request.method = view(message.method_string());
  request.peer = peer_;
  exchange.head_only = request.method == "HEAD";
  for (const auto& field : message) request.headers.emplace_back(view(field.name_string()), view(field.value()));
  if (const std::string* origin = request.header("Origin")) exchange.origin = *origin;
  if (const std::string* codings = request.header("Accept-Encoding")) {
    exchange.accepts_gzip = accepts_coding(*codings, "gzip");
  }
  if (!parse_target(view(message.target()), request)) {
    shared_->counters.requests_malformed.fetch_add(1, std::memory_order_relaxed);
    refuse({stdx::ErrorCode::kInvalidArgument, "the request's target is malformed"}, 400);
    return false;
  }
  if (parser_->upgrade() && request.method == "CONNECT") {
    refuse({stdx::ErrorCode::kUnimplemented, "CONNECT is not served here"}, 501);
    return false;
  }
  const auto length = parser_->content_length();
  const size_t size_max = shared_->options.limits.body_bytes_max;
  if (length && *length > size_max) {
    shared_->counters.requests_too_large.fetch_add(1, std::memory_order_relaxed);
    refuse({stdx::ErrorCode::kPayloadTooLarge,
            fmt::format("body of {} bytes is over the limit of {} bytes", *length, size_max)},
           413);
    return false;
  }
  answer_expectation();
  body_received_ = 0;
  if (parser_->chunked()) {
    parser_->eager(true);
    state_ = State::kChunked;
  } else {
    // Left uninitialised: every byte is written by the reads before anybody looks at it. (The size that libstdc++ 12 hands to
    // the callback may be more than was asked for.)
    const size_t size = length.value_or(0);
    request.body.resize_and_overwrite(size, [size](char*, size_t) { return size; });
    state_ = State::kBody;
  }
  return true;
}

// "Expect: 100-continue" is answered once everything before it has been; a body that has come already needs no answer.
void HttpConnection::answer_expectation() {
  const std::string* expect = incoming_->request.header("Expect");
  expectation_pending_ = expect != nullptr && wire::equal_ignoring_case(*expect, "100-continue") &&
                         buffer_.size() == 0 && incoming_->version == 11;
}

bool HttpConnection::advance_body() {
  std::string& body = incoming_->request.body;
  const size_t ready = std::min(buffer_.size(), body.size() - body_received_);
  if (ready > 0) {
    if (!reserve(ready)) return false;
    std::memcpy(body.data() + body_received_, buffer_.data().data(), ready);
    body_received_ += ready;
    buffer_.consume(ready);
  }
  if (body_received_ == body.size()) {
    on_request();
    return true;
  }
  read_body_some();
  return false;
}

bool HttpConnection::advance_chunked() {
  boost::system::error_code error;
  if (buffer_.size() > 0) buffer_.consume(parser_->put(buffer_.data(), error));
  const size_t size = parser_->get().body().size();
  if (size > shared_->options.limits.body_bytes_max) {
    shared_->counters.requests_too_large.fetch_add(1, std::memory_order_relaxed);
    refuse({stdx::ErrorCode::kPayloadTooLarge,
            fmt::format("body is over the limit of {} bytes", shared_->options.limits.body_bytes_max)},
           413);
    return false;
  }
  if (!reserve(size - body_received_)) return false;
  body_received_ = size;
  if (error && error != http::error::need_more) {
    on_parse_error(error, {});
    return false;
  }
  if (parser_->is_done()) {
    incoming_->request.body = std::move(parser_->get().body());
    on_request();
    return true;
  }
  read_some(kChunkedReadBytes);
  return false;
}

void HttpConnection::read_some(size_t bytes_max) {
  if (input_ended_) return;
  reading_ = true;
  socket_.async_read_some(buffer_.prepare(bytes_max), [self = shared_from_this()](auto error, size_t bytes) {
    self->on_read(error, bytes);
  });
}

void HttpConnection::read_body_some() {
  if (input_ended_) return;
  reading_ = true;
  std::string& body = incoming_->request.body;
  const size_t wanted = std::min(body.size() - body_received_, kBodyReadBytesMax);
  // The exchange is kept alive too: after a refusal the connection has let go of it while the read goes on.
  socket_.async_read_some(asio::buffer(body.data() + body_received_, wanted),
                          [self = shared_from_this(), exchange = incoming_](auto error, size_t bytes) {
                            self->on_body_read(error, bytes);
                          });
}

void HttpConnection::on_read(boost::system::error_code error, size_t bytes) {
  reading_ = false;
  if (state_ == State::kClosed) return;
  if (error) return on_end_of_input(error);
  shared_->counters.bytes_received.fetch_add(bytes, std::memory_order_relaxed);
  buffer_.commit(bytes);
  if (state_ == State::kLinger) return linger();
  advance();
}

void HttpConnection::on_body_read(boost::system::error_code error, size_t bytes) {
  reading_ = false;
  if (state_ == State::kClosed) return;
  if (error) return on_end_of_input(error);
  shared_->counters.bytes_received.fetch_add(bytes, std::memory_order_relaxed);
  if (state_ == State::kLinger) {
    lingered_bytes_ += bytes;
    return linger();
  }
  expectation_pending_ = false;  // It did not wait.
  body_received_ += bytes;
  if (reserve(bytes)) advance();
}

void HttpConnection::on_end_of_input(boost::system::error_code error) {
  input_ended_ = client_ended_ = true;
  close_streams();
  // A client that has only ended its side still wants the answers to what it sent.
  if (error != asio::error::eof || exchanges_.empty()) return close();
  if (incoming_) release(*incoming_);
  incoming_.reset();
}

// "; it looks like TLS", which goes into the answer, and into our own log, where it may be the only trace of a client that
// was given the wrong port. Nothing for what is HTTP after all, only bad.
std::string HttpConnection::guess_text(std::string_view first_bytes) const {
  const std::string_view guess = first_bytes.empty() ? kUnknownProtocol : guess_protocol(first_bytes);
  if (guess == kUnknownProtocol || guess == kHttp1Protocol) return {};
  boost::system::error_code ignored;
  const auto from = socket_.remote_endpoint(ignored);
  self::log_warn("what came to an HTTP port is not HTTP/1",
                 {{"port", socket_.local_endpoint(ignored).port()},
                  {"from", fmt::format("{}:{}", from.address().to_string(), from.port())},
                  {"looks_like", guess}});
  return fmt::format("; it looks like {}", guess);
}

void HttpConnection::on_parse_error(boost::system::error_code error, std::string_view first_bytes) {
  shared_->counters.requests_malformed.fetch_add(1, std::memory_order_relaxed);
  if (error == http::error::header_limit) {
    refuse({stdx::ErrorCode::kInvalidArgument,
            fmt::format("the headers are over the limit of {} bytes", shared_->options.limits.header_bytes_max)},
           431);
  } else {
    refuse({stdx::ErrorCode::kInvalidArgument, fmt::format("malformed HTTP request: {}{}", error.message(), guess_text(first_bytes))},
           error == http::error::bad_version ? 505 : 400);
  }
}

// ---- Handling ----

bool HttpConnection::reserve(size_t bytes) {
  auto& in_flight = shared_->counters.body_bytes_in_flight;
  incoming_->body_bytes_reserved += bytes;
  if (in_flight.fetch_add(bytes, std::memory_order_relaxed) + bytes <= shared_->options.limits.body_bytes_in_flight_max) {
    return true;
  }
  shared_->counters.requests_overloaded.fetch_add(1, std::memory_order_relaxed);
  refuse({stdx::ErrorCode::kUnavailable, "too many bytes of requests are in flight"}, 503);
  return false;
}

void HttpConnection::release(HttpExchange& exchange) {
  shared_->counters.body_bytes_in_flight.fetch_sub(exchange.body_bytes_reserved, std::memory_order_relaxed);
  exchange.body_bytes_reserved = 0;
  if (exchange.in_flight) shared_->counters.requests_in_flight.fetch_sub(1, std::memory_order_relaxed);
  exchange.in_flight = false;
}

void HttpConnection::on_request() {
  shared_->counters.requests.fetch_add(1, std::memory_order_relaxed);
  const std::shared_ptr<HttpExchange> exchange = std::move(incoming_);
  incoming_.reset();
  parser_.reset();
  expectation_pending_ = false;
  state_ = State::kHeader;
  if (draining_) exchange->keep_alive = false;
  if (!exchange->keep_alive) input_ended_ = true;  // Whatever follows is not for us.
  exchanges_.push_back(exchange);
  dispatch(exchange);
}

}  // namespace clew::net
