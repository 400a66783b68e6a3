#include "query/rum/load_tally.h"

namespace clew::query_rum {

void LoadTally::merge(const LoadTally& part) {
  std::vector<uint32_t> to{TextIds::kNone};  // By text of the part; numbered when it is needed.
  to.resize(part.texts.size() + 1, UINT32_MAX);
  to[0] = TextIds::kNone;
  const auto text = [&](uint32_t id) {
    if (to[id] == UINT32_MAX) to[id] = texts.of(part.texts.text(id));
    return to[id];
  };
  for (const auto& [key, theirs] : part.loads) {
    LoadNumbers* ours = find({text(std::get<0>(key)), text(std::get<1>(key)), text(std::get<2>(key))});
    if (ours == nullptr) continue;
    if (theirs.type != 0) ours->type = text(theirs.type);
    if (theirs.protocol != 0) ours->protocol = text(theirs.protocol);
    ours->count += theirs.count;
    ours->failed += theirs.failed;
    ours->traced += theirs.traced;
    ours->cached += theirs.cached;
    ours->render_blocking += theirs.render_blocking;
    ours->total_ms += theirs.total_ms;
    if (theirs.max_ms > ours->max_ms || (theirs.max_ms == ours->max_ms && theirs.slowest < ours->slowest)) {
      ours->max_ms = theirs.max_ms;
      ours->slowest = theirs.slowest;
    }
    ours->ms.merge(theirs.ms);
    ours->transfer.merge(theirs.transfer);
    ours->decoded.merge(theirs.decoded);
    for (size_t i = 0; i < kLoadPhases; ++i) ours->phases[i].merge(theirs.phases[i]);
    for (const auto& [status, count] : theirs.status.entries()) ours->status.add(text(status), count, kStatusesMax);
    for (const auto& [page, count] : theirs.pages.entries()) ours->pages.add(text(page), count, kPagesPerRequestMax);
    for (const TracedLoad& load : theirs.traces) ours->keep(load);
  }
  exact &= part.exact;
}

}  // namespace clew::query_rum
