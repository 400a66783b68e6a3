#include "net/grpc_client.h"

#include <grpc/grpc_security.h>

#include <array>
#include <future>
#include <mutex>
#include <span>
#include <thread>
#include <unordered_set>

#include "net/grpc_core.h"

namespace clew::net {

namespace {

struct Outstanding {
  grpc_call* call = nullptr;
  GrpcClient::Callback callback;
  grpc_metadata_array initial{};
  grpc_metadata_array trailing{};
  grpc_byte_buffer* answer = nullptr;
  grpc_status_code status = GRPC_STATUS_OK;
  grpc_slice status_text = grpc_empty_slice();

  Outstanding() {
    grpc_metadata_array_init(&initial);
    grpc_metadata_array_init(&trailing);
  }
  ~Outstanding() {
    if (answer != nullptr) grpc_byte_buffer_destroy(answer);
    grpc_slice_unref(status_text);
    grpc_metadata_array_destroy(&initial);
    grpc_metadata_array_destroy(&trailing);
    if (call != nullptr) grpc_call_unref(call);
  }
  Outstanding(const Outstanding&) = delete;
  Outstanding& operator=(const Outstanding&) = delete;

  GrpcAnswer take() const {
    GrpcAnswer result;
    result.code = status;
    if (status != GRPC_STATUS_OK) {
      result.message = slice_view(status_text);
    } else if (answer != nullptr) {
      auto bytes = message_bytes(*answer, SIZE_MAX / 2);
      if (bytes) result.message = std::move(*bytes);
    }
    for (size_t index = 0; index < trailing.count; ++index) {
      if (slice_view(trailing.metadata[index].key) != "grpc-status-details-bin") continue;
      if (auto details = decode_rpc_status(slice_view(trailing.metadata[index].value))) result.details = *details;
    }
    return result;
  }
};

class ClientStream final : public GrpcClientStream {
 public:
  ClientStream(grpc_channel* channel, std::string_view method)
      : queue_(grpc_completion_queue_create_for_pluck(nullptr)) {
    grpc_slice name = slice_copy(method);
    call_.call = grpc_channel_create_call(channel, nullptr, GRPC_PROPAGATE_DEFAULTS, queue_, name, nullptr,
                                          gpr_inf_future(GPR_CLOCK_MONOTONIC), nullptr);
    grpc_slice_unref(name);
    grpc_op op{};
    op.op = GRPC_OP_SEND_INITIAL_METADATA;
    run({&op, 1});
  }
  ~ClientStream() override {
    if (!finished_) {
      grpc_call_cancel(call_.call, nullptr);
      finish();
    }
    grpc_completion_queue_shutdown(queue_);
    grpc_completion_queue_destroy(queue_);
  }

  bool write(std::string_view message, bool more_follow) override {
    const GrpcByteBuffer buffer = byte_buffer_copy(message);
    grpc_op op{};
    op.op = GRPC_OP_SEND_MESSAGE;
    op.data.send_message.send_message = buffer.get();
    if (more_follow) op.flags = GRPC_WRITE_BUFFER_HINT;
    return run({&op, 1});
  }

  GrpcAnswer finish() override {
    finished_ = true;
    std::array<grpc_op, 4> ops{};
    ops[0].op = GRPC_OP_SEND_CLOSE_FROM_CLIENT;
    ops[1].op = GRPC_OP_RECV_INITIAL_METADATA;
    ops[1].data.recv_initial_metadata.recv_initial_metadata = &call_.initial;
    ops[2].op = GRPC_OP_RECV_MESSAGE;
    ops[2].data.recv_message.recv_message = &call_.answer;
    ops[3].op = GRPC_OP_RECV_STATUS_ON_CLIENT;
    ops[3].data.recv_status_on_client.trailing_metadata = &call_.trailing;
    ops[3].data.recv_status_on_client.status = &call_.status;
    ops[3].data.recv_status_on_client.status_details = &call_.status_text;
    run(ops);
    return call_.take();
  }

 private:
  bool run(std::span<const grpc_op> ops) {
    if (grpc_call_start_batch(call_.call, ops.data(), ops.size(), this, nullptr) != GRPC_CALL_OK) std::abort();
    return grpc_completion_queue_pluck(queue_, this, gpr_inf_future(GPR_CLOCK_MONOTONIC), nullptr).success != 0;
  }

