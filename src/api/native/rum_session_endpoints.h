// Sessions of users' browsers: rows of the tables in endpoint.h.
#pragma once

#include <vector>

#include "api/native/answers.h"
#include "api/native/endpoint.h"

namespace clew::api_native {

std::vector<Endpoint> rum_session_endpoints();
std::vector<Shape> rum_session_shapes();

AnswerResult answer_rum_sessions(const Question& question);
AnswerResult answer_rum_session(const Question& question);
AnswerResult answer_rum_session_event(const Question& question);
AnswerResult answer_rum_of_trace(const Question& question);

}  // namespace clew::api_native
