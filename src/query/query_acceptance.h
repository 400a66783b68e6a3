// The suite that every implementation of SpanSet has to pass under the query engine: the naive one here, head and block
// where they live. A test program includes this header once and instantiates it:
//
//   INSTANTIATE_TEST_SUITE_P(Head, QueryAcceptance, ::testing::Values(QueryBackend{"head", make_head_catalog}));
//   INSTANTIATE_TEST_SUITE_P(Head, InsightAcceptance, …the same…);
//
// A backend makes a catalog from several TracesData; each should become a set of its own where that is possible. The
// golden answers are the same for all of them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "otlp/random_traces.h"
#include "otlp/value_json.h"
#include "query/engine.h"
#include "query/naive_evaluator.h"
#include "query/naive_span_set.h"
#include "query/random_filters.h"
#include "query/shop_traces.h"
#include "query/traceql/fields.h"
#include "query/traceql/golden_file.h"
#include "query/traceql/parser.h"

namespace clew::query_test {

struct QueryBackend {
  std::string name;
  // Whatever the catalog needs lives as long as the pointer.
  std::function<std::shared_ptr<const table::Catalog>(const std::vector<otlp::TracesData>&)> make;
};
inline void PrintTo(const QueryBackend& backend, std::ostream* out) { *out << backend.name; }

class QueryAcceptance : public ::testing::TestWithParam<QueryBackend> {
 protected:
  void load(std::vector<otlp::TracesData> parts) {
    parts_ = std::move(parts);
    spans_.clear();
    for (const auto& part : parts_) {
      for (const FlatSpan& flat : flatten(part)) spans_.push_back(flat);
    }
    catalog_ = GetParam().make(parts_);
    engine_ = std::make_unique<query::Engine>(*catalog_);
  }
  void load_random(uint64_t seed, size_t part_count, otlp::RandomTracesOptions options = {}) {
    otlp::RandomTraces random(seed, options);
    std::vector<otlp::TracesData> parts;
    for (size_t i = 0; i < part_count; ++i) parts.push_back(random.traces());
    leave_one_root(parts);
    load(std::move(parts));
  }

  // Which of several roots names a trace depends on how its spans are spread over sets, so random traces get only one.
  static void leave_one_root(std::vector<otlp::TracesData>& parts) {
    std::map<otlp::TraceId, otlp::SpanId> roots;
    for (auto& part : parts) {
      for (auto& resource : part.resource_spans) {
        for (auto& scope : resource.scope_spans) {
          for (otlp::Span& span : scope.spans) {
            if (span.parent_span_id != 0) continue;
            const auto [root, is_first] = roots.try_emplace(span.trace_id, span.span_id);
            if (!is_first) span.parent_span_id = root->second;
          }
        }
      }
    }
  }

  static std::string show(const query::TraceSummary& trace) {
    std::string out = fmt::format("trace {} {}:{}{} +{}ms {}ms spans={} errors={} matched={}", trace.trace_id.lo,
                                  trace.root_service, trace.root_name, trace.root_missing ? " (no root)" : "",
                                  (trace.start_ns - static_cast<int64_t>(kShopStart)) / 1'000'000,
                                  trace.duration_ns / 1'000'000, trace.span_count, trace.error_count, trace.matched_count);
    for (const query::MatchedSpan& span : trace.matched) {
      out += fmt::format("\n  {:x} {}:{}", span.span_id, span.service, span.name);
      for (const auto& [key, value] : span.attributes) {
        std::string json;
        otlp::append_value_json(value, json);
        out += fmt::format(" {}={}", key, json);
      }
    }
    return out;
  }

  using SpanKeys = std::set<std::pair<otlp::TraceId, otlp::SpanId>>;

  static std::string difference(const SpanKeys& found, const SpanKeys& expected) {
    std::string text;
    for (const auto& [trace, span] : found) {
      if (!expected.contains({trace, span})) text += fmt::format("too much: {} {:016x}\n", otlp::to_hex(trace), span);
    }
    for (const auto& [trace, span] : expected) {
      if (!found.contains({trace, span})) text += fmt::format("missing: {} {:016x}\n", otlp::to_hex(trace), span);
    }
    return text.substr(0, 500);
  }

