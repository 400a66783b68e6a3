#include <initializer_list>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "api/jaeger/jaeger_envelope.h"
#include "api/jaeger/jaeger_handlers.h"
#include "api/jaeger/jaeger_limits.h"
#include "api/jaeger/jaeger_query.h"
#include "otlp/traces_codec.h"
#include "query/traceql/fields.h"
#include "stdx/time_text.h"

namespace clew::api_jaeger {
namespace {

using stdx::ErrorCode;

// The canonical camelCase name first, then its aliases. Absent and empty are nullptr.
struct Named {
  std::string_view name;
  const std::string* text = nullptr;
};
Named find(const net::HttpRequest& request, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (const std::string* text = request.parameter(name); text != nullptr && !text->empty()) return {name, text};
  }
  return {*names.begin(), nullptr};
}

std::unexpected<stdx::Error> malformed(std::string_view name, std::string_view why) {
  return stdx::fail(ErrorCode::kInvalidArgument, fmt::format("malformed parameter {}: {}", name, why));
}

stdx::Result<std::optional<int64_t>> read_time(const Named& parameter) {
  if (parameter.text == nullptr) return std::nullopt;
  if (const auto ns = stdx::parse_rfc3339_ns(*parameter.text)) return *ns;
  return malformed(parameter.name, fmt::format("\"{}\" is not a time in RFC 3339", *parameter.text));
}

stdx::Result<std::optional<int64_t>> read_duration(const Named& parameter) {
  if (parameter.text == nullptr) return std::nullopt;
  if (const auto ns = stdx::parse_duration_ns(*parameter.text)) return *ns;
  return malformed(parameter.name, fmt::format("time: invalid duration \"{}\"", *parameter.text));
}

stdx::Result<bool> read_flag(const net::HttpRequest& request, const Named& parameter) {
  if (parameter.text == nullptr) return false;
  auto flag = flag_parameter(request, parameter.name);
  if (!flag) return malformed(parameter.name, "invalid syntax");
  return *flag;
}

struct V3Search {
  query::SearchRequest request;
  bool raw = false;
};

stdx::Result<int64_t> read_depth(const net::HttpRequest& request) {
  const Named depth = find(request, {"query.searchDepth", "query.search_depth", "query.num_traces", "query.numTraces"});
  if (depth.text == nullptr) return kTracesDefault;
  const auto number = integer_parameter(request, depth.name);
  if (!number || **number <= 0 || **number > kTracesMax) {
    return malformed(depth.name, fmt::format("\"{}\" is not a number from 1 to {}", *depth.text, kTracesMax));
  }
  return **number;
}

stdx::Result<table::TimeRange> read_range(const net::HttpRequest& request) {
  const Named min = find(request, {"query.startTimeMin", "query.start_time_min"});
  const Named max = find(request, {"query.startTimeMax", "query.start_time_max"});
  for (const Named& bound : {min, max}) {
    if (bound.text == nullptr) return malformed(bound.name, "required");
  }
  const auto begin_ns = read_time(min);
  if (!begin_ns) return std::unexpected(begin_ns.error());
  const auto end_ns = read_time(max);
  if (!end_ns) return std::unexpected(end_ns.error());
  if (**begin_ns >= **end_ns) return malformed(max.name, fmt::format("must be after {}", min.name));
  return table::TimeRange{**begin_ns, **end_ns};
}

stdx::Result<SpanPredicate> read_predicate(const net::HttpRequest& request) {
  // Who cannot serve a predicate must refuse it, never ignore it.
  if (find(request, {"query.filter"}).text != nullptr) {
    return stdx::fail(ErrorCode::kUnimplemented, "query.filter: structured filters are not supported");
  }
  SpanPredicate predicate;
  if (const Named service = find(request, {"query.serviceName", "query.service_name"}); service.text != nullptr) {
    predicate.service = *service.text;
  }
  if (const Named name = find(request, {"query.operationName", "query.operation_name"}); name.text != nullptr) {
    predicate.operation = *name.text;
  }
  if (const Named attributes = find(request, {"query.attributes"}); attributes.text != nullptr) {
    if (const auto read = parse_tag_map(*attributes.text, predicate.tags); !read) {
      return malformed(attributes.name, read.error().message);
    }
    if (predicate.tags.size() > kTagsMax) return malformed(attributes.name, fmt::format("more than {}", kTagsMax));
  }
  auto duration_min_ns = read_duration(find(request, {"query.durationMin", "query.duration_min"}));
  if (!duration_min_ns) return std::unexpected(std::move(duration_min_ns.error()));
  const Named max = find(request, {"query.durationMax", "query.duration_max"});
  auto duration_max_ns = read_duration(max);
  if (!duration_max_ns) return std::unexpected(std::move(duration_max_ns.error()));
  if (*duration_min_ns && *duration_max_ns && **duration_max_ns < **duration_min_ns) {
    return malformed(max.name, "less than the minimum duration");
  }
  predicate.duration_min_ns = *duration_min_ns;
  predicate.duration_max_ns = *duration_max_ns;
  return predicate;
}

stdx::Result<V3Search> read_search(const net::HttpRequest& request) {
  FirstError errors;
  V3Search search;
  search.request.traceql = to_traceql(errors.take(read_predicate(request)));
  search.request.range = errors.take(read_range(request));
  search.request.limit = static_cast<uint32_t>(errors.take(read_depth(request)));
  search.request.spans_per_trace = 0;
  search.raw = errors.take(read_flag(request, find(request, {"query.rawTraces", "query.raw_traces"})));
  if (errors.error()) return std::unexpected(*errors.error());
  return search;
}

// {"result":<OTLP JSON>}
net::HttpResponse otlp_response(const Asked& asked, std::vector<otlp::TracesData> traces, bool raw) {
  otlp::TracesData all = merged(std::move(traces));
  if (!raw) {
    const Warnings warnings = adjust(all, asked.options.clock_skew_max_ns);
    attach_warnings(all, warnings);
  }
  return json_response(fmt::format("{{\"result\":{}}}", otlp::traces_to_json(all)));
}

// Spans whose parent is not in their trace.
uint32_t count_orphans(const otlp::TracesData& data) {
  std::unordered_set<otlp::SpanId> ids;
  std::vector<otlp::SpanId> parents;
  for (const otlp::ResourceSpans& resource_spans : data.resource_spans) {
    for (const otlp::ScopeSpans& scope_spans : resource_spans.scope_spans) {
      for (const otlp::Span& span : scope_spans.spans) {
        ids.insert(span.span_id);
        if (span.parent_span_id != 0) parents.push_back(span.parent_span_id);
      }
    }
  }
  uint32_t orphans = 0;
  for (const otlp::SpanId parent : parents) orphans += ids.contains(parent) ? 0 : 1;
  return orphans;
}

void write_summary(wire::JsonWriter& json, const query::TraceSummary& trace, uint32_t orphan_count) {
  json.begin_object();
  json.member("traceId", otlp::to_hex(trace.trace_id));
  json.member("rootServiceName", trace.root_service);
  json.member("rootOperationName", trace.root_name);
  json.key("minStartTimeUnixNano").int64_string(trace.start_ns);
  json.key("maxEndTimeUnixNano").int64_string(trace.start_ns + trace.duration_ns);
  json.member("spanCount", trace.span_count);
  json.member("errorSpanCount", trace.error_count);
  json.member("orphanSpanCount", orphan_count);
  json.key("services").begin_array();
  for (const table::ServiceCount& service : trace.services) {
    json.begin_object().member("name", service.name).member("spanCount", service.span_count);
    json.member("errorSpanCount", service.error_count).end_object();
  }
  json.end_array().end_object();
}

}  // namespace

