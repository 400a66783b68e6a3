// The requests of a page as SkyWalking's browser client traces them, as RUM records and spans.
#pragma once

#include <string_view>

#include "receive/rum/bundle.h"
#include "stdx/error.h"

namespace clew::receive_rum {

// A body of /v3/segments from a page: a list of segments (or one), each with the exit span of one request. Each span becomes
// what a traced request of a bundle becomes, a record and the client span "browser.request: …" of rum-browser, with the ids
// that the backend's segment refers to. Repeats are told by these. Errors and leniency as translate_bundle(). Format: skywalking-client-js 1.1, and
// SkyWalking's trace protocol v3 as JSON. Guarded by rum_bundle_fuzz.
stdx::Result<TranslatedBundle> translate_browser_segments(std::string_view json, const BundleContext& context,
                                                          const Scrubber& scrubber, ClientClocks& clocks,
                                                          const IsRepeated& is_repeated);

}  // namespace clew::receive_rum
