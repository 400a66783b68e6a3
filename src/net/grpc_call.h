// One call on the gRPC server, from the wish for it to its end. Internal to net/.
#pragma once

#include <grpc/grpc.h>

#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/grpc_core.h"
#include "net/grpc_server.h"
#include "net/rpc_status.h"

namespace clew::net {

class GrpcCall;

// The calls that are being handled, so that a stopping server can answer for handlers that do not. Any thread.
class GrpcCallList {
 public:
  void add(GrpcCall& call);
  void remove(GrpcCall& call);
  // Answers every call that has no answer yet.
  void fail_all(const stdx::Error& error);

 private:
  std::mutex mutex_;
  GrpcCall* first_ = nullptr;
};

// Answers given by threads other than the completion queue's. They are written by the queue's thread, all that wait at once:
// gRPC would have two threads pass a connection's lock back and forth and wake the queue for each call, which was measured to
// cost three times the CPU of the whole call.
class GrpcAnswerList {
 public:
  // Any thread. Wakes the queue if it does not know yet. `call` is answered and not yet finished.
  void add(GrpcCall& call);
  // The queue's thread, for the event that has this list as its tag.
  void finish_all();

 private:
  std::mutex mutex_;
  std::vector<GrpcCall*> calls_;
};

// What calls need of their server.
struct GrpcServerCore {
  grpc_server* server = nullptr;
  grpc_completion_queue* queue = nullptr;
  GrpcLimits limits;
  GrpcCounters counters;
  GrpcCallList calls;
  GrpcAnswerList answers;
  std::atomic<bool> serving{true};
};

// A method and gRPC's handle for it; the handle of the unknown ones is null.
struct GrpcMethodEntry {
  GrpcMethod method;
  void* handle = nullptr;
};

// Born when it is armed; then the completion queue's thread starts it, its handler answers it from any thread, and the queue
// ends it. Two parties hold it, the queue and the handler's reply; the last one to let go deletes it. Nothing of gRPC is held
// or touched once the queue has let go, so the handler's part may outlive the server (but not `core`, which it shares).
class GrpcCall final : public GrpcRequest, public GrpcReply {
 public:
  // Asks gRPC for the next call of the method. Frees itself if the server ends before there is one.
  static void arm(std::shared_ptr<GrpcServerCore> core, const GrpcMethodEntry& entry);

  // The queue's thread, for each event with this call as its tag.
  void on_event(bool success);
  // Called by each thread that serves a completion queue, before it begins.
  static void this_thread_serves(const GrpcServerCore& core);

  std::string_view metadata(std::string_view key) const override;
  std::string peer() const override;
  void send(std::string_view message) override;
  void fail(const stdx::Error& error) override;

 private:
  friend class GrpcAnswerList;
  friend class GrpcCallList;
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
  grpc_call* call_ = nullptr;
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
  GrpcCall* next_ = nullptr;      // In GrpcCallList.
  GrpcCall* previous_ = nullptr;  // In GrpcCallList.
};

}  // namespace clew::net
