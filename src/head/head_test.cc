#include "head/head.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "otlp/traces_codec.h"

namespace clew::head {
namespace {

struct ManualClock final : stdx::Clock {
  int64_t now = 1'700'000'000'000'000'000;
  int64_t now_ns() const override { return now; }
};

constexpr int64_t kSecondNs = 1'000'000'000;

log::Record record_of(uint64_t offset, int64_t receive_ns, const std::vector<std::pair<uint64_t, uint64_t>>& spans) {
  otlp::TracesData data;
  auto& list = data.resource_spans.emplace_back().scope_spans.emplace_back().spans;
  data.resource_spans[0].resource.attributes = {{"service.name", {std::string("s") + std::to_string(offset % 3)}}};
  for (const auto& [trace, id] : spans) {
    otlp::Span& span = list.emplace_back();
    span.trace_id = {1, trace};
    span.span_id = id;
    span.name = "op-" + std::to_string(id % 5);
    span.start_time_unix_nano = static_cast<uint64_t>(receive_ns);
    span.end_time_unix_nano = span.start_time_unix_nano + id;
    span.attributes = {{"id", {static_cast<int64_t>(id)}}, {"text", {"v" + std::to_string(id)}}};
    if (id % 7 == 0) span.events = {{1, "event", {{"k", {std::string("v")}}}, 0}};
  }
  return {offset, receive_ns, log::RecordKind::kTraces, stdx::SharedBytes::from_string(otlp::encode_traces(data))};
}

using SpanCounts = std::map<std::pair<uint64_t, uint64_t>, int>;

// What queries see in a set, checked for the attribute that belongs to each span.
void count_visible(const table::SpanSet& set, SpanCounts& counts) {
  for (const auto& segment : set.segments()) {
    for (uint32_t window = 0; window < segment->window_count(); ++window) {
      const auto traces = segment->read(core(table::CoreColumn::kTraceId), window);
      const auto ids = segment->read(core(table::CoreColumn::kSpanId), window);
      const auto attribute = segment->find(table::Scope::kSpan, "id");
      ASSERT_EQ(attribute.size(), 1u);
      const auto values = segment->read(attribute[0], window);
      const auto visible = segment->visible(window);
      for (uint32_t row = 0; row < traces->rows; ++row) {
        if (!visible.empty() && (visible[row / 64] >> (row % 64) & 1) == 0) continue;
        ++counts[{traces->trace_ids[row].lo, ids->span_ids[row]}];
        EXPECT_EQ(static_cast<uint64_t>(values->ints[row]), ids->span_ids[row]);
      }
    }
  }
}

SpanCounts visible_in(const Head& head) {
  table::Catalog::Sets sets;
  head.append_live_sets(sets);
  SpanCounts counts;
  for (const auto& set : sets) count_visible(*set, counts);
  return counts;
}

TEST(Head, ShowsASpanAsSoonAsItIsIngested) {
  ManualClock clock;
  Head head({}, 0, {}, clock);
  head.ingest(record_of(0, clock.now, {{1, 11}, {1, 12}, {2, 13}}));
  EXPECT_EQ(visible_in(head), (SpanCounts{{{1, 11}, 1}, {{1, 12}, 1}, {{2, 13}, 1}}));
  table::Catalog::Sets sets;
  head.append_live_sets(sets);
  const auto found = sets[0]->find_trace({1, 1});
  ASSERT_EQ(found->size(), 1u);
  EXPECT_EQ((*found)[0].rows, (std::vector<uint32_t>{0, 1}));
  EXPECT_TRUE(sets[0]->find_trace({1, 3})->empty());
}

TEST(Head, WantsACutBySpansBytesAndTime) {
  ManualClock clock;
  Head by_spans({.cut_spans = 2}, 0, {}, clock);
  EXPECT_FALSE(by_spans.wants_cut());
  by_spans.ingest(record_of(0, clock.now, {{1, 11}, {1, 12}}));
  EXPECT_TRUE(by_spans.wants_cut());
  Head by_bytes({.cut_bytes = 1}, 0, {}, clock);
  by_bytes.ingest(record_of(0, clock.now, {{1, 11}}));
  EXPECT_TRUE(by_bytes.wants_cut());
  Head by_time({.cut_interval_ns = 5 * kSecondNs}, 0, {}, clock);
  by_time.ingest(record_of(0, clock.now, {{1, 11}}));
  EXPECT_FALSE(by_time.wants_cut());
  clock.now += 5 * kSecondNs;
  EXPECT_TRUE(by_time.wants_cut());
}

TEST(Head, LeavesRecentTracesBehindAndShowsThemOnce) {
  ManualClock clock;
  Head head({}, 0, {}, clock);
  for (uint64_t i = 0; i < 100; ++i) head.ingest(record_of(i, clock.now, {{i, i + 1}}));
  clock.now += 200 * kSecondNs;
  head.ingest(record_of(100, clock.now, {{500, 501}, {500, 502}}));
  const SpanCounts before = visible_in(head);
  const auto sealed = head.seal(false);
  ASSERT_TRUE(sealed.has_value());
  EXPECT_EQ(visible_in(head), before);
  EXPECT_EQ((*sealed)->position.end_offset, 101u);
  ASSERT_EQ((*sealed)->position.left_behind.size(), 1u);
  EXPECT_EQ((*sealed)->position.left_behind[0].trace_id, (otlp::TraceId{1, 500}));
  EXPECT_EQ((*sealed)->position.replay_offset(), 100u);
  head.drop(**sealed);
  EXPECT_EQ(visible_in(head), (SpanCounts{{{500, 501}, 1}, {{500, 502}, 1}}));
}

TEST(Head, LeavesATraceBehindTwiceAtMost) {
  ManualClock clock;
  Head head({}, 0, {}, clock);
  uint64_t offset = 0;
  std::vector<size_t> left;
  for (int round = 0; round < 3; ++round) {
    for (uint64_t i = 0; i < 50; ++i) {
      head.ingest(record_of(offset, clock.now, {{1000 + offset, offset + 1}}));
      ++offset;
    }
    clock.now += 100 * kSecondNs;
    head.ingest(record_of(offset, clock.now, {{7, 900'000 + offset}}));
    ++offset;
    const auto sealed = head.seal(false);
    left.push_back((*sealed)->position.left_behind.size());
    head.drop(**sealed);
  }
  EXPECT_EQ(left, (std::vector<size_t>{1, 1, 0}));
}

// A process that dies at any moment and starts again from what its newest block says stores every span exactly once.
TEST(Head, CutsAndReplaysAreExactlyOnce) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    std::mt19937_64 random(seed);
    ManualClock clock;
    std::vector<log::Record> log;
    SpanCounts sent;
    uint64_t next_id = 1;
    for (uint64_t offset = 0; offset < 300; ++offset) {
      std::vector<std::pair<uint64_t, uint64_t>> spans;
      for (uint64_t i = 0; i <= random() % 6; ++i) spans.push_back({1 + offset / 10 + random() % 12, next_id++});
      for (const auto& span : spans) sent[span] = 1;
      log.push_back(record_of(offset, clock.now + static_cast<int64_t>(offset) * kSecondNs, spans));
    }
    LogPosition stored;
    SpanCounts in_blocks;
    auto head = std::make_unique<Head>(HeadOptions{.left_behind_window_ns = 30 * kSecondNs}, 0, stored, clock);
    std::shared_ptr<const SealedGeneration> waiting;  // Sealed, its block not written yet.
    const auto store = [&] {
      const HeadSet set(waiting->generation);
      count_visible(set, in_blocks);
      stored = waiting->position;
      head->drop(*waiting);
      waiting.reset();
    };
    const int64_t begin_ns = clock.now;
    while (head->next_offset() < log.size()) {
      const uint64_t offset = head->next_offset();
      clock.now = std::max(clock.now, begin_ns + static_cast<int64_t>(offset) * kSecondNs);
      head->ingest(log[offset]);
      const uint64_t chance = random() % 100;
      if (chance < 8 && waiting == nullptr && !head->empty()) {
        waiting = *head->seal(chance < 2);
      } else if (chance < 16 && waiting != nullptr) {
        store();
      } else if (chance < 20) {
        waiting.reset();
        head = std::make_unique<Head>(HeadOptions{.left_behind_window_ns = 30 * kSecondNs}, 0, stored, clock);
      }
    }
    if (waiting != nullptr) store();
    if (!head->empty()) {
      waiting = *head->seal(true);
      store();
    }
    ASSERT_EQ(in_blocks, sent) << "seed " << seed;
  }
}

// Records count like spans: for the cut, and for what is in the head.
TEST(Head, RecordsAreShownCountedAndCut) {
  ManualClock clock;
  const auto logs = [](uint64_t offset) {
    // Two log records that say nothing.
    return log::Record{offset, 5, log::RecordKind::kLogs,
                       stdx::SharedBytes::from_string(std::string("\x0A\x06\x12\x04\x12\x00\x12\x00", 8))};
  };
  Head head({.cut_spans = 3}, 0, {}, clock);
  EXPECT_TRUE(head.empty());
  head.ingest(logs(0));
  EXPECT_FALSE(head.empty());
  EXPECT_FALSE(head.wants_cut());
  head.ingest(logs(1));
  EXPECT_TRUE(head.wants_cut());
  table::Catalog::Sets sets;
  head.append_live_sets(sets);
  ASSERT_EQ(sets.size(), 1u);
  ASSERT_EQ(sets[0]->records(table::RecordTableId::kLogs).size(), 1u);
  EXPECT_EQ(sets[0]->records(table::RecordTableId::kLogs)[0]->row_count(), 4u);
  EXPECT_TRUE(sets[0]->records(table::RecordTableId::kMetrics).empty());
  const auto sealed = head.seal(true);
  ASSERT_TRUE(sealed);
  EXPECT_EQ((*sealed)->position.end_offset, 2u);
  EXPECT_TRUE((*sealed)->position.left_behind.empty());
  EXPECT_TRUE(head.empty());

  // Below the end of what is stored there is nothing left of them.
  LogPosition stored{2, {{otlp::TraceId{1, 1}, 0}}};
  Head again({}, 0, stored, clock);
  EXPECT_EQ(again.next_offset(), 0u);
  for (uint64_t offset = 0; offset < 3; ++offset) again.ingest(logs(offset));
  EXPECT_EQ(again.current_row_count(), 2u);
}

}  // namespace
}  // namespace clew::head
