// One connection to the server under load.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace clew::bench {

struct Sent {
  enum class Outcome : uint8_t {
    kAccepted,
    kRetry,         // Back-pressure or temporarily unable: send the same again after a pause.
    kRefused,       // Will never be accepted.
    kDisconnected,  // Nobody knows whether it was taken.
  };
  uint64_t tag = 0;
  Outcome outcome = Outcome::kDisconnected;
  uint64_t rejected_spans = 0;  // Of an accepted request: partial success.
  std::string message;
};

// Requests go out in order; answers may come in another. One thread. The request must stay in place until answered.
class Sender {
 public:
  virtual ~Sender() = default;
  virtual void send(uint64_t tag, const std::string& request) = 0;
  // Waits for the next answer; every send gets one.
  virtual Sent receive() = 0;
};

struct Address {
  std::string host = "127.0.0.1";
  uint16_t port = 4317;
};

std::unique_ptr<Sender> connect_grpc(const Address& address, std::string method);
// HTTP/1.1 keep-alive with pipelining, uncompressed; any 2xx is an acceptance.
std::unique_ptr<Sender> connect_http(const Address& address, std::string path, std::string content_type);

// A stream of gRPC for each request, with a message for each element of its field 1.
std::unique_ptr<Sender> connect_stream(const Address& address, std::string method);

// ExportTraceServiceResponse.partial_success.rejected_spans of an encoded response; 0 when absent.
uint64_t rejected_spans_of(const std::string& response);

}  // namespace clew::bench
