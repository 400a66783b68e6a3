#include "demo/visitor.h"

#include <fmt/format.h>

#include <span>

namespace clew::demo {
namespace {

constexpr Device kWebDevices[] = {
    {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
     Engine::kV8, false, 1.0, 0.24},
    {"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
     Engine::kV8, false, 0.8, 0.10},
    {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 "
     "Edg/131.0.0.0",
     Engine::kV8, false, 1.1, 0.09},
    {"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0", Engine::kGecko, false, 1.1, 0.08},
    {"Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", Engine::kGecko, false, 1.0, 0.02},
    {"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
     Engine::kWebKit, false, 0.8, 0.07},
    {"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 "
     "Mobile/15E148 Safari/604.1",
     Engine::kWebKit, true, 1.2, 0.14},
    {"Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36",
     Engine::kV8, true, 1.8, 0.09},
    {"Mozilla/5.0 (Linux; Android 11; Redmi Note 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Mobile "
     "Safari/537.36",
     Engine::kV8, true, 4.5, 0.08},
    {"Mozilla/5.0 (Linux; Android 13; V2254A Build/TP1A.220624.014; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
     "Chrome/116.0.0.0 Mobile Safari/537.36 XWEB/1160065 MMWEBSDK/20231202 MicroMessenger/8.0.47.2560 WeChat/arm64 Weixin "
     "NetType/WIFI Language/zh_CN ABI/arm64",
     Engine::kV8, true, 2.6, 0.09},
};

constexpr Device kMiniappDevices[] = {
    {"Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "
     "MicroMessenger/8.0.53 NetType/WIFI Language/zh_CN miniProgram/wx0123456789abcdef",
     Engine::kWebKit, true, 1.3, 0.5},
    {"Mozilla/5.0 (Linux; Android 14; 23127PN0CC Build/UKQ1.230804.001; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
     "Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0.50.2701 NetType/4G Language/zh_CN "
     "miniProgram/wx0123456789abcdef",
     Engine::kV8, true, 2.0, 0.5},
};

constexpr Network kNetworks[] = {
    {"4g", "wifi", 24, 4000, 0.58},
    {"4g", "cellular", 55, 1400, 0.30},
    {"3g", "cellular", 210, 180, 0.12},
};

constexpr Place kPlaces[] = {
    {"Germany", "DE", "Berlin", "DE-BE", "Berlin", "2950159", "Deutsche Telekom AG", "AS3320", "203.0.113", 0.16},
    {"Germany", "DE", "Bavaria", "DE-BY", "Munich", "2867714", "Vodafone GmbH", "AS3209", "203.0.113", 0.10},
    {"France", "FR", "Île-de-France", "FR-IDF", "Paris", "2988507", "Orange", "AS3215", "198.51.100", 0.10},
    {"United States", "US", "California", "US-CA", "San Francisco", "5391959", "Comcast", "AS7922", "192.0.2", 0.12},
    {"United States", "US", "New York", "US-NY", "New York", "5128581", "Verizon", "AS701", "192.0.2", 0.06},
    {"China", "CN", "Zhejiang", "CN-ZJ", "Hangzhou", "1808926", "China Telecom", "AS4134", "198.51.100", 0.16},
    {"China", "CN", "Beijing", "CN-BJ", "Beijing", "1816670", "China Unicom", "AS4837", "198.51.100", 0.10},
    {"China", "CN", "Guangdong", "CN-GD", "Shenzhen", "1795565", "China Mobile", "AS9808", "198.51.100", 0.08},
    {"Japan", "JP", "Tokyo", "JP-13", "Tokyo", "1850147", "NTT", "AS4713", "203.0.113", 0.07},
    {"Brazil", "BR", "São Paulo", "BR-SP", "São Paulo", "3448439", "Vivo", "AS27699", "192.0.2", 0.05},
};
constexpr size_t kFirstPlaceInChina = 5;
constexpr size_t kPlacesInChina = 3;

constexpr std::string_view kNames[] = {"Ada", "Lin", "Grace", "Mei", "Tom", "Yuki", "Jonas", "Camille", "Wei", "Bruno"};

template <class T>
const T& pick_by_share(Chance& chance, std::span<const T> choices) {
  double sum = 0;
  for (const T& choice : choices) sum += choice.share;
  double at = chance.uniform() * sum;
  for (const T& choice : choices) {
    if ((at -= choice.share) < 0) return choice;
  }
  return choices.back();
}

Visitor visitor(Chance& chance, std::span<const Device> devices, std::span<const Place> places) {
  Visitor who;
  who.device = &pick_by_share(chance, devices);
  who.network = &pick_by_share(chance, std::span<const Network>(kNetworks));
  if (!who.device->is_mobile && who.network->name == "cellular" && chance.happens(0.8)) who.network = &kNetworks[0];
  who.place = &pick_by_share(chance, places);
  who.address = fmt::format("{}.{}", who.place->address_prefix, 1 + chance.below(254));
  // A shop's customers come back: one of a few hundred, most of them seen before.
  const size_t number = chance.below(900);
  uint64_t bits = 0x9E3779B97F4A7C15ULL * (number + 1);
  who.user_id = "uid_";
  for (int digit = 0; digit < 16; ++digit) {
    who.user_id += "0123456789abcdefghijklmnopqrstuvwxyz"[bits % 36];
    bits = (bits / 36) ^ (0xD1B54A32D192ED03ULL * (number + static_cast<size_t>(digit)));
  }
  if (number % 3 == 0) who.name = fmt::format("{} {}", kNames[number % std::size(kNames)], 100 + number);
  who.has_warm_cache = chance.happens(0.45);
  return who;
}

}  // namespace

Visitor web_visitor(Chance& chance) { return visitor(chance, kWebDevices, kPlaces); }

Visitor miniapp_visitor(Chance& chance) {
  return visitor(chance, kMiniappDevices, std::span(kPlaces).subspan(kFirstPlaceInChina, kPlacesInChina));
}

}  // namespace clew::demo
