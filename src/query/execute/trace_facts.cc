#include "query/execute/trace_facts.h"

#include <algorithm>
#include <tuple>

namespace clew::query_execute {
namespace {

void add_services(std::vector<table::ServiceCount>& into, const std::vector<table::ServiceCount>& from) {
  if (into.empty()) {
    into = from;
    return;
  }
  for (const table::ServiceCount& service : from) {
    auto at = std::ranges::lower_bound(into, service.name, {}, &table::ServiceCount::name);
    if (at == into.end() || at->name != service.name) {
      into.insert(at, service);
    } else {
      at->span_count += service.span_count;
      at->error_count += service.error_count;
    }
  }
}

// `root_start` is the start of the part that the root's names are from.
void add_part(TraceFacts& facts, int64_t& root_start, table::TracePart& part) {
  // A part with a root names the trace rather than one without; among equals the earliest, then the lesser names, so
  // that the order of the sets does not matter.
  const auto rank = [](bool has_root, int64_t start, const std::string& service, const std::string& name) {
    return std::tuple(!has_root, start, std::string_view(service), std::string_view(name));
  };
  if (facts.span_count == 0) {
    facts.start_ns = part.start_ns;
    facts.end_ns = part.end_ns;
  }
  if (facts.span_count == 0 || rank(part.has_root, part.start_ns, part.root_service, part.root_name) <
                                   rank(facts.has_root, root_start, facts.root_service, facts.root_name)) {
    facts.has_root = part.has_root;
    facts.root_service = std::move(part.root_service);
    facts.root_name = std::move(part.root_name);
    root_start = part.start_ns;
  }
  facts.start_ns = std::min(facts.start_ns, part.start_ns);
  facts.end_ns = std::max(facts.end_ns, part.end_ns);
  facts.span_count += part.span_count;
  facts.error_count += part.error_count;
  add_services(facts.services, part.services);
}

}  // namespace

stdx::Result<std::vector<TraceFacts>> load_trace_facts(const table::Catalog::Sets& sets,
                                                       std::span<const otlp::TraceId> trace_ids) {
  std::vector<TraceFacts> all(trace_ids.size());
  std::vector<int64_t> root_starts(trace_ids.size());
  for (const auto& set : sets) {
    auto parts = set->trace_parts(trace_ids);
    if (!parts) return std::unexpected(std::move(parts.error()));
    size_t at = 0;
    for (table::TracePart& part : *parts) {
      while (at < trace_ids.size() && trace_ids[at] < part.trace_id) ++at;
      if (at == trace_ids.size()) break;
      if (trace_ids[at] == part.trace_id) add_part(all[at], root_starts[at], part);
    }
  }
  for (size_t i = 0; i < all.size(); ++i) all[i].trace_id = trace_ids[i];
  std::erase_if(all, [](const TraceFacts& facts) { return facts.span_count == 0; });
  return all;
}

stdx::Result<void> TraceLookup::load(std::vector<otlp::TraceId> trace_ids) {
  std::erase_if(trace_ids, [this](otlp::TraceId id) { return facts_.contains(id); });
  std::ranges::sort(trace_ids);
  trace_ids.erase(std::ranges::unique(trace_ids).begin(), trace_ids.end());
  if (trace_ids.empty()) return {};
  auto loaded = load_trace_facts(sets_, trace_ids);
  if (!loaded) return std::unexpected(std::move(loaded.error()));
  for (TraceFacts& facts : *loaded) {
    const otlp::TraceId id = facts.trace_id;
    facts_.emplace(id, std::make_unique<TraceFacts>(std::move(facts)));
  }
  return {};
}

const TraceFacts* TraceLookup::find(otlp::TraceId id) const {
  const auto at = facts_.find(id);
  return at == facts_.end() ? nullptr : at->second.get();
}

stdx::Result<const TraceLookup::ChildCounts*> TraceLookup::child_counts(otlp::TraceId id) {
  if (has_counts_ && counted_trace_ == id) return &counts_;
  has_counts_ = false;
  counts_.clear();
  // A span that two sets hold must count once, so children are told apart by their own id.
  absl::flat_hash_map<otlp::SpanId, otlp::SpanId> parents;
  for (const auto& set : sets_) {
    auto found = set->find_trace(id);
    if (!found) return std::unexpected(std::move(found.error()));
    for (const table::SpanRows& rows : *found) {
      const table::Segment& segment = *set->segments()[rows.segment];
      auto span_ids = segment.gather(table::core(table::CoreColumn::kSpanId), rows.rows);
      if (!span_ids) return std::unexpected(std::move(span_ids.error()));
      auto parent_ids = segment.gather(table::core(table::CoreColumn::kParentSpanId), rows.rows);
      if (!parent_ids) return std::unexpected(std::move(parent_ids.error()));
      for (uint32_t row = 0; row < rows.rows.size(); ++row) {
        if (!parent_ids->has(row) || parent_ids->span_ids[row] == 0) continue;
        if (parents.emplace(span_ids->span_ids[row], parent_ids->span_ids[row]).second) {
          ++counts_[parent_ids->span_ids[row]];
        }
      }
    }
  }
  counted_trace_ = id;
  has_counts_ = true;
  return &counts_;
}

}  // namespace clew::query_execute