  // Ids of all spans that the engine finds.
  SpanKeys found_by_engine(const std::string& traceql, table::TimeRange range = {}) {
    query::SearchRequest request;
    request.traceql = traceql;
    request.range = range;
    request.limit = 10'000;
    request.spans_per_trace = 10'000;
    SpanKeys found;
    const auto result = engine_->search(request);
    EXPECT_TRUE(result.has_value()) << traceql << ": " << result.error().message;
    if (!result) return found;
    for (const auto& trace : result->traces) {
      EXPECT_EQ(trace.matched.size(), trace.matched_count);
      for (const auto& span : trace.matched) found.emplace(trace.trace_id, span.span_id);
    }
    return found;
  }

  std::vector<otlp::TracesData> parts_;
  std::vector<FlatSpan> spans_;
  std::shared_ptr<const table::Catalog> catalog_;
  std::unique_ptr<query::Engine> engine_;
};

// Lines after the filter set the request: "sort start asc", "limit 2", "select span.a", "range 0 1000" (ms).
TEST_P(QueryAcceptance, SearchTable) {
  load(shop_traces());
  run_golden_file(std::string(CLEW_SOURCE_DIR) + "/src/query/testdata/search.golden", [&](const std::string& input) {
    query::SearchRequest request;
    request.spans_per_trace = 10;
    std::istringstream lines(input);
    std::getline(lines, request.traceql);
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::string word, value;
      words >> word >> value;
      if (word == "sort") {
        request.sort = value == "duration" ? query::SortBy::kDuration
                       : value == "spans"  ? query::SortBy::kSpanCount
                       : value == "errors" ? query::SortBy::kErrorCount
                                           : query::SortBy::kStart;
        words >> value;
        request.descending = value != "asc";
      } else if (word == "limit") {
        request.limit = static_cast<uint32_t>(std::stoul(value));
      } else if (word == "spans") {
        request.spans_per_trace = static_cast<uint32_t>(std::stoul(value));
      } else if (word == "select") {
        request.select.push_back(value);
      } else if (word == "cursor") {
        request.cursor = value;
      } else if (word == "range") {
        request.range.begin_ns = static_cast<int64_t>(kShopStart + std::stoull(value) * kMs);
        words >> value;
        request.range.end_ns = static_cast<int64_t>(kShopStart + std::stoull(value) * kMs);
      }
    }
    const auto result = engine_->search(request);
    if (!result) return "error: " + result.error().message;
    std::string out;
    for (const auto& trace : result->traces) out += (out.empty() ? "" : "\n") + show(trace);
    if (!result->next_cursor.empty()) out += "\nnext " + result->next_cursor;
    return out.empty() ? "nothing" : out;
  });
}

// Thousands of random filters over random spans of every shape: the columns must say what the objects say.
TEST_P(QueryAcceptance, RandomFiltersFindWhatANaiveEvaluatorFinds) {
  size_t checked = 0, matched_some = 0;
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    load_random(seed, 3);
    const NaiveEvaluator naive(spans_);
    RandomFilters filters(seed * 7919, spans_);
    for (int i = 0; i < 250; ++i) {
      const std::string text = filters.filter();
      const auto expression = query_traceql::parse_filter(text);
      ASSERT_TRUE(expression.has_value()) << text << "\n" << expression.error().message;
      SpanKeys expected;
      for (const FlatSpan& flat : spans_) {
        if (naive.matches(*expression, flat)) expected.emplace(flat.span->trace_id, flat.span->span_id);
      }
      ASSERT_EQ(difference(found_by_engine(text), expected), "") << "seed " << seed << "\n" << text;
      ++checked;
      matched_some += !expected.empty() && expected.size() < spans_.size();
    }
  }
  EXPECT_GT(matched_some, checked / 4) << "the filters are not worth much if most match nothing or everything";
}

