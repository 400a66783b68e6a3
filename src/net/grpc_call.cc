#include "net/grpc_call.h"

#include <fmt/format.h>
#include <grpc/support/alloc.h>

#include <exception>
#include <utility>

#include "net/http.h"
#include "wire/json_writer.h"

namespace clew::net {

namespace {

constexpr std::string_view kDetailsKey = "grpc-status-details-bin";

// The server whose completion queue this thread serves.
thread_local const GrpcServerCore* served_here = nullptr;

}  // namespace

void GrpcCallList::add(GrpcListedCall& call) {
  const std::lock_guard lock(mutex_);
  call.next_ = first_;
  if (first_ != nullptr) first_->previous_ = &call;
  first_ = &call;
}

void GrpcCallList::remove(GrpcListedCall& call) {
  const std::lock_guard lock(mutex_);
  (call.previous_ != nullptr ? call.previous_->next_ : first_) = call.next_;
  if (call.next_ != nullptr) call.next_->previous_ = call.previous_;
}

void GrpcCallList::fail_all(const stdx::Error& error) {
  // Calls leave the list only under the lock, so each is alive here; answering one does not take it out.
  const std::lock_guard lock(mutex_);
  for (GrpcListedCall* call = first_; call != nullptr; call = call->next_) call->fail(error);
}

void GrpcWakeList::add(GrpcListedCall& call) {
  // The lock is held while the queue is woken: only then is it certain that the call, and with it the queue, is still there.
  const std::lock_guard lock(mutex_);
  calls_.push_back(&call);
  if (calls_.size() > 1) return;
  // An empty batch is an event at once.
  GrpcEventTarget* tag = this;
  if (grpc_call_start_batch(call.call_, nullptr, 0, tag, nullptr) != GRPC_CALL_OK) std::abort();
}

void GrpcWakeList::on_event(bool) {
  std::vector<GrpcListedCall*> calls;
  {
    const std::lock_guard lock(mutex_);
    calls.swap(calls_);
  }
  for (GrpcListedCall* call : calls) call->on_wake();
}

GrpcAnswerOps::GrpcAnswerOps(std::string_view message) : buffer_(byte_buffer_copy(message)) {
  details_.value = grpc_empty_slice();
  add(GRPC_OP_SEND_INITIAL_METADATA);
  add(GRPC_OP_SEND_MESSAGE).data.send_message.send_message = buffer_.get();
  add(GRPC_OP_SEND_STATUS_FROM_SERVER);
}

GrpcAnswerOps::GrpcAnswerOps(const RpcStatus& failure) {
  std::string valid;
  wire::append_valid_utf8(failure.message, valid);
  text_ = slice_copy(valid);
  details_.key = grpc_slice_from_static_buffer(kDetailsKey.data(), kDetailsKey.size());
  details_.value = slice_copy(encode_rpc_status(failure));
  add(GRPC_OP_SEND_INITIAL_METADATA);
  auto& last = add(GRPC_OP_SEND_STATUS_FROM_SERVER).data.send_status_from_server;
  last.status = static_cast<grpc_status_code>(failure.code);
  last.status_details = &text_;
  last.trailing_metadata_count = 1;
  last.trailing_metadata = &details_;
}

GrpcAnswerOps::~GrpcAnswerOps() {
  grpc_slice_unref(text_);
  grpc_slice_unref(details_.value);
}

grpc_op& GrpcAnswerOps::add(grpc_op_type type) {
  ops_[count_].op = type;
  return ops_[count_++];
}

void GrpcAnswerOps::start(grpc_call* call, int* cancelled, GrpcEventTarget* tag) {
  add(GRPC_OP_RECV_CLOSE_ON_SERVER).data.recv_close_on_server.cancelled = cancelled;
  const grpc_call_error error = grpc_call_start_batch(call, ops_.data(), count_, tag, nullptr);
  if (error != GRPC_CALL_OK) std::abort();  // A wrong batch is our bug.
}

void GrpcCall::this_thread_serves(const GrpcServerCore& core) { served_here = &core; }

GrpcCall::GrpcCall(std::shared_ptr<GrpcServerCore> core, const GrpcMethodEntry& entry)
    : core_(std::move(core)), entry_(entry) {
  grpc_metadata_array_init(&metadata_);
  grpc_call_details_init(&details_);
}

void GrpcCall::arm(std::shared_ptr<GrpcServerCore> core, const GrpcMethodEntry& entry) {
  auto* call = new GrpcCall(std::move(core), entry);
  const GrpcServerCore& server = *call->core_;
  GrpcEventTarget* tag = call;
  call->hand_over();
  const grpc_call_error error =
      entry.handle == nullptr
          ? grpc_server_request_call(server.server, &call->call_, &call->details_, &call->metadata_, server.queue,
                                     server.queue, tag)
          : grpc_server_request_registered_call(server.server, entry.handle, &call->call_, &call->deadline_,
                                                &call->metadata_, &call->payload_, server.queue, server.queue, tag);
  if (error != GRPC_CALL_OK) call->end();
}

void GrpcCall::on_event(bool success) {
  take_over();
  if (state_.load(std::memory_order_acquire) != State::kArmed) return end();
  if (!success) return end();  // The server has shut down.
  arm(core_, entry_);
  state_.store(State::kHandling, std::memory_order_release);
  holders_.fetch_add(1, std::memory_order_relaxed);
  core_->calls.add(*this);
  counted_ = true;
  handle();
}

void GrpcCall::handle() {
  GrpcCounters& counters = core_->counters;
  counters.calls.fetch_add(1, std::memory_order_relaxed);
  const bool too_many =
      counters.calls_in_flight.fetch_add(1, std::memory_order_relaxed) >= core_->limits.calls_in_flight_max;
  if (entry_.handle == nullptr) {
    counters.calls_unknown.fetch_add(1, std::memory_order_relaxed);
    const std::string_view method = slice_view(details_.method).substr(0, 200);
    fail({stdx::ErrorCode::kUnimplemented,
          core_->explain_unknown ? core_->explain_unknown(method, peer()) : fmt::format("no method {}", method)});
  } else if (too_many) {
    counters.calls_overloaded.fetch_add(1, std::memory_order_relaxed);
    fail({stdx::ErrorCode::kResourceExhausted, "too many calls are in flight"});
  } else if (payload_ == nullptr) {
    // The client ended the call without a message, or gRPC has refused it as too large and has said so itself.
    counters.calls_malformed.fetch_add(1, std::memory_order_relaxed);
    fail({stdx::ErrorCode::kInvalidArgument, "the call has no message"});
  } else {
    return handle_message();
  }
  let_go();
}

void GrpcCall::handle_message() {
  GrpcCounters& counters = core_->counters;
  auto bytes = message_bytes(*payload_, core_->limits.decompressed_bytes_max);
  grpc_byte_buffer_destroy(std::exchange(payload_, nullptr));
  // The handler's hold on the call; a reply that is dropped unanswered answers.
  GrpcReplyPtr reply(static_cast<GrpcReply*>(this), [](GrpcReply* dropped) {
    auto* call = static_cast<GrpcCall*>(dropped);
    call->fail({stdx::ErrorCode::kInternal, "the call was dropped without an answer"});
    call->let_go();
  });
  if (!bytes) {
    const bool large = bytes.error().code == stdx::ErrorCode::kPayloadTooLarge;
    (large ? counters.calls_too_large : counters.calls_malformed).fetch_add(1, std::memory_order_relaxed);
    return reply->fail(bytes.error());
  }
  message_size_ = bytes->size();
  counters.bytes_received.fetch_add(message_size_, std::memory_order_relaxed);
  const auto before = counters.message_bytes_in_flight.fetch_add(message_size_, std::memory_order_relaxed);
  if (before + message_size_ > core_->limits.message_bytes_in_flight_max) {
    counters.calls_overloaded.fetch_add(1, std::memory_order_relaxed);
    return reply->fail({stdx::ErrorCode::kResourceExhausted, "too many bytes of calls are in flight"});
  }
  message = stdx::SharedBytes::from_string(std::move(*bytes));
  try {
    entry_.method.handler(*this, reply);
  } catch (const std::exception& error) {
    reply->fail({stdx::ErrorCode::kInternal, fmt::format("the handler failed: {}", error.what())});
  }
}

std::string_view GrpcCall::metadata(std::string_view key) const {
  for (size_t index = 0; index < metadata_.count; ++index) {
    if (slice_view(metadata_.metadata[index].key) == key) return slice_view(metadata_.metadata[index].value);
  }
  return {};
}

std::string GrpcCall::peer() const {
  char* text = grpc_call_get_peer(call_);
  std::string peer(text);
  gpr_free(text);
  return peer;
}

bool GrpcCall::take_answer() {
  State expected = State::kHandling;
  return state_.compare_exchange_strong(expected, State::kAnswered, std::memory_order_acq_rel);
}

void GrpcCall::send(std::string_view answer) {
  if (!take_answer()) return;
  answer_ = answer;
  answered();
}

void GrpcCall::fail(const stdx::Error& error) {
  if (!take_answer()) return;
  failure_ = rpc_status(error);
  answered();
}

void GrpcCall::answered() { served_here == core_.get() ? finish() : core_->waking.add(*this); }

// Everything in one batch; its completion ends the call. After it has been started nothing of the call may be touched.
void GrpcCall::finish() {
  hand_over();
  GrpcEventTarget* tag = this;
  if (failure_) return GrpcAnswerOps(*failure_).start(call_, &cancelled_, tag);
  GrpcAnswerOps(answer_).start(call_, &cancelled_, tag);
}

// The queue lets go: what belongs to gRPC is given back.
void GrpcCall::end() {
  if (counted_) {
    core_->calls.remove(*this);
    core_->counters.calls_in_flight.fetch_sub(1, std::memory_order_relaxed);
    core_->counters.message_bytes_in_flight.fetch_sub(message_size_, std::memory_order_relaxed);
  }
  if (payload_ != nullptr) grpc_byte_buffer_destroy(payload_);
  if (call_ != nullptr) grpc_call_unref(call_);
  grpc_metadata_array_destroy(&metadata_);
  grpc_call_details_destroy(&details_);
  let_go();
}

void GrpcCall::let_go() {
  if (holders_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

}  // namespace clew::net
