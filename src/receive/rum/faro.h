// What Grafana Faro's web SDK sends, as RUM records and spans.
#pragma once

#include <string_view>

#include "receive/rum/bundle.h"
#include "stdx/error.h"

namespace clew::receive_rum {

// One body of Faro's transport: `meta`, and any of `exceptions`, `logs`, `measurements`, `events`, `traces`. Records get the
// names that bundles of the ARMS SDK have, so that the same pages show them; `traces` is OTLP JSON and goes through as it
// is, but for secrets. Items have no ids: they are told by session, time and content. Errors and leniency as translate_bundle().
// Format: @grafana/faro-core 1.x. Guarded by rum_bundle_fuzz.
stdx::Result<TranslatedBundle> translate_faro(std::string_view json, const BundleContext& context, const Scrubber& scrubber,
                                              const IsRepeated& is_repeated);

}  // namespace clew::receive_rum
