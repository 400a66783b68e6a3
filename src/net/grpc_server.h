// A gRPC server for methods by name, unary or with a stream of requests, bytes in and bytes out, without generated code.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/grpc_limits.h"
#include "net/listen_address.h"
#include "stdx/error.h"
#include "stdx/shared_bytes.h"

namespace clew::net {

// One call's input. The message is decompressed, in one piece, and our own memory: keeping it holds none of gRPC's buffers
// back. Metadata and peer may be asked for only while the handler runs.
class GrpcRequest {
 public:
  stdx::SharedBytes message;

  virtual std::string_view metadata(std::string_view key) const = 0;  // Lower-case key; empty if absent. First value.
  virtual std::string peer() const = 0;

 protected:
  ~GrpcRequest() = default;
};

// Answers one call, from any thread, now or later; only the first answer counts. Dropped unanswered: INTERNAL. The answer is
// written by the completion queue's thread, so the caller pays next to nothing.
class GrpcReply {
 public:
  virtual void send(std::string_view message) = 0;
  // By the table in http.h, with google.rpc.Status (and RetryInfo, where the client may retry) in grpc-status-details-bin.
  virtual void fail(const stdx::Error& error) = 0;

 protected:
  ~GrpcReply() = default;
};
// Shared because a handler may hand it to a callback of the log while it still holds it for its own error path.
using GrpcReplyPtr = std::shared_ptr<GrpcReply>;

// Runs on the thread of the completion queue: it must not block.
using GrpcHandler = std::function<void(GrpcRequest&, GrpcReplyPtr)>;

class GrpcStreamCall;

// Says that one message of a stream has been taken, from any thread, once; only then is the room it occupies used for another
// one. Dropped unused: the stream ends with INTERNAL.
class GrpcTaken {
 public:
  GrpcTaken(std::shared_ptr<GrpcStreamCall> call, size_t size) : call_(std::move(call)), size_(size) {}
  ~GrpcTaken();
  GrpcTaken(GrpcTaken&&) = default;
  GrpcTaken& operator=(GrpcTaken&&) = delete;

  void done();
  // Makes this one speak for another message of the same stream as well: many are answered for at the price of one.
  void join(GrpcTaken other);
  // The stream ends with this error; messages that were handed over before it are not recalled.
  void fail(stdx::Error error);

 private:
  std::shared_ptr<GrpcStreamCall> call_;  // Shared by the messages that are being taken: the stream may end before them.
  size_t size_;
  uint32_t count_ = 1;
};

// The handler's part of one call whose client sends messages for as long as it likes and gets one answer when it says that it
// has sent all. The server calls it from the completion queue's threads, one at a time, and deletes it when the call is over.
// It must not block. While the client is silent nothing runs and nothing is held but the call itself.
class GrpcStream {
 public:
  virtual ~GrpcStream() = default;
  // In the order of arrival, up to GrpcLimits::stream_messages_in_flight_max before the first of them is taken.
  virtual void take(stdx::SharedBytes message, GrpcTaken taken) = 0;
  // Some of what was handed over has been taken since, and some has not: for a stream that holds messages back to take them
  // together with others.
  virtual void progress() {}
  // The client has sent all, and all of it has been taken: the answer.
  virtual stdx::Result<std::string> finish() = 0;
};
// Called when a stream opens. `opening` has no message, and lives until this returns.
using GrpcStreamHandler = std::function<std::unique_ptr<GrpcStream>(const GrpcRequest& opening)>;

struct GrpcMethod {
  std::string name{};  // "/package.Service/Method"
  GrpcHandler handler{};         // One message, one answer; or
  GrpcStreamHandler open_stream{};  // any number of messages, one answer.
  bool is_rare = false;  // Called now and then: less is prepared for it in advance.
};

struct GrpcServerOptions {
  std::vector<ListenAddress> addresses{};
  GrpcLimits limits{};
  uint32_t threads = 1;  // All wait on one completion queue.
  // What a caller of a method that is not there is told, with UNIMPLEMENTED. Runs on the queue's threads. Default: its name.
  std::function<std::string(std::string_view method, const std::string& peer)> explain_unknown{};
};

// Counted since start; read at any time from any thread.
struct GrpcCounters {
  std::atomic<uint64_t> calls{0};
  std::atomic<uint64_t> calls_unknown{0};     // UNIMPLEMENTED: no such method.
  std::atomic<uint64_t> calls_malformed{0};   // No message, or one that does not decompress.
  std::atomic<uint64_t> calls_too_large{0};   // Over decompressed_bytes_max; gRPC itself refuses those over message_bytes_max.
  std::atomic<uint64_t> calls_overloaded{0};  // Over a limit of what is in flight.
  std::atomic<uint64_t> bytes_received{0};    // Of messages, decompressed.
  std::atomic<uint64_t> stream_messages{0};
  std::atomic<uint32_t> calls_in_flight{0};
  std::atomic<uint32_t> streams_open{0};
  std::atomic<uint64_t> message_bytes_in_flight{0};
};

// Built on gRPC's C core, which the C++ library wraps: registered methods come with their message in one step, compressed
// messages come as they are (so that wire/ can bound them; gRPC itself would decompress without limit), and the answer is one
// batch. A stream is read one message at a time and no further than its handler keeps up, so HTTP/2's flow control stops its
// client. No TLS, no streams of answers. grpc.health.v1.Health/Check is served by itself.
class GrpcServer {
 public:
  // Listens and serves at once. kUnavailable names the address and port that could not be had, and who has it.
  static stdx::Result<std::unique_ptr<GrpcServer>> start(GrpcServerOptions options, std::vector<GrpcMethod> methods);

  virtual ~GrpcServer() = default;  // As stop() without patience.

  virtual std::vector<uint16_t> ports() const = 0;
  virtual const GrpcCounters& counters() const = 0;
  virtual void set_serving(bool serving) = 0;  // What the health service says.

  // Takes no more calls, lets those in flight be answered for at most `drain`; the rest are told UNAVAILABLE, and what their
  // handlers answer later reaches nobody. Blocks; once.
  virtual void stop(std::chrono::milliseconds drain) = 0;
};

}  // namespace clew::net
