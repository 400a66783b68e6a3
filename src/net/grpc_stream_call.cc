#include "net/grpc_stream_call.h"

#include <fmt/format.h>
#include <grpc/support/alloc.h>

#include <exception>
#include <utility>

namespace clew::net {

using stdx::ErrorCode;

GrpcTaken::~GrpcTaken() {
  if (call_) call_->taken(count_, size_, stdx::Error{ErrorCode::kInternal, "a message of the stream was dropped"});
}

void GrpcTaken::done() {
  if (const auto call = std::exchange(call_, nullptr)) call->taken(count_, size_, std::nullopt);
}

void GrpcTaken::fail(stdx::Error error) {
  if (const auto call = std::exchange(call_, nullptr)) call->taken(count_, size_, std::move(error));
}

void GrpcTaken::join(GrpcTaken other) {
  size_ += other.size_;
  count_ += other.count_;
  other.call_.reset();
}

GrpcStreamCall::GrpcStreamCall(std::shared_ptr<GrpcServerCore> core, const GrpcMethodEntry& entry)
    : core_(std::move(core)), entry_(entry) {
  grpc_metadata_array_init(&metadata_);
}

GrpcStreamCall::~GrpcStreamCall() { grpc_metadata_array_destroy(&metadata_); }

void GrpcStreamCall::arm(std::shared_ptr<GrpcServerCore> core, const GrpcMethodEntry& entry) {
  const auto call = std::make_shared<GrpcStreamCall>(std::move(core), entry);
  const GrpcServerCore& server = *call->core_;
  GrpcEventTarget* tag = &call->opened_;
  // A lock around each passage through gRPC: it orders them too, but the thread sanitizer cannot see that.
  const std::lock_guard lock(call->mutex_);
  call->self_ = call;
  if (grpc_server_request_registered_call(server.server, entry.handle, &call->call_, &call->deadline_, &call->metadata_,
                                          nullptr, server.queue, server.queue, tag) != GRPC_CALL_OK) {
    call->self_.reset();
  }
}

void GrpcStreamCall::on_opened(bool success) {
  std::unique_lock lock(mutex_);
  if (!success) {  // The server has shut down.
    const auto self = std::exchange(self_, nullptr);
    lock.unlock();
    return;
  }
  handing_over_ = true;
  lock.unlock();
  arm(core_, entry_);
  core_->streams.add(*this);
  open();
  lock.lock();
  handing_over_ = false;
  proceed(std::move(lock));
}

void GrpcStreamCall::open() {
  GrpcCounters& counters = core_->counters;
  counters.calls.fetch_add(1, std::memory_order_relaxed);
  std::optional<stdx::Error> error;
  if (counters.streams_open.fetch_add(1, std::memory_order_relaxed) >= core_->limits.streams_open_max) {
    counters.calls_overloaded.fetch_add(1, std::memory_order_relaxed);
    error = {ErrorCode::kResourceExhausted, "too many streams are open"};
  } else {
    try {
      stream_ = entry_.method.open_stream(*this);
    } catch (const std::exception& thrown) {
      error = {ErrorCode::kInternal, fmt::format("the handler failed: {}", thrown.what())};
    }
  }
  if (!error) return;
  const std::lock_guard lock(mutex_);
  failure_ = std::move(error);
}

void GrpcStreamCall::on_read(bool success) {
  std::unique_lock lock(mutex_);
  reading_ = false;
  grpc_byte_buffer* payload = std::exchange(payload_, nullptr);
  if (!success || payload == nullptr || failure_ || answering_) {
    if (payload != nullptr) grpc_byte_buffer_destroy(payload);
    half_closed_ = true;
    return proceed(std::move(lock));
  }
  handing_over_ = true;
  lock.unlock();
  auto bytes = message_bytes(*payload, core_->limits.decompressed_bytes_max);
  grpc_byte_buffer_destroy(payload);
  if (bytes) {
    hand_over(std::move(*bytes));
    lock.lock();
  } else {
    const bool large = bytes.error().code == ErrorCode::kPayloadTooLarge;
    (large ? core_->counters.calls_too_large : core_->counters.calls_malformed).fetch_add(1, std::memory_order_relaxed);
    lock.lock();
    if (!failure_) failure_ = std::move(bytes.error());
  }
  while (progress_due_) call_progress(lock);
  handing_over_ = false;
  proceed(std::move(lock));
}

void GrpcStreamCall::hand_over(std::string bytes) {
  GrpcCounters& counters = core_->counters;
  const size_t size = bytes.size();
  counters.stream_messages.fetch_add(1, std::memory_order_relaxed);
  counters.bytes_received.fetch_add(size, std::memory_order_relaxed);
  const auto before = counters.message_bytes_in_flight.fetch_add(size, std::memory_order_relaxed);
  {
    const std::lock_guard lock(mutex_);
    ++being_taken_;
  }
  GrpcTaken taken(shared_from_this(), size);
  if (before + size > core_->limits.message_bytes_in_flight_max) {
    counters.calls_overloaded.fetch_add(1, std::memory_order_relaxed);
    return taken.fail({ErrorCode::kResourceExhausted, "too many bytes of calls are in flight"});
  }
  try {
    stream_->take(stdx::SharedBytes::from_string(std::move(bytes)), std::move(taken));
  } catch (const std::exception& error) {
    this->fail({ErrorCode::kInternal, fmt::format("the handler failed: {}", error.what())});
  }
}

void GrpcStreamCall::taken(uint32_t count, size_t size, std::optional<stdx::Error> error) {
  core_->counters.message_bytes_in_flight.fetch_sub(size, std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  being_taken_ -= count;
  if (error && !failure_) {
    failure_ = std::move(error);
    at_once_ = true;
  }
  wake();
}

void GrpcStreamCall::fail(const stdx::Error& error) {
  const std::lock_guard lock(mutex_);
  if (failure_) {
    at_once_ = true;
  } else {
    failure_ = error;
  }
  wake();
}

// Only where the queue's thread would do something, and is not about to do it.
void GrpcStreamCall::wake() {
  if (handing_over_) {
    progress_due_ = progress_due_ || being_taken_ > 0;
    return;
  }
  if (ended_ || waking_ || answering_ || self_ == nullptr) return;
  if (!failure_ && !half_closed_ && being_taken_ == 0 && (reading_ || !has_room())) return;
  waking_ = true;
  core_->waking.add(*this);
}

void GrpcStreamCall::on_wake() {
  std::unique_lock lock(mutex_);
  waking_ = false;
  if (handing_over_) {
    progress_due_ = true;
    return;
  }
  if (being_taken_ > 0 && !at_once_ && !answering_) {
    handing_over_ = true;
    do call_progress(lock);
    while (progress_due_);
    handing_over_ = false;
  }
  proceed(std::move(lock));
}

void GrpcStreamCall::call_progress(std::unique_lock<std::mutex>& lock) {
  progress_due_ = false;
  if (at_once_) return;
  lock.unlock();
  try {
    stream_->progress();
  } catch (const std::exception& error) {
    this->fail({ErrorCode::kInternal, fmt::format("the handler failed: {}", error.what())});
  }
  lock.lock();
}

bool GrpcStreamCall::has_room() const {
  if (being_taken_ == 0) return true;
  const uint64_t bytes = core_->counters.message_bytes_in_flight.load(std::memory_order_relaxed);
  return being_taken_ < core_->limits.stream_messages_in_flight_max &&
         bytes < core_->limits.message_bytes_in_flight_max / 2;
}

void GrpcStreamCall::proceed(std::unique_lock<std::mutex> lock) {
  if (answering_) {
    // A read that was on its way, or a thread that was to be woken, may be the last to let go.
    if (!answer_sent_ || reading_ || waking_ || ended_) return;
    ended_ = true;
    lock.unlock();
    return end();
  }
  if (handing_over_) return;
  if (failure_) {
    if (at_once_ || being_taken_ == 0) answer(std::move(lock));
  } else if (half_closed_) {
    if (being_taken_ == 0) answer(std::move(lock));
  } else if (!reading_ && has_room()) {
    read();
  }
}

void GrpcStreamCall::read() {
  reading_ = true;
  grpc_op op{};
  op.op = GRPC_OP_RECV_MESSAGE;
  op.data.recv_message.recv_message = &payload_;
  GrpcEventTarget* tag = &read_;
  if (grpc_call_start_batch(call_, &op, 1, tag, nullptr) != GRPC_CALL_OK) std::abort();  // A wrong batch is our bug.
}

void GrpcStreamCall::answer(std::unique_lock<std::mutex> lock) {
  answering_ = true;
  stdx::Result<std::string> result = failure_ ? stdx::Result<std::string>(std::unexpected(*failure_)) : std::string();
  lock.unlock();
  if (result) {
    try {
      result = stream_->finish();
    } catch (const std::exception& error) {
      result = stdx::fail(ErrorCode::kInternal, fmt::format("the handler failed: {}", error.what()));
    }
  }
  GrpcEventTarget* tag = &answered_;
  // Locked, so that the event is seen after what was written here, and no thread ends the call while it is being answered.
  lock.lock();
  if (result) {
    GrpcAnswerOps(*result).start(call_, &cancelled_, tag);
  } else {
    GrpcAnswerOps(rpc_status(result.error())).start(call_, &cancelled_, tag);
  }
}

void GrpcStreamCall::on_answered(bool) {
  std::unique_lock lock(mutex_);
  answer_sent_ = true;
  proceed(std::move(lock));
}

void GrpcStreamCall::end() {
  core_->streams.remove(*this);
  core_->counters.streams_open.fetch_sub(1, std::memory_order_relaxed);
  stream_.reset();
  grpc_call_unref(std::exchange(call_, nullptr));
  const auto self = std::exchange(self_, nullptr);
}

std::string_view GrpcStreamCall::metadata(std::string_view key) const {
  for (size_t index = 0; index < metadata_.count; ++index) {
    if (slice_view(metadata_.metadata[index].key) == key) return slice_view(metadata_.metadata[index].value);
  }
  return {};
}

std::string GrpcStreamCall::peer() const {
  char* text = grpc_call_get_peer(call_);
  std::string peer(text);
  gpr_free(text);
  return peer;
}

}  // namespace clew::net
