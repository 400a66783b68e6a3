#include "receive/rum/client_address.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "receive/rum/rum_limits.h"
#include "wire/ascii.h"

namespace clew::receive_rum {
namespace {

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// "192.0.2.1:4711", "[2001:db8::1]:4711", "\"[2001:db8::1]\"", "2001:db8::1" without what is around the address.
std::string_view bare(std::string_view text) {
  text = trimmed(text);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  if (text.starts_with('[')) return text.substr(1, std::min(text.size(), text.find(']')) - 1);
  const size_t colon = text.find(':');
  // One colon is a port's; more are IPv6.
  return colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos ? text.substr(0, colon) : text;
}

// Of one hop of a Forwarded header: its `for`.
std::string_view for_of(std::string_view hop) {
  while (!hop.empty()) {
    const size_t end = std::min(hop.find(';'), hop.size());
    const std::string_view pair = trimmed(hop.substr(0, end));
    hop.remove_prefix(std::min(end + 1, hop.size()));
    if (pair.size() > 4 && wire::equal_ignoring_case(pair.substr(0, 3), "for") && pair[3] == '=') return pair.substr(4);
  }
  return {};
}

// All values of a header that may be sent several times, which means the same as one list.
std::string joined(const net::HttpRequest& request, std::string_view name) {
  std::string all;
  for (const auto& [key, value] : request.headers) {
    if (!wire::equal_ignoring_case(key, name)) continue;
    if (!all.empty()) all += ',';
    all += value;
  }
  return all;
}

struct ForwardedHops {
  std::string list;
  bool is_standard = false;  // RFC 7239's header, whose hops have parts.
};
ForwardedHops forwarded_hops(const net::HttpRequest& request) {
  if (std::string list = joined(request, "X-Forwarded-For"); !list.empty()) return {std::move(list), false};
  if (std::string list = joined(request, "Forwarded"); !list.empty()) return {std::move(list), true};
  return {joined(request, "X-Real-IP"), false};
}

}  // namespace

IpAddress::IpAddress(const uint8_t* bytes, bool is_v4) : is_v4_(is_v4) {
  std::memcpy(bytes_.data(), bytes, size());
  if (is_v4_) {
    auto& address = reinterpret_cast<sockaddr_in&>(storage_);
    address.sin_family = AF_INET;
    std::memcpy(&address.sin_addr, bytes, 4);
  } else {
    auto& address = reinterpret_cast<sockaddr_in6&>(storage_);
    address.sin6_family = AF_INET6;
    std::memcpy(&address.sin6_addr, bytes, 16);
  }
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  char terminated[INET6_ADDRSTRLEN + 1] = {};
  if (text.empty() || text.size() > INET6_ADDRSTRLEN) return std::nullopt;
  std::memcpy(terminated, text.data(), text.size());
  uint8_t bytes[16];
  if (inet_pton(AF_INET, terminated, bytes) == 1) return IpAddress(bytes, true);
  if (inet_pton(AF_INET6, terminated, bytes) != 1) return std::nullopt;
  constexpr uint8_t kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  if (std::memcmp(bytes, kMapped, sizeof kMapped) == 0) return IpAddress(bytes + 12, true);
  return IpAddress(bytes, false);
}

bool IpAddress::is_within(const IpAddress& network, int bits) const {
  if (is_v4_ != network.is_v4_) return false;
  const size_t whole = static_cast<size_t>(bits) / 8;
  if (std::memcmp(bytes_.data(), network.bytes_.data(), whole) != 0) return false;
  const int rest = bits % 8;
  return rest == 0 || ((bytes_[whole] ^ network.bytes_[whole]) >> (8 - rest)) == 0;
}

bool IpAddress::is_private() const {
  static const TrustedProxies kPrivate = *TrustedProxies::parse(
      {"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16",
       "224.0.0.0/3", "::/128", "::1/128", "fc00::/7", "fe80::/10", "ff00::/8"});
  return kPrivate.contains(*this);
}

IpAddress IpAddress::masked() const {
  std::array<uint8_t, 16> bytes = bytes_;
  std::fill(bytes.begin() + (is_v4_ ? 3 : 6), bytes.end(), uint8_t{0});
  return IpAddress(bytes.data(), is_v4_);
}

IpAddress IpAddress::subscriber() const {
  std::array<uint8_t, 16> bytes = bytes_;
  if (!is_v4_) std::fill(bytes.begin() + 8, bytes.end(), uint8_t{0});
  return IpAddress(bytes.data(), is_v4_);
}

std::string IpAddress::text() const {
  char text[INET6_ADDRSTRLEN];
  return inet_ntop(is_v4_ ? AF_INET : AF_INET6, bytes_.data(), text, sizeof text);
}

stdx::Result<TrustedProxies> TrustedProxies::parse(const std::vector<std::string>& networks) {
  TrustedProxies proxies;
  for (const std::string& entry : networks) {
    const size_t slash = entry.find('/');
    const auto address = IpAddress::parse(entry.substr(0, slash));
    const int bits_max = address && address->is_v4() ? 32 : 128;
    int bits = bits_max;
    bool is_right = address.has_value();
    if (slash != std::string::npos) {
      const char* end = entry.data() + entry.size();
      const auto [stop, error] = std::from_chars(entry.data() + slash + 1, end, bits);
      is_right = is_right && error == std::errc() && stop == end && bits >= 0 && bits <= bits_max;
    }
    if (!is_right) {
      return stdx::fail(stdx::ErrorCode::kInvalidArgument,
                        fmt::format("\"{}\" is no address and no network such as 10.0.0.0/8 or 2001:db8::/32", entry));
    }
    proxies.networks_.push_back({*address, bits});
  }
  return proxies;
}

bool TrustedProxies::contains(const IpAddress& address) const {
  return std::ranges::any_of(networks_, [&](const Network& network) { return address.is_within(network.address, network.bits); });
}

std::string client_address_of(const net::HttpRequest& request, const TrustedProxies& proxies) {
  // The peer always has a port.
  const std::string_view peer = std::string_view(request.peer).substr(0, request.peer.rfind(':'));
  const std::string_view peer_text = bare(peer);
  auto known = IpAddress::parse(peer_text);
  if (!known) return std::string(peer_text);
  if (!proxies.contains(*known)) return known->text();
  const ForwardedHops forwarded = forwarded_hops(request);
  std::string_view rest = forwarded.list;
  for (int hop = 0; hop < kForwardedHopsMax && !rest.empty(); ++hop) {
    const size_t comma = rest.rfind(',');
    const std::string_view last = comma == std::string_view::npos ? rest : rest.substr(comma + 1);
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(0, comma);
    const auto address = IpAddress::parse(bare(forwarded.is_standard ? for_of(last) : last));
    if (!address) break;  // "unknown", or nonsense: what stands before it is nobody's word.
    known = address;
    if (!proxies.contains(*address)) break;
  }
  return known->text();
}

std::string subscriber_of(std::string_view address) {
  const auto parsed = IpAddress::parse(address);
  return parsed ? parsed->subscriber().text() : std::string(address);
}

std::string kept_address(std::string_view address, KeepAddress keep) {
  if (keep == KeepAddress::kNone) return {};
  if (keep == KeepAddress::kFull) return std::string(address);
  const auto parsed = IpAddress::parse(address);
  return parsed ? parsed->masked().text() : std::string();
}

}  // namespace clew::receive_rum
