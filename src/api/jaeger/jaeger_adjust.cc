#include "api/jaeger/jaeger_adjust.h"

#include <algorithm>
#include <map>
#include <ranges>
#include <utility>

#include <fmt/format.h>

#include "stdx/time_text.h"

namespace clew::api_jaeger {
namespace {

struct Placed {
  otlp::Span* span;
  const otlp::Resource* resource;
};

std::vector<Placed> all_spans(otlp::TracesData& data) {
  std::vector<Placed> spans;
  for (otlp::ResourceSpans& resource_spans : data.resource_spans) {
    for (otlp::ScopeSpans& scope_spans : resource_spans.scope_spans) {
      for (otlp::Span& span : scope_spans.spans) spans.push_back({&span, &resource_spans.resource});
    }
  }
  return spans;
}

void sort_attributes(otlp::Attributes& attributes) { std::ranges::sort(attributes, {}, &otlp::KeyValue::key); }

void sort_collections(otlp::TracesData& data) {
  for (otlp::ResourceSpans& resource_spans : data.resource_spans) {
    sort_attributes(resource_spans.resource.attributes);
    for (otlp::ScopeSpans& scope_spans : resource_spans.scope_spans) sort_attributes(scope_spans.scope.attributes);
  }
  for (const Placed& placed : all_spans(data)) {
    sort_attributes(placed.span->attributes);
    for (otlp::SpanEvent& event : placed.span->events) sort_attributes(event.attributes);
    for (otlp::SpanLink& link : placed.span->links) sort_attributes(link.attributes);
  }
}

void drop_equal_spans(otlp::TracesData& data) {
  for (otlp::ResourceSpans& resource_spans : data.resource_spans) {
    for (otlp::ScopeSpans& scope_spans : resource_spans.scope_spans) {
      std::vector<otlp::Span>& spans = scope_spans.spans;
      // Equal spans have equal ids, so only those are compared; rarely is there one.
      std::unordered_multimap<otlp::SpanId, size_t> kept;
      size_t end = 0;
      for (size_t i = 0; i < spans.size(); ++i) {
        const auto [first, last] = kept.equal_range(spans[i].span_id);
        if (std::any_of(first, last, [&](const auto& entry) { return same_span(spans[entry.second], spans[i]); })) continue;
        if (end != i) spans[end] = std::move(spans[i]);
        kept.emplace(spans[end].span_id, end);
        ++end;
      }
      spans.resize(end);
    }
  }
}

// A client and its server with one id, as Zipkin's B3 has them: the server's span becomes a child with an id of its own, and
// what hung below the shared id now hangs below the server's.
void split_shared_ids(const std::vector<Placed>& spans) {
  std::unordered_map<otlp::SpanId, int> clients;
  otlp::SpanId id_max = 0;
  for (const Placed& placed : spans) {
    id_max = std::max(id_max, placed.span->span_id);
    if (placed.span->kind == otlp::SpanKind::kClient) ++clients[placed.span->span_id];
  }
  std::unordered_map<otlp::SpanId, otlp::SpanId> renamed;
  for (const Placed& placed : spans) {
    if (placed.span->kind != otlp::SpanKind::kServer || !clients.contains(placed.span->span_id)) continue;
    if (id_max == UINT64_MAX || renamed.contains(placed.span->span_id)) continue;
    const otlp::SpanId shared_id = placed.span->span_id;
    placed.span->span_id = ++id_max;
    placed.span->parent_span_id = shared_id;
    renamed.emplace(shared_id, id_max);
  }
  for (const Placed& placed : spans) {
    const auto found = renamed.find(placed.span->parent_span_id);
    if (found != renamed.end() && found->second != placed.span->span_id) placed.span->parent_span_id = found->second;
  }
}

// Old Jaeger clients send IPv4 addresses as numbers.
void fix_address(otlp::AnyValue& value) {
  int64_t number = 0;
  if (const auto* integer = std::get_if<int64_t>(&value.value)) {
    number = *integer;
  } else if (const auto* real = std::get_if<double>(&value.value); real != nullptr && *real >= -2147483648.0 && *real <= 4294967295.0) {
    number = static_cast<int64_t>(*real);
  } else {
    return;
  }
  const auto ip = static_cast<uint32_t>(number);
  value.value = fmt::format("{}.{}.{}.{}", ip >> 24, ip >> 16 & 255, ip >> 8 & 255, ip & 255);
}
void fix_addresses(otlp::Attributes& attributes) {
  for (otlp::KeyValue& attribute : attributes) {
    if (attribute.key == "ip" || attribute.key == "peer.ipv4") fix_address(attribute.value);
  }
}

void drop_empty_links(otlp::Span& span, Warnings& warnings) {
  const size_t dropped = std::erase_if(
      span.links, [](const otlp::SpanLink& link) { return link.trace_id.is_zero() || link.span_id == 0; });
  for (size_t i = 0; i < dropped; ++i) warnings[&span].emplace_back("Invalid span link removed");
}

// Shifts spans of hosts whose clock disagrees with their caller's.
class SkewCorrector {
 public:
  SkewCorrector(const std::vector<Placed>& spans, int64_t skew_max_ns, Warnings& warnings)
      : spans_(spans), skew_max_ns_(skew_max_ns), warnings_(warnings) {}

