// What skywalking-client-js sends, as RUM records.
#pragma once

#include <string>
#include <string_view>

#include "receive/rum/bundle.h"
#include "stdx/error.h"

namespace clew::receive_rum {

// The kinds of reports; which one a body holds is told by its path.
enum class SkyWalkingReport : uint8_t { kPerf, kWebVitals, kWebInteractions, kResources, kErrors };

// `json`: one object or an array of them. These reports have no session, user, view id or time: the receive time is taken, and
// pages are told by path. Errors have an id, by which repeats are told; of the rest, two that are equal are two. The stack of an ajax
// error is the response's body, which is nobody's business here: it is left out. Errors of this function as translate_bundle(). Format: SkyWalking's browser protocol
// and skywalking-client-js 1.1.0. Guarded by rum_bundle_fuzz.
stdx::Result<TranslatedBundle> translate_skywalking(SkyWalkingReport report, std::string_view json,
                                                    const BundleContext& context, const Scrubber& scrubber,
                                                    const IsRepeated& is_repeated);

}  // namespace clew::receive_rum
