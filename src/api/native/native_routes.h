// The native JSON API under /api/v1/: every question that the engine answers, as HTTP.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/native/live_tail.h"
#include "api/native/opened_traces.h"
#include "api/native/ui_state.h"
#include "net/http.h"
#include "query/admission.h"
#include "query/engine.h"
#include "query/rum/error_states.h"
#include "query/rum/source_map_store.h"
#include "query/service_book.h"
#include "stdx/clock.h"
#include "table/catalog.h"

namespace clew::receive {
class Intake;
}

namespace clew::api_native {

struct BuildInfo {
  std::string version;
  std::string revision;  // Of the source tree, or empty.
  std::string compiler;
};

// Everything pointed to outlives the server that runs the routes.
struct NativeOptions {
  const query::Engine* engine = nullptr;
  const table::Catalog* catalog = nullptr;  // For the list of blocks.
  const stdx::Clock* clock = nullptr;
  const receive::Intake* intake = nullptr;  // For what arrives.
  // The ports that are open, by their setting ("listen.zipkin"); empty while the server starts. May be empty. Any thread.
  std::function<std::vector<std::pair<std::string, uint16_t>>()> ports;
  query::Admission* admission = nullptr;  // Shared with the other APIs.
  BuildInfo build;
  int64_t started_at_ns = 0;
  // Stored bytes of a block by its name; nullopt where unknown. May be empty. Any thread.
  std::function<std::optional<uint64_t>(const std::string& block)> block_bytes;
  // What all viewers share; without it the server forgets it when it ends.
  std::shared_ptr<UiState> ui_state = {};
  // Made by routes() where it is missing.
  std::shared_ptr<query::ServiceBook> service_book = {};
  std::shared_ptr<LiveTail> live_tail = {};
  // What the server keeps for errors of browsers; without them it forgets it when it ends.
  std::shared_ptr<query_rum::SourceMaps> source_maps = {};
  std::shared_ptr<query_rum::ErrorStates> error_states = {};
  std::shared_ptr<OpenedTraces> opened = {};  // Without it no files are opened.
};

// Handlers may be called from any number of threads at once.
std::vector<net::HttpRoute> routes(NativeOptions options);

}  // namespace clew::api_native
