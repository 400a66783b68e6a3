#include "demo/scenarios.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "otlp/traces_codec.h"

namespace clew::demo {
namespace {

constexpr int64_t kEnd = 1'700'000'000'000'000'000;

struct Row {
  std::string service;
  const otlp::Span* span;
};

std::vector<Row> rows_of(const otlp::TracesData& data) {
  std::vector<Row> rows;
  for (const auto& resource_spans : data.resource_spans) {
    const std::string* service = otlp::find_string(resource_spans.resource.attributes, "service.name");
    for (const auto& scope_spans : resource_spans.scope_spans) {
      for (const auto& span : scope_spans.spans) rows.push_back({service ? *service : "", &span});
    }
  }
  return rows;
}

std::vector<otlp::TracesData> many(uint64_t seed, int count) {
  Chance chance(seed);
  Scenarios scenarios(chance);
  std::vector<otlp::TracesData> traces;
  for (int i = 0; i < count; ++i) traces.push_back(scenarios.next(kEnd));
  return traces;
}

TEST(Scenarios, EveryTraceIsOneTreeWithinItsTimes) {
  for (const auto& data : many(1, 400)) {
    const auto rows = rows_of(data);
    std::map<otlp::SpanId, const otlp::Span*> by_id;
    for (const Row& row : rows) ASSERT_TRUE(by_id.emplace(row.span->span_id, row.span).second);
    int roots = 0;
    for (const Row& row : rows) {
      EXPECT_EQ(row.span->trace_id, rows[0].span->trace_id);
      EXPECT_LE(row.span->start_time_unix_nano, row.span->end_time_unix_nano);
      EXPECT_LE(row.span->end_time_unix_nano, static_cast<uint64_t>(kEnd));
      if (row.span->parent_span_id == 0) {
        ++roots;
        continue;
      }
      const auto parent = by_id.find(row.span->parent_span_id);
      ASSERT_NE(parent, by_id.end());
      EXPECT_GE(row.span->start_time_unix_nano, parent->second->start_time_unix_nano);
      // A queue's consumer outlives its producer; everything else ends before its parent.
      if (row.span->kind != otlp::SpanKind::kConsumer) {
        EXPECT_LE(row.span->end_time_unix_nano, parent->second->end_time_unix_nano);
      }
    }
    EXPECT_EQ(roots, 1);
  }
}

TEST(Scenarios, TheSameSeedTellsTheSameShop) {
  const auto first = many(7, 50);
  const auto again = many(7, 50);
  const auto other = many(8, 50);
  for (size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(otlp::encode_traces(first[i]), otlp::encode_traces(again[i]));
  }
  EXPECT_NE(otlp::encode_traces(first[0]), otlp::encode_traces(other[0]));
}

TEST(Scenarios, TheShopHasItsTroubles) {
  std::set<std::string> services;
  std::set<std::string> exception_types;
  std::set<std::string> systems;
  size_t most_queries = 0;
  size_t links = 0;
  uint64_t slowest_stock_ns = 0;
  for (const auto& data : many(3, 3000)) {
    std::map<otlp::SpanId, size_t> queries_of_parent;
    for (const auto& [service, span] : rows_of(data)) {
      services.insert(service);
      links += span->links.size();
      for (const char* key : {"db.system", "db.system.name", "messaging.system", "rpc.system"}) {
        if (const std::string* system = otlp::find_string(span->attributes, key)) systems.insert(*system);
      }
      if (span->name == "SELECT catalogue.prices") {
        most_queries = std::max(most_queries, ++queries_of_parent[span->parent_span_id]);
      }
      if (span->name == "wait_for_stock_lock") {
        slowest_stock_ns = std::max(slowest_stock_ns, span->end_time_unix_nano - span->start_time_unix_nano);
      }
      for (const auto& event : span->events) {
        if (event.name != "exception") continue;
        const std::string* stack = otlp::find_string(event.attributes, "exception.stacktrace");
        ASSERT_NE(stack, nullptr);
        EXPECT_NE(stack->find('\n'), std::string::npos);
        exception_types.insert(*otlp::find_string(event.attributes, "exception.type"));
      }
    }
  }
  EXPECT_EQ(services.size(), roster().size());
  EXPECT_EQ(systems, (std::set<std::string>{"postgresql", "redis", "kafka", "grpc"}));
  EXPECT_GE(most_queries, 12u) << "the N+1";
  EXPECT_GT(links, 0u) << "the queue consumer's links";
  EXPECT_GT(slowest_stock_ns, 400'000'000u) << "the slow dependency";
  EXPECT_TRUE(exception_types.contains("com.shop.payment.CardDeclinedException"));
  EXPECT_GE(exception_types.size(), 6u);
}

}  // namespace
}  // namespace clew::demo
