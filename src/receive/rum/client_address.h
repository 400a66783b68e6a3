// Which address a report comes from, and how much of it is kept.
#pragma once

#include <netinet/in.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http.h"
#include "stdx/error.h"

namespace clew::receive_rum {

// An IPv4 or IPv6 address. IPv4 within IPv6 (::ffff:192.0.2.1) is IPv4.
class IpAddress {
 public:
  // Without port, brackets or zone.
  static std::optional<IpAddress> parse(std::string_view text);

  // Loopback, link-local, private, carrier-grade NAT, unique local, unspecified, multicast: nobody's place on a map.
  bool is_private() const;
  // Whether the first `bits` are those of `network`, and both are of one kind.
  bool is_within(const IpAddress& network, int bits) const;
  // The last 8 bits of IPv4 and the last 80 of IPv6 are zero: the network, not the subscriber.
  IpAddress masked() const;

  // The last 64 bits of IPv6 are zero: the least that a subscriber has, who is free to change them.
  IpAddress subscriber() const;

  bool is_v4() const { return is_v4_; }
  std::string text() const;
  const sockaddr* sockaddr_pointer() const { return reinterpret_cast<const sockaddr*>(&storage_); }

 private:
  IpAddress(const uint8_t* bytes, bool is_v4);
  size_t size() const { return is_v4_ ? 4 : 16; }

  std::array<uint8_t, 16> bytes_{};
  bool is_v4_ = true;
  sockaddr_storage storage_{};
};

// Addresses whose word about the client before them is believed.
class TrustedProxies {
 public:
  // "10.0.0.0/8", "2001:db8::1"; kInvalidArgument names the entry that is none.
  static stdx::Result<TrustedProxies> parse(const std::vector<std::string>& networks);

  bool contains(const IpAddress& address) const;

 private:
  struct Network {
    IpAddress address;
    int bits;
  };
  std::vector<Network> networks_;
};

enum class KeepAddress : uint8_t { kMasked, kFull, kNone };

// The client's address, as text without port: the peer's, unless that is a trusted proxy. Then the first of X-Forwarded-For,
// Forwarded and X-Real-IP that the request has is read from its end: proxies append, so what stands left of the last address
// that is no trusted proxy's was written by the client and may be a lie. Reads at most kForwardedHopsMax hops.
std::string client_address_of(const net::HttpRequest& request, const TrustedProxies& proxies);

// Whose it is, for counting what one sends; text that is no address is itself.
std::string subscriber_of(std::string_view address);

// What is stored of it: text that is no address is left out unless everything is kept.
std::string kept_address(std::string_view address, KeepAddress keep);

}  // namespace clew::receive_rum
