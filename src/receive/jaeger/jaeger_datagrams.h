// The agent's datagrams, gathered into requests for the log.
#pragma once

#include <string_view>

#include "net/udp_server.h"
#include "receive/intake.h"
#include "receive/jaeger/jaeger_receive_limits.h"
#include "receive/jaeger/jaeger_otlp_writer.h"
#include "receive/jaeger/jaeger_thrift.h"

namespace clew::receive_jaeger {

// Clients send a datagram every second or oftener with a few spans; all that came in a while become one record of the log.
// Nobody is told what becomes of them, so that whatever cannot be kept is counted and remembered here: what is no call, what
// the server dropped, what the log refused. Belongs to the handling thread of one UdpServer.
class DatagramTranslator {
 public:
  DatagramTranslator(receive::Intake intake, const JaegerLimits& limits, const ZipkinTranslation& zipkin,
                     receive::Protocol protocol)
      : intake_(std::move(intake)), limits_(limits), zipkin_(zipkin), protocol_(protocol), thrift_(limits_) {}

  void handle(const net::UdpArrival& arrival);

 private:
  void translate(std::string_view datagram);
  void refuse(std::string_view datagram, const stdx::Error& error) const;
  void hand_over();

  const receive::Intake intake_;
  const JaegerLimits limits_;
  const ZipkinTranslation zipkin_;
  const receive::Protocol protocol_;
  ThriftTranslator thrift_;
  OtlpWriter writer_;
  size_t datagram_count_ = 0;  // In writer_.
};

}  // namespace clew::receive_jaeger
