#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "query/cursor.h"
#include "query/query_acceptance.h"
#include "query/topology.h"

namespace clew::query_test {
namespace {

QueryBackend naive(const std::string& name, NaiveOptions options) {
  return {name, [options](const std::vector<otlp::TracesData>& parts) -> std::shared_ptr<const table::Catalog> {
            auto catalog = std::make_shared<table::Catalog>();
            table::Catalog::Sets sets;
            for (size_t i = 0; i < parts.size(); ++i) {
              sets.push_back(std::make_shared<NaiveSpanSet>("naive-" + std::to_string(i), parts[i], options));
            }
            catalog->replace({}, sets);
            return catalog;
          }};
}

// As head and blocks vary: one segment or many, ordered by trace or by time, codes that repeat, keys in the overflow.
INSTANTIATE_TEST_SUITE_P(Naive, QueryAcceptance,
                         ::testing::Values(naive("plain", {}),
                                           naive("small_segments", {.rows_per_segment = 7, .repeat_codes = true}),
                                           naive("by_time_with_overflow", {.by_trace = false, .overflow_every = 3}),
                                           naive("all_overflow", {.rows_per_segment = 40, .overflow_every = 1})),
                         [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(Naive, InsightAcceptance,
                         ::testing::Values(naive("plain", {}),
                                           naive("small_segments", {.rows_per_segment = 7, .repeat_codes = true}),
                                           naive("by_time_with_overflow", {.by_trace = false, .overflow_every = 3})),
                         [](const auto& info) { return info.param.name; });

// A part with one span, and the calls that its rollup saw.
class PartWithCalls final : public NaiveSpanSet {
 public:
  PartWithCalls(const char* service, otlp::SpanKind kind, std::vector<table::EdgeRow> calls)
      : NaiveSpanSet(service, one_span(service, kind), {}), calls_(std::move(calls)) {}
  stdx::Result<std::vector<table::EdgeRow>> edges(table::TimeRange) const override { return calls_; }

  static constexpr int64_t kStart = 1'767'225'600'000'000'000;

 private:
  static otlp::TracesData one_span(const char* service, otlp::SpanKind kind) {
    otlp::TracesData data;
    auto& resource = data.resource_spans.emplace_back();
    resource.resource.attributes = {{"service.name", {std::string(service)}}};
    otlp::Span span;
    span.trace_id = {1, 2};
    span.span_id = 3;
    span.kind = kind;
    span.start_time_unix_nano = kStart;
    span.end_time_unix_nano = kStart + 1'000'000;
    resource.scope_spans.emplace_back().spans.push_back(span);
    return data;
  }
  const std::vector<table::EdgeRow> calls_;
};

// The caller's half of a call is in one block, the callee's in another: still one callee, counted once.
TEST(SplitCalls, AreCallsOfTheServiceAndNotOfAHostOfItsName) {
  const auto call = [](const char* callee) {
    table::EdgeRow row;
    row.caller_service = "cart";
    row.callee_service = callee;
    row.callee_virtual = true;
    row.type = table::ConnectionType::kRpc;
    row.minute_ns = PartWithCalls::kStart;
    row.count = 1;
    return row;
  };
  table::Catalog catalog;
  catalog.replace({}, {std::make_shared<PartWithCalls>("cart", otlp::SpanKind::kClient,
                                                       std::vector{call("stock"), call("elsewhere")}),
                       std::make_shared<PartWithCalls>("stock", otlp::SpanKind::kServer, std::vector<table::EdgeRow>())});
  query::ServiceBook book;
  const auto map = query::topology(catalog, book, {PartWithCalls::kStart, PartWithCalls::kStart + 60'000'000'000}, 500'000'000);
  ASSERT_TRUE(map.has_value());
  std::vector<std::string> edges;
  for (const auto& edge : map->edges) edges.push_back(edge.from + " > " + edge.to + " " + std::to_string(edge.call_count));
  EXPECT_EQ(edges, (std::vector<std::string>{"service:cart > external:elsewhere 1", "service:cart > service:stock 1"}));
}

TEST(Cursor, ComesBackAndIsCheckedAgainstTheOrder) {
  const query_execute::TraceRank rank{-5, {0xabc, 0xdef}};
  for (const query::SortBy sort : {query::SortBy::kStart, query::SortBy::kErrorCount}) {
    const std::string cursor = query::encode_cursor(rank, sort, true);
    EXPECT_EQ(query::decode_cursor(cursor, sort, true), rank);
    EXPECT_FALSE(query::decode_cursor(cursor, sort, false).has_value());
    EXPECT_FALSE(query::decode_cursor(cursor, query::SortBy::kDuration, true).has_value());
    for (size_t length = 0; length < cursor.size(); ++length) {
      EXPECT_FALSE(query::decode_cursor(cursor.substr(0, length), sort, true).has_value()) << length;
    }
    EXPECT_FALSE(query::decode_cursor(cursor + "0", sort, true).has_value());
  }
}

// A set that is damaged fails the question; it is never answered in part.
TEST(Engine, DamageIsAnErrorAndNamesThePlace) {
  auto good = std::make_shared<NaiveSpanSet>("good", shop_traces()[0]);
  auto damaged = std::make_shared<NaiveSpanSet>("damaged", shop_traces()[1]);
  damaged->naive_segments()[0]->fail_reads = true;
  table::Catalog catalog;
  catalog.replace({}, {good, damaged});
  const query::Engine engine(catalog);
  query::SearchRequest request;
  request.traceql = "{ span.http.method = \"GET\" }";
  const auto search = engine.search(request);
  ASSERT_FALSE(search.has_value());
  EXPECT_EQ(search.error().code, stdx::ErrorCode::kDataLoss);
  EXPECT_EQ(search.error().message, "block naive, column http.method: damaged");
  EXPECT_EQ(engine.trace({0xc1e3000000000000u, 2}).error().code, stdx::ErrorCode::kDataLoss);
  EXPECT_EQ(engine.tags(query::TagScope::kAny, {}).error().code, stdx::ErrorCode::kDataLoss);
  EXPECT_EQ(engine.aggregate({}).error().code, stdx::ErrorCode::kDataLoss);
  EXPECT_TRUE(engine.trace({0xc1e3000000000000u, 1}).has_value());
}

// Statistics and dictionaries rule sets out before a column is read.
TEST(Engine, PrunesWhatCannotMatch) {
  auto set = std::make_shared<NaiveSpanSet>("one", shop_traces()[0]);
  table::Catalog catalog;
  catalog.replace({}, {set});
  const query::Engine engine(catalog);
  for (const std::string filter :
       {"{ resource.service.name = \"batch\" }", "{ span.nowhere = 1 }", "{ duration > 10s }", "{ .db.rows > 100 }",
        "{ name = \"nightly\" && kind = server }", "{ name = \"nightly\" || span.http.method =~ \"PUT|PATCH\" }",
        "{ link.reason = \"x\" }", "{ span.db.rows = \"3\" }"}) {
    set->naive_segments()[0]->reads = 0;
    query::SearchRequest request;
    request.traceql = filter;
    const auto result = engine.search(request);
    ASSERT_TRUE(result.has_value());
    EXPECT_TRUE(result->traces.empty());
    EXPECT_EQ(set->naive_segments()[0]->reads, 0u) << filter;
    EXPECT_EQ(result->stats.blocks_pruned, 1u) << filter;
    EXPECT_EQ(result->stats.rows_scanned, 0u) << filter;
    EXPECT_EQ(result->stats.rows_total, 4u) << filter;
  }
}

// Newest first with a limit: sets that can no longer contribute are not looked into.
TEST(Engine, StopsAtSetsThatAreTooOld) {
  table::Catalog catalog;
  table::Catalog::Sets sets;
  for (uint64_t i = 0; i < 5; ++i) {
    otlp::TracesData data;
    std::vector<otlp::Span> spans;
    for (uint64_t j = 0; j < 300; ++j) spans.push_back(ShopSpan(i * 1000 + j, j + 1, 0, "x").at(i * 100'000 + j, 1));
    data.resource_spans.push_back(shop_service("s", {}, spans));
    sets.push_back(std::make_shared<NaiveSpanSet>("set-" + std::to_string(i), data));
  }
  catalog.replace({}, sets);
  const query::Engine engine(catalog);
  query::SearchRequest request;
  request.limit = 10;
  const auto result = engine.search(request);
  ASSERT_TRUE(result.has_value());
  ASSERT_EQ(result->traces.size(), 10u);
  EXPECT_EQ(result->traces[0].trace_id.lo, 4299u);
  EXPECT_EQ(result->stats.rows_scanned, 300u);
  EXPECT_EQ(result->stats.blocks_pruned, 4u);
}

}  // namespace
}  // namespace clew::query_test
