// One call with a stream of requests on the gRPC server, from the wish for it to its end. Internal to net/.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "net/grpc_call.h"

namespace clew::net {

// The completion queue's threads open it, read it one message at a time and end it; messages are taken by any thread. At most
// one read is on its way, and none while the handler has its fill, so a client that is faster than the log is held by HTTP/2
// and one that is silent holds memory only. Shared by the queue (until it has ended) and the messages that are being taken;
// those may outlive the server, and then reach nothing of gRPC.
class GrpcStreamCall final : public GrpcListedCall, public GrpcRequest, public std::enable_shared_from_this<GrpcStreamCall> {
 public:
  // Asks gRPC for the next call of the method. Frees itself if the server ends before there is one.
  static void arm(std::shared_ptr<GrpcServerCore> core, const GrpcMethodEntry& entry);

  GrpcStreamCall(std::shared_ptr<GrpcServerCore> core, const GrpcMethodEntry& entry);
  ~GrpcStreamCall();

  // `count` messages of `size` bytes together have been taken, or could not be. Any thread.
  void taken(uint32_t count, size_t size, std::optional<stdx::Error> error);

  // Ends the stream, the first time once all that was handed over has been taken, the second time at once.
  void fail(const stdx::Error& error) override;
  void on_wake() override;

  std::string_view metadata(std::string_view key) const override;
  std::string peer() const override;

 private:
  // Which of our events has come: each batch has its own tag, as reading and ending may be on their way together.
  struct Tag final : GrpcEventTarget {
    Tag(GrpcStreamCall& owner, void (GrpcStreamCall::*what)(bool)) : call(owner), step(what) {}
    void on_event(bool success) override { (call.*step)(success); }
    GrpcStreamCall& call;
    void (GrpcStreamCall::*step)(bool);
  };

  void on_opened(bool success);
  void on_read(bool success);
  void on_answered(bool success);
  void open();
  void hand_over(std::string bytes);
  void call_progress(std::unique_lock<std::mutex>& lock);
  void proceed(std::unique_lock<std::mutex> lock);  // Whatever is to be done next; the queue's threads.
  bool has_room() const;
  void read();
  void answer(std::unique_lock<std::mutex> lock);
  void wake();
  void end();

  const std::shared_ptr<GrpcServerCore> core_;
  const GrpcMethodEntry& entry_;
  std::shared_ptr<GrpcStreamCall> self_;  // The queue's hold.
  grpc_metadata_array metadata_{};
  gpr_timespec deadline_{};
  grpc_byte_buffer* payload_ = nullptr;
  int cancelled_ = 0;
  Tag opened_{*this, &GrpcStreamCall::on_opened};
  Tag read_{*this, &GrpcStreamCall::on_read};
  Tag answered_{*this, &GrpcStreamCall::on_answered};
  std::unique_ptr<GrpcStream> stream_;

  std::mutex mutex_;  // Guards what follows; taken after the server's list of calls, before its list of those to be woken.
  uint32_t being_taken_ = 0;
  std::optional<stdx::Error> failure_;
  bool at_once_ = false;         // Of a failure: without waiting for what is being taken.
  bool handing_over_ = false;    // A queue's thread is in the handler and will proceed by itself.
  bool progress_due_ = false;    // Something was taken while a thread was in the handler.
  bool reading_ = false;
  bool half_closed_ = false;     // The client has said all, or is gone.
  bool answering_ = false;
  bool answer_sent_ = false;     // The last batch is through.
  bool waking_ = false;          // On the list of those to be woken.
  bool ended_ = false;           // gRPC's part is given back.
};

}  // namespace clew::net
