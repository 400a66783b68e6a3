// Why a request of a user's browser has a backend trace, or has none: told apart by what was reported and stored.
#pragma once

#include <cstdint>
#include <string_view>

namespace clew::query_rum {

enum class RequestState : uint8_t {
  kFound,
  kNotSampled,     // The SDK drew not to trace it.
  kHeaderNotSent,  // The SDK did not add its header, or the application's own code lost it.
  kCorsBlocked,    // Another origin refused the request or its header, or was out of reach.
  kBackendSilent,  // The header went out, nothing came back: no agent, or it does not know this header.
  kTracingOff,     // No request of the application is traced.
  kPending,        // Too young: backends send their spans in batches.
};
std::string_view word(RequestState state);  // "found", "not_sampled" …

struct RequestFacts {
  bool has_trace_id = false;     // The SDK says that it traced it.
  bool has_backend = false;      // Spans of others are there.
  bool young = false;            // kBackendPendingNs.
  bool network_error = false;    // No answer.
  bool is_fetch = false;
  bool other_origin = false;     // Than the page's.
  bool origin_known = true;      // False where there is no page: mini-programs, applications.
  bool host_answers = false;     // Other requests to its origin have backend traces.
  bool origin_traced = false;    // Other requests to its origin were traced.
  bool app_traced = false;       // Any request of the application was.
};

struct RequestVerdict {
  RequestState state = RequestState::kFound;
  // For a sentence of explanation: "" where the state says it all; "array_headers", "other_origin", "allowed_urls", "no_answer",
  // "others_answer", "no_spans", "refused".
  std::string_view reason;
};
// A decision table; request_state_test holds it.
RequestVerdict request_state(const RequestFacts& facts);

// "https://shop.example:8443" of a URL; empty for a relative one and for what is none.
std::string_view origin_of(std::string_view url);

}  // namespace clew::query_rum
