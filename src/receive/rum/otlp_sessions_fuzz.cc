// Any bytes as OTLP: of a request that its survey takes, every record is kept, as it was or as an event. Seeds:
// testdata/otlp_sessions_fuzz, bodies of testdata/otel as protobuf.
#include <cstdlib>

#include "otlp/records_survey.h"
#include "otlp/traces_survey.h"
#include "receive/rum/otlp_device.h"
#include "receive/rum/otlp_secrets.h"
#include "receive/rum/otlp_sessions.h"

namespace {

// What is scrubbed has the same items, refused for the same reasons, and nothing is left to scrub.
template <class Survey>
void check_scrubbed(std::string_view request, clew::receive_rum::OtlpItems items, Survey survey, bool from_browser,
                    const clew::receive_rum::Scrubber& scrubber) {
  const auto scrubbed = clew::receive_rum::without_secrets(request, items, from_browser, scrubber);
  if (!scrubbed) return;
  const auto before = survey(request, nullptr), after = survey(*scrubbed, nullptr);
  if (before.has_value() != after.has_value()) std::abort();
  if (before && (before->span_count != after->span_count || before->refused_by != after->refused_by)) std::abort();
  if (clew::receive_rum::without_secrets(*scrubbed, items, from_browser, scrubber)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace clew;
  static const receive_rum::Scrubber scrubber(receive_rum::default_secret_parameters());
  static receive_rum::SessionViews views;
  const std::string_view request(reinterpret_cast<const char*>(data), size);
  for (const std::string_view agent : {std::string_view("Mozilla/5.0"), std::string_view()}) {
    const receive_rum::BundleContext context{.receive_time_ns = 1'795'219'300'000'000'000,
                                             .user_agent = agent,
                                             .agent = nullptr,
                                             .client_address = "::1",
                                             .place = nullptr,
                                             .service_id = {}};
    const auto split = receive_rum::with_session_events(request, context, scrubber, views, {});
    const auto before = otlp::survey_logs(request);
    if (before && split.any()) {
      const auto after = otlp::survey_logs(split.logs);
      if (!after || after->span_count != before->span_count) std::abort();
    }
    const auto beside = receive_rum::requests_of_spans(request, context, scrubber, views, {});
    if (beside.any() && !otlp::survey_logs(beside.logs)) std::abort();
    const bool from_browser = !agent.empty();
    receive_rum::has_device(request, from_browser);
    receive_rum::has_sessions_without_device(request);
    check_scrubbed(request, receive_rum::OtlpItems::kLogRecords, otlp::survey_logs, from_browser, scrubber);
    check_scrubbed(request, receive_rum::OtlpItems::kSpans, otlp::survey_traces, from_browser, scrubber);
  }
  return 0;
}
