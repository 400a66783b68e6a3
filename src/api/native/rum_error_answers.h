// Errors of browsers and source maps: handlers of the endpoints in rum_error_endpoints.cc, and parts that sessions
// show, too.
#pragma once

#include "api/native/answers.h"
#include "query/rum/source_positions.h"

namespace clew::api_native {

AnswerResult answer_browser_errors(const Question& question);
AnswerResult answer_browser_error(const Question& question);
AnswerResult answer_put_browser_error(const Question& question);
AnswerResult answer_source_maps(const Question& question);
AnswerResult answer_add_source_map(const Question& question);
AnswerResult answer_delete_source_map(const Question& question);

// A list of frames, shape BrowserFrame; the key is the caller's.
void write_frames(wire::JsonWriter& json, const std::vector<query_rum::ResolvedFrame>& frames);

}  // namespace clew::api_native
