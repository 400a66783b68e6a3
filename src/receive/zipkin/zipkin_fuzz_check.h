// What must hold of every translation, whatever came in: for the fuzzers of the readers.
#pragma once

#include <cstdlib>

#include "otlp/traces_survey.h"
#include "receive/zipkin/zipkin_translate.h"

namespace clew::receive_zipkin {

// The envelope and every span are well-formed (an id may still be none), and there are as many as were said.
inline void check_translated(const stdx::Result<Translated>& translated) {
  if (!translated) return;
  const auto survey = otlp::survey_traces(translated->request);
  if (!survey || survey->span_count != translated->span_count) std::abort();
  if (survey->refused_by[static_cast<size_t>(otlp::SpanRefusal::kMalformed)] != 0) std::abort();
}

}  // namespace clew::receive_zipkin
