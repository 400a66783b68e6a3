// Opening a trace file, and which catalog a question about a trace is asked of.
#include <utility>

#include "api/native/answers.h"
#include "query/engine.h"

namespace clew::api_native {

std::expected<std::shared_ptr<const table::Catalog>, ApiError> catalog_of(const Question& question) {
  if (!question.arguments.has("open")) {
    return std::shared_ptr<const table::Catalog>(std::shared_ptr<void>(), question.options.catalog);  // The server's own.
  }
  if (question.options.opened == nullptr) {
    return std::unexpected(ApiError{stdx::ErrorCode::kNotFound, "this server opens no files", "open"});
  }
  auto found = question.options.opened->find(question.arguments.text("open"));
  if (!found) return std::unexpected(ApiError{found.error().code, std::move(found.error().message), "open"});
  return std::move(*found);
}

AnswerResult answer_open(const Question& question) {
  if (question.options.opened == nullptr) {
    return std::unexpected(ApiError{stdx::ErrorCode::kUnimplemented, "this server opens no files", {}});
  }
  std::string_view format;
  auto data = parse_trace_file(question.body, format);
  if (!data) return refused(std::move(data.error()));
  auto opened = question.options.opened->open(*data);
  if (!opened) return refused(std::move(opened.error()));
  const query::Engine engine(*opened->catalog);
  query::SearchRequest request;
  request.range = {INT64_MIN, INT64_MAX};
  request.limit = 1000;
  auto traces = engine.search(request, question.control);
  if (!traces) return refused(std::move(traces.error()));
  if (traces->traces.empty()) {
    return std::unexpected(ApiError{stdx::ErrorCode::kInvalidArgument, "the file holds no span that could be read", {}});
  }
  Answer answer;
  wire::JsonWriter json(answer.body);
  json.begin_object().member("open", opened->token).key("expires_at_ns").int64_string(opened->expires_at_ns);
  json.member("format", format).key("traces").begin_array();
  for (const query::TraceSummary& trace : traces->traces) {
    json.begin_object().member("trace_id", otlp::to_hex(trace.trace_id));
    json.member("root_service", trace.root_service).member("root_name", trace.root_name);
    json.key("start_time_ns").int64_string(trace.start_ns);
    json.member("duration_ns", trace.duration_ns).member("span_count", trace.span_count).member("error_count", trace.error_count);
    json.end_object();
  }
  json.end_array().end_object();
  return answer;
}

}  // namespace clew::api_native
