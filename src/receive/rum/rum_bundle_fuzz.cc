// Any bytes as a body of each client: what comes out is OTLP that the survey takes whole. Seeds: testdata/*.json.
#include <cstdlib>

#include "otlp/traces_survey.h"
#include "receive/rum/bundle.h"
#include "receive/rum/faro.h"
#include "receive/rum/remote_config.h"
#include "receive/rum/skywalking_browser.h"
#include "receive/rum/skywalking_segments.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace clew;
  static const receive_rum::Scrubber scrubber(receive_rum::default_secret_parameters());
  static receive_rum::ClientClocks clocks;
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  const receive_rum::BundleContext context{.receive_time_ns = 1'795'219'300'000'000'000,
                                           .user_agent = "agent",
                                           .agent = nullptr,
                                           .client_address = "::1",
                                           .service_id = "x@y"};
  const auto check = [](const stdx::Result<receive_rum::TranslatedBundle>& done) {
    if (!done || done->traces.empty()) return;
    const auto survey = otlp::survey_traces(done->traces);
    if (!survey || survey->span_count != done->span_count) std::abort();
  };
  check(receive_rum::translate_bundle(json, context, scrubber, clocks, {}));
  check(receive_rum::translate_faro(json, context, scrubber, {}));
  check(receive_rum::translate_browser_segments(json, context, scrubber, clocks, {}));
  receive_rum::remote_config_of(json, "ws01@0123");
  for (const auto report : {receive_rum::SkyWalkingReport::kPerf, receive_rum::SkyWalkingReport::kResources,
                            receive_rum::SkyWalkingReport::kErrors}) {
    check(receive_rum::translate_skywalking(report, json, context, scrubber, {}));
  }
  return 0;
}
