#include <atomic>
#include <vector>

#include <fmt/format.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/support/byte_buffer.h>

#include "sender.h"

namespace clew::bench {
namespace {

struct Call {
  uint64_t tag = 0;
  grpc::ClientContext context;
  grpc::ByteBuffer response;
  grpc::Status status;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
};

class GrpcSender final : public Sender {
 public:
  GrpcSender(const Address& address, std::string method) : method_(std::move(method)) {
    grpc::ChannelArguments arguments;
    // Without its own pool all channels to one address would share one connection.
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
    arguments.SetMaxReceiveMessageSize(-1);
    arguments.SetMaxSendMessageSize(-1);
    channel_ = grpc::CreateCustomChannel(fmt::format("{}:{}", address.host, address.port),
                                         grpc::InsecureChannelCredentials(), arguments);
    stub_ = std::make_unique<grpc::GenericStub>(channel_);
  }

  ~GrpcSender() override {
    queue_.Shutdown();
    void* got;
    bool ok;
    while (queue_.Next(&got, &ok)) delete static_cast<Call*>(got);
  }

  void send(uint64_t tag, const std::string& request) override {
    auto* call = new Call;  // Comes back through the queue.
    call->tag = tag;
    const grpc::Slice slice(request.data(), request.size(), grpc::Slice::STATIC_SLICE);
    const grpc::ByteBuffer buffer(&slice, 1);
    call->reader = stub_->PrepareUnaryCall(&call->context, method_, buffer, &queue_);
    call->reader->StartCall();
    call->reader->Finish(&call->response, &call->status, call);
  }

  Sent receive() override {
    void* got = nullptr;
    bool ok = false;
    queue_.Next(&got, &ok);
    const std::unique_ptr<Call> call(static_cast<Call*>(got));
    Sent sent;
    sent.tag = call->tag;
    if (call->status.ok()) {
      sent.outcome = Sent::Outcome::kAccepted;
      std::vector<grpc::Slice> slices;
      if (call->response.Dump(&slices).ok()) {
        std::string response;
        for (const grpc::Slice& slice : slices) response.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
        sent.rejected_spans = rejected_spans_of(response);
      }
      return sent;
    }
    sent.message = fmt::format("{} {}", static_cast<int>(call->status.error_code()), call->status.error_message());
    switch (call->status.error_code()) {
      case grpc::StatusCode::UNAVAILABLE:
        // The transport reports a broken connection with the same code; only a server sends the details of RetryInfo.
        sent.outcome = call->status.error_details().empty() ? Sent::Outcome::kDisconnected : Sent::Outcome::kRetry;
        break;
      case grpc::StatusCode::RESOURCE_EXHAUSTED:
      case grpc::StatusCode::ABORTED:
      case grpc::StatusCode::DEADLINE_EXCEEDED:
        sent.outcome = Sent::Outcome::kRetry;
        break;
      case grpc::StatusCode::CANCELLED:
      case grpc::StatusCode::INTERNAL:
      case grpc::StatusCode::UNKNOWN:
        sent.outcome = Sent::Outcome::kDisconnected;
        break;
      default:
        sent.outcome = Sent::Outcome::kRefused;
    }
    return sent;
  }

 private:
  const std::string method_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<grpc::GenericStub> stub_;
  grpc::CompletionQueue queue_;
};

}  // namespace

std::unique_ptr<Sender> connect_grpc(const Address& address, std::string method) {
  return std::make_unique<GrpcSender>(address, std::move(method));
}

}  // namespace clew::bench
