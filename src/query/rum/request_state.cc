#include "query/rum/request_state.h"

#include <array>

namespace clew::query_rum {

std::string_view word(RequestState state) {
  constexpr std::array<std::string_view, 7> kWords = {"found",          "not_sampled", "header_not_sent", "cors_blocked",
                                                      "backend_silent", "tracing_off", "pending"};
  return kWords[static_cast<size_t>(state)];
}

RequestVerdict request_state(const RequestFacts& facts) {
  using enum RequestState;
  if (facts.has_trace_id) {
    if (facts.has_backend) return {kFound, ""};
    if (facts.young) return {kPending, ""};
    if (facts.network_error) {
      // Our header makes a request to another origin one that must be allowed beforehand.
      return facts.other_origin ? RequestVerdict{kCorsBlocked, "refused"} : RequestVerdict{kBackendSilent, "no_answer"};
    }
    if (facts.host_answers) {
      // Of fetch with its headers in an array the SDK's header is lost, though it reports a trace id.
      return facts.is_fetch ? RequestVerdict{kHeaderNotSent, "array_headers"} : RequestVerdict{kBackendSilent, "others_answer"};
    }
    return {kBackendSilent, "no_spans"};
  }
  if (!facts.app_traced) return {kTracingOff, ""};
  if (facts.network_error && facts.other_origin) return {kCorsBlocked, "refused"};
  if (!facts.origin_traced && facts.other_origin) return {kHeaderNotSent, "other_origin"};
  if (!facts.origin_traced && !facts.origin_known) return {kHeaderNotSent, "allowed_urls"};
  return {kNotSampled, ""};
}

std::string_view origin_of(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos || scheme == 0) return {};
  const size_t end = url.find_first_of("/?#", scheme + 3);
  return end == scheme + 3 ? std::string_view() : url.substr(0, end);
}

}  // namespace clew::query_rum
