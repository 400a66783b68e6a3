// One bundle of @arms/rum-browser and its kin, as OTLP: a log record for each event, a client span for each traced request.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "receive/rum/client_clocks.h"
#include "receive/rum/geography.h"
#include "receive/rum/scrubber.h"
#include "stdx/error.h"
#include "useragent/user_agent.h"

namespace clew::receive_rum {

// What the request around a bundle says. Views live through the call.
struct BundleContext {
  int64_t receive_time_ns = 0;
  std::string_view user_agent;
  const useragent::UserAgent* agent = nullptr;  // What that says; where the bundle says otherwise, the bundle wins.
  std::string_view client_address;  // What is to be kept of it, without port; may be empty.
  const Place* place = nullptr;     // Of the address; where the bundle says otherwise, the bundle wins.
  std::string_view service_id;      // Of the query: the application's id where the bundle has none.
};

struct TranslatedBundle {
  std::string logs;    // ExportLogsServiceRequest; empty if there is no event to keep.
  std::string traces;  // ExportTraceServiceRequest; empty if no event began a trace.
  std::string app_id;
  uint32_t event_count = 0;      // Kept.
  uint32_t span_count = 0;
  uint32_t repeated_count = 0;   // Left out because `is_repeated` knew them.
  uint32_t malformed_count = 0;  // Not an object.
  uint32_t excess_count = 0;     // Beyond kEventsPerBundleMax.
  std::vector<uint64_t> event_keys;  // Of the kept ones, to be remembered once they are durable.
};

// A key of an event for telling repeats: a hash of its id. Events without id have none and are never repeats.
using IsRepeated = std::function<bool(uint64_t event_key)>;

// Pure but for what `clocks` learns. Every field may be missing or of another type: nothing but text that is no JSON object, nor an
// array of such, is refused (kInvalidArgument, with the place). `json` need not be padded. Source of the format: the SDK's own code and
// captures, written down in README.md. Guarded by rum_bundle_fuzz.
stdx::Result<TranslatedBundle> translate_bundle(std::string_view json, const BundleContext& context,
                                                const Scrubber& scrubber, ClientClocks& clocks,
                                                const IsRepeated& is_repeated);

}  // namespace clew::receive_rum
