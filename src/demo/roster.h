// Who works in the simulated shop: its services, their languages and instances.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "otlp/model.h"

namespace clew::demo {

struct Service {
  std::string_view name;
  std::string_view version;
  std::string_view language;      // telemetry.sdk.language
  std::string_view runtime;       // process.runtime.name
  std::string_view runtime_version;
  std::string_view scope;         // The instrumentation library that made its spans.
  std::string_view scope_version;
  size_t instances;
};

std::span<const Service> roster();

// `name` must be in the roster.
const Service& service_named(std::string_view name);

// The resource of one instance, with the attributes that an SDK and a Kubernetes detector set.
otlp::Resource resource_of(const Service& service, size_t instance);

}  // namespace clew::demo
