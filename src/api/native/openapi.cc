// The tables as OpenAPI 3.1.
#include <algorithm>
#include <fmt/format.h>

#include "api/native/endpoint.h"
#include "api/native/native_limits.h"
#include "wire/json_writer.h"

namespace clew::api_native {
namespace {

using wire::JsonWriter;

void write_parameter_schema(JsonWriter& json, const Parameter& parameter) {
  json.key("schema").begin_object();
  switch (parameter.type) {
    case ParameterType::kInteger:
      json.member("type", "integer").member("minimum", parameter.low).member("maximum", parameter.high);
      if (!parameter.fallback.empty()) json.key("default").raw(parameter.fallback);
      break;
    case ParameterType::kChoice:
      json.member("type", "string").key("enum").begin_array();
      for (const std::string_view choice : parameter.choices) json.value(choice);
      json.end_array();
      if (!parameter.fallback.empty()) json.member("default", parameter.fallback);
      break;
    case ParameterType::kTraceId:
      json.member("type", "string").member("pattern", "^[0-9a-fA-F]{1,32}$");
      break;
    case ParameterType::kSpanId:
      json.member("type", "string").member("pattern", "^[0-9a-fA-F]{1,16}$");
      break;
    case ParameterType::kTextList:
    case ParameterType::kQuantiles:
      json.member("type", "array").member("minItems", 1).member("maxItems", parameter.high);
      json.key("items").begin_object();
      if (parameter.type == ParameterType::kQuantiles) {
        json.member("type", "number").member("exclusiveMinimum", 0).member("maximum", 1);
      } else {
        json.member("type", "string").member("minLength", 1);
      }
      json.end_object();
      if (!parameter.fallback.empty()) {
        json.key("default").begin_array();
        for (size_t begin = 0; begin <= parameter.fallback.size();) {
          const size_t end = std::min(parameter.fallback.find(',', begin), parameter.fallback.size());
          const std::string_view entry = parameter.fallback.substr(begin, end - begin);
          parameter.type == ParameterType::kTextList ? json.value(entry) : json.raw(entry);
          begin = end + 1;
        }
        json.end_array();
      }
      break;
    case ParameterType::kText:
    case ParameterType::kTime:
    case ParameterType::kDuration:
      json.member("type", "string").member("maxLength", kTextBytesMax);
      if (!parameter.fallback.empty()) json.member("default", parameter.fallback);
      break;
  }
  json.end_object();
}

void write_parameter(JsonWriter& json, const Parameter& parameter) {
  json.begin_object();
  json.member("name", parameter.name);
  json.member("in", parameter.in_path ? "path" : "query");
  json.member("required", parameter.required);
  std::string description(parameter.description);
  if (parameter.type == ParameterType::kTime) {
    description += ". RFC 3339, Unix time in s, ms, \u00b5s or ns by magnitude, or relative such as now-1h";
  }
  if (parameter.type == ParameterType::kDuration) description += ". Such as 90s, 5m or 1h30m";
  json.member("description", description);
  // A list is one value with commas between its entries.
  if (parameter.type == ParameterType::kTextList || parameter.type == ParameterType::kQuantiles) {
    json.member("style", "form").member("explode", false);
  }
  write_parameter_schema(json, parameter);
  json.end_object();
}

void write_type(JsonWriter& json, const Field& field) {
  switch (field.type) {
    case FieldType::kText: json.member("type", "string"); break;
    case FieldType::kTraceId: json.member("type", "string").member("pattern", "^[0-9a-f]{32}$"); break;
    case FieldType::kSpanId: json.member("type", "string").member("pattern", "^[0-9a-f]{16}$"); break;
    case FieldType::kTime: json.member("type", "string").member("pattern", "^-?[0-9]{1,19}$"); break;
    case FieldType::kDuration: json.member("type", "integer").member("format", "int64").member("minimum", 0); break;
    case FieldType::kInteger: json.member("type", "integer").member("format", "int64").member("minimum", 0); break;
    case FieldType::kSigned: json.member("type", "integer").member("format", "int64"); break;
    case FieldType::kNumber: json.member("type", "number"); break;
    case FieldType::kFlag: json.member("type", "boolean"); break;
    case FieldType::kValue: json.member("$ref", "#/components/schemas/AnyValue"); break;
    case FieldType::kObject: json.member("$ref", fmt::format("#/components/schemas/{}", field.object)); break;
  }
}

void write_nullable(JsonWriter& json, const Field& field) {
  if (!field.nullable) return write_type(json, field);
  json.key("oneOf").begin_array().begin_object();
  write_type(json, field);
  json.end_object().begin_object().member("type", "null").end_object().end_array();
}

void write_field(JsonWriter& json, const Field& field) {
  json.key(field.name).begin_object();
  json.member("description", field.description);
  if (field.list) {
    json.member("type", "array").key("items").begin_object();
    if (field.nested) json.member("type", "array").key("items").begin_object();
    write_nullable(json, field);
    if (field.nested) json.end_object();
    json.end_object();
  } else if (field.nullable) {
    write_nullable(json, field);
  } else {
    write_type(json, field);
  }
  json.end_object();
}

void write_shape(JsonWriter& json, const Shape& shape) {
  json.key(shape.name).begin_object();
  json.member("type", "object").member("description", shape.description).member("additionalProperties", false);
  json.key("required").begin_array();
  for (const Field& field : shape.fields) {
    if (!field.optional) json.value(field.name);
  }
  json.end_array();
  json.key("properties").begin_object();
  for (const Field& field : shape.fields) write_field(json, field);
  json.end_object().end_object();
}

void write_any_value(JsonWriter& json) {
  json.key("AnyValue").begin_object();
  json.member("type", "object").member("maxProperties", 1).member("additionalProperties", false);
  json.member("description", "A typed value in OTLP's JSON; {} is no value");
  json.key("properties").begin_object();
  json.key("stringValue").begin_object().member("type", "string").end_object();
  json.key("boolValue").begin_object().member("type", "boolean").end_object();
  json.key("intValue").begin_object().member("type", "string").member("pattern", "^-?[0-9]{1,19}$").end_object();
  json.key("doubleValue").raw(R"({"oneOf":[{"type":"number"},{"enum":["NaN","Infinity","-Infinity"]}]})");
  json.key("bytesValue").begin_object().member("type", "string").member("contentEncoding", "base64").end_object();
  json.key("arrayValue").raw(
      R"({"type":"object","properties":{"values":{"type":"array","items":{"$ref":"#/components/schemas/AnyValue"}}}})");
  json.key("kvlistValue").raw(
      R"({"type":"object","properties":{"values":{"type":"array","items":{"type":"object","properties":)"
      R"({"key":{"type":"string"},"value":{"$ref":"#/components/schemas/AnyValue"}}}}}})");
  json.end_object().end_object();
}

void write_operation(JsonWriter& json, const Endpoint& endpoint) {
  std::string method(endpoint.method);
  for (char& c : method) c = static_cast<char>(c - 'A' + 'a');
  json.key(method).begin_object();
  json.member("operationId", endpoint.id).member("summary", endpoint.summary);
  json.member("description", endpoint.description);
  json.key("parameters").begin_array();
  for (const Parameter& parameter : endpoint.parameters) write_parameter(json, parameter);
  json.end_array();
  if (!endpoint.body.empty()) {
    json.key("requestBody").begin_object().member("required", true).member("description", endpoint.body);
    json.key("content").raw(R"({"application/json":{"schema":{"type":"object"}}})").end_object();
  }
  json.key("responses").begin_object();
  json.key("200").begin_object().member("description", "The answer").key("content").begin_object();
  json.key("application/json").begin_object().key("schema").begin_object();
  if (endpoint.answer.empty()) {
    json.member("type", "object");
  } else {
    json.member("$ref", fmt::format("#/components/schemas/{}", endpoint.answer));
  }
  json.end_object().end_object().end_object().end_object();
  json.key("default").raw(
      R"({"description":"An error","content":{"application/json":{"schema":{"$ref":"#/components/schemas/ErrorAnswer"}}}})");
  json.end_object().end_object();
}

}  // namespace

std::string openapi_json() {
  std::string text;
  JsonWriter json(text);
  json.begin_object().member("openapi", "3.1.0");
  json.key("info").begin_object().member("title", "Clew").member("version", "1");
  json.member("description", "The native API of Clew. Docs: docs/reference/api.md").end_object();
  json.key("paths").begin_object();
  // Endpoints of one path stand together in the table.
  std::string_view path;
  for (const Endpoint& endpoint : endpoints()) {
    if (endpoint.path != path && !path.empty()) json.end_object();
    if (endpoint.path != path) json.key(endpoint.path).begin_object();
    path = endpoint.path;
    write_operation(json, endpoint);
  }
  json.end_object();
  json.end_object();
  json.key("components").begin_object().key("schemas").begin_object();
  for (const Shape& shape : shapes()) write_shape(json, shape);
  write_any_value(json);
  json.end_object().end_object().end_object();
  return text;
}

}  // namespace clew::api_native
