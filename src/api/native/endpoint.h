// The native API as data: endpoints, their parameters and the shape of their answers. Routes, OpenAPI and the reference page
// all come from these tables.
#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/native/native_routes.h"
#include "api/native/parameter.h"
#include "query/engine.h"
#include "query/part_scan.h"

namespace clew::api_native {

// How a field of an answer looks in JSON.
enum class FieldType : uint8_t {
  kText,
  kTraceId,   // 32 lowercase hex digits
  kSpanId,    // 16 lowercase hex digits
  kTime,      // Unix ns as a decimal string: beyond 2^53, which JavaScript's numbers do not hold
  kDuration,  // Integer ns
  kInteger,
  kSigned,    // Integer that may be negative, such as a difference in ns
  kNumber,
  kFlag,
  kValue,     // A typed attribute value as OTLP's JSON has it: {"stringValue":"x"}; {} for none
  kObject,    // `object` names it
};

struct Field {
  std::string_view name;
  FieldType type = FieldType::kText;
  std::string_view description = {};
  bool list = false;
  bool nested = false;           // A list of lists; only with `list`.
  bool nullable = false;         // null, or entries of the list that are null: no value there.
  bool optional = false;         // May be left out.
  std::string_view object = {};  // kObject: name of its Shape.
};

struct Shape {
  std::string_view name;
  std::string_view description = {};
  std::vector<Field> fields;
};

struct Answer {
  std::string body;
  std::string content_type = "application/json";
};

struct Question {
  const NativeOptions& options;
  const Arguments& arguments;
  const query::QueryControl& control;
  std::string_view body = {};  // Of a POST or PUT, decoded.
  // Of a question that is answered as a stream: progress, and an answer so far instead of the one before.
  query::ScanHooks hooks = {};
  std::function<void(std::string)> partial = {};
  void show_partial(std::string json) const {
    if (partial) partial(std::move(json));
  }
};
// Answers with a stream that goes on after it has returned, or says why not.
using StreamHandler = std::optional<ApiError> (*)(const Question&, net::HttpReply&);
using Handler = std::expected<Answer, ApiError> (*)(const Question&);

struct Endpoint {
  std::string_view path;  // "/api/v1/traces/{trace_id}"
  std::string_view id;    // OpenAPI's operationId
  std::string_view summary;
  std::string_view description = {};
  std::vector<Parameter> parameters;  // Those in the path first, in its order.
  std::string_view answer;            // Name of its Shape; empty where the description tells.
  Handler handler = nullptr;
  bool admitted = true;  // Takes a ticket of the admission gate. Cheap answers about ourselves do not.
  std::string_view method = "GET";
  std::string_view body = {};  // POST, PUT: what the body holds.
  bool streams = false;  // Also as server-sent events, for who accepts them: progress, answers so far, the answer.
  StreamHandler stream = nullptr;  // In place of `handler`: always server-sent events.
};

// Parts of the tables, each beside its handlers.
std::vector<Endpoint> arrival_endpoints();
std::vector<Shape> arrival_shapes();
// Logs and metrics.
std::vector<Endpoint> record_endpoints();
std::vector<Shape> record_shapes();
// Users' sessions: of applications, pages, requests and resources.
std::vector<Endpoint> rum_overview_endpoints();
std::vector<Shape> rum_overview_shapes();
// Errors of browsers, source maps.
std::vector<Endpoint> rum_error_endpoints();
std::vector<Shape> rum_error_shapes();

const std::vector<Endpoint>& endpoints();
// The rows for the user interface; part of endpoints() and shapes().
std::vector<Endpoint> ui_endpoints();
std::vector<Shape> ui_shapes();
const std::vector<Shape>& shapes();
const Shape& shape(std::string_view name);

// OpenAPI 3.1 of the tables, as JSON.
std::string openapi_json();
// docs/reference/api.md
std::string reference_markdown();

}  // namespace clew::api_native
