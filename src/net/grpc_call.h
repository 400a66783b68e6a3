// One unary call on the gRPC server, from the wish for it to its end, and what all calls share. Internal to net/.
#pragma once

#include <grpc/grpc.h>

#include <array>
#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/grpc_core.h"
#include "net/grpc_server.h"
#include "net/rpc_status.h"

namespace clew::net {

// What an event of the completion queue is for: the tag of every batch.
class GrpcEventTarget {
 public:
  virtual void on_event(bool success) = 0;

 protected:
  ~GrpcEventTarget() = default;
};

// A call, unary or stream, as the server's lists know it.
class GrpcListedCall {
 public:
  // Ends the call with this error, unless it has its answer. Any thread.
  virtual void fail(const stdx::Error& error) = 0;
  // The queue's thread, once after each time that the call was put on the GrpcWakeList.
  virtual void on_wake() = 0;

 protected:
  ~GrpcListedCall() = default;
  grpc_call* call_ = nullptr;

 private:
  friend class GrpcWakeList;
  friend class GrpcCallList;
  GrpcListedCall* next_ = nullptr;
  GrpcListedCall* previous_ = nullptr;
};

// The calls that are being handled, so that a stopping server can answer for handlers that do not. Any thread.
class GrpcCallList {
 public:
  void add(GrpcListedCall& call);
  void remove(GrpcListedCall& call);
  // Answers every call that has no answer yet.
  void fail_all(const stdx::Error& error);

 private:
  std::mutex mutex_;
  GrpcListedCall* first_ = nullptr;
};

// Answers given by threads other than the completion queue's. They are written by the queue's thread, all that wait at once:
// gRPC would have two threads pass a connection's lock back and forth and wake the queue for each call, which was measured to
// cost three times the CPU of the whole call.
// The same holds for reading on in a stream.
class GrpcWakeList final : public GrpcEventTarget {
 public:
  // Any thread. Wakes the queue if it does not know yet. `call` must live until its on_wake(), and is not on the list.
  void add(GrpcListedCall& call);
  // The queue's thread.
  void on_event(bool success) override;

 private:
  std::mutex mutex_;
  std::vector<GrpcListedCall*> calls_;
};

// An answer on its way out: the batch's operations and what they point to until it has been started.
class GrpcAnswerOps {
 public:
  explicit GrpcAnswerOps(std::string_view message);
  explicit GrpcAnswerOps(const RpcStatus& failure);
  ~GrpcAnswerOps();
  GrpcAnswerOps(const GrpcAnswerOps&) = delete;
  GrpcAnswerOps& operator=(const GrpcAnswerOps&) = delete;

  // All of it, and the wish to know that the call is over. Afterwards nothing of the call may be touched.
  void start(grpc_call* call, int* cancelled, GrpcEventTarget* tag);

 private:
  grpc_op& add(grpc_op_type type);

  std::array<grpc_op, 4> ops_{};
  size_t count_ = 0;
  GrpcByteBuffer buffer_;
  grpc_slice text_ = grpc_empty_slice();
  grpc_metadata details_{};
};

// What calls need of their server.
struct GrpcServerCore {
  grpc_server* server = nullptr;
  grpc_completion_queue* queue = nullptr;
  GrpcLimits limits;
  GrpcCounters counters;
  GrpcCallList calls;
  GrpcCallList streams;
  GrpcWakeList waking;
  std::atomic<bool> serving{true};
  std::function<std::string(std::string_view method, const std::string& peer)> explain_unknown;
};

// A method and gRPC's handle for it; the handle of the unknown ones is null.
struct GrpcMethodEntry {
  GrpcMethod method;
  void* handle = nullptr;
};

// Born when it is armed; then the completion queue's thread starts it, its handler answers it from any thread, and the queue
// ends it. Two parties hold it, the queue and the handler's reply; the last one to let go deletes it. Nothing of gRPC is held
// or touched once the queue has let go, so the handler's part may outlive the server (but not `core`, which it shares).
class GrpcCall final : public GrpcEventTarget, public GrpcListedCall, public GrpcRequest, public GrpcReply {
 public:
  // Asks gRPC for the next call of the method. Frees itself if the server ends before there is one.
  static void arm(std::shared_ptr<GrpcServerCore> core, const GrpcMethodEntry& entry);

  // The queue's thread, for each event with this call as its tag.
  void on_event(bool success) override;
  // Called by each thread that serves a completion queue, before it begins.
  static void this_thread_serves(const GrpcServerCore& core);

  std::string_view metadata(std::string_view key) const override;
  std::string peer() const override;
  void send(std::string_view message) override;
  void fail(const stdx::Error& error) override;
  void on_wake() override { finish(); }

 private:
  enum class State : uint8_t { kArmed, kHandling, kAnswered };

  GrpcCall(std::shared_ptr<GrpcServerCore> core, const GrpcMethodEntry& entry);
  ~GrpcCall() = default;

  void handle();
  void handle_message();
  bool take_answer();  // True for the first that wants to answer.
  void answered();
  void finish();
  void end();
  void let_go();
  // Around each passage through gRPC from one thread to another. gRPC orders it too, but the thread sanitizer cannot see that.
  void hand_over() { passages_.fetch_add(1, std::memory_order_release); }
  void take_over() { static_cast<void>(passages_.load(std::memory_order_acquire)); }

  std::shared_ptr<GrpcServerCore> core_;
  const GrpcMethodEntry& entry_;
  grpc_metadata_array metadata_{};
  grpc_call_details details_{};
  gpr_timespec deadline_{};
  grpc_byte_buffer* payload_ = nullptr;
  int cancelled_ = 0;
  size_t message_size_ = 0;
  std::string answer_;
  std::optional<RpcStatus> failure_;
  bool counted_ = false;
  std::atomic<State> state_{State::kArmed};
  std::atomic<int> holders_{1};
  std::atomic<uint32_t> passages_{0};
};

}  // namespace clew::net
