#include "demo/roster.h"

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace clew::demo {
namespace {

constexpr Service kRoster[] = {
    {"frontend", "4.12.0", "nodejs", "nodejs", "22.11.0", "@opentelemetry/instrumentation-http", "0.57.1", 3},
    {"cart", "2.3.1", "dotnet", ".NET", "9.0.0", "OpenTelemetry.Instrumentation.AspNetCore", "1.10.1", 2},
    {"checkout", "1.18.4", "go", "go", "go1.23.4", "go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp",
     "0.58.0", 2},
    {"payment", "3.0.7", "java", "OpenJDK Runtime Environment", "21.0.5+11", "io.opentelemetry.spring-webmvc-6.0",
     "2.10.0-alpha", 2},
    {"catalogue", "5.1.0", "python", "cpython", "3.12.7", "opentelemetry.instrumentation.fastapi", "0.50b0", 3},
    {"recommendation", "0.9.2", "python", "cpython", "3.12.7", "opentelemetry.instrumentation.grpc", "0.50b0", 2},
    {"inventory", "1.7.0", "java", "OpenJDK Runtime Environment", "21.0.5+11", "io.opentelemetry.grpc-1.6",
     "2.10.0-alpha", 2},
    {"shipping", "0.4.0", "rust", "rustc", "1.83.0", "opentelemetry-tonic", "0.27.0", 1},
    {"fulfilment", "2.2.0", "java", "OpenJDK Runtime Environment", "21.0.5+11", "io.opentelemetry.kafka-clients-0.11",
     "2.10.0-alpha", 2},
    {"notification", "1.1.3", "nodejs", "nodejs", "22.11.0", "@opentelemetry/instrumentation-kafkajs", "0.5.0", 1},
};

otlp::KeyValue text(std::string_view key, std::string value) {
  return {std::string(key), otlp::AnyValue{std::move(value)}};
}

}  // namespace

std::span<const Service> roster() { return kRoster; }

const Service& service_named(std::string_view name) {
  const auto* found = std::ranges::find(kRoster, name, &Service::name);
  assert(found != std::end(kRoster));
  return *found;
}

otlp::Resource resource_of(const Service& service, size_t instance) {
  const std::string pod = fmt::format("{}-{:x}{}-{}", service.name, 0x6d8f4 + service.version.size() * 7919,
                                      service.version[0], std::string(1, static_cast<char>('b' + instance)) + "x7qz");
  otlp::Resource resource;
  resource.attributes = {
      text("service.name", std::string(service.name)),
      text("service.namespace", "shop"),
      text("service.version", std::string(service.version)),
      text("service.instance.id", pod),
      text("deployment.environment.name", "demo"),
      text("telemetry.sdk.name", "opentelemetry"),
      text("telemetry.sdk.language", std::string(service.language)),
      text("telemetry.sdk.version", "1.30.0"),
      text("process.runtime.name", std::string(service.runtime)),
      text("process.runtime.version", std::string(service.runtime_version)),
      {"process.pid", otlp::AnyValue{static_cast<int64_t>(service.language == "java" ? 1 : 7 + instance)}},
      text("host.name", fmt::format("node-{}", (service.name.size() + instance) % 4 + 1)),
      text("os.type", "linux"),
      text("k8s.namespace.name", "shop"),
      text("k8s.deployment.name", std::string(service.name)),
      text("k8s.pod.name", pod),
      text("cloud.region", "eu-central-1"),
  };
  return resource;
}

}  // namespace clew::demo
