// The part of the query suite for what the user interface asks: charts, overviews, one trace, comparisons; each held against a
// naive computation over the objects that were sent. Included by query_acceptance.h.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "query/charts.h"
#include "query/compare.h"
#include "query/error_groups.h"
#include "query/service_calls.h"
#include "query/service_detail.h"
#include "query/services_overview.h"
#include "query/span_detail.h"
#include "query/topology.h"
#include "query/trace_search.h"
#include "query/trace_view.h"

namespace clew::query_test {

class InsightAcceptance : public QueryAcceptance {
 protected:
  // From the minute of the first span to the minute after the last.
  table::TimeRange whole_minutes() const {
    int64_t first = INT64_MAX, last = INT64_MIN;
    for (const FlatSpan& flat : spans_) {
      first = std::min(first, start_of(flat));
      last = std::max(last, start_of(flat));
    }
    return {query::floor_to_step(first, query::kRollupStepNs), query::floor_to_step(last, query::kRollupStepNs) + query::kRollupStepNs};
  }
  static bool failed(const FlatSpan& flat) { return flat.span->status_code == otlp::StatusCode::kError; }
};

TEST_P(InsightAcceptance, TimelinesCountWhatANaiveEvaluatorFinds) {
  for (uint64_t seed = 100; seed < 104; ++seed) {
    load_random(seed, 3);
    const NaiveEvaluator naive(spans_);
    RandomFilters filters(seed, spans_);
    const table::TimeRange range = whole_minutes();
    for (int i = 0; i < 60; ++i) {
      const std::string text = filters.filter();
      const auto expression = query_traceql::parse_filter(text);
      ASSERT_TRUE(expression.has_value()) << text;
      const auto timeline = query::timeline(*catalog_, {.traceql = text, .range = range, .points = 50});
      ASSERT_TRUE(timeline.has_value()) << text << ": " << timeline.error().message;
      std::vector<int64_t> spans(static_cast<size_t>(timeline->steps.count)), errors = spans;
      std::vector<std::set<otlp::TraceId>> traces(spans.size());
      for (const FlatSpan& flat : spans_) {
        if (!naive.matches(*expression, flat)) continue;
        const auto step = static_cast<size_t>((start_of(flat) - timeline->steps.start_ns) / timeline->steps.step_ns);
        ++spans[step];
        errors[step] += failed(flat);
        traces[step].insert(flat.span->trace_id);
      }
      EXPECT_EQ(timeline->span_counts, spans) << text;
      EXPECT_EQ(timeline->error_counts, errors) << text;
      if (!timeline->trace_counts) continue;
      for (size_t step = 0; step < spans.size(); ++step) EXPECT_EQ((*timeline->trace_counts)[step], std::ssize(traces[step])) << text;
    }
  }
}

TEST_P(InsightAcceptance, RollupsAndScansSayTheSame) {
  load_random(7, 4);
  const table::TimeRange range = whole_minutes();
  size_t compared = 0;
  for (const char* filter : {"true", "kind = server", "status = error && kind != client", "name =~ \".*a.*\"", "!(kind = internal)",
                             "resource.service.name != \"x\""}) {
    query::HeatmapRequest request{.traceql = std::string("{ ") + filter + " }", .range = range, .columns = 2, .rows = 40};
    const auto fast = query::heatmap(*catalog_, request);
    ASSERT_TRUE(fast.has_value()) << fast.error().message;
    EXPECT_EQ(fast->source, query::Source::kRollups) << filter;
    request.traceql = std::string("{ (") + filter + ") && duration >= 0ns }";
    const auto slow = query::heatmap(*catalog_, request);
    ASSERT_TRUE(slow.has_value()) << slow.error().message;
    EXPECT_EQ(slow->source, query::Source::kScan);
    EXPECT_EQ(fast->counts, slow->counts) << filter;
    EXPECT_EQ(fast->error_counts, slow->error_counts) << filter;
    EXPECT_EQ(fast->row_bounds_ns, slow->row_bounds_ns) << filter;
    EXPECT_EQ(fast->p99_ns, slow->p99_ns) << filter;
    int64_t total = 0;
    for (const auto& column : fast->counts) {
      for (const int64_t count : column) total += count;
    }
    EXPECT_EQ(total, fast->span_count);
    compared += total != 0;
  }
  EXPECT_GE(compared, 4u);
}

TEST_P(InsightAcceptance, OverviewCountsEveryService) {
  load_random(9, 3);
  query::ServiceBook book;
  query::OverviewRequest request;
  request.range = whole_minutes();
  const auto overview = query::services_overview(*catalog_, book, request);
  ASSERT_TRUE(overview.has_value()) << overview.error().message;
  std::map<std::string, std::pair<int64_t, int64_t>> spans, seen;  // (spans, first start)
  for (const FlatSpan& flat : spans_) {
    auto& [count, first] = spans.try_emplace(service_of(flat), 0, INT64_MAX).first->second;
    ++count;
    first = std::min(first, start_of(flat));
  }
  for (const auto& service : overview->services) {
    seen[service.service] = {service.span_count, service.profile.first_ns};
    int64_t requests = 0, errors = 0, points = 0;
    for (const FlatSpan& flat : spans_) {
      if (service_of(flat) != service.service || !query::counts_as_request(service.basis, flat.span->kind)) continue;
      ++requests;
      errors += failed(flat);
    }
    for (const auto& point : service.series) points += point.count;
    EXPECT_EQ(service.requests.count, requests) << service.service;
    EXPECT_EQ(service.requests.error_count, errors) << service.service;
    EXPECT_EQ(points, requests) << service.service;
  }
  EXPECT_EQ(seen, spans);
  // Asked again, the book answers from memory.
  const auto again = query::services_overview(*catalog_, book, request);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->services.size(), overview->services.size());
}

