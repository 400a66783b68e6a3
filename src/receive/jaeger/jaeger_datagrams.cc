#include "receive/jaeger/jaeger_datagrams.h"

#include <fmt/format.h>

#include <utility>

#include "net/protocol_guess.h"
#include "self/log_line.h"

namespace clew::receive_jaeger {

void DatagramTranslator::handle(const net::UdpArrival& arrival) {
  if (arrival.dropped > 0) {
    intake_.refuse(protocol_, {}, receive::Refusal::kOverloaded, arrival.dropped,
                   "datagrams came faster than they could be taken");
    self::log_warn("Jaeger datagrams were dropped: they come faster than they can be taken",
                   {{"door", receive::protocol_name(protocol_)}, {"datagrams", arrival.dropped}});
  }
  for (const std::string_view datagram : arrival.datagrams) {
    translate(datagram);
    if (writer_.size() >= limits_.gather_bytes_max) hand_over();
  }
  hand_over();
}

void DatagramTranslator::translate(std::string_view datagram) {
  intake_.count_request(protocol_, datagram.size());
  wire::ThriftEncoding encoding{};
  if (!recognise_call(datagram, encoding)) {
    const std::string_view guess = net::guess_protocol(datagram);
    self::log_warn("a datagram to a Jaeger agent's port is no Thrift call",
                   {{"door", receive::protocol_name(protocol_)}, {"looks_like", guess}});
    return refuse(datagram, {stdx::ErrorCode::kUnimplemented, fmt::format("no Thrift call; it looks like {}", guess)});
  }
  if (const auto done = thrift_.translate_call(datagram, encoding, zipkin_, writer_); !done) {
    return refuse(datagram, done.error());
  }
  ++datagram_count_;
}

void DatagramTranslator::refuse(std::string_view datagram, const stdx::Error& error) const {
  intake_.count_failure(protocol_, error, datagram);
}

void DatagramTranslator::hand_over() {
  const size_t count = std::exchange(datagram_count_, 0);
  if (writer_.empty()) return;
  intake_.take(protocol_, log::RecordKind::kTraces, stdx::SharedBytes::from_string(writer_.take()),
               [intake = intake_, protocol = protocol_, count](stdx::Result<receive::Outcome> outcome) {
                 if (outcome) return;
                 intake.refuse(protocol, {}, receive::refusal_of(outcome.error().code), count, outcome.error().message);
               });
}

}  // namespace clew::receive_jaeger
