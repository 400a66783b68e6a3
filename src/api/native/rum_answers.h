// Questions about users' sessions: what their endpoints share.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/native/answers.h"
#include "api/native/endpoint_parameters.h"
#include "query/rum/event_filter.h"
#include "query/rum/overview.h"
#include "query/rum/request_list.h"

namespace clew::api_native {

// Parameters app, q, start and end; then `more`.
std::vector<Parameter> rum_parameters(std::vector<Parameter> more = {});

// What those parameters say.
struct RumScope {
  table::TimeRange range;
  std::string app;
  query_rum::EventFilter filter;
};
std::expected<RumScope, ApiError> rum_scope(const Arguments& arguments);

// Durations that are told in ms, as ns; null where there is none.
void write_ms(wire::JsonWriter& json, std::string_view name, std::optional<double> ms);
void write_score(wire::JsonWriter& json, std::string_view name, std::optional<double> score);

void write_counts(wire::JsonWriter& json, std::string_view name, const query_rum::Counts& counts);
void write_vitals(wire::JsonWriter& json, const std::vector<query_rum::VitalSummary>& vitals);
void write_phases(wire::JsonWriter& json, const query_rum::PhaseSummary& phases);

void write_request(wire::JsonWriter& json, const query_rum::RequestRow& row);
void write_resource(wire::JsonWriter& json, const query_rum::ResourceRow& row);

AnswerResult answer_rum_apps(const Question& question);
AnswerResult answer_rum_overview(const Question& question);
AnswerResult answer_rum_breakdown(const Question& question);
AnswerResult answer_rum_requests(const Question& question);
AnswerResult answer_rum_resources(const Question& question);
AnswerResult answer_rum_page(const Question& question);

}  // namespace clew::api_native
