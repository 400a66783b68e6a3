// What requests of an application to each origin come to: whether any is traced, whether any of these reached a backend.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>



#include "query/rum/session_backends.h"
#include "query/rum/session_event.h"

namespace clew::query_rum {

// Of the page that an event happened on, and what it asked for.
struct RequestPlace {
  std::string origin;         // Of the request; the page's own for relative addresses.
  bool other_origin = false;
  bool origin_known = true;   // Of the page.
};
// By event; of those that are no requests empty. `events` in order of time.
std::vector<RequestPlace> request_places(std::span<const SessionEvent> events, const TextIds& texts, std::string_view app_type);

class RequestOrigins {
 public:
  void add_traced(std::string_view origin, const TracedRequest& request);
  void add_answered(std::string_view origin);
  bool app_traced() const { return app_traced_; }
  bool traced(std::string_view origin) const;
  bool answers(std::string_view origin) const;
  std::optional<double> sample_rate;  // As far as told.

  // Asks the application's requests around `range` and the trace indexes for those of whom a sample is traced. Bounded by
  // session_limits.h.
  stdx::Result<void> look_around(const table::Catalog& catalog, const table::Catalog::Sets& sets, const std::string& app,
                                 table::TimeRange range, const query::QueryControl& control);

 private:
  struct Origin {
    bool traced = false, answers = false;
    std::vector<TracedRequest> samples;
  };
  Origin* at(std::string_view origin);

  std::map<std::string, Origin, std::less<>> origins_;
  bool app_traced_ = false;
};

}  // namespace clew::query_rum
