// The rollups against a naive computation over the same spans, kept as plain objects.
#include "rollup/rollups.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <tuple>

namespace clew::rollup {
namespace {

using otlp::SpanKind;
using otlp::StatusCode;
using table::ConnectionType;

struct PlainSpan {
  uint64_t trace;
  otlp::SpanId id;
  otlp::SpanId parent;
  int64_t start_ns;
  int64_t duration_ns;
  std::string service;
  std::string name;
  SpanKind kind;
  StatusCode status;
  std::map<std::string, std::string> attributes;
};

std::vector<PlainSpan> random_spans(uint64_t seed, int trace_count) {
  std::mt19937_64 random(seed);
  const auto pick = [&](uint64_t below) { return random() % below; };
  std::vector<PlainSpan> spans;
  for (int t = 0; t < trace_count; ++t) {
    const uint64_t count = 1 + pick(25);
    const size_t first = spans.size();
    for (uint64_t i = 0; i < count; ++i) {
      PlainSpan span;
      span.trace = static_cast<uint64_t>(t) + 1;
      span.id = random() | 1;
      // Mostly a span of the trace, sometimes one that never came.
      span.parent = i == 0 ? 0 : pick(12) == 0 ? random() : spans[first + pick(i)].id;
      span.start_ns = 1'700'000'000'000'000'000 + static_cast<int64_t>(pick(180)) * 1'000'000'000;
      span.duration_ns = static_cast<int64_t>(random() >> (20 + pick(40)));
      span.service = "service-" + std::to_string(pick(4));
      span.name = "operation-" + std::to_string(pick(5));
      span.kind = static_cast<SpanKind>(pick(6));
      span.status = static_cast<StatusCode>(pick(3));
      if (pick(3) == 0) span.attributes["db.system"] = pick(2) == 0 ? "redis" : "mysql";
      if (pick(4) == 0) span.attributes["http.request.method"] = "GET";
      if (pick(4) == 0) span.attributes["peer.service"] = "peer-" + std::to_string(pick(3));
      spans.push_back(span);
    }
    // Now and then a server span shares its client's id, as Zipkin's do.
    if (count > 3 && pick(5) == 0) {
      PlainSpan shared = spans[first + 1];
      shared.kind = SpanKind::kServer;
      shared.service = "service-shared";
      spans[first + 1].kind = SpanKind::kClient;
      spans.push_back(shared);
    }
  }
  return spans;
}

void fill(table::SpanTable& table, const std::vector<PlainSpan>& spans) {
  std::map<std::string, uint32_t> resources;
  const uint32_t scope = table.add_instrumentation("test", "");
  for (const PlainSpan& span : spans) {
    auto [resource, added] = resources.try_emplace(span.service, 0);
    if (added) {
      resource->second = table.add_resource();
      table.set_service_name(resource->second, span.service);
    }
    for (const auto& [key, value] : span.attributes) {
      table.attribute(table::Scope::kSpan, key, table::ValueType::kString)->append_text(table.next_row(), value);
    }
    table.append_span({{0, span.trace}, span.id, span.parent, span.start_ns, span.duration_ns, span.name, span.kind,
                       span.status, resource->second, scope},
                      {});
  }
  table.publish();
}

using RedKey = std::tuple<std::string, int64_t, std::string, SpanKind, StatusCode>;

TEST(Rollups, RedEqualsANaiveCount) {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    const auto spans = random_spans(seed, 200);
    table::SpanTable table;
    fill(table, spans);
    struct Cell {
      int64_t count = 0, sum = 0;
      std::map<int, int64_t> buckets;
    };
    std::map<RedKey, Cell> naive;
    for (const PlainSpan& span : spans) {
      Cell& cell = naive[{span.service, span.start_ns / kMinuteNs * kMinuteNs, span.name, span.kind, span.status}];
      ++cell.count;
      cell.sum += span.duration_ns;
      ++cell.buckets[table::duration_bucket(span.duration_ns)];
    }
    const auto rows = build_red(table, table::order_by_trace(table, table.published_row_count()));
    ASSERT_EQ(rows.size(), naive.size());
    auto expected = naive.begin();
    for (const table::RedRow& row : rows) {
      EXPECT_EQ(expected->first, RedKey(row.service, row.minute_ns, row.operation, row.kind, row.status));
      EXPECT_EQ(row.count, expected->second.count);
      EXPECT_EQ(row.error_count, row.status == StatusCode::kError ? row.count : 0);
      EXPECT_EQ(row.duration_sum_ns, expected->second.sum);
      std::map<int, int64_t> buckets;
      for (const auto& bucket : row.durations) buckets[bucket.bucket] = bucket.count;
      EXPECT_EQ(buckets, expected->second.buckets);
      ++expected;
    }
  }
}

TEST(Rollups, TracesEqualANaiveCount) {
  const auto spans = random_spans(11, 300);
  table::SpanTable table;
  fill(table, spans);
  const auto parts = build_traces(table, table::order_by_trace(table, table.published_row_count()));
  ASSERT_EQ(parts.size(), 300u);
  for (const table::TracePart& part : parts) {
    uint32_t count = 0, errors = 0;
    int64_t start_ns = INT64_MAX, end_ns = INT64_MIN;
    std::map<std::string, std::pair<uint32_t, uint32_t>> services;
    const PlainSpan* root = nullptr;
    for (const PlainSpan& span : spans) {
      if (span.trace != part.trace_id.lo) continue;
      const bool error = span.status == StatusCode::kError;
      ++count;
      errors += error;
      start_ns = std::min(start_ns, span.start_ns);
      end_ns = std::max(end_ns, span.start_ns + span.duration_ns);
      ++services[span.service].first;
      services[span.service].second += error;
      if (span.parent == 0) root = &span;
    }
    ASSERT_NE(root, nullptr);
    EXPECT_EQ(part.span_count, count);
    EXPECT_EQ(part.error_count, errors);
    EXPECT_EQ(part.start_ns, start_ns);
    EXPECT_EQ(part.end_ns, end_ns);
    EXPECT_TRUE(part.has_root);
    EXPECT_EQ(part.root_service, root->service);
    EXPECT_EQ(part.root_name, root->name);
    ASSERT_EQ(part.services.size(), services.size());
    auto expected = services.begin();
    for (const auto& service : part.services) {
      EXPECT_EQ(service.name, expected->first);
      EXPECT_EQ(service.span_count, expected->second.first);
      EXPECT_EQ(service.error_count, expected->second.second);
      ++expected;
    }
  }
}

TEST(Rollups, ATraceWithoutItsRootIsNamedByTheTopOfWhatBeganFirst) {
  // As SkyWalking sends it for a browser's request: milliseconds, so that caller and callee begin together.
  constexpr int64_t kStart = 1'700'000'000'000'000'000;
  const std::vector<PlainSpan> spans = {
      {1, 10, 30, kStart, 5, "callee", "query", SpanKind::kInternal, StatusCode::kUnset, {}},
      {1, 20, 99, kStart, 9, "frontend", "GET /", SpanKind::kServer, StatusCode::kUnset, {}},
      {1, 30, 20, kStart, 7, "frontend", "call", SpanKind::kClient, StatusCode::kUnset, {}},
      {1, 40, 88, kStart + 1, 7, "later", "orphan", SpanKind::kServer, StatusCode::kUnset, {}},
  };
  table::SpanTable table;
  fill(table, spans);
  const auto parts = build_traces(table, table::order_by_trace(table, table.published_row_count()));
  ASSERT_EQ(parts.size(), 1u);
  EXPECT_FALSE(parts[0].has_root);
  EXPECT_EQ(parts[0].root_service, "frontend");
  EXPECT_EQ(parts[0].root_name, "GET /");
}

ConnectionType naive_type(const PlainSpan& span) {
  if (const auto db = span.attributes.find("db.system"); db != span.attributes.end()) {
    return db->second == "redis" ? ConnectionType::kCache : ConnectionType::kDb;
  }
  return span.attributes.contains("http.request.method") ? ConnectionType::kHttp : ConnectionType::kUnknown;
}

const PlainSpan* naive_caller(const std::vector<const PlainSpan*>& trace, const PlainSpan& span) {
  if (span.kind == SpanKind::kServer) {
    for (const PlainSpan* other : trace) {
      if (other->id == span.id && other->kind == SpanKind::kClient) return other;
    }
  }
  const PlainSpan* any = nullptr;
  for (const PlainSpan* other : trace) {
    if (span.parent == 0 || other->id != span.parent || other == &span) continue;
    if (other->service == span.service) return other;
    if (any == nullptr) any = other;
  }
  return any;
}

using EdgeKey = std::tuple<std::string, int64_t, std::string, std::string, std::string, ConnectionType, bool>;

TEST(Rollups, EdgesEqualANaiveWalk) {
  for (uint64_t seed = 21; seed <= 25; ++seed) {
    const auto spans = random_spans(seed, 200);
    table::SpanTable table;
    fill(table, spans);
    std::map<uint64_t, std::vector<const PlainSpan*>> traces;
    for (const PlainSpan& span : spans) traces[span.trace].push_back(&span);
    std::map<EdgeKey, std::pair<int64_t, int64_t>> naive;
    for (auto& [id, trace] : traces) {
      std::ranges::sort(trace, {}, [](const PlainSpan* s) { return std::tuple(s->start_ns, s->id, s->kind); });
      std::map<const PlainSpan*, bool> answered;
      const auto count = [&](const PlainSpan& caller, const std::string& callee, const std::string& operation,
                             ConnectionType type, bool is_virtual, bool error) {
        auto& cell = naive[{caller.service, caller.start_ns / kMinuteNs * kMinuteNs, caller.name, callee, operation,
                            type, is_virtual}];
        ++cell.first;
        cell.second += error;
      };
      const auto calls = [](SpanKind kind) { return kind == SpanKind::kClient || kind == SpanKind::kProducer; };
      for (const PlainSpan* span : trace) {
        const PlainSpan* caller = naive_caller(trace, *span);
        if (caller == nullptr) continue;
        const bool answers = span->kind == SpanKind::kServer || span->kind == SpanKind::kConsumer;
        if (!(calls(caller->kind) && answers) && caller->service == span->service) continue;
        answered[caller] = true;
        const ConnectionType type =
            naive_type(*caller) != ConnectionType::kUnknown ? naive_type(*caller) : naive_type(*span);
        count(*caller, span->service, span->name, type, false,
              caller->status == StatusCode::kError || span->status == StatusCode::kError);
      }
      for (const PlainSpan* span : trace) {
        if (!calls(span->kind) || answered[span]) continue;
        std::string peer;
        if (span->attributes.contains("db.system")) peer = span->attributes.at("db.system");
        if (span->attributes.contains("peer.service")) peer = span->attributes.at("peer.service");
        if (!peer.empty()) count(*span, peer, span->name, naive_type(*span), true, span->status == StatusCode::kError);
      }
    }
    const auto rows = build_edges(table, table::order_by_trace(table, table.published_row_count()));
    std::map<EdgeKey, std::pair<int64_t, int64_t>> built;
    for (const table::EdgeRow& row : rows) {
      const EdgeKey key{row.caller_service, row.minute_ns, row.caller_operation, row.callee_service,
                        row.callee_operation, row.type, row.callee_virtual};
      EXPECT_TRUE(built.emplace(key, std::pair(row.count, row.error_count)).second) << "twice";
      int64_t callers = 0, callees = 0;
      for (const auto& bucket : row.caller_durations) callers += bucket.count;
      for (const auto& bucket : row.callee_durations) callees += bucket.count;
      EXPECT_EQ(callers, row.count);
      EXPECT_EQ(callees, row.callee_virtual ? 0 : row.count);
    }
    EXPECT_EQ(built, naive) << "seed " << seed;
  }
}

TEST(Rollups, ARetryCountsOnce) {
  auto spans = random_spans(31, 50);
  const size_t count = spans.size();
  const auto again = spans;
  spans.insert(spans.end(), again.begin(), again.end());
  table::SpanTable table;
  fill(table, spans);
  const auto order = table::order_by_trace(table, table.published_row_count());
  EXPECT_EQ(order.rows.size(), count);
  EXPECT_EQ(order.duplicate_count, count);
  int64_t total = 0;
  for (const auto& row : build_red(table, order)) total += row.count;
  EXPECT_EQ(total, static_cast<int64_t>(count));
}

TEST(Rollups, MinutesBefore1970RoundDown) {
  EXPECT_EQ(minute_of(-1), -kMinuteNs);
  EXPECT_EQ(minute_of(0), 0);
  EXPECT_EQ(minute_of(kMinuteNs + 5), kMinuteNs);
}

}  // namespace
}  // namespace clew::rollup
