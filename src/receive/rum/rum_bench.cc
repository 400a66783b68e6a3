// What a bundle costs at the door, in CPU: reading its JSON, scrubbing, writing log records and spans. The bundle has the twenty
// events after which the SDK sends, taken from what SDK 0.0.37 sent in Chromium.
#include <benchmark/benchmark.h>
#include <simdjson.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "receive/rum/bundle.h"
#include "receive/rum/geography.h"
#include "receive/rum/rate_limiter.h"

namespace clew::receive_rum {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = CLEW_SOURCE_DIR "/src/receive/rum/testdata";
constexpr int kEvents = 20;
constexpr std::string_view kAgent =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";

std::string read_file(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The first capture with the events of others until there are twenty.
std::string typical_bundle() {
  std::vector<std::string> events;
  std::string head;
  for (const char* name : {"01-tracecontext-simple.json", "09-events-all-types.json", "20-inp-cls-lcp-on-hidden.json"}) {
    simdjson::dom::parser parser;
    const std::string text = read_file(kFolder / name);
    const simdjson::dom::element bundle = parser.parse(text);
    if (head.empty()) head = text.substr(0, text.find("\"events\""));
    for (const simdjson::dom::element event : simdjson::dom::array(bundle["events"])) {
      if (events.size() < kEvents) events.push_back(simdjson::minify(event));
    }
  }
  std::string bundle = head + "\"events\":[";
  for (const std::string& event : events) bundle += event + ',';
  bundle.back() = ']';
  return bundle + ",\"_v\":\"npm-0.0.37\"}";
}

void BM_TranslateBundle(benchmark::State& state) {
  const std::string json = typical_bundle();
  useragent::UserAgents agents;
  const auto geography = Geography::open({kFolder / "geography/city.mmdb", kFolder / "geography/asn.mmdb", "en"}, nullptr);
  const Scrubber scrubber(default_secret_parameters());
  ClientClocks clocks;
  size_t written = 0;
  uint32_t events = 0;
  for (auto _ : state) {
    const auto agent = agents.parse(kAgent);
    const Place place = (*geography)->place_of("203.0.113.9");
    const BundleContext context{.receive_time_ns = 1'795'219'300'000'000'000,
                                .user_agent = kAgent,
                                .agent = agent.get(),
                                .client_address = "203.0.113.0",
                                .place = &place,
                                .service_id = {}};
    const auto done = translate_bundle(json, context, scrubber, clocks, [](uint64_t) { return false; });
    if (!done) std::abort();
    written = done->logs.size() + done->traces.size();
    events = done->event_count;
    benchmark::DoNotOptimize(written);
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * events);
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * json.size()));
  state.counters["written"] = static_cast<double>(written);
  state.counters["events"] = events;
}
BENCHMARK(BM_TranslateBundle);

// The floor: what reading the JSON alone costs.
void BM_ParseBundle(benchmark::State& state) {
  const std::string json = typical_bundle();
  for (auto _ : state) {
    simdjson::dom::parser parser;
    benchmark::DoNotOptimize(parser.parse(json).error());
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * kEvents);
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * json.size()));
}
BENCHMARK(BM_ParseBundle);

}  // namespace
}  // namespace clew::receive_rum
