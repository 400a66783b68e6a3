// One function per endpoint: typed arguments in, JSON out. What they write is described in shapes.cc.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/native/endpoint.h"
#include "otlp/model.h"
#include "wire/json_writer.h"

namespace clew::api_native {

using AnswerResult = std::expected<Answer, ApiError>;

AnswerResult answer_search(const Question& question);
AnswerResult answer_trace(const Question& question);
AnswerResult answer_aggregate(const Question& question);
AnswerResult answer_services(const Question& question);
AnswerResult answer_operations(const Question& question);
AnswerResult answer_tags(const Question& question);
AnswerResult answer_tag_values(const Question& question);
AnswerResult answer_red(const Question& question);
AnswerResult answer_dependencies(const Question& question);
AnswerResult answer_status(const Question& question);
AnswerResult answer_blocks(const Question& question);
AnswerResult answer_openapi(const Question& question);
// For the user interface: ui_endpoints.cc.
AnswerResult answer_trace_columns(const Question& question);
AnswerResult answer_span(const Question& question);
AnswerResult answer_findings(const Question& question);
AnswerResult answer_service_colors(const Question& question);
AnswerResult answer_services_overview(const Question& question);
AnswerResult answer_series(const Question& question);
AnswerResult answer_timeline(const Question& question);
AnswerResult answer_heatmap(const Question& question);
AnswerResult answer_service_calls(const Question& question);
AnswerResult answer_service_instances(const Question& question);
AnswerResult answer_error_groups(const Question& question);
AnswerResult answer_compare(const Question& question);
AnswerResult answer_critical_path(const Question& question);
AnswerResult answer_trace_diff(const Question& question);
AnswerResult answer_find(const Question& question);
AnswerResult answer_trace_events(const Question& question);
std::optional<ApiError> stream_tail(const Question& question, net::HttpReply& reply);
AnswerResult answer_open(const Question& question);
AnswerResult answer_topology(const Question& question);
AnswerResult answer_service_detail(const Question& question);
AnswerResult answer_layout(const Question& question);
AnswerResult answer_put_layout(const Question& question);

// Parts that several answers share.
// OTLP's JSON of an AnyValue; {} for the empty value.
void write_value(wire::JsonWriter& json, const otlp::AnyValue& value);
// What a question about one trace is asked of: the file that `open` names, else what is stored.
std::expected<std::shared_ptr<const table::Catalog>, ApiError> catalog_of(const Question& question);
// A trace as /search has it.
std::string summary_json(const query::TraceSummary& trace);
void write_attributes(wire::JsonWriter& json, std::string_view name, const otlp::Attributes& attributes);
void write_range(wire::JsonWriter& json, table::TimeRange range);
void write_stats(wire::JsonWriter& json, const query::QueryStats& stats);
void write_numbers(wire::JsonWriter& json, std::string_view name, const std::vector<double>& numbers);
// Rounded to whole nanoseconds.
void write_durations(wire::JsonWriter& json, std::string_view name, const std::vector<double>& durations_ns);

// The range of `start` and `end`; refused when empty.
std::expected<table::TimeRange, ApiError> time_range(const Arguments& arguments);
// An error of the engine. When the input is at fault, the parameter whose name the message begins with is blamed, else
// `parameter`.
std::unexpected<ApiError> refused(stdx::Error error, std::string_view parameter = {});

}  // namespace clew::api_native
