// How long a page and what it fetches take in a visitor's browser, as the Performance API reports it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "demo/chance.h"
#include "demo/visitor.h"

namespace clew::demo {

// Milliseconds since the page's navigation began; what did not happen is zero.
struct FetchTiming {
  double start = 0, dns_start = 0, dns_end = 0, connect_start = 0, secure_start = 0, connect_end = 0;
  double request_start = 0, response_start = 0, response_end = 0;
  int64_t body_bytes = 0, decoded_bytes = 0;
  int status = 200;

  double duration() const { return response_end - start; }
  int64_t transfer_bytes() const { return body_bytes + 300; }  // The headers as browsers estimate them.
};

// `server_ms` is the answer's time at the far end. A new connection costs DNS, TCP and TLS.
FetchTiming fetch_timing(Chance& chance, const Network& network, double start, double server_ms, int64_t bytes,
                         bool connects);
// How long a round trip takes now.
double round_trip_ms(Chance& chance, const Network& network);

struct PageLoad {
  FetchTiming document;
  double dom_interactive = 0, dom_content_loaded = 0, dom_complete = 0, load_event = 0;
  double first_contentful_paint = 0;
};

// The JSON texts that the SDK takes over.
std::string resource_entry(std::string_view url, std::string_view initiator, const FetchTiming& timing);
std::string navigation_entry(std::string_view url, const PageLoad& load);

// The SDK cuts what it formats itself to three decimals.
double cut_to_three(double value);

}  // namespace clew::demo
