#include "receive/rum/client_address.h"

#include <gtest/gtest.h>

#include <string>

namespace clew::receive_rum {
namespace {

net::HttpRequest request_from(std::string peer, net::Headers headers = {}) {
  net::HttpRequest request;
  request.peer = std::move(peer);
  request.headers = std::move(headers);
  return request;
}

TrustedProxies proxies(std::vector<std::string> networks = {"10.0.0.0/8", "192.0.2.7", "2001:db8:f::/48"}) {
  return *TrustedProxies::parse(networks);
}

TEST(ClientAddress, OfAStrangerOnlyThePeerCounts) {
  const net::Headers lies = {{"X-Forwarded-For", "203.0.113.9"}, {"Forwarded", "for=203.0.113.9"}, {"X-Real-IP", "203.0.113.9"}};
  EXPECT_EQ(client_address_of(request_from("198.51.100.1:4711", lies), proxies()), "198.51.100.1");
  EXPECT_EQ(client_address_of(request_from("[2001:db8::5]:4711", lies), proxies()), "2001:db8::5");
  EXPECT_EQ(client_address_of(request_from("[::ffff:198.51.100.1]:4711", lies), proxies()), "198.51.100.1");
  EXPECT_EQ(client_address_of(request_from("10.1.2.3:1", lies), TrustedProxies()), "10.1.2.3") << "nobody is trusted";
}

TEST(ClientAddress, OfAProxyTheLastWordBeforeOurOwnProxiesCounts) {
  const auto of = [](std::string_view header, std::string value) {
    return client_address_of(request_from("10.1.2.3:443", {{std::string(header), std::move(value)}}), proxies());
  };
  EXPECT_EQ(of("X-Forwarded-For", "203.0.113.9"), "203.0.113.9");
  EXPECT_EQ(of("x-forwarded-for", "1.1.1.1, 203.0.113.9"), "203.0.113.9") << "what the client wrote itself stands before";
  EXPECT_EQ(of("X-Forwarded-For", "1.1.1.1, 203.0.113.9, 192.0.2.7 ,10.9.9.9"), "203.0.113.9");
  EXPECT_EQ(of("X-Forwarded-For", "203.0.113.9:5123"), "203.0.113.9");
  EXPECT_EQ(of("X-Forwarded-For", "[2001:db8:1::9]:5123"), "2001:db8:1::9");
  EXPECT_EQ(of("X-Forwarded-For", "2001:db8:1::9"), "2001:db8:1::9");
  EXPECT_EQ(of("X-Forwarded-For", "10.7.7.7"), "10.7.7.7") << "all are ours: the first";
  EXPECT_EQ(of("X-Forwarded-For", "203.0.113.9, unknown"), "10.1.2.3") << "nobody vouches for what stands before";
  EXPECT_EQ(of("X-Forwarded-For", ", ,"), "10.1.2.3");
  EXPECT_EQ(of("Forwarded", "for=1.1.1.1, For=\"[2001:db8:1::9]:4711\";proto=https;by=10.1.1.1"), "2001:db8:1::9");
  EXPECT_EQ(of("Forwarded", "proto=https; for=203.0.113.9 , for=10.2.2.2"), "203.0.113.9");
  EXPECT_EQ(of("Forwarded", "for=_hidden"), "10.1.2.3");
  EXPECT_EQ(of("X-Real-IP", "203.0.113.9"), "203.0.113.9");
  EXPECT_EQ(of("X-Real-IP", "<script>"), "10.1.2.3");
  EXPECT_EQ(of("X-Forwarded-For", std::string(100'000, ',')), "10.1.2.3");
}

TEST(ClientAddress, HeadersSentTwiceAreOneList) {
  const net::Headers twice = {{"X-Forwarded-For", "1.1.1.1"}, {"X-Forwarded-For", "203.0.113.9"}};
  EXPECT_EQ(client_address_of(request_from("10.1.2.3:443", twice), proxies()), "203.0.113.9");
  const net::Headers both = {{"Forwarded", "for=1.1.1.1"}, {"X-Forwarded-For", "203.0.113.9"}};
  EXPECT_EQ(client_address_of(request_from("10.1.2.3:443", both), proxies()), "203.0.113.9");
}

TEST(ClientAddress, BadNetworksAreNamed) {
  for (const char* bad : {"10.0.0.0/33", "10.0.0/8", "proxy.example", "::/129", "10.0.0.0/", "10.0.0.0/8x", "", "10.0.0.0/-1"}) {
    const auto parsed = TrustedProxies::parse({"127.0.0.1", bad});
    ASSERT_FALSE(parsed) << bad;
    EXPECT_NE(parsed.error().message.find(std::string("\"") + bad + "\""), std::string::npos) << parsed.error().message;
  }
  EXPECT_TRUE(TrustedProxies::parse({"0.0.0.0/0"})->contains(*IpAddress::parse("203.0.113.9")));
  EXPECT_FALSE(TrustedProxies::parse({"0.0.0.0/0"})->contains(*IpAddress::parse("2001:db8::1")));
  EXPECT_FALSE(TrustedProxies::parse({"203.0.113.0/28"})->contains(*IpAddress::parse("203.0.113.16")));
  EXPECT_TRUE(TrustedProxies::parse({"203.0.113.0/28"})->contains(*IpAddress::parse("203.0.113.15")));
}

TEST(ClientAddress, IsKeptAsTheOperatorWishes) {
  EXPECT_EQ(kept_address("203.0.113.9", KeepAddress::kMasked), "203.0.113.0");
  EXPECT_EQ(kept_address("2001:db8:1:2:3::9", KeepAddress::kMasked), "2001:db8:1::");
  EXPECT_EQ(kept_address("203.0.113.9", KeepAddress::kFull), "203.0.113.9");
  EXPECT_EQ(kept_address("203.0.113.9", KeepAddress::kNone), "");
  EXPECT_EQ(kept_address("no address", KeepAddress::kMasked), "");
}

TEST(ClientAddress, PrivateNetworksAreNowhere) {
  for (const char* text : {"10.1.1.1", "127.0.0.1", "172.31.0.1", "192.168.1.1", "100.64.0.1", "169.254.1.1", "::1", "fd00::1",
                           "fe80::1", "0.0.0.0", "::", "::ffff:10.0.0.1", "239.1.1.1", "ff02::1"}) {
    EXPECT_TRUE(IpAddress::parse(text)->is_private()) << text;
  }
  for (const char* text : {"203.0.113.9", "172.32.0.1", "100.128.0.1", "2001:db8::1", "8.8.8.8"}) {
    EXPECT_FALSE(IpAddress::parse(text)->is_private()) << text;
  }
}

}  // namespace
}  // namespace clew::receive_rum
