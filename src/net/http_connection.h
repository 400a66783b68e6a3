// One client's connection to the HTTP server, and what all connections of a server share. Internal to net/: includes Asio.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "net/http_router.h"
#include "net/http_server.h"

namespace clew::net {

namespace asio = boost::asio;

class HttpConnection;

// Shared by all connections, threads and unanswered replies of a server, so that the last of them may outlive the server.
struct HttpShared {
  HttpShared(HttpServerOptions given_options, std::vector<HttpRoute> routes)
      : options(std::move(given_options)),
        router(std::move(routes), options.cors),
        workers(std::max(options.worker_threads, 1u)) {}

  HttpServerOptions options;
  HttpRouter router;
  HttpCounters counters;
  std::atomic<bool> abandoned{false};  // Nobody waits any more: queued requests need not be handled.
  asio::thread_pool workers;
};

// One I/O thread: an event loop and the connections that live on it. They are touched by its thread alone.
struct HttpIoThread {
  asio::io_context context{1};
  std::unordered_map<HttpConnection*, std::weak_ptr<HttpConnection>> connections;
  bool draining = false;

  // Calls visit(connection) for each; a visit may close its connection.
  template <class Visit>
  void for_each_connection(Visit visit) {
    const auto copy = connections;
    for (const auto& [address, weak] : copy) {
      if (const auto connection = weak.lock()) {
        visit(*connection);
      } else {
        connections.erase(address);
      }
    }
  }

  // Runs `work` on the thread; drops it once the thread has ended, so that a late reply reaches nobody.
  template <class Work>
  void post(Work work) {
    const std::lock_guard lock(mutex_);
    if (!ended_) asio::post(context, std::move(work));
  }
  void end() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }

 private:
  std::mutex mutex_;
  bool ended_ = false;
};

// Shared by a stream and its connection.
struct HttpStreamState {
  std::atomic<bool> closed{false};
  std::atomic<size_t> waiting_bytes{0};
  // Touched by the I/O thread alone.
  std::string pending;  // Framed, not yet being written.
  bool ended = false;   // Nothing will be added to it.
  bool cut = false;     // Ended before its time.
};

// A request and, later, its answer; answers leave in the order of the requests. Shared by the connection, which awaits the
// answer, and the reply that a handler holds; the reply's thread alone touches it until `ready` is set on the I/O thread.
struct HttpExchange {
  HttpRequest request;
  std::string head;
  std::string body;
  size_t body_bytes_reserved = 0;
  unsigned version = 11;
  bool in_flight = false;  // Counted among requests_in_flight.
  bool keep_alive = true;
  bool head_only = false;
  bool accepts_gzip = false;
  bool ready = false;
  std::string origin;
  std::shared_ptr<HttpStreamState> stream;  // Of an answer in pieces. `body` is then the piece being written.
};

// Reads requests, hands them to their handlers, writes the answers in order. Lives on one I/O thread, which makes every
// call; owned by its pending operations and unanswered replies. The bytes are parsed by Beast; sized bodies are read straight
// into the request's string.
class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  using Clock = std::chrono::steady_clock;
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

  HttpConnection(std::shared_ptr<HttpShared> shared, std::shared_ptr<HttpIoThread> io, asio::ip::tcp::socket socket);
  ~HttpConnection();

  void start();
  void check_deadlines(Clock::time_point now);
  // Answers what is in flight, then closes.
  void drain();
  void close();

  // From any thread, once: the exchange has its answer.
  void complete(const std::shared_ptr<HttpExchange>& exchange);
  // From any thread, of an exchange that is answered in pieces: its head is there; a piece, already framed; its end.
  void begin_stream(const std::shared_ptr<HttpExchange>& exchange);
  void add_piece(const std::shared_ptr<HttpExchange>& exchange, std::string piece);
  void end_stream(const std::shared_ptr<HttpExchange>& exchange, bool cut);

 private:
  enum class State : uint8_t {
    kHeader,   // Reading a request's head, or waiting for one.
    kBody,     // Reading a body of known size, past the parser.
    kChunked,  // Reading a chunked body through the parser.
    kLinger,   // Told to go away; discarding what still comes.
    kClosed,
  };

  void advance();
  bool advance_header();
  bool advance_body();
  bool advance_chunked();
  void read_some(size_t bytes_max);
  void read_body_some();
  void on_read(boost::system::error_code error, size_t bytes);
  void on_body_read(boost::system::error_code error, size_t bytes);
  bool on_header();
  void answer_expectation();
  void on_request();
  void dispatch(const std::shared_ptr<HttpExchange>& exchange);
  void run(const HttpRoute& route, const std::shared_ptr<HttpExchange>& exchange);
  bool reserve(size_t bytes);
  void release(HttpExchange& exchange);
  void refuse(stdx::Error error, int status);
  void on_parse_error(boost::system::error_code error, std::string_view first_bytes);
  std::string guess_text(std::string_view first_bytes) const;
  void on_end_of_input(boost::system::error_code error);
  void flush();
  void on_written(boost::system::error_code error, size_t count);
  void linger();
  void close_streams();
  template <class Work>
  void on_io_thread(Work work);

  std::shared_ptr<HttpShared> shared_;
  std::shared_ptr<HttpIoThread> io_;
  asio::ip::tcp::socket socket_;
  std::string peer_;

  State state_ = State::kHeader;
  bool reading_ = false;
  bool writing_ = false;
  bool advancing_ = false;
  bool input_ended_ = false;   // No further request is wanted or can come.
  bool client_ended_ = false;  // The client has closed its side.
  bool output_ended_ = false;  // We have closed ours.
  bool draining_ = false;
  bool expectation_pending_ = false;
  boost::beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  std::shared_ptr<HttpExchange> incoming_;  // The request being read, from its complete header on.
  size_t body_received_ = 0;
  size_t lingered_bytes_ = 0;
  std::deque<std::shared_ptr<HttpExchange>> exchanges_;  // Unanswered, oldest first.
  std::shared_ptr<HttpExchange> streaming_;              // Of which a piece is being written that is not its last.
  Clock::time_point read_deadline_;
  Clock::time_point write_deadline_;
};

// Turns a handler's response into the bytes of the exchange's answer: head, compression, CORS, HEAD. Any thread.
void finish_exchange(const HttpRouter& router, HttpResponse response, HttpExchange& exchange);
// The same of an answer in pieces: only its head.
void begin_exchange_stream(const HttpRouter& router, HttpResponse response, HttpExchange& exchange);
// A piece as HTTP frames it; an empty one is the end.
std::string framed_piece(const HttpExchange& exchange, std::string_view bytes);

}  // namespace clew::net