TEST_P(QueryAcceptance, RangeIsBySpanStartAndHalfOpen) {
  load_random(5, 3);
  RandomFilters filters(17, spans_);
  for (int i = 0; i < 50; ++i) {
    const int64_t a = start_of(spans_[filters.below(spans_.size())]);
    const int64_t b = start_of(spans_[filters.below(spans_.size())]);
    if (a == b) continue;
    const table::TimeRange range{std::min(a, b), std::max(a, b)};
    SpanKeys expected;
    for (const FlatSpan& flat : spans_) {
      if (range.contains(start_of(flat))) expected.emplace(flat.span->trace_id, flat.span->span_id);
    }
    ASSERT_EQ(difference(found_by_engine("{}", range), expected), "");
  }
}

TEST_P(QueryAcceptance, PagesJoinToTheWholeInEveryOrder) {
  load_random(3, 4, {.trace_count = 12});
  for (const std::string filter : {"{}", "{ kind = server }", "{ duration > 10s }"}) {
    for (const query::SortBy sort :
         {query::SortBy::kStart, query::SortBy::kDuration, query::SortBy::kSpanCount, query::SortBy::kErrorCount}) {
      for (const bool descending : {true, false}) {
        query::SearchRequest request;
        request.traceql = filter;
        request.sort = sort;
        request.descending = descending;
        request.limit = 10'000;
        const auto whole = engine_->search(request);
        ASSERT_TRUE(whole.has_value()) << whole.error().message;
        ASSERT_GT(whole->traces.size(), 3u);
        EXPECT_TRUE(whole->next_cursor.empty());
        const auto rank = [&](const query::TraceSummary& trace) {
          const int64_t key = sort == query::SortBy::kStart       ? trace.start_ns
                              : sort == query::SortBy::kDuration  ? trace.duration_ns
                              : sort == query::SortBy::kSpanCount ? int64_t{trace.span_count}
                                                                  : int64_t{trace.error_count};
          return std::pair(descending ? -key : key, trace.trace_id);
        };
        EXPECT_TRUE(std::ranges::is_sorted(whole->traces, {}, rank));
        std::vector<std::string> joined, expected;
        for (const auto& trace : whole->traces) expected.push_back(show(trace));
        request.limit = 3;
        for (int page = 0; page < 1000; ++page) {
          const auto result = engine_->search(request);
          ASSERT_TRUE(result.has_value()) << result.error().message;
          for (const auto& trace : result->traces) joined.push_back(show(trace));
          request.cursor = result->next_cursor;
          if (request.cursor.empty()) break;
        }
        EXPECT_EQ(joined, expected) << filter;
      }
    }
  }
}

TEST_P(QueryAcceptance, SummariesAreOfTheWholeTrace) {
  load_random(8, 3);
  query::SearchRequest request;
  request.limit = 10'000;
  const auto result = engine_->search(request);
  ASSERT_TRUE(result.has_value());
  std::map<otlp::TraceId, std::vector<FlatSpan>> by_trace;
  for (const FlatSpan& flat : spans_) by_trace[flat.span->trace_id].push_back(flat);
  EXPECT_EQ(result->traces.size(), by_trace.size());
  std::vector<otlp::TraceId> ids;
  for (const query::TraceSummary& trace : result->traces) {
    ids.push_back(trace.trace_id);
    int64_t start = INT64_MAX, end = 0;
    uint32_t errors = 0;
    std::map<std::string, uint32_t> services;
    for (const FlatSpan& flat : by_trace.at(trace.trace_id)) {
      start = std::min(start, start_of(flat));
      end = std::max(end, start_of(flat) + duration_of(flat));
      errors += flat.span->status_code == otlp::StatusCode::kError;
      ++services[service_of(flat)];
    }
    EXPECT_EQ(trace.span_count, by_trace.at(trace.trace_id).size());
    EXPECT_EQ(trace.start_ns, start);
    EXPECT_EQ(trace.duration_ns, end - start);
    EXPECT_EQ(trace.error_count, errors);
    std::map<std::string, uint32_t> services_found;
    for (const auto& service : trace.services) services_found[service.name] = service.span_count;
    EXPECT_EQ(services_found, services);
  }
  std::ranges::reverse(ids);
  ids.push_back({1, 2});  // Unknown.
  const auto again = engine_->summaries(ids);
  ASSERT_TRUE(again.has_value());
  ASSERT_EQ(again->size(), ids.size() - 1);
  for (size_t i = 0; i < again->size(); ++i) EXPECT_EQ((*again)[i].trace_id, ids[i]);
}

