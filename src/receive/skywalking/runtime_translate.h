// What SkyWalking's agents measure of their runtimes (JVM, CLR), as OTLP metrics.
#pragma once

#include <string>
#include <string_view>

#include "stdx/error.h"

namespace clew::receive_skywalking {

// Pure. Source: skywalking-data-collect-protocol, language-agent/JVMMetric.proto and CLRMetric.proto, the same in v2 but for who
// sends them. Names follow semantic conventions for JVM and CLR metrics where they mean the same. Guarded by skywalking_fuzz.

// Who sent a JVMMetricCollection or CLRMetricCollection: texts in v3, the number of the instance in v2.
struct RuntimeSource {
  std::string_view service;
  std::string_view instance;
  int32_t instance_number = 0;
  bool is_v2 = false;
};
stdx::Result<RuntimeSource> read_runtime_source(std::string_view collection);

// Appends one ResourceMetrics; nothing if it fails.
stdx::Result<void> translate_jvm(std::string_view collection, std::string_view resource, std::string& request);
stdx::Result<void> translate_clr(std::string_view collection, std::string_view resource, std::string& request);

}  // namespace clew::receive_skywalking
