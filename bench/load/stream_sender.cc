#include <fmt/format.h>

#include <deque>

#include "net/grpc_client.h"
#include "otlp/message_reader.h"
#include "sender.h"

namespace clew::bench {
namespace {

// Each request is a stream of its own, as most agents have it, with a message for each of its elements (field 1). One after
// the other: the server's answer to a stream is waited for before the next begins.
class StreamSender final : public Sender {
 public:
  StreamSender(const Address& address, std::string method)
      : client_({.target = fmt::format("{}:{}", address.host, address.port)}), method_(std::move(method)) {}

  void send(uint64_t tag, const std::string& request) override {
    const auto stream = client_.open_stream(method_);
    otlp::MessageReader reader(request);
    // The last one ends what `request` holds; those before it may leave together, as agents in Java and Go have it.
    while (reader.next()) {
      const std::string_view message = reader.bytes();
      if (!stream->write(message, message.data() + message.size() != request.data() + request.size())) break;
    }
    const net::GrpcAnswer answer = stream->finish();
    Sent sent;
    sent.tag = tag;
    sent.message = fmt::format("{} {}", answer.code, answer.message);
    if (answer.code == 0) {
      sent.outcome = Sent::Outcome::kAccepted;
    } else if (answer.details.retry_after) {
      sent.outcome = Sent::Outcome::kRetry;
    } else {
      sent.outcome = answer.code == 14 ? Sent::Outcome::kDisconnected : Sent::Outcome::kRefused;
    }
    answers_.push_back(std::move(sent));
  }
  Sent receive() override {
    Sent sent = std::move(answers_.front());
    answers_.pop_front();
    return sent;
  }

 private:
  net::GrpcClient client_;
  const std::string method_;
  std::deque<Sent> answers_;
};

}  // namespace

std::unique_ptr<Sender> connect_stream(const Address& address, std::string method) {
  return std::make_unique<StreamSender>(address, std::move(method));
}

}  // namespace clew::bench
