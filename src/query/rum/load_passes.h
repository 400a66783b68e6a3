// Requests and static files as passes of a scan that does more. Internal to the room.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "query/rum/event_scan.h"
#include "query/rum/load_tally.h"
#include "query/rum/request_list.h"

namespace clew::query_rum {

struct ResourcesTally {
  LoadTally tally;
  std::set<std::string, std::less<>> page_sites;
};

// Question and tally must outlive the pass; the second function makes the answer of what the scan brought.
EventPass requests_pass(const RequestsQuestion& question, LoadTally& tally);
stdx::Result<Requests> requests_of(const table::Catalog& catalog, const table::Catalog::Sets& sets, const RequestsQuestion& question,
                                   LoadTally& tally, const query::QueryStats& stats, const query::QueryControl& control);
EventPass resources_pass(const ResourcesQuestion& question, ResourcesTally& tally);
stdx::Result<Resources> resources_of(const table::Catalog::Sets& sets, const ResourcesQuestion& question, ResourcesTally& tally,
                                     const query::QueryStats& stats);

}  // namespace clew::query_rum