net::HttpResponse v3_services(const Asked& asked) {
  const auto services = asked.options.engine->services(all_time());
  if (!services) return v3_error(services.error());
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().key("services").begin_array();
  for (const query::ServiceInfo& service : *services) json.value(service.name);
  json.end_array().end_object();
  return json_response(std::move(body));
}

net::HttpResponse v3_operations(const Asked& asked) {
  const Named service = find(asked.request, {"service"});
  if (service.text == nullptr) return v3_error(400, "malformed parameter service: required");
  const Named kind = find(asked.request, {"spanKind", "span_kind"});
  const auto operations = asked.options.engine->operations(*service.text, all_time());
  if (!operations) return v3_error(operations.error());
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().key("operations").begin_array();
  for (const query::OperationInfo& operation : *operations) {
    const bool known = operation.kind != otlp::SpanKind::kUnspecified;
    const std::string_view word = known ? query_traceql::word(operation.kind) : std::string_view("internal");
    if (kind.text != nullptr && *kind.text != word) continue;
    json.begin_object().member("name", operation.name).member("spanKind", word).end_object();
  }
  json.end_array().end_object();
  return json_response(std::move(body));
}

net::HttpResponse v3_trace(const Asked& asked) {
  const net::HttpRequest& request = asked.request;
  const auto id = parse_any_trace_id(request.path_parameters.front());
  if (!id) return v3_error(400, "malformed parameter trace_id: not a trace ID");
  // Hints for stores that need them; they are only checked.
  for (const auto& time : {find(request, {"startTime", "start_time"}), find(request, {"endTime", "end_time"})}) {
    if (const auto read = read_time(time); !read) return v3_error(read.error());
  }
  const auto raw = read_flag(request, find(request, {"rawTraces", "raw_traces"}));
  if (!raw) return v3_error(raw.error());
  auto found = fetch_traces(asked, {*id});
  if (!found) return v3_error(found.error());
  if (found->traces.empty()) return v3_error(404, "No traces found");
  return otlp_response(asked, std::move(found->traces), *raw);
}

net::HttpResponse v3_traces(const Asked& asked) {
  const auto search = read_search(asked.request);
  if (!search) return v3_error(search.error());
  const auto result = asked.options.engine->search(search->request, asked.control);
  if (!result) return v3_error(result.error());
  std::vector<otlp::TraceId> ids;
  for (const query::TraceSummary& trace : result->traces) ids.push_back(trace.trace_id);
  auto found = fetch_traces(asked, ids);
  if (!found) return v3_error(found.error());
  if (found->left_out > 0) {
    return v3_error(413, fmt::format("the answer would hold more than {} spans; ask for fewer traces", kAnswerSpansMax));
  }
  if (found->traces.empty()) return v3_error(404, "No traces found");
  return otlp_response(asked, std::move(found->traces), search->raw);
}

net::HttpResponse v3_summaries(const Asked& asked) {
  const auto search = read_search(asked.request);
  if (!search) return v3_error(search.error());
  const auto result = asked.options.engine->search(search->request, asked.control);
  if (!result) return v3_error(result.error());
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().key("summaries").begin_array();
  for (const query::TraceSummary& summary : result->traces) {
    uint32_t orphan_count = 0;
    // A lone root cannot be an orphan; for the others their parents must be looked at.
    if (summary.span_count > 1 || summary.root_missing) {
      const auto trace = asked.options.engine->trace(summary.trace_id, asked.control);
      if (!trace && trace.error().code != ErrorCode::kNotFound) return v3_error(trace.error());
      if (trace) orphan_count = count_orphans(trace->data);
    }
    write_summary(json, summary, orphan_count);
  }
  json.end_array().end_object();
  return json_response(std::move(body));
}

}  // namespace clew::api_jaeger
