// Log, head and blocks together on a disk that lies: whatever happens, nothing acknowledged is lost, doubled or changed.
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "block/block_store.h"
#include "disk/local_object_store.h"
#include "disk/lying_disk.h"
#include "head/head.h"
#include "log/local/local_log.h"
#include "otlp/log_fields.h"
#include "otlp/message_writer.h"
#include "otlp/metric_fields.h"
#include "otlp/traces_codec.h"
#include "query/engine.h"
#include "stdx/clock.h"

namespace clew::main {
namespace {

using namespace std::chrono_literals;
using SpanKey = std::pair<uint64_t, uint64_t>;  // Trace (low half), span id.

struct ManualClock final : stdx::Clock {
  int64_t now = 1'767'330'000'000'000'000;
  int64_t now_ns() const override { return now; }
};

otlp::TracesData request_of(const std::vector<SpanKey>& spans, int64_t now_ns) {
  otlp::TracesData data;
  auto& list = data.resource_spans.emplace_back().scope_spans.emplace_back().spans;
  data.resource_spans[0].resource.attributes = {{"service.name", {std::string("shop")}}};
  for (const auto& [trace, id] : spans) {
    otlp::Span& span = list.emplace_back();
    span.trace_id = {7, trace};
    span.span_id = id;
    span.name = "operation-" + std::to_string(id % 4);
    span.start_time_unix_nano = static_cast<uint64_t>(now_ns);
    span.end_time_unix_nano = span.start_time_unix_nano + id;
    span.attributes = {{"span.number", {static_cast<int64_t>(id)}}, {"text", {"value-" + std::to_string(id)}}};
  }
  return data;
}

// A request of log records (or of gauges) numbered as given, two of each: a record that comes twice is two.
std::string records_request(table::RecordTableId table, const std::vector<uint64_t>& numbers, int64_t now_ns) {
  namespace field = otlp::field;
  std::string bytes;
  otlp::MessageWriter out(bytes);
  const auto attribute = [&](uint32_t list, std::string_view key, auto&& value) {
    const size_t pair = out.open(list);
    out.add_bytes(field::kKeyValueKey, key);
    const size_t any = out.open(field::kKeyValueValue);
    value();
    out.close(any);
    out.close(pair);
  };
  const size_t resource_level = out.open(field::kTracesResourceSpans);
  const size_t resource = out.open(field::kResourceSpansResource);
  attribute(field::kResourceAttributes, "service.name", [&] { out.add_bytes(field::kAnyValueString, "shop"); });
  out.close(resource);
  const size_t scope = out.open(field::kResourceSpansScopeSpans);
  if (table == table::RecordTableId::kEvents) {
    const size_t name = out.open(field::kScopeSpansScope);
    out.add_bytes(field::kScopeName, table::kEventScope);
    out.close(name);
  }
  for (const uint64_t number : numbers) {
    for (int twice = 0; twice < 2; ++twice) {
      const size_t item = out.open(field::kScopeSpansSpans);
      if (table != table::RecordTableId::kMetrics) {
        out.add_fixed64(field::kLogTimeUnixNano, static_cast<uint64_t>(now_ns) + number);
        const size_t body = out.open(field::kLogBody);
        out.add_bytes(field::kAnyValueString, "text-" + std::to_string(number));
        out.close(body);
        attribute(field::kLogAttributes, "number", [&] { out.add_varint(field::kAnyValueInt, number); });
      } else {
        out.add_bytes(field::kMetricName, "metric-" + std::to_string(number % 3));
        const size_t gauge = out.open(field::kMetricGauge);
        const size_t point = out.open(field::kDataPoints);
        out.add_fixed64(field::kPointTimeUnixNano, static_cast<uint64_t>(now_ns));
        out.add_fixed64(field::kNumberAsInt, number);
        attribute(field::kNumberAttributes, "number", [&] { out.add_varint(field::kAnyValueInt, number); });
        out.close(point);
        out.close(gauge);
      }
      out.close(item);
    }
  }
  out.close(scope);
  out.close(resource_level);
  return bytes;
}

// Numbers of acknowledged records by table.
using RecordNumbers = std::array<std::set<uint64_t>, table::kRecordTableCount>;

// One life of the process: everything opened on the disk as the server does, moved by hand instead of by threads.
class Process {
 public:
  Process(disk::LyingDisk& disk, const ManualClock& clock) : clock_(clock) {
    if (auto opened = open(disk); !opened) error_ = opened.error().message;
  }
  stdx::Result<void> open(disk::LyingDisk& disk) {
    auto objects = disk::LocalObjectStore::open(disk, "data/store");
    if (!objects) return std::unexpected(objects.error());
    objects_ = std::move(*objects);
    block::BlockStoreOptions options;
    options.compaction.inputs_min = 2;
    auto store = block::BlockStore::open(*objects_, catalog_, clock_, options);
    if (!store) return std::unexpected(store.error());
    store_ = std::move(*store);
    log_local::LocalLogOptions log_options;
    log_options.folder = "data/log";
    log_options.segment_bytes = 64 << 10;
    log_options.free_bytes_min = 0;
    log_options.min_next_offset = {store_->position(0).end_offset};
    auto log = log_local::LocalLog::open(disk, clock_, log_options);
    if (!log) return std::unexpected(log.error());
    log_ = std::move(*log);
    head_ = std::make_unique<head::Head>(head::HeadOptions{.left_behind_window_ns = 3'000'000'000}, 0,
                                         store_->position(0), clock_);
    catalog_.set_live_source(head_.get());
    return {};
  }
  ~Process() { catalog_.set_live_source(nullptr); }

  bool works() const { return error_.empty(); }
  const std::string& error() const { return error_; }
  const table::Catalog& catalog() const { return catalog_; }

  // Acknowledged spans are added to `acknowledged` from the log's thread.
  void append(std::vector<SpanKey> spans, std::mutex& mutex, std::set<SpanKey>& acknowledged) {
    auto payload = stdx::SharedBytes::from_string(otlp::encode_traces(request_of(spans, clock_.now)));
    log_->append(0, log::RecordKind::kTraces, clock_.now, std::move(payload),
                 [this, spans = std::move(spans), &mutex, &acknowledged](stdx::Result<uint64_t> offset) {
                   std::lock_guard lock(mutex);
                   if (offset) acknowledged.insert(spans.begin(), spans.end());
                   ++answered_;
                   changed_.notify_all();
                 });
    ++appended_;
  }
  void append_records(table::RecordTableId table, std::vector<uint64_t> numbers, std::mutex& mutex,
                      RecordNumbers& acknowledged) {
    const auto kind = table == table::RecordTableId::kMetrics ? log::RecordKind::kMetrics : log::RecordKind::kLogs;
    auto payload = stdx::SharedBytes::from_string(records_request(table, numbers, clock_.now));
    log_->append(0, kind, clock_.now, std::move(payload),
                 [this, table, numbers = std::move(numbers), &mutex, &acknowledged](stdx::Result<uint64_t> offset) {
                   std::lock_guard lock(mutex);
                   if (offset) acknowledged[static_cast<size_t>(table)].insert(numbers.begin(), numbers.end());
                   ++answered_;
                   changed_.notify_all();
                 });
    ++appended_;
  }
  void wait_for_answers(std::mutex& mutex) {
    std::unique_lock lock(mutex);
    ASSERT_TRUE(changed_.wait_for(lock, 90s, [this] { return answered_ == appended_; }));
  }
  // Decodes what is durable; false when there was nothing.
  bool pump() {
    std::vector<log::Record> records;
    if (head_->next_offset() < log_->first_offset(0)) head_->skip_to(log_->first_offset(0));
    if (!log_->read(0, head_->next_offset(), 1 << 20, 0ms, records) || records.empty()) return false;
    for (const log::Record& record : records) head_->ingest(record);
    return true;
  }
  void cut(bool everything) {
    if (head_->empty()) return;
    auto sealed = head_->seal(everything);
    ASSERT_TRUE(sealed.has_value());
    // A failing disk is tried again as the cutter does; a crashed one ends the process soon.
    for (int attempt = 0; attempt < 3; ++attempt) {
      if (store_->cut(**sealed, [&] { head_->drop(**sealed); })) {
        (void)log_->trim(0, (*sealed)->position.replay_offset());
        return;
      }
    }
    stuck_ = true;  // The generation would wait for ever; as the cutter does, this process cuts no more.
  }
  void maintain() {
    const std::atomic<bool> stopping{false};
    (void)store_->maintain(stopping);
  }
  bool stuck() const { return stuck_; }

 private:
  const ManualClock& clock_;
  std::string error_;
  bool stuck_ = false;
  uint64_t appended_ = 0;
  uint64_t answered_ = 0;  // Under the caller's mutex.
  std::condition_variable changed_;
  table::Catalog catalog_;
  std::unique_ptr<disk::LocalObjectStore> objects_;
  std::unique_ptr<block::BlockStore> store_;
  std::unique_ptr<head::Head> head_;
  std::unique_ptr<log_local::LocalLog> log_;
};

// Every span that a search sees, with how often, and each with the attributes that belong to it.
std::map<SpanKey, int> all_spans(const table::Catalog& catalog, std::string& problem) {
  std::map<SpanKey, int> counts;
  for (const auto& set : catalog.snapshot()) {
    for (const auto& segment : set->segments()) {
      const auto numbers = segment->find(table::Scope::kSpan, "span.number");
      const auto texts = segment->find(table::Scope::kSpan, "text");
      for (uint32_t w = 0; w < segment->window_count(); ++w) {
        const auto traces = segment->read(core(table::CoreColumn::kTraceId), w);
        const auto ids = segment->read(core(table::CoreColumn::kSpanId), w);
        if (!traces || !ids || numbers.size() != 1 || texts.size() != 1) {
          problem = "a column is missing or cannot be read in " + set->name();
          return counts;
        }
        const auto number = segment->read(numbers[0], w);
        const auto text = segment->read(texts[0], w);
        const auto visible = segment->visible(w);
        for (uint32_t row = 0; row < traces->rows; ++row) {
          if (!visible.empty() && (visible[row / 64] >> (row % 64) & 1) == 0) continue;
          const uint64_t id = ids->span_ids[row];
          ++counts[{traces->trace_ids[row].lo, id}];
          if (number->ints[row] != static_cast<int64_t>(id)) problem = "wrong int";
          if (text->dictionary->at(text->codes[row]) != "value-" + std::to_string(id)) problem = "wrong text";
        }
      }
    }
  }
  return counts;
}

// Every record of a table that a query sees, by number, with how often.
std::map<uint64_t, int> all_records(const table::Catalog& catalog, table::RecordTableId id, std::string& problem) {
  std::map<uint64_t, int> counts;
  const bool logs = id != table::RecordTableId::kMetrics;
  for (const auto& set : catalog.snapshot()) {
    for (const auto& segment : set->records(id)) {
      const auto numbers = segment->find(table::Scope::kSpan, "number");
      const table::ColumnId value =
          table::field_column(logs ? size_t{table::log_field::kBody} : size_t{table::metric_field::kValueInt});
      for (uint32_t w = 0; w < segment->window_count(); ++w) {
        const auto services = segment->read(column(table::RecordColumn::kServiceName), w);
        const auto values = segment->read(value, w);
        if (!services || !values || numbers.size() != 1) {
          problem = "a column is missing or cannot be read in " + set->name();
          return counts;
        }
        const auto number = segment->read(numbers[0], w);
        for (uint32_t row = 0; row < number->rows; ++row) {
          const auto found = static_cast<uint64_t>(number->ints[row]);
          ++counts[found];
          if (services->dictionary->at(services->codes[row]) != "shop") problem = "wrong service";
          if (logs && values->dictionary->at(values->codes[row]) != "text-" + std::to_string(found)) problem = "wrong body";
          if (!logs && values->ints[row] != number->ints[row]) problem = "wrong value";
        }
      }
    }
  }
  return counts;
}

struct Damage {
  double fault_rate = 0;
  bool fill_up = false;
};

// Rounds of life and death on one disk. After each death and a healed disk: everything acknowledged is there exactly once.
void run_rounds(uint64_t seed, int rounds, Damage damage) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  disk::LyingDisk disk(seed);
  ManualClock clock;
  std::mutex mutex;
  std::set<SpanKey> acknowledged;
  RecordNumbers acknowledged_records;
  uint64_t next_id = 1;
  for (int round = 0; round < rounds; ++round) {
    {
      Process process(disk, clock);
      ASSERT_TRUE(process.works()) << process.error();
      if (damage.fault_rate > 0) disk.set_fault_rate(disk::DiskCall::kWrite | disk::DiskCall::kSyncData, damage.fault_rate);
      if (damage.fill_up) disk.set_capacity_bytes(disk.used_bytes() + 300'000);
      const uint64_t steps = 20 + random() % 60;
      for (uint64_t step = 0; step < steps; ++step) {
        clock.now += 500'000'000;
        std::vector<SpanKey> spans;
        for (uint64_t i = 0; i <= random() % 5; ++i, ++next_id) {
          spans.push_back({1 + next_id / 9 + random() % 3, next_id});
        }
        // Some lives have no spans at all.
        if (round % 3 != 2) process.append(std::move(spans), mutex, acknowledged);
        for (size_t table = 0; table < table::kRecordTableCount; ++table) {
          if (random() % 2 != 0) continue;
          std::vector<uint64_t> numbers;
          for (uint64_t i = 0; i <= random() % 4; ++i) numbers.push_back(next_id++);
          process.append_records(static_cast<table::RecordTableId>(table), std::move(numbers), mutex, acknowledged_records);
        }
        if (random() % 2 == 0) process.wait_for_answers(mutex);
        if (random() % 2 == 0) process.pump();
        if (random() % 9 == 0 && !process.stuck()) process.cut(random() % 4 == 0);
        if (random() % 15 == 0) process.maintain();
      }
      disk.crash();
    }
    disk.set_fault_rate(static_cast<uint32_t>(disk::DiskCall::kAny), 0);
    disk.set_capacity_bytes(disk::LyingDisk::kUnlimited);
    disk.power_on();

    Process process(disk, clock);
    ASSERT_TRUE(process.works()) << process.error();
    while (process.pump()) {
    }
    std::string problem;
    const auto found = all_spans(process.catalog(), problem);
    ASSERT_EQ(problem, "") << "round " << round;
    for (const SpanKey& key : acknowledged) {
      ASSERT_TRUE(found.contains(key)) << "round " << round << ": lost span " << key.second;
    }
    for (const auto& [key, count] : found) ASSERT_EQ(count, 1) << "round " << round << ": span " << key.second;
    for (size_t table = 0; table < table::kRecordTableCount; ++table) {
      const auto records = all_records(process.catalog(), static_cast<table::RecordTableId>(table), problem);
      ASSERT_EQ(problem, "") << "round " << round;
      for (const uint64_t number : acknowledged_records[table]) {
        ASSERT_TRUE(records.contains(number)) << "round " << round << ": lost record " << number << " of table " << table;
      }
      for (const auto& [number, count] : records) {
        ASSERT_EQ(count, 2) << "round " << round << ": record " << number << " of table " << table;
      }
    }
  }
  EXPECT_GT(acknowledged.size(), 100u);
  for (const auto& numbers : acknowledged_records) EXPECT_GT(numbers.size(), 50u);
}

TEST(Storage, KeepsWhatItAcknowledgedThroughCrashes) {
  for (uint64_t seed = 1; seed <= 8; ++seed) run_rounds(seed, 6, {});
}

TEST(Storage, KeepsWhatItAcknowledgedOnAFailingDisk) {
  for (uint64_t seed = 101; seed <= 112; ++seed) run_rounds(seed, 6, {.fault_rate = 0.03});
}

TEST(Storage, KeepsWhatItAcknowledgedOnADiskThatFillsUp) {
  for (uint64_t seed = 201; seed <= 206; ++seed) run_rounds(seed, 6, {.fill_up = true});
}

// Compaction by hand: many small blocks, parts of one trace in several of them, a retry in two of them.
TEST(Storage, CompactionJoinsTracesAndDropsRetries) {
  disk::LyingDisk disk(3);
  ManualClock clock;
  std::mutex mutex;
  std::set<SpanKey> acknowledged;
  Process process(disk, clock);
  ASSERT_TRUE(process.works());
  for (uint64_t block = 0; block < 6; ++block) {
    process.append({{1, 100 + block}, {2 + block, 200 + block}, {50, 999}}, mutex, acknowledged);
    process.wait_for_answers(mutex);
    while (process.pump()) {
    }
    process.cut(true);
  }
  EXPECT_EQ(process.catalog().snapshot().size(), 6u);
  process.maintain();
  const auto sets = process.catalog().snapshot();
  ASSERT_EQ(sets.size(), 1u);
  const auto parts = sets[0]->trace_parts(std::vector<otlp::TraceId>{{7, 1}, {7, 50}});
  ASSERT_EQ(parts->size(), 2u);
  EXPECT_EQ((*parts)[0].span_count, 6u);
  EXPECT_EQ((*parts)[1].span_count, 1u);
  int64_t red_count = 0;
  const auto red = sets[0]->red({});
  for (const auto& row : *red) red_count += row.count;
  EXPECT_EQ(red_count, 13);
  const query::Engine engine(process.catalog());
  const auto trace = engine.trace({7, 1});
  ASSERT_TRUE(trace.has_value());
  EXPECT_EQ(trace->span_count, 6u);
}

TEST(Storage, RetentionDeletesOldBlocksAndTheirFiles) {
  disk::LyingDisk disk(4);
  ManualClock clock;
  auto objects = std::move(*disk::LocalObjectStore::open(disk, "store"));
  table::Catalog catalog;
  block::BlockStoreOptions options;
  options.compaction.enabled = false;
  options.retention_age_ns = 3'600'000'000'000;
  auto store = std::move(*block::BlockStore::open(*objects, catalog, clock, options));
  head::Head head({}, 0, {}, clock);
  for (uint64_t i = 0; i < 3; ++i) {
    const auto request = otlp::encode_traces(request_of({{i + 1, i + 1}}, clock.now));
    head.ingest({i, clock.now, log::RecordKind::kTraces, stdx::SharedBytes::from_string(request)});
    auto sealed = *head.seal(true);
    ASSERT_TRUE(store->cut(*sealed, [&] { head.drop(*sealed); }));
    clock.now += 40 * 60'000'000'000;
  }
  const std::atomic<bool> stopping{false};
  ASSERT_TRUE(store->maintain(stopping));
  EXPECT_EQ(store->totals().blocks, 1u);
  EXPECT_EQ(store->counters().deleted_by_retention.load(), 2u);
  EXPECT_EQ(objects->list("data/")->size(), 5u);
  // The last one says where the log goes on, so it outlives its age.
  clock.now += 100 * 3'600'000'000'000;
  ASSERT_TRUE(store->maintain(stopping));
  EXPECT_EQ(store->totals().blocks, 1u);
  EXPECT_EQ(store->position(0).end_offset, 3u);
}

}  // namespace
}  // namespace clew::main
