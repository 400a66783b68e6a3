// The answers of a connection: whole or in pieces, and the way they leave. What it reads is in http_connection.cc.
#include "net/http_connection.h"

#include <fmt/format.h>

#include <boost/asio/write.hpp>

#include <exception>
#include <utility>

namespace clew::net {

namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

// What a handler holds. Sends 500 if it is dropped without an answer.
class ConnectionReply final : public HttpReply {
 public:
  ConnectionReply(std::shared_ptr<HttpShared> shared, std::shared_ptr<HttpConnection> connection,
                  std::shared_ptr<HttpExchange> exchange)
      : shared_(std::move(shared)), connection_(std::move(connection)), exchange_(std::move(exchange)) {}

  ~ConnectionReply() override {
    if (!sent_.test()) {
      send(error_response({stdx::ErrorCode::kInternal, "the request was dropped without an answer"}));
    }
  }

  HttpStreamPtr stream(HttpResponse head) override;

  void send(HttpResponse response) override {
    if (sent_.test_and_set()) return;
    finish_exchange(shared_->router, std::move(response), *exchange_);
    connection_->complete(exchange_);
  }

 private:
  std::shared_ptr<HttpShared> shared_;
  std::shared_ptr<HttpConnection> connection_;
  std::shared_ptr<HttpExchange> exchange_;
  std::atomic_flag sent_;
};

class ConnectionStream final : public HttpStream {
 public:
  ConnectionStream(std::shared_ptr<HttpShared> shared, std::shared_ptr<HttpConnection> connection,
                   std::shared_ptr<HttpExchange> exchange)
      : shared_(std::move(shared)), connection_(std::move(connection)), exchange_(std::move(exchange)), state_(exchange_->stream) {}
  ~ConnectionStream() override { end(true); }

  bool write(std::string_view bytes) override {
    if (ended_ || state_->closed.load(std::memory_order_relaxed)) return false;
    if (bytes.empty()) return true;
    std::string piece = framed_piece(*exchange_, bytes);
    const size_t waiting = state_->waiting_bytes.fetch_add(piece.size(), std::memory_order_relaxed) + piece.size();
    if (waiting > shared_->options.limits.stream_waiting_bytes_max) {
      end(true);
      return false;
    }
    connection_->add_piece(exchange_, std::move(piece));
    return true;
  }
  void finish() override { end(false); }
  const std::atomic<bool>& closed() const override { return state_->closed; }
  size_t waiting_bytes() const override { return state_->waiting_bytes.load(std::memory_order_relaxed); }

 private:
  void end(bool cut) {
    if (std::exchange(ended_, true)) return;
    state_->closed.store(true, std::memory_order_relaxed);
    // Whoever keeps an ended stream does not keep its connection.
    std::exchange(connection_, nullptr)->end_stream(exchange_, cut);
  }

  std::shared_ptr<HttpShared> shared_;
  std::shared_ptr<HttpConnection> connection_;
  std::shared_ptr<HttpExchange> exchange_;
  std::shared_ptr<HttpStreamState> state_;
  bool ended_ = false;
};

HttpStreamPtr ConnectionReply::stream(HttpResponse head) {
  if (sent_.test_and_set()) return nullptr;
  const std::string first = std::move(head.body);
  exchange_->stream = std::make_shared<HttpStreamState>();
  begin_exchange_stream(shared_->router, std::move(head), *exchange_);
  auto stream = std::make_shared<ConnectionStream>(shared_, connection_, exchange_);
  connection_->begin_stream(exchange_);
  stream->write(first);
  return stream;
}

}  // namespace

void HttpConnection::dispatch(const std::shared_ptr<HttpExchange>& exchange) {
  auto answer = [&](HttpResponse response) {
    finish_exchange(shared_->router, std::move(response), *exchange);
    complete(exchange);
  };
  auto resolved = shared_->router.resolve(exchange->request);
  if (auto* response = std::get_if<HttpResponse>(&resolved)) return answer(std::move(*response));
  if (auto* refusal = std::get_if<HttpRouter::Refusal>(&resolved)) {
    HttpResponse response = shared_->options.format_error(exchange->request, refusal->error);
    response.status = refusal->status;
    if (!refusal->allow.empty()) response.headers.emplace_back("Allow", refusal->allow);
    return answer(std::move(response));
  }
  exchange->in_flight = true;
  const auto in_flight = shared_->counters.requests_in_flight.fetch_add(1, std::memory_order_relaxed);
  if (in_flight >= shared_->options.limits.requests_in_flight_max) {
    shared_->counters.requests_overloaded.fetch_add(1, std::memory_order_relaxed);
    HttpResponse response = shared_->options.format_error(
        exchange->request, {stdx::ErrorCode::kUnavailable, "too many requests are in flight"});
    response.status = 503;
    return answer(std::move(response));
  }
  const HttpRoute& route = *std::get<const HttpRoute*>(resolved);
  if (route.quick && exchange->request.body.size() <= shared_->options.limits.quick_body_bytes_max) {
    run(route, exchange);
  } else {
    asio::post(shared_->workers, [self = shared_from_this(), &route, exchange] { self->run(route, exchange); });
  }
}

// On the I/O thread or a worker. The routes live in shared_, as long as this connection.
void HttpConnection::run(const HttpRoute& route, const std::shared_ptr<HttpExchange>& exchange) {
  if (shared_->abandoned.load(std::memory_order_relaxed)) return;
  auto reply = std::make_shared<ConnectionReply>(shared_, shared_from_this(), exchange);
  try {
    route.handler(exchange->request, reply);
  } catch (const std::exception& error) {
    reply->send(error_response({stdx::ErrorCode::kInternal, fmt::format("the handler failed: {}", error.what())}));
  }
}

