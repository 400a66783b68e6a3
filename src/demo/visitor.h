// Who visits the simulated shop: a person with a device, a browser, a network, a place and a provider.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "demo/chance.h"

namespace clew::demo {

// Which engine runs the page: how it prints stacks, and which web vitals it measures.
enum class Engine { kV8, kGecko, kWebKit };

struct Device {
  std::string_view user_agent;
  Engine engine;
  bool is_mobile;
  double slowness;  // How much longer scripts take than on a fast desktop.
  double share;
};

struct Network {
  std::string_view effective_type;  // navigator.connection.effectiveType: a good wifi is "4g" as well.
  std::string_view name;
  double round_trip_ms;
  double bytes_per_ms;
  double share;
};

struct Place {
  std::string_view country, country_id, province, province_id, city, city_id;
  std::string_view isp, isp_id;
  std::string_view address_prefix;  // Of networks set aside for documentation.
  double share;
};

struct Visitor {
  std::string user_id;  // "uid_" and 16 of [0-9a-z].
  std::string name;     // Empty for who has not signed in.
  const Device* device = nullptr;
  const Network* network = nullptr;
  const Place* place = nullptr;
  std::string address;
  bool has_warm_cache = false;
};

Visitor web_visitor(Chance& chance);
Visitor miniapp_visitor(Chance& chance);

}  // namespace clew::demo
