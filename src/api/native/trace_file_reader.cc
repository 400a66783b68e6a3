// Trace files: OTLP JSON, or Jaeger's JSON ({"data":[{"traceID","spans","processes"}]}, as Jaeger's API and its UI's download have it).
#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <simdjson.h>

#include "api/native/native_limits.h"
#include "api/native/opened_traces.h"
#include "otlp/traces_codec.h"

namespace clew::api_native {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

std::unexpected<stdx::Error> bad(std::string message) {
  return stdx::fail(stdx::ErrorCode::kInvalidArgument, std::move(message));
}

std::string text_of(object in, std::string_view key) {
  std::string_view text;
  return in[key].get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

// Jaeger counts microseconds; nanoseconds that do not fit are no time.
std::optional<uint64_t> nanoseconds(object in, std::string_view key) {
  uint64_t micros = 0;
  double real = 0;
  if (in[key].get(micros) != simdjson::SUCCESS) {
    if (in[key].get(real) != simdjson::SUCCESS || !(real >= 0) || real > 9e15) return std::nullopt;
    micros = static_cast<uint64_t>(real);
  }
  if (micros > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()) / 2000) return std::nullopt;
  return micros * 1000;
}

std::optional<otlp::SpanId> span_id_of(object in, std::string_view key) {
  const std::string text = text_of(in, key);
  if (text.empty() || text.size() > 16) return std::nullopt;
  const auto padded = otlp::parse_trace_id(text);
  return padded ? std::optional(padded->lo) : std::nullopt;
}

otlp::AnyValue value_of(element value, std::string_view type) {
  std::string_view text;
  int64_t whole = 0;
  double real = 0;
  bool flag = false;
  if (value.get(text) == simdjson::SUCCESS) {
    if (type == "bool") return {text == "true"};
    return {std::string(text)};
  }
  if (type == "float64" && value.get(real) == simdjson::SUCCESS) return {real};
  if (value.is_int64() && value.get(whole) == simdjson::SUCCESS) return {whole};
  if (value.get(real) == simdjson::SUCCESS) return {real};
  if (value.get(flag) == simdjson::SUCCESS) return {flag};
  return {simdjson::minify(value)};
}

otlp::Attributes attributes_of(object in, std::string_view key) {
  otlp::Attributes attributes;
  array tags;
  if (in[key].get(tags) != simdjson::SUCCESS) return attributes;
  for (const element tag : tags) {
    object entry;
    element value;
    if (tag.get(entry) != simdjson::SUCCESS || entry["value"].get(value) != simdjson::SUCCESS) continue;
    std::string name = text_of(entry, "key");
    // Client libraries repeat keys; the first counts.
    const bool known = std::ranges::any_of(attributes, [&](const otlp::KeyValue& attribute) { return attribute.key == name; });
    if (!name.empty() && !known) attributes.push_back({std::move(name), value_of(value, text_of(entry, "type"))});
  }
  return attributes;
}

// Takes an attribute out, as text.
std::string take(otlp::Attributes& attributes, std::string_view key) {
  const auto found = std::ranges::find(attributes, key, &otlp::KeyValue::key);
  if (found == attributes.end()) return {};
  std::string text;
  if (const auto* string = std::get_if<std::string>(&found->value.value)) text = *string;
  if (const auto* flag = std::get_if<bool>(&found->value.value)) text = *flag ? "true" : "false";
  attributes.erase(found);
  return text;
}

otlp::SpanKind kind_of(std::string_view word) {
  if (word == "server") return otlp::SpanKind::kServer;
  if (word == "client") return otlp::SpanKind::kClient;
  if (word == "producer") return otlp::SpanKind::kProducer;
  if (word == "consumer") return otlp::SpanKind::kConsumer;
  if (word == "internal") return otlp::SpanKind::kInternal;
  return otlp::SpanKind::kUnspecified;
}

void read_logs(object in, otlp::Span& span) {
  array logs;
  if (in["logs"].get(logs) != simdjson::SUCCESS) return;
  for (const element log : logs) {
    object entry;
    if (log.get(entry) != simdjson::SUCCESS) continue;
    otlp::SpanEvent event;
    event.time_unix_nano = nanoseconds(entry, "timestamp").value_or(span.start_time_unix_nano);
    event.attributes = attributes_of(entry, "fields");
    event.name = take(event.attributes, "event");
    if (event.name == "error" || event.name.empty()) {
      const bool is_exception = std::ranges::any_of(event.attributes, [](const auto& a) { return a.key.starts_with("exception."); });
      if (is_exception) event.name = "exception";
    }
    span.events.push_back(std::move(event));
  }
}

void read_references(object in, otlp::Span& span) {
  array references;
  if (in["references"].get(references) != simdjson::SUCCESS) {
    span.parent_span_id = span_id_of(in, "parentSpanID").value_or(0);
    return;
  }
  for (const element reference : references) {
    object entry;
    if (reference.get(entry) != simdjson::SUCCESS) continue;
    const auto trace = otlp::parse_trace_id(text_of(entry, "traceID"));
    const auto id = span_id_of(entry, "spanID");
    if (!trace || !id) continue;
    if (*trace == span.trace_id && span.parent_span_id == 0) {
      span.parent_span_id = *id;
    } else {
      span.links.push_back({*trace, *id, {}, {}, 0, 0});
    }
  }
}

stdx::Result<otlp::Span> read_span(object in) {
  otlp::Span span;
  const std::string trace_text = text_of(in, "traceID");
  const auto trace = otlp::parse_trace_id(trace_text);
  if (!trace || trace->is_zero()) return bad(fmt::format("a span's traceID is \"{:.40}\": 1 to 32 hex digits are needed", trace_text));
  const auto id = span_id_of(in, "spanID");
  if (!id || *id == 0) return bad(fmt::format("a span's spanID is \"{:.40}\": 1 to 16 hex digits are needed", text_of(in, "spanID")));
  const auto start = nanoseconds(in, "startTime");
  const auto duration = nanoseconds(in, "duration");
  if (!start || !duration) return bad(fmt::format("span {}: startTime and duration are numbers of microseconds", text_of(in, "spanID")));
  span.trace_id = *trace;
  span.span_id = *id;
  span.name = text_of(in, "operationName");
  span.start_time_unix_nano = *start;
  span.end_time_unix_nano = *start + *duration;
  read_references(in, span);
  span.attributes = attributes_of(in, "tags");
  span.kind = kind_of(take(span.attributes, "span.kind"));
  const std::string status = take(span.attributes, "otel.status_code");
  span.status_message = take(span.attributes, "otel.status_description");
  if (take(span.attributes, "error") == "true" || status == "ERROR") {
    span.status_code = otlp::StatusCode::kError;
  } else if (status == "OK") {
    span.status_code = otlp::StatusCode::kOk;
  }
  read_logs(in, span);
  return span;
}

stdx::Result<void> read_trace(object trace, otlp::TracesData& data) {
  std::map<std::string, size_t> groups;  // Process id → index into data.
  object processes;
  if (trace["processes"].get(processes) == simdjson::SUCCESS) {
    for (const auto [id, process] : processes) {
      object entry;
      if (process.get(entry) != simdjson::SUCCESS) continue;
      groups[std::string(id)] = data.resource_spans.size();
      otlp::ResourceSpans& group = data.resource_spans.emplace_back();
      group.resource.attributes = attributes_of(entry, "tags");
      std::erase_if(group.resource.attributes, [](const otlp::KeyValue& attribute) { return attribute.key == "service.name"; });
      group.resource.attributes.insert(group.resource.attributes.begin(), {"service.name", {text_of(entry, "serviceName")}});
      group.scope_spans.emplace_back();
    }
  }
  array spans;
  if (trace["spans"].get(spans) != simdjson::SUCCESS) return bad("a trace of the file has no \"spans\"");
  for (const element element_of_span : spans) {
    object in;
    if (element_of_span.get(in) != simdjson::SUCCESS) return bad("a span of the file is no object");
    auto span = read_span(in);
    if (!span) return std::unexpected(std::move(span.error()));
    const auto [group, is_new] = groups.try_emplace(text_of(in, "processID"), data.resource_spans.size());
    if (is_new) data.resource_spans.emplace_back().scope_spans.emplace_back();
    data.resource_spans[group->second].scope_spans.front().spans.push_back(std::move(*span));
  }
  return {};
}

stdx::Result<otlp::TracesData> read_jaeger(array traces) {
  otlp::TracesData data;
  for (const element trace : traces) {
    object entry;
    if (trace.get(entry) != simdjson::SUCCESS) return bad("an entry of \"data\" is no trace");
    if (auto read = read_trace(entry, data); !read) return std::unexpected(std::move(read.error()));
  }
  std::erase_if(data.resource_spans, [](const otlp::ResourceSpans& group) { return group.scope_spans.front().spans.empty(); });
  return data;
}

stdx::Result<otlp::TracesData> read_otlp(std::string_view text) {
  auto protobuf = otlp::traces_json_to_protobuf(text);
  if (!protobuf) return std::unexpected(std::move(protobuf.error()));
  return otlp::decode_traces(*protobuf);
}

// One request a line, as the Collector's file exporter writes.
stdx::Result<otlp::TracesData> read_otlp_lines(std::string_view text) {
  otlp::TracesData all;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), end + 1));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    auto data = read_otlp(line);
    if (!data) return data;
    std::ranges::move(data->resource_spans, std::back_inserter(all.resource_spans));
  }
  return all;
}

}  // namespace

stdx::Result<otlp::TracesData> parse_trace_file(std::string_view text, std::string_view& format) {
  simdjson::dom::parser parser;
  object root;
  const auto parsed = parser.parse(simdjson::padded_string(text)).get(root);
  format = "otlp";
  if (parsed != simdjson::SUCCESS) {
    const bool has_lines = text.find('\n') != std::string_view::npos;
    if (!has_lines) return bad(fmt::format("the file is no JSON object: {}", simdjson::error_message(parsed)));
    return read_otlp_lines(text);
  }
  array traces;
  if (root["data"].get(traces) == simdjson::SUCCESS) {
    format = "jaeger";
    return read_jaeger(traces);
  }
  element unused;
  if (root["spans"].get(unused) == simdjson::SUCCESS) {
    format = "jaeger";
    otlp::TracesData data;
    if (auto read = read_trace(root, data); !read) return std::unexpected(std::move(read.error()));
    return data;
  }
  if (root["resourceSpans"].get(unused) != simdjson::SUCCESS && root["resource_spans"].get(unused) != simdjson::SUCCESS) {
    return bad("the file is neither OTLP JSON (\"resourceSpans\") nor Jaeger's (\"data\")");
  }
  return read_otlp(text);
}

}  // namespace clew::api_native