void HttpConnection::complete(const std::shared_ptr<HttpExchange>& exchange) {
  auto finish = [self = shared_from_this(), exchange] {
    exchange->ready = true;
    self->release(*exchange);
    self->flush();
  };
  if (io_->context.get_executor().running_in_this_thread()) return finish();
  io_->post(std::move(finish));
}

// ---- Answers in pieces ----

template <class Work>
void HttpConnection::on_io_thread(Work work) {
  // Never at once, so that pieces keep their order whatever thread they come from.
  io_->post([self = shared_from_this(), work = std::move(work)]() mutable { work(*self); });
}

void HttpConnection::begin_stream(const std::shared_ptr<HttpExchange>& exchange) {
  on_io_thread([exchange](HttpConnection& self) {
    exchange->ready = true;
    if (self.state_ == State::kClosed || self.client_ended_ || self.draining_) exchange->stream->closed.store(true, std::memory_order_relaxed);
    self.flush();
  });
}

void HttpConnection::add_piece(const std::shared_ptr<HttpExchange>& exchange, std::string piece) {
  on_io_thread([exchange, piece = std::move(piece)](HttpConnection& self) {
    exchange->stream->pending += piece;
    self.flush();
  });
}

void HttpConnection::end_stream(const std::shared_ptr<HttpExchange>& exchange, bool cut) {
  on_io_thread([exchange, cut](HttpConnection& self) {
    self.release(*exchange);
    exchange->stream->ended = true;
    exchange->stream->cut = cut;
    if (cut) return self.close();
    exchange->stream->pending += framed_piece(*exchange, {});
    self.flush();
  });
}

// Nobody listens any more.
void HttpConnection::close_streams() {
  for (const auto& exchange : exchanges_) {
    if (exchange->stream) exchange->stream->closed.store(true, std::memory_order_relaxed);
  }
}

// Answers in place of a request that will not be read to its end; the connection closes after it.
void HttpConnection::refuse(stdx::Error error, int status) {
  std::shared_ptr<HttpExchange> exchange = incoming_ ? std::move(incoming_) : std::make_shared<HttpExchange>();
  incoming_.reset();
  // The read that may be under way holds the body; only the counting ends here.
  release(*exchange);
  exchange->keep_alive = false;
  HttpResponse response = shared_->options.format_error(exchange->request, error);
  response.status = status;
  finish_exchange(shared_->router, std::move(response), *exchange);
  exchange->ready = true;
  exchanges_.push_back(std::move(exchange));
  input_ended_ = true;
  state_ = State::kLinger;
  expectation_pending_ = false;
  flush();
}

// ---- Writing ----

void HttpConnection::flush() {
  if (writing_ || advancing_ || state_ == State::kClosed) return;
  std::vector<asio::const_buffer> buffers;
  size_t count = 0;
  for (const auto& exchange : exchanges_) {
    if (!exchange->ready) break;
    if (exchange->stream) exchange->body = std::exchange(exchange->stream->pending, {});
    if (!exchange->head.empty()) buffers.push_back(asio::buffer(exchange->head));
    if (!exchange->body.empty()) buffers.push_back(asio::buffer(exchange->body));
    if (exchange->stream && !exchange->stream->ended) {
      if (!exchange->head.empty() || !exchange->body.empty()) streaming_ = exchange;
      break;
    }
    ++count;
    if (!exchange->keep_alive) break;
  }
  if (buffers.empty() && count == 0) {
    if (!exchanges_.empty() || !expectation_pending_) return;
    expectation_pending_ = false;
    buffers.push_back(asio::buffer(kContinue));
  }
  writing_ = true;
  write_deadline_ = Clock::now() + shared_->options.limits.write_timeout;
  asio::async_write(socket_, buffers, [self = shared_from_this(), count](auto error, size_t bytes) {
    self->shared_->counters.bytes_sent.fetch_add(bytes, std::memory_order_relaxed);
    self->on_written(error, count);
  });
}

void HttpConnection::on_written(boost::system::error_code error, size_t count) {
  writing_ = false;
  if (state_ == State::kClosed) return;
  if (error) return close();
  if (const auto exchange = std::exchange(streaming_, nullptr)) {
    exchange->stream->waiting_bytes.fetch_sub(exchange->body.size(), std::memory_order_relaxed);
    exchange->head.clear();
    exchange->body.clear();
  }
  bool keep_alive = true;
  for (; count > 0; --count) {
    keep_alive = exchanges_.front()->keep_alive;
    exchanges_.pop_front();
  }
  if (!keep_alive) return linger();
  if (exchanges_.empty() && (input_ended_ || (draining_ && !incoming_ && !parser_))) return linger();
  if (!reading_) {
    advance();
  } else {
    if (!parser_) read_deadline_ = Clock::now() + shared_->options.limits.idle_timeout;
    flush();
  }
}

// Closing a socket with unread input makes TCP throw away the answer on its way, so the input is read to its end first, for a
// while.
void HttpConnection::linger() {
  state_ = State::kLinger;
  if (exchanges_.empty() && !output_ended_) {
    output_ended_ = true;
    if (client_ended_ || draining_) return close();
    boost::system::error_code error;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, error);
    read_deadline_ = Clock::now() + kLingerTimeout;
  }
  lingered_bytes_ += buffer_.size();
  buffer_.consume(buffer_.size());
  if (lingered_bytes_ > kLingerBytesMax) return close();
  if (reading_ || client_ended_) return;
  reading_ = true;
  socket_.async_read_some(buffer_.prepare(kChunkedReadBytes), [self = shared_from_this()](auto error, size_t bytes) {
    self->on_read(error, bytes);
  });
}

}  // namespace clew::net