  void run() {
    std::unordered_map<otlp::SpanId, size_t> by_id;
    for (size_t i = 0; i < spans_.size(); ++i) {
      if (!by_id.emplace(spans_[i].span->span_id, i).second) {
        warn(i, "duplicate span IDs; skipping clock skew adjustment");
        return;
      }
    }
    std::vector<std::vector<size_t>> children(spans_.size());
    std::vector<Step> steps;
    for (size_t i = 0; i < spans_.size(); ++i) {
      const otlp::SpanId parent_id = spans_[i].span->parent_span_id;
      if (const auto parent = by_id.find(parent_id); parent != by_id.end() && parent->second != i) {
        children[parent->second].push_back(i);
        continue;
      }
      if (parent_id != 0) {
        warn(i, fmt::format("parent span ID={} is not in the trace; skipping clock skew adjustment", otlp::span_id_hex(parent_id)));
      }
      steps.push_back({i, kNoParent, {}});
    }
    // Depth first with a stack of our own: a trace may be a chain of any length. Spans in a circle are never reached.
    while (!steps.empty()) {
      Step step = std::move(steps.back());
      steps.pop_back();
      visit(step);
      for (const size_t child : children[step.index]) steps.push_back({child, step.index, step.skew});
    }
  }

 private:
  static constexpr size_t kNoParent = SIZE_MAX;
  struct Skew {
    std::string host;
    int64_t delta_ns = 0;
  };
  struct Step {
    size_t index;
    size_t parent;
    Skew skew;
  };

  void warn(size_t index, std::string text) { warnings_[spans_[index].span].push_back(std::move(text)); }

  void visit(Step& step) {
    const std::string* address = otlp::find_string(spans_[step.index].resource->attributes, "ip");
    const std::string host = address == nullptr ? std::string() : *address;
    if (step.parent != kNoParent && (host != step.skew.host || host.empty())) {
      step.skew.delta_ns = skew_of(*spans_[step.index].span, *spans_[step.parent].span);
    }
    step.skew.host = host;
    shift(step.index, step.skew.delta_ns);
  }

  static int64_t skew_of(const otlp::Span& child, const otlp::Span& parent) {
    const auto start = [](const otlp::Span& span) { return static_cast<int64_t>(span.start_time_unix_nano); };
    const auto end = [](const otlp::Span& span) { return static_cast<int64_t>(span.end_time_unix_nano); };
    const int64_t child_ns = end(child) - start(child);
    const int64_t parent_ns = end(parent) - start(parent);
    if (child_ns > parent_ns) {
      // Asynchronous, or the parent did not wait: all that is certain is that it did not start before.
      return std::max<int64_t>(0, start(parent) - start(child));
    }
    if (start(child) >= start(parent) && end(child) <= end(parent)) return 0;
    // The way there and the way back are taken to be equally long.
    return start(parent) + (parent_ns - child_ns) / 2 - start(child);
  }

  void shift(size_t index, int64_t delta_ns) {
    if (delta_ns == 0) return;
    const std::string delta = stdx::go_duration_text(delta_ns);
    if (skew_max_ns_ == 0) {
      warn(index, fmt::format("clock skew adjustment disabled; not applying calculated delta of {}", delta));
      return;
    }
    if (delta_ns > skew_max_ns_ || delta_ns < -skew_max_ns_) {
      warn(index, fmt::format("max clock skew adjustment delta of {} exceeded; not applying calculated delta of {}",
                              stdx::go_duration_text(skew_max_ns_), delta));
      return;
    }
    otlp::Span& span = *spans_[index].span;
    span.start_time_unix_nano += static_cast<uint64_t>(delta_ns);
    span.end_time_unix_nano += static_cast<uint64_t>(delta_ns);
    for (otlp::SpanEvent& event : span.events) event.time_unix_nano += static_cast<uint64_t>(delta_ns);
    warn(index, fmt::format("This span's timestamps were adjusted by {}", delta));
  }

  const std::vector<Placed>& spans_;
  const int64_t skew_max_ns_;
  Warnings& warnings_;
};

}  // namespace

Warnings adjust(otlp::TracesData& data, int64_t skew_max_ns) {
  Warnings warnings;
  sort_collections(data);
  drop_equal_spans(data);
  // One trace at a time: ids are unique only within a trace.
  std::map<otlp::TraceId, std::vector<Placed>> traces;
  for (const Placed& placed : all_spans(data)) traces[placed.span->trace_id].push_back(placed);
  for (otlp::ResourceSpans& resource_spans : data.resource_spans) fix_addresses(resource_spans.resource.attributes);
  for (const auto& spans : traces | std::views::values) {
    split_shared_ids(spans);
    SkewCorrector(spans, skew_max_ns, warnings).run();
    for (const Placed& placed : spans) {
      fix_addresses(placed.span->attributes);
      drop_empty_links(*placed.span, warnings);
    }
  }
  return warnings;
}

void attach_warnings(otlp::TracesData& data, const Warnings& warnings) {
  for (const Placed& placed : all_spans(data)) {
    const auto found = warnings.find(placed.span);
    if (found == warnings.end()) continue;
    otlp::ArrayValue texts;
    for (const std::string& warning : found->second) texts.values.push_back({warning});
    placed.span->attributes.push_back({"@jaeger@warnings", {std::move(texts)}});
  }
}

}  // namespace clew::api_jaeger