TEST_P(QueryAcceptance, TraceComesBackAsItWasSent) {
  for (uint64_t seed = 20; seed < 26; ++seed) {
    load_random(seed, 2);
    std::set<otlp::TraceId> ids;
    for (const FlatSpan& flat : spans_) ids.insert(flat.span->trace_id);
    for (const otlp::TraceId id : ids) {
      const auto trace = engine_->trace(id);
      ASSERT_TRUE(trace.has_value()) << trace.error().message;
      const std::vector<FlatSpan> got = flatten(trace->data);
      std::map<otlp::SpanId, FlatSpan> sent;
      for (const FlatSpan& flat : spans_) {
        if (flat.span->trace_id == id) sent[flat.span->span_id] = flat;
      }
      ASSERT_EQ(got.size(), sent.size());
      EXPECT_EQ(trace->span_count, sent.size());
      for (const FlatSpan& flat : got) {
        const FlatSpan& expected = sent.at(flat.span->span_id);
        EXPECT_TRUE(otlp::same_span(*flat.span, *expected.span)) << flat.span->name;
        EXPECT_TRUE(otlp::same_resource(*flat.resource, *expected.resource));
        EXPECT_TRUE(otlp::same_scope(*flat.scope, *expected.scope));
      }
    }
  }
  const auto missing = engine_->trace({12, 34});
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code, stdx::ErrorCode::kNotFound);
}

