// Any bytes as OTLP: of a request that its survey takes, every record is kept, as it was or as an event. Seeds: testdata/otlp_sessions_fuzz, bodies of testdata/otel as protobuf.
#include <cstdlib>

#include "otlp/records_survey.h"
#include "receive/rum/otlp_sessions.h"

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
    const std::string split = receive_rum::with_session_events(request, context, scrubber, views);
    const auto before = otlp::survey_logs(request);
    if (before && !split.empty()) {
      const auto after = otlp::survey_logs(split);
      if (!after || after->span_count != before->span_count) std::abort();
    }
    const std::string beside = receive_rum::requests_of_spans(request, context, scrubber, views);
    if (!beside.empty() && !otlp::survey_logs(beside)) std::abort();
  }
  return 0;
}