  grpc_completion_queue* queue_;
  Outstanding call_;
  bool finished_ = false;
};

}  // namespace

struct GrpcClient::State {
  GrpcClientOptions options;
  grpc_channel* channel = nullptr;
  grpc_completion_queue* queue = nullptr;
  std::thread thread;
  std::mutex mutex;
  std::unordered_set<Outstanding*> outstanding;

  void serve_queue() {
    for (;;) {
      const grpc_event event = grpc_completion_queue_next(queue, gpr_inf_future(GPR_CLOCK_MONOTONIC), nullptr);
      if (event.type == GRPC_QUEUE_SHUTDOWN) return;
      if (event.type != GRPC_OP_COMPLETE) continue;
      const std::unique_ptr<Outstanding> done(static_cast<Outstanding*>(event.tag));
      {
        const std::lock_guard lock(mutex);
        outstanding.erase(done.get());
      }
      done->callback(done->take());
    }
  }
};

GrpcClient::GrpcClient(GrpcClientOptions options) : state_(std::make_unique<State>()) {
  init_grpc();
  state_->options = std::move(options);
  GrpcArguments arguments;
  if (state_->options.own_connection) arguments.add(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  if (state_->options.gzip) {
    arguments.add(GRPC_COMPRESSION_CHANNEL_DEFAULT_ALGORITHM, static_cast<int>(GRPC_COMPRESS_GZIP));
  }
  const grpc_channel_args list = arguments.list();
  grpc_channel_credentials* credentials = grpc_insecure_credentials_create();
  state_->channel = grpc_channel_create(state_->options.target.c_str(), credentials, &list);
  grpc_channel_credentials_release(credentials);
  state_->queue = grpc_completion_queue_create_for_next(nullptr);
  state_->thread = std::thread([state = state_.get()] { state->serve_queue(); });
}

GrpcClient::~GrpcClient() {
  {
    const std::lock_guard lock(state_->mutex);
    for (Outstanding* call : state_->outstanding) grpc_call_cancel(call->call, nullptr);
  }
  grpc_completion_queue_shutdown(state_->queue);
  state_->thread.join();
  grpc_completion_queue_destroy(state_->queue);
  grpc_channel_destroy(state_->channel);
}

void GrpcClient::start(std::string_view method, std::string_view message, Callback callback) {
  auto call = std::make_unique<Outstanding>();
  call->callback = std::move(callback);
  grpc_slice name = slice_copy(method);
  call->call = grpc_channel_create_call(state_->channel, nullptr, GRPC_PROPAGATE_DEFAULTS, state_->queue, name, nullptr,
                                        deadline_after(state_->options.timeout), nullptr);
  grpc_slice_unref(name);
  const GrpcByteBuffer buffer = byte_buffer_copy(message);
  std::array<grpc_op, 6> ops{};
  ops[0].op = GRPC_OP_SEND_INITIAL_METADATA;
  ops[1].op = GRPC_OP_SEND_MESSAGE;
  ops[1].data.send_message.send_message = buffer.get();
  ops[2].op = GRPC_OP_SEND_CLOSE_FROM_CLIENT;
  ops[3].op = GRPC_OP_RECV_INITIAL_METADATA;
  ops[3].data.recv_initial_metadata.recv_initial_metadata = &call->initial;
  ops[4].op = GRPC_OP_RECV_MESSAGE;
  ops[4].data.recv_message.recv_message = &call->answer;
  ops[5].op = GRPC_OP_RECV_STATUS_ON_CLIENT;
  ops[5].data.recv_status_on_client.trailing_metadata = &call->trailing;
  ops[5].data.recv_status_on_client.status = &call->status;
  ops[5].data.recv_status_on_client.status_details = &call->status_text;
  // Held by the queue until its event; registered first, as the event may come before start_batch returns.
  const std::lock_guard lock(state_->mutex);
  Outstanding* tag = call.release();
  state_->outstanding.insert(tag);
  if (grpc_call_start_batch(tag->call, ops.data(), ops.size(), tag, nullptr) != GRPC_CALL_OK) std::abort();
}

std::unique_ptr<GrpcClientStream> GrpcClient::open_stream(std::string_view method) {
  return std::make_unique<ClientStream>(state_->channel, method);
}

GrpcAnswer GrpcClient::call(std::string_view method, std::string_view message) {
  std::promise<GrpcAnswer> promise;
  auto answer = promise.get_future();
  start(method, message, [&promise](GrpcAnswer result) { promise.set_value(std::move(result)); });
  return answer.get();
}

}  // namespace clew::net