TEST_P(InsightAcceptance, OneTraceAsColumnsAndSpans) {
  load_random(21, 3);
  std::map<otlp::TraceId, std::vector<FlatSpan>> by_trace;
  for (const FlatSpan& flat : spans_) by_trace[flat.span->trace_id].push_back(flat);
  for (const auto& [id, flats] : by_trace) {
    const auto trace = query::trace_view(*catalog_, id);
    ASSERT_TRUE(trace.has_value()) << trace.error().message;
    ASSERT_EQ(trace->row_count(), flats.size());
    std::multiset<std::string> sent, shown;
    size_t events = 0;
    for (const FlatSpan& flat : flats) {
      sent.insert(fmt::format("{:x} {} {} {} {}", flat.span->span_id, service_of(flat), flat.span->name, start_of(flat), duration_of(flat)));
      events += flat.span->events.size();
      const auto detail = query::span_detail(*catalog_, {.trace_id = id, .span_id = flat.span->span_id, .kind = {}, .service = {},
                                                         .start_ns = start_of(flat)});
      ASSERT_TRUE(detail.has_value()) << detail.error().message;
      EXPECT_TRUE(otlp::same_span(detail->span, *flat.span));
      EXPECT_TRUE(otlp::same_resource(detail->resource, *flat.resource));
    }
    for (uint32_t row = 0; row < trace->row_count(); ++row) {
      shown.insert(fmt::format("{:x} {} {} {} {}", trace->span_id[row], trace->service_of(row), trace->name_of(row),
                               trace->begin_unix_ns + trace->start_ns[row], trace->duration_ns_of[row]));
    }
    EXPECT_EQ(shown, sent);
    const auto all_events = query::events_of_trace(*catalog_, *trace, 100'000);
    ASSERT_TRUE(all_events.has_value());
    EXPECT_EQ(all_events->event_count, events);
    EXPECT_TRUE(std::ranges::is_sorted(all_events->events, {}, &query::TraceEvent::time_ns));
    // Every span is found by its id; nothing by a text that nobody sent.
    const auto found = query::find_in_trace(*catalog_, *trace, otlp::span_id_hex(trace->span_id[0]));
    ASSERT_TRUE(found.has_value());
    EXPECT_TRUE(std::ranges::find(*found, 0u) != found->end());
    EXPECT_TRUE(query::find_in_trace(*catalog_, *trace, "no such text anywhere")->empty());
  }
  EXPECT_EQ(query::trace_view(*catalog_, {1, 2}).error().code, stdx::ErrorCode::kNotFound);
}

TEST_P(InsightAcceptance, ErrorsAreGroupedAndAllCounted) {
  load_random(23, 3);
  const auto groups = query::error_groups(*catalog_, {.traceql = "", .range = whole_minutes(), .points = 20, .limit = 1000});
  ASSERT_TRUE(groups.has_value()) << groups.error().message;
  const auto errors = std::ranges::count_if(spans_, failed);
  int64_t counted = 0;
  for (const auto& group : groups->groups) {
    counted += group.count;
    int64_t points = 0;
    for (const int64_t count : group.series) points += count;
    EXPECT_EQ(points, group.count);
    EXPECT_LE(group.first_ns, group.last_ns);
    EXPECT_FALSE(group.samples.empty());
  }
  EXPECT_EQ(counted, errors);
  EXPECT_EQ(groups->span_count, errors);
}

TEST_P(InsightAcceptance, ComparedTracesAreThoseThatMatch) {
  load_random(25, 3, {.trace_count = 20});
  query::CompareRequest request;
  request.a = "{ status = error }";
  request.base = "{}";
  request.range = whole_minutes();
  const auto comparison = query::compare(*catalog_, request);
  ASSERT_TRUE(comparison.has_value()) << comparison.error().message;
  std::set<otlp::TraceId> a, all;
  for (const FlatSpan& flat : spans_) {
    all.insert(flat.span->trace_id);
    if (failed(flat)) a.insert(flat.span->trace_id);
  }
  EXPECT_EQ(comparison->a.trace_count, std::ssize(a));
  EXPECT_EQ(comparison->b.trace_count, std::ssize(all) - std::ssize(a));
  EXPECT_EQ(comparison->paths.trace_count(0), std::ssize(a));
  for (const auto& attribute : comparison->attributes) {
    EXPECT_NE(attribute.key, "status");
    EXPECT_GT(attribute.score, 0);
    EXPECT_LE(attribute.score, 1);
  }
  EXPECT_TRUE(std::ranges::is_sorted(comparison->attributes, std::greater<>(), &query::ComparedAttribute::score));
}

TEST_P(InsightAcceptance, TheMapHasEveryServiceAndItsCalls) {
  load(shop_traces());
  query::ServiceBook book;
  const auto map = query::topology(*catalog_, book, whole_minutes(), 500'000'000);
  ASSERT_TRUE(map.has_value()) << map.error().message;
  std::set<std::string> ids;
  for (const auto& node : map->nodes) ids.insert(node.id);
  for (const char* id : {"service:frontend", "service:payment", "service:batch"}) EXPECT_TRUE(ids.contains(id)) << id;
  // The naive sets' rollups know no callees without spans.
  const bool is_stored = dynamic_cast<const NaiveSpanSet*>(catalog_->snapshot().front().get()) == nullptr;
  EXPECT_EQ(ids.contains("database:postgresql"), is_stored);
  for (const auto& edge : map->edges) {
    EXPECT_TRUE(ids.contains(edge.from)) << edge.from;
    EXPECT_TRUE(ids.contains(edge.to)) << edge.to;
  }
  const auto detail = query::service_detail(*catalog_, book, {.service = "payment", .range = whole_minutes(), .baseline = {}});
  ASSERT_TRUE(detail.has_value()) << detail.error().message;
  double shares = 0;
  for (const auto& share : detail->time_shares) shares += share.share;
  EXPECT_NEAR(shares, 1.0, 1e-6);
  const auto calls = query::service_calls(*catalog_, {.service = "payment", .range = whole_minutes()});
  ASSERT_TRUE(calls.has_value());
  ASSERT_EQ(calls->panels.size(), 1u);
  EXPECT_EQ(calls->panels[0].type, query::NodeType::kDatabase);
  EXPECT_EQ(calls->panels[0].call_count, 1);
  EXPECT_EQ(query::service_detail(*catalog_, book, {.service = "nobody", .range = whole_minutes(), .baseline = {}}).error().code,
            stdx::ErrorCode::kNotFound);
}

TEST_P(InsightAcceptance, StopWhenToldTo) {
  load_random(27, 2);
  std::atomic<bool> gone = true;
  query::QueryControl control;
  control.client_gone = &gone;
  EXPECT_EQ(query::heatmap(*catalog_, {.traceql = "{ duration > 0ns }", .range = whole_minutes()}, control).error().code, stdx::ErrorCode::kCancelled);
  EXPECT_EQ(query::trace_view(*catalog_, spans_.front().span->trace_id, control).error().code, stdx::ErrorCode::kCancelled);
}

}  // namespace clew::query_test
