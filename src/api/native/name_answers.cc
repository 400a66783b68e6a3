#include <utility>

#include "api/native/answers.h"
#include "query/traceql/fields.h"

namespace clew::api_native {
namespace {

query::TagScope tag_scope(std::string_view word) {
  if (word == "span") return query::TagScope::kSpan;
  if (word == "resource") return query::TagScope::kResource;
  if (word == "instrumentation") return query::TagScope::kInstrumentation;
  if (word == "intrinsic") return query::TagScope::kIntrinsic;
  return query::TagScope::kAny;
}

std::string_view scope_word(query::TagScope scope) {
  switch (scope) {
    case query::TagScope::kAny: return "any";
    case query::TagScope::kSpan: return "span";
    case query::TagScope::kResource: return "resource";
    case query::TagScope::kInstrumentation: return "instrumentation";
    case query::TagScope::kIntrinsic: return "intrinsic";
  }
  return "any";
}

std::string_view type_word(table::ValueType type) {
  switch (type) {
    case table::ValueType::kString: return "string";
    case table::ValueType::kJson: return "json";
    case table::ValueType::kInt64: return "int";
    case table::ValueType::kDouble: return "double";
    case table::ValueType::kBool: return "bool";
    case table::ValueType::kEnum: return "enum";
    case table::ValueType::kTraceId:
    case table::ValueType::kSpanId: return "id";
  }
  return "string";
}

}  // namespace

AnswerResult answer_services(const Question& question) {
  auto range = time_range(question.arguments);
  if (!range) return std::unexpected(std::move(range.error()));
  auto services = question.options.engine->services(*range);
  if (!services) return refused(std::move(services.error()));
  Answer answer;
  wire::JsonWriter json(answer.body);
  json.begin_object().key("services").begin_array();
  for (const query::ServiceInfo& service : *services) {
    json.begin_object();
    json.member("name", service.name);
    json.member("span_count", service.span_count);
    json.member("error_count", service.error_count);
    json.end_object();
  }
  json.end_array();
  write_range(json, *range);
  json.end_object();
  return answer;
}

AnswerResult answer_operations(const Question& question) {
  auto range = time_range(question.arguments);
  if (!range) return std::unexpected(std::move(range.error()));
  auto operations = question.options.engine->operations(question.arguments.text("service"), *range);
  if (!operations) return refused(std::move(operations.error()), "service");
  Answer answer;
  wire::JsonWriter json(answer.body);
  json.begin_object().key("operations").begin_array();
  for (const query::OperationInfo& operation : *operations) {
    json.begin_object();
    json.member("name", operation.name);
    json.member("kind", query_traceql::word(operation.kind));
    json.member("span_count", operation.count);
    json.end_object();
  }
  json.end_array();
  write_range(json, *range);
  json.end_object();
  return answer;
}

AnswerResult answer_tags(const Question& question) {
  auto range = time_range(question.arguments);
  if (!range) return std::unexpected(std::move(range.error()));
  auto tags = question.options.engine->tags(tag_scope(question.arguments.text("scope")), *range, question.control);
  if (!tags) return refused(std::move(tags.error()));
  Answer answer;
  wire::JsonWriter json(answer.body);
  json.begin_object().key("tags").begin_array();
  for (const query::TagInfo& tag : *tags) {
    json.begin_object();
    json.member("scope", scope_word(tag.scope));
    json.member("name", tag.name);
    json.member("type", type_word(tag.type));
    json.member("span_count", tag.count);
    json.end_object();
  }
  json.end_array();
  write_range(json, *range);
  json.end_object();
  return answer;
}

AnswerResult answer_tag_values(const Question& question) {
  const Arguments& arguments = question.arguments;
  auto range = time_range(arguments);
  if (!range) return std::unexpected(std::move(range.error()));
  auto values = question.options.engine->tag_values(arguments.text("tag"), arguments.text("q"), *range,
                                                    static_cast<uint32_t>(arguments.number("limit")), question.control);
  // The filter's own errors say so; without a filter only the tag can be at fault.
  if (!values) return refused(std::move(values.error()), arguments.text("q") == "{}" ? "tag" : "q");
  Answer answer;
  wire::JsonWriter json(answer.body);
  json.begin_object().key("values").begin_array();
  for (const query::TagValue& value : *values) {
    json.begin_object().key("value");
    write_value(json, value.value);
    json.member("span_count", value.count);
    json.end_object();
  }
  json.end_array();
  write_range(json, *range);
  json.end_object();
  return answer;
}

}  // namespace clew::api_native
