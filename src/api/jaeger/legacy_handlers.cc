#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "api/jaeger/jaeger_envelope.h"
#include "api/jaeger/jaeger_handlers.h"
#include "api/jaeger/jaeger_limits.h"
#include "api/jaeger/jaeger_query.h"
#include "api/jaeger/jaeger_trace.h"
#include "otlp/traces_codec.h"
#include "query/traceql/fields.h"

namespace clew::api_jaeger {
namespace {

using stdx::Error;
using stdx::ErrorCode;

constexpr int64_t kMicro = 1'000;
constexpr int64_t kMilli = 1'000'000;
constexpr int64_t kHour = 3'600'000'000'000;

int64_t scaled(int64_t value, int64_t unit_ns) {
  int64_t ns = 0;
  if (!__builtin_mul_overflow(value, unit_ns, &ns)) return ns;
  return value < 0 ? INT64_MIN : INT64_MAX;
}

struct LegacySearch {
  SpanPredicate predicate;
  table::TimeRange range;
  int64_t limit = kTracesDefault;
  bool raw = false;
  std::vector<otlp::TraceId> trace_ids;
};

void read_tags(const net::HttpRequest& request, FirstError& errors, std::map<std::string, std::string>& tags) {
  for (const std::string_view tag : all_values(request, "tag")) {
    if (const auto read = parse_tag(tag, tags); !read) errors.add(read.error().message);
  }
  for (const std::string_view map : all_values(request, "tags")) {
    if (const auto read = parse_tag_map(map, tags); !read) errors.add(read.error().message);
  }
  if (tags.size() > kTagsMax) errors.add(fmt::format("more than {} tags", kTagsMax));
}

SpanPredicate read_predicate(const net::HttpRequest& request, FirstError& errors) {
  SpanPredicate predicate;
  if (const std::string* service = request.parameter("service")) predicate.service = *service;
  if (const std::string* operation = request.parameter("operation")) predicate.operation = *operation;
  read_tags(request, errors, predicate.tags);
  predicate.duration_min_ns = errors.take(duration_parameter(request, "minDuration"));
  predicate.duration_max_ns = errors.take(duration_parameter(request, "maxDuration"));
  if (predicate.duration_min_ns && predicate.duration_max_ns && *predicate.duration_max_ns < *predicate.duration_min_ns) {
    errors.add("'maxDuration' should be greater than 'minDuration'");
  }
  return predicate;
}

stdx::Result<LegacySearch> read_search(const Asked& asked) {
  const net::HttpRequest& request = asked.request;
  FirstError errors;
  LegacySearch search;
  search.predicate = read_predicate(request, errors);
  const auto start_us = errors.take(integer_parameter(request, "start"));
  const auto end_us = errors.take(integer_parameter(request, "end"));
  const int64_t now_ns = asked.options.clock->now_ns();
  search.range.begin_ns = start_us ? scaled(*start_us, kMicro) : now_ns - 48 * kHour;
  // Inclusive to the whole microsecond, as `end` is the start of a span as this API prints it.
  search.range.end_ns = end_us ? scaled(std::min(*end_us, INT64_MAX - 1) + 1, kMicro) : now_ns + 1;
  const auto limit = errors.take(integer_parameter(request, "limit"));
  if (limit && (*limit < 0 || *limit > kTracesMax)) {
    errors.add(fmt::format("unable to parse param 'limit': {} is not from 0 to {}", *limit, kTracesMax));
  }
  if (limit && *limit > 0) search.limit = *limit;
  search.raw = errors.take(flag_parameter(request, "raw"));
  for (const std::string_view text : all_values(request, "traceID")) {
    const auto id = parse_any_trace_id(text);
    if (!id) errors.add(fmt::format("unable to parse param 'traceID': cannot parse trace ID \"{}\"", text));
    if (id) search.trace_ids.push_back(*id);
  }
  if (search.trace_ids.size() > kTraceIdsMax) errors.add(fmt::format("more than {} trace IDs", kTraceIdsMax));
  if (errors.error()) return std::unexpected(*errors.error());
  return search;
}

net::HttpResponse traces_response(const Asked& asked, std::vector<otlp::TracesData> traces, bool raw,
                                  const std::vector<LegacyError>& errors) {
  return envelope(
      [&](wire::JsonWriter& json) {
        json.begin_array();
        for (otlp::TracesData& trace : traces) {
          const Warnings warnings = raw ? Warnings() : adjust(trace, asked.options.clock_skew_max_ns);
          write_traces(json, trace, warnings);
        }
        json.end_array();
      },
      0, errors);
}

stdx::Result<std::vector<otlp::TraceId>> find_ids(const Asked& asked, const LegacySearch& search) {
  std::vector<otlp::TraceId> ids;
  if (search.range.begin_ns >= search.range.end_ns) return ids;
  const auto result = asked.options.engine->search({.traceql = to_traceql(search.predicate),
                                                    .range = search.range,
                                                    .limit = static_cast<uint32_t>(search.limit),
                                                    .spans_per_trace = 0,
                                                    .cursor = {},
                                                    .select = {}},
                                                   asked.control);
  if (!result) return std::unexpected(result.error());
  for (const query::TraceSummary& trace : result->traces) ids.push_back(trace.trace_id);
  return ids;
}

stdx::Result<std::vector<query::OperationInfo>> operations_of(const Asked& asked, const std::string& service) {
  return asked.options.engine->operations(service, all_time());
}

}  // namespace

net::HttpResponse legacy_search(const Asked& asked) {
  auto search = read_search(asked);
  if (!search) return legacy_error(search.error());
  const bool by_id = !search->trace_ids.empty();
  if (!by_id) {
    auto ids = find_ids(asked, *search);
    if (!ids) return legacy_error(ids.error());
    search->trace_ids = std::move(*ids);
  }
  auto found = fetch_traces(asked, search->trace_ids);
  if (!found) return legacy_error(found.error());
  std::vector<LegacyError> errors;
  if (by_id) {
    for (const otlp::TraceId id : found->missing) errors.push_back({0, "trace not found", id});
  }
  if (found->left_out > 0) {
    errors.push_back({413, fmt::format("{} more traces are left out: the answer holds more than {} spans", found->left_out,
                                       kAnswerSpansMax),
                      std::nullopt});
  }
  return traces_response(asked, std::move(found->traces), search->raw, errors);
}

net::HttpResponse legacy_trace(const Asked& asked) {
  const std::string& text = asked.request.path_parameters.front();
  const auto id = parse_any_trace_id(text);
  if (!id) return legacy_error(400, fmt::format("unable to parse param 'traceID': cannot parse trace ID \"{}\"", text));
  // The times are hints for stores that need them; they are only checked.
  for (const char* name : {"start", "end"}) {
    if (const auto time = integer_parameter(asked.request, name); !time) return legacy_error(time.error());
  }
  const auto raw = flag_parameter(asked.request, "raw");
  if (!raw) return legacy_error(raw.error());
  auto found = fetch_traces(asked, {*id});
  if (!found) return legacy_error(found.error());
  if (found->traces.empty()) return legacy_error(404, "trace not found");
  return traces_response(asked, std::move(found->traces), *raw, {});
}

net::HttpResponse legacy_services(const Asked& asked) {
  const auto services = asked.options.engine->services(all_time());
  if (!services) return legacy_error(services.error());
  return envelope(
      [&](wire::JsonWriter& json) {
        json.begin_array();
        for (const query::ServiceInfo& service : *services) json.value(service.name);
        json.end_array();
      },
      services->size());
}

net::HttpResponse legacy_service_operations(const Asked& asked) {
  const auto operations = operations_of(asked, asked.request.path_parameters.front());
  if (!operations) return legacy_error(operations.error());
  std::set<std::string> names;
  for (const query::OperationInfo& operation : *operations) names.insert(operation.name);
  return envelope(
      [&](wire::JsonWriter& json) {
        json.begin_array();
        for (const std::string& name : names) json.value(name);
        json.end_array();
      },
      names.size());
}

net::HttpResponse legacy_operations(const Asked& asked) {
  const std::string* service = asked.request.parameter("service");
  if (service == nullptr || service->empty()) return legacy_error(400, "parameter 'service' is required");
  auto operations = operations_of(asked, *service);
  if (!operations) return legacy_error(operations.error());
  if (const std::string* kind = asked.request.parameter("spanKind"); kind != nullptr && !kind->empty()) {
    std::erase_if(*operations,
                  [&](const query::OperationInfo& operation) { return query_traceql::word(operation.kind) != *kind; });
  }
  return envelope(
      [&](wire::JsonWriter& json) {
        json.begin_array();
        for (const query::OperationInfo& operation : *operations) {
          const bool known = operation.kind != otlp::SpanKind::kUnspecified;
          json.begin_object().member("name", operation.name);
          json.member("spanKind", known ? query_traceql::word(operation.kind) : std::string_view()).end_object();
        }
        json.end_array();
      },
      operations->size());
}

net::HttpResponse legacy_dependencies(const Asked& asked) {
  const auto end_ms = integer_parameter(asked.request, "endTs");
  if (!end_ms) return legacy_error(end_ms.error());
  const auto lookback_ms = integer_parameter(asked.request, "lookback");
  if (!lookback_ms) return legacy_error(lookback_ms.error());
  const int64_t end_ns = *end_ms ? scaled(**end_ms, kMilli) : asked.options.clock->now_ns();
  const int64_t lookback_ns = *lookback_ms ? scaled(**lookback_ms, kMilli) : 24 * kHour;
  int64_t begin_ns = 0;
  if (lookback_ns < 0 || __builtin_sub_overflow(end_ns, lookback_ns, &begin_ns)) {
    return legacy_error(400, "unable to parse param 'lookback': out of range");
  }
  const auto dependencies = asked.options.engine->dependencies({begin_ns, end_ns});
  if (!dependencies) return legacy_error(dependencies.error());
  const std::string* service = asked.request.parameter("service");
  std::map<std::pair<std::string, std::string>, int64_t> calls;
  for (const query::Dependency& edge : *dependencies) {
    // Jaeger's edges lie between services that send spans, and never lead from one to itself.
    if (edge.child_virtual || edge.parent == edge.child) continue;
    if (service != nullptr && !service->empty() && edge.parent != *service && edge.child != *service) continue;
    calls[{edge.parent, edge.child}] += edge.call_count;
  }
  return envelope([&](wire::JsonWriter& json) {
    json.begin_array();
    for (const auto& [pair, call_count] : calls) {
      json.begin_object().member("parent", pair.first).member("child", pair.second);
      json.member("callCount", call_count).end_object();
    }
    json.end_array();
  });
}

net::HttpResponse legacy_archive(const Asked& asked) {
  const std::string& text = asked.request.path_parameters.front();
  const auto id = parse_any_trace_id(text);
  if (!id) return legacy_error(400, fmt::format("unable to parse param 'traceID': cannot parse trace ID \"{}\"", text));
  const auto trace = asked.options.engine->trace(*id, asked.control);
  if (!trace && trace.error().code == ErrorCode::kNotFound) return legacy_error(404, "trace not found");
  if (!trace) return legacy_error(trace.error());
  // A promise to keep it would be a lie until traces can be exempted from retention.
  return legacy_error(501, "archive storage is not configured");
}

net::HttpResponse legacy_transform(const Asked& asked) {
  if (asked.request.body.size() > kTransformBytesMax) {
    return legacy_error(413, fmt::format("more than {} bytes", kTransformBytesMax));
  }
  const auto protobuf = otlp::traces_json_to_protobuf(asked.request.body);
  if (!protobuf) return legacy_error(400, fmt::format("cannot unmarshal OTLP : {}", protobuf.error().message));
  auto data = otlp::decode_traces(*protobuf);
  if (!data) return legacy_error(400, fmt::format("cannot unmarshal OTLP : {}", data.error().message));
  std::vector<otlp::TracesData> traces;
  traces.push_back(std::move(*data));
  return traces_response(asked, std::move(traces), false, {});
}

}  // namespace clew::api_jaeger
