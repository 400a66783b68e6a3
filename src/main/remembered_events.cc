#include "main/remembered_events.h"

#include <string_view>
#include <vector>

#include "query/rum/event_scan.h"
#include "self/log_line.h"

namespace clew::main {

void remember_events(const table::Catalog& catalog, int64_t begin_ns, const std::atomic<bool>& stopping,
                     const receive_rum::RumReceiver& rum) {
  std::vector<std::string_view> ids;
  const auto done = query_rum::scan_events(
      catalog.snapshot(), {.range = {.begin_ns = begin_ns}, .texts = {"rum.event.id"}}, {.cancelled = &stopping}, {},
      [&](const query_rum::EventBatch& batch) -> stdx::Result<void> {
        ids.clear();
        for (uint32_t i = 0; i < batch.size(); ++i) {
          if (const std::string_view id = batch.none(0) ? std::string_view() : batch.text(0, i); !id.empty()) ids.push_back(id);
        }
        rum.remember(ids);
        return {};
      });
  if (!done && !stopping) {
    self::log_error("events of users' sessions that come again will not be known", {{"why", done.error().message}});
  }
}

}  // namespace clew::main
