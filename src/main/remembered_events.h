// What the RUM door knew before a restart: which events came, so that their retries are told.
#pragma once

#include <atomic>
#include <cstdint>

#include "receive/rum/rum_receiver.h"
#include "table/catalog.h"

namespace clew::main {

// Clients try again for some minutes, and just those whose answer was lost by the restart.
inline constexpr int64_t kRememberedNs = 15LL * 60 * 1'000'000'000;

// Reads the ids of the events since `begin_ns` from where they are stored, and tells them to the door. What cannot be read is
// not remembered: then a retry is stored again. Any thread; ends early once `stopping`.
void remember_events(const table::Catalog& catalog, int64_t begin_ns, const std::atomic<bool>& stopping,
                     const receive_rum::RumReceiver& rum);

}  // namespace clew::main
