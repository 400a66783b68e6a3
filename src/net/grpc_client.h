// A gRPC client for unary calls and streams of requests by method name, bytes out and in: for the load generator, demo traffic and tests.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "net/rpc_status.h"

namespace clew::net {

struct GrpcAnswer {
  int code = 0;         // gRPC's status; 0 is OK.
  std::string message;  // The answer's bytes if OK, else the status message.
  RpcStatus details;    // From grpc-status-details-bin, if there.
};

struct GrpcClientOptions {
  std::string target;  // "127.0.0.1:4317"
  std::chrono::milliseconds timeout{10'000};
  bool gzip = false;
  // Several clients to one target share a connection unless they are told not to.
  bool own_connection = true;
};

// A stream of requests that is being sent, by one thread, which waits: write() until the message is on its way (that is, until
// the server reads), finish() for the answer. Must end before its client does. Destruction cancels what is not finished.
class GrpcClientStream {
 public:
  virtual ~GrpcClientStream() = default;
  // False: the stream is over; finish() says why. `more_follow`: the message may wait to leave together with the next one.
  virtual bool write(std::string_view message, bool more_follow = false) = 0;
  virtual GrpcAnswer finish() = 0;                   // Half-closes and waits; once.
};

// Owns a channel and one thread, which runs the callbacks. Any thread may call. Destruction cancels what is outstanding and
// waits for it. Plain text only.
class GrpcClient {
 public:
  using Callback = std::move_only_function<void(GrpcAnswer)>;

  explicit GrpcClient(GrpcClientOptions options);
  ~GrpcClient();
  GrpcClient(const GrpcClient&) = delete;
  GrpcClient& operator=(const GrpcClient&) = delete;

  void start(std::string_view method, std::string_view message, Callback callback);
  GrpcAnswer call(std::string_view method, std::string_view message);
  // No timeout: such a stream may stay open for ever.
  std::unique_ptr<GrpcClientStream> open_stream(std::string_view method);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace clew::net
