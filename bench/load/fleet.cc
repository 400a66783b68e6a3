#include "fleet.h"

#include <fmt/format.h>

#include "random_bits.h"
#include "wire_bytes.h"

namespace clew::bench {
namespace {

constexpr const char* kServiceNames[kServices] = {
    "api-gateway", "web-frontend", "checkout",  "cart",      "payment", "inventory", "catalogue",
    "search",      "pricing",      "shipping",  "accounts",  "email",   "fraud",     "reporting"};
constexpr const char* kLanguages[] = {"java", "go", "nodejs", "python", "dotnet"};
constexpr const char* kMethods[kOperations] = {"GET", "POST", "GET", "PUT", "GET", "DELETE", "POST", "GET"};
constexpr const char* kRoutes[kOperations] = {
    "/orders/{id}",  "/orders",       "/items/{id}/stock", "/carts/{id}",
    "/users/{id}",   "/sessions/{id}", "/quotes",           "/reports/{id}/rows"};

std::string uuid(RandomBits& random) {
  const uint64_t a = random.next();
  const uint64_t b = random.next();
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", a >> 32, a >> 16 & 0xffff, a & 0xffff, b >> 48,
                     b & 0xffffffffffff);
}

}  // namespace

const char* service_name(size_t service) { return kServiceNames[service]; }
const char* operation_method(size_t operation) { return kMethods[operation]; }
const char* operation_route(size_t operation) { return kRoutes[operation]; }

std::vector<Instance> make_fleet(uint64_t seed) {
  RandomBits random(seed ^ 0x0f1ee7);
  std::vector<Instance> fleet;
  for (size_t service = 0; service < kServices; ++service) {
    for (size_t copy = 0; copy < (service < 8 ? 3u : 2u); ++copy) {
      const std::string name = kServiceNames[service];
      const std::string pod = fmt::format("{}-{:09x}-{:05x}", name, random.next() >> 28, random.next() >> 44);
      const std::pair<const char*, std::string> attributes[] = {
          {"service.name", name},
          {"service.version", fmt::format("{}.{}.{}", 1 + service % 4, service, copy)},
          {"service.instance.id", uuid(random)},
          {"service.namespace", "shop"},
          {"deployment.environment.name", "production"},
          {"host.name", fmt::format("ip-10-0-{}-{}.eu-central-1.compute.internal", service, 10 + copy)},
          {"host.id", fmt::format("i-{:017x}", random.next() >> 4)},
          {"k8s.pod.name", pod},
          {"k8s.pod.uid", uuid(random)},
          {"k8s.deployment.name", name},
          {"k8s.namespace.name", "shop"},
          {"container.id", fmt::format("{:016x}{:016x}", random.next(), random.next())},
          {"cloud.availability_zone", fmt::format("eu-central-1{}", static_cast<char>('a' + copy))},
          {"telemetry.sdk.name", "opentelemetry"},
          {"telemetry.sdk.language", kLanguages[service % 5]},
          {"telemetry.sdk.version", "1.30.0"},
      };
      std::string resource;
      for (const auto& [key, value] : attributes) append_field(resource, 1, string_attribute(key, value));
      fleet.push_back({service, std::move(resource)});
    }
  }
  return fleet;
}

}  // namespace clew::bench