// More attributes than any table has columns: the rest overflows and still comes back, in value and in type.
TEST_P(QueryAcceptance, ASpanOfTenThousandAttributesComesBack) {
  otlp::RandomTraces random(77);
  const otlp::Span wide = random.wide_span(10'000);
  otlp::TracesData data;
  data.resource_spans.emplace_back().scope_spans.emplace_back().spans = {wide};
  load({data});
  const auto trace = engine_->trace(wide.trace_id);
  ASSERT_TRUE(trace.has_value()) << trace.error().message;
  const std::vector<FlatSpan> got = flatten(trace->data);
  ASSERT_EQ(got.size(), 1u);
  EXPECT_TRUE(otlp::same_span(*got[0].span, wide));
}

TEST_P(QueryAcceptance, RetriesInSeveralSetsAreOneSpan) {
  auto parts = shop_traces();
  parts.push_back(parts[0]);
  load(parts);
  const auto trace = engine_->trace({0xc1e3000000000000u, 1});
  ASSERT_TRUE(trace.has_value());
  EXPECT_EQ(trace->span_count, 4u);
  query::SearchRequest request;
  request.traceql = "{ name = `SELECT cards` }";
  const auto result = engine_->search(request);
  ASSERT_TRUE(result.has_value());
  ASSERT_EQ(result->traces.size(), 1u);
  EXPECT_EQ(result->traces[0].matched.size(), 1u);
  EXPECT_EQ(result->traces[0].matched_count, 1u);
}

TEST_P(QueryAcceptance, ServicesAndOperationsAreCounted) {
  load_random(31, 3);
  std::map<std::string, std::pair<int64_t, int64_t>> services;
  for (const FlatSpan& flat : spans_) {
    auto& [count, errors] = services[service_of(flat)];
    ++count;
    errors += flat.span->status_code == otlp::StatusCode::kError;
  }
  const auto found = engine_->services({});
  ASSERT_TRUE(found.has_value());
  std::map<std::string, std::pair<int64_t, int64_t>> counted;
  for (const auto& service : *found) counted[service.name] = {service.span_count, service.error_count};
  EXPECT_EQ(counted, services);
  EXPECT_TRUE(std::ranges::is_sorted(*found, {}, &query::ServiceInfo::name));
  for (const auto& [name, counts] : services) {
    std::map<std::pair<std::string, otlp::SpanKind>, int64_t> expected, operations;
    for (const FlatSpan& flat : spans_) {
      if (service_of(flat) == name) ++expected[{flat.span->name, flat.span->kind}];
    }
    const auto listed = engine_->operations(name, {});
    ASSERT_TRUE(listed.has_value());
    for (const auto& operation : *listed) operations[{operation.name, operation.kind}] = operation.count;
    EXPECT_EQ(operations, expected) << name;
  }
  EXPECT_TRUE(engine_->operations("no such service", {})->empty());
}

TEST_P(QueryAcceptance, RedSeriesAddUpAndHaveEveryStep) {
  load(shop_traces());
  query::RedRequest request;
  request.service = "payment";
  request.range = {static_cast<int64_t>(kShopStart), static_cast<int64_t>(kShopStart + 240'000 * kMs)};
  request.step_ns = 50'000'000'000;  // Becomes a minute.
  const auto series = engine_->red(request);
  ASSERT_TRUE(series.has_value()) << series.error().message;
  ASSERT_EQ(series->size(), 1u);
  const auto& points = series->front().points;
  ASSERT_EQ(points.size(), 4u);
  EXPECT_EQ(points[0].time_ns, static_cast<int64_t>(kShopStart));
  EXPECT_EQ(points[0].count, 2);
  EXPECT_EQ(points[1].count, 1);
  EXPECT_EQ(points[1].error_count, 1);
  EXPECT_EQ(points[2].count, 0);
  EXPECT_EQ(points[3].quantiles_ns, (std::vector<double>{0, 0, 0}));
  EXPECT_NEAR(points[1].quantiles_ns[0], 2300e6, 2300e6 * 0.1);

  request.by_operation = true;
  request.kind = otlp::SpanKind::kServer;
  const auto by_operation = engine_->red(request);
  ASSERT_EQ(by_operation->size(), 1u);
  EXPECT_EQ(by_operation->front().operation, "POST /charge");

  request.step_ns = 1;
  request.range = {1, INT64_MAX - 1};
  EXPECT_EQ(engine_->red(request).error().code, stdx::ErrorCode::kInvalidArgument);
}

TEST_P(QueryAcceptance, DependenciesAreSummed) {
  load(shop_traces());
  const auto edges = engine_->dependencies({});
  ASSERT_TRUE(edges.has_value());
  const auto edge = std::ranges::find_if(
      *edges, [](const auto& e) { return e.parent == "frontend" && e.child == "payment"; });
  ASSERT_NE(edge, edges->end());
  int64_t calls = 0, errors = 0;
  for (const auto& e : *edges) {
    if (e.parent != "frontend" || e.child != "payment") continue;
    calls += e.call_count;
    errors += e.error_count;
  }
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(errors, 1);
}

TEST_P(QueryAcceptance, TagsAndValuesAreCountedExactly) {
  load_random(41, 3);
  std::map<std::pair<query::TagScope, std::string>, int64_t> expected, counted;
  std::map<std::string, int64_t> names;
  for (const FlatSpan& flat : spans_) {
    for (const auto& attribute : flat.span->attributes) ++expected[{query::TagScope::kSpan, attribute.key}];
    for (const auto& attribute : flat.resource->attributes) ++expected[{query::TagScope::kResource, attribute.key}];
    for (const auto& attribute : flat.scope->attributes) ++expected[{query::TagScope::kInstrumentation, attribute.key}];
    ++names[flat.span->name];
  }
  const auto tags = engine_->tags(query::TagScope::kAny, {});
  ASSERT_TRUE(tags.has_value()) << tags.error().message;
  for (const auto& tag : *tags) {
    if (tag.scope != query::TagScope::kIntrinsic) counted[{tag.scope, tag.name}] += tag.count;
  }
  EXPECT_EQ(counted, expected);

  const auto values = engine_->tag_values("name", "", {}, 10'000);
  ASSERT_TRUE(values.has_value());
  std::map<std::string, int64_t> names_counted;
  for (const auto& value : *values) names_counted[std::get<std::string>(value.value.value)] = value.count;
  EXPECT_EQ(names_counted, names);
  EXPECT_TRUE(std::ranges::is_sorted(*values, std::greater<>(), &query::TagValue::count));

  // Values of every type, by their JSON, among the spans of a filter.
  for (const auto& tag : *tags) {
    if (tag.scope != query::TagScope::kSpan) continue;
    std::map<std::string, int64_t> wanted, got;
    for (const FlatSpan& flat : spans_) {
      if (flat.span->kind != otlp::SpanKind::kServer) continue;
      for (const auto& attribute : flat.span->attributes) {
        if (attribute.key != tag.name || std::holds_alternative<std::monostate>(attribute.value.value)) continue;
        std::string json;
        otlp::append_value_json(attribute.value, json);
        ++wanted[json];
      }
    }
    const auto found = engine_->tag_values(
        query_traceql::to_text(query_traceql::Field{.scope = query_traceql::FieldScope::kSpan, .key = tag.name}),
        "{ kind = server }", {}, 10'000);
    ASSERT_TRUE(found.has_value()) << found.error().message;
    for (const auto& value : *found) {
      std::string json;
      otlp::append_value_json(value.value, json);
      got[json] += value.count;
    }
    EXPECT_EQ(got, wanted) << tag.name;
  }
}

TEST_P(QueryAcceptance, AggregatesHaveExactNearestRankQuantiles) {
  load_random(51, 4);
  std::map<std::pair<std::string, std::string>, std::vector<int64_t>> expected;
  for (const FlatSpan& flat : spans_) {
    const std::string* service = otlp::find_string(flat.resource->attributes, "service.name");
    expected[{service != nullptr ? *service : "-", std::string(query_traceql::word(flat.span->kind))}].push_back(
        duration_of(flat));
  }
  query::AggregateRequest request;
  request.by = {"resource.service.name", "kind"};
  request.quantiles = {0, 0.5, 0.9, 1};
  request.limit = 10'000;
  const auto result = engine_->aggregate(request);
  ASSERT_TRUE(result.has_value()) << result.error().message;
  EXPECT_TRUE(result->exact);
  EXPECT_EQ(result->group_count, expected.size());
  ASSERT_EQ(result->groups.size(), expected.size());
  for (const auto& group : result->groups) {
    const auto* service = std::get_if<std::string>(&group.key[0].value);
    auto& durations = expected.at({service != nullptr ? *service : "-", std::get<std::string>(group.key[1].value)});
    std::ranges::sort(durations);
    ASSERT_EQ(group.count, static_cast<int64_t>(durations.size()));
    for (size_t i = 0; i < request.quantiles.size(); ++i) {
      const double rank = std::ceil(request.quantiles[i] * static_cast<double>(durations.size()));
      const auto index = static_cast<size_t>(std::max(0.0, rank - 1));
      EXPECT_EQ(group.quantiles_ns[i], static_cast<double>(durations[index]));
    }
  }
  request.limit = 2;
  const auto cut = engine_->aggregate(request);
  ASSERT_EQ(cut->groups.size(), 2u);
  EXPECT_EQ(cut->group_count, expected.size());
  EXPECT_EQ(cut->groups[0].key, result->groups[0].key);
  EXPECT_EQ(cut->groups[1].key, result->groups[1].key);
}

TEST_P(QueryAcceptance, StopsWhenToldTo) {
  load_random(61, 2);
  std::atomic<bool> cancelled = true;
  const query::QueryControl cancel{.cancelled = &cancelled};
  EXPECT_EQ(engine_->search({}, cancel).error().code, stdx::ErrorCode::kCancelled);
  EXPECT_EQ(engine_->aggregate({}, cancel).error().code, stdx::ErrorCode::kCancelled);
  const query::QueryControl late{.deadline_steady_ns = 1};
  EXPECT_EQ(engine_->search({}, late).error().code, stdx::ErrorCode::kDeadlineExceeded);
  EXPECT_EQ(engine_->trace({1, 2}, late).error().code, stdx::ErrorCode::kDeadlineExceeded);
  EXPECT_EQ(engine_->tags(query::TagScope::kAny, {}, late).error().code, stdx::ErrorCode::kDeadlineExceeded);
}

}  // namespace clew::query_test

#include "query/insight_acceptance.h"  // After the fixture, which it derives from.
