// The tables as docs/reference/api.md. A test rewrites the file when CLEW_REWRITE is set and compares it otherwise.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "api/native/endpoint.h"
#include "api/native/native_limits.h"

namespace clew::api_native {
namespace {

constexpr std::string_view kIntroduction = R"(# The native API

<!-- Written from src/api/native/endpoints.cc and shapes.cc by api_native_test with CLEW_GOLDEN_REWRITE=1: edit those. -->

JSON over HTTP on the main port (7070). The same description for machines: `GET /api/v1/openapi.json` (OpenAPI 3.1).

## Conventions

- **Times** in questions are RFC 3339 (`2026-01-01T00:00:05.25Z`), Unix time, or relative to the server's clock (`now`,
  `now-1h30m`, `now+5m`). The unit of a Unix time is told by its magnitude: below 10^11 seconds (also with a fraction), below
  10^14 milliseconds, below 10^17 microseconds, else nanoseconds; so write instants before March 1973 in RFC 3339. Times in
  answers are Unix nanoseconds as **strings** (`…_time_ns`, `start_ns`, …), because they exceed what a JavaScript number holds.
- **Ranges** are half-open: `start` is in, `end` is not. Rollups (services, operations, RED, dependencies) count whole minutes.
- **Durations** in questions are texts such as `90s`, `1.5m`, `1h30m`; in answers integers in nanoseconds
  (`…duration_ns`, `…quantiles_ns`).
- **Ids** are lowercase hex: 32 digits for traces, 16 for spans. In questions either case is taken.
- **Typed values** are written as OTLP's JSON has them: `{"stringValue":"x"}`, `{"intValue":"42"}`, `{"doubleValue":0.5}`,
  `{"boolValue":true}`, `{"arrayValue":{"values":[…]}}`, `{"kvlistValue":{"values":[{"key":"k","value":{…}}]}}`,
  `{"bytesValue":"<base64>"}`; `{}` is no value.
- **Lists** in questions are one value with commas between the entries: `select=span.http.method,resource.host.name`. A key that
  holds a comma stands in quotes: `span."a,b"`.
- **Parameters** are checked strictly: one that is unknown, malformed, out of bounds or given twice is refused with 400. One that
  is present but empty counts as absent.
- **Errors** have a status of 400 or more and a body
  `{"error":{"code":"invalid_argument","message":"…","parameter":"limit"}}`; `parameter` is there when one is at fault.
)";

std::string parameter_text(const Parameter& parameter) {
  switch (parameter.type) {
    case ParameterType::kText: return "text";
    case ParameterType::kTime: return "time";
    case ParameterType::kDuration: return "duration";
    case ParameterType::kInteger: return fmt::format("integer {} … {}", parameter.low, parameter.high);
    case ParameterType::kChoice: return fmt::format("`{}`", fmt::join(parameter.choices, "`, `"));
    case ParameterType::kTextList: return fmt::format("list, at most {}", parameter.high);
    case ParameterType::kQuantiles: return fmt::format("list of numbers, at most {}", parameter.high);
    case ParameterType::kTraceId: return "trace id";
    case ParameterType::kSpanId: return "span id";
  }
  return "";
}

std::string field_text(const Field& field) {
  std::string text;
  switch (field.type) {
    case FieldType::kText: text = "text"; break;
    case FieldType::kTraceId: text = "trace id"; break;
    case FieldType::kSpanId: text = "span id"; break;
    case FieldType::kTime: text = "time (string)"; break;
    case FieldType::kDuration: text = "integer ns"; break;
    case FieldType::kInteger: text = "integer"; break;
    case FieldType::kSigned: text = "integer, also negative"; break;
    case FieldType::kNumber: text = "number"; break;
    case FieldType::kFlag: text = "boolean"; break;
    case FieldType::kValue: text = "typed value"; break;
    case FieldType::kObject: text = fmt::format("[{}](#{})", field.object, field.object); break;
  }
  if (field.nullable) text += " or null";
  if (field.nested) text = "list of " + text;
  if (field.list) text = "list of " + text;
  if (field.optional) text += ", optional";
  return text;
}

void append_endpoint(std::string& page, const Endpoint& endpoint) {
  page += fmt::format("\n### {}\n\n`{} {}`\n\n{}\n", endpoint.summary, endpoint.method, endpoint.path,
                      endpoint.description);
  if (!endpoint.body.empty()) page += fmt::format("\nBody: {}\n", endpoint.body);
  if (!endpoint.parameters.empty()) {
    page += "\n| parameter | is | default | |\n|---|---|---|---|\n";
    for (const Parameter& parameter : endpoint.parameters) {
      const std::string fallback = parameter.required             ? "required"
                                   : parameter.fallback.empty() ? ""
                                                                : fmt::format("`{}`", parameter.fallback);
      page += fmt::format("| `{}` | {} | {} | {} |\n", parameter.name, parameter_text(parameter), fallback,
                          parameter.description);
    }
  }
  if (!endpoint.answer.empty()) page += fmt::format("\nAnswer: [{0}](#{0}).\n", endpoint.answer);
}

void append_limits(std::string& page) {
  page += "\n## Limits\n\n| what | limit |\n|---|---|\n";
  page += fmt::format("| one parameter | {} bytes |\n", kTextBytesMax);
  page += fmt::format("| traces in a page | {} |\n", kTracesMax);
  page += fmt::format("| matched spans with a trace | {} |\n", kSpansPerTraceMax);
  page += fmt::format("| selected attributes | {} |\n", kSelectedAttributesMax);
  page += fmt::format("| tag values | {} |\n", kTagValuesMax);
  page += fmt::format("| groups, attributes in a key | {}, {} |\n", kGroupsMax, kGroupKeysMax);
  page += fmt::format("| quantiles | {} |\n", kQuantilesMax);
  page += fmt::format("| steps of a RED series | {} |\n", kRedPointsMax);
  const query::AdmissionLimits limits;
  page += fmt::format("| questions at once, over all APIs | {}; beyond: 503 with `Retry-After: {}` |\n",
                      limits.concurrent_max, net::kRetryAfterSeconds);
  page += fmt::format("| time for one question | {} s; beyond: 504 |\n", limits.deadline_ns / 1'000'000'000);
}

}  // namespace

std::string reference_markdown() {
  std::string page(kIntroduction);
  append_limits(page);
  page += "\n## Questions\n";
  for (const Endpoint& endpoint : endpoints()) append_endpoint(page, endpoint);
  page += "\n## Answers\n";
  for (const Shape& shape : shapes()) {
    page += fmt::format("\n### {}\n\n{}\n\n| field | is | |\n|---|---|---|\n", shape.name, shape.description);
    for (const Field& field : shape.fields) {
      page += fmt::format("| `{}` | {} | {} |\n", field.name, field_text(field), field.description);
    }
  }
  return page;
}

}  // namespace clew::api_native
