// Logs and metrics from their bytes to the answer of a query, out of the head, out of a block and out of joined blocks: what
// went in comes out.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "block/block_store.h"
#include "disk/local_object_store.h"
#include "disk/lying_disk.h"
#include "head/head.h"
#include "otlp/log_fields.h"
#include "otlp/metric_fields.h"
#include "otlp/random_traces.h"
#include "otlp/traces_codec.h"
#include "otlp/value_json.h"
#include "otlp/value_wire.h"
#include "query/log_search.h"
#include "query/metric_search.h"
#include "table/catalog.h"

namespace clew::main {
namespace {

namespace field = otlp::field;
using table::RecordTableId;

constexpr int64_t kNow = 1'767'330'000'000'000'000;

struct ManualClock final : stdx::Clock {
  int64_t now = kNow;
  int64_t now_ns() const override { return now; }
};

struct SentLog {
  uint64_t time = 0, observed = 0;
  int severity = 0;
  std::string severity_text, event_name;
  bool has_body = false;
  otlp::AnyValue body;
  otlp::Attributes attributes;
  uint32_t dropped = 0, flags = 0;
  otlp::TraceId trace_id;
  otlp::SpanId span_id = 0;
  otlp::Attributes resource;
  std::string scope;
};

SentLog random_log(otlp::RandomTraces& random, uint64_t number) {
  SentLog log;
  log.time = random.once_in(9) ? 0 : static_cast<uint64_t>(kNow) + number;
  log.observed = random.once_in(3) ? 0 : static_cast<uint64_t>(kNow) + 1000 + number;
  log.severity = static_cast<int>(random.below(25));
  if (random.once_in(2)) log.severity_text = random.text();
  if (random.once_in(5)) log.event_name = random.text();
  log.has_body = !random.once_in(6);
  if (log.has_body) log.body = random.once_in(3) ? random.value() : otlp::AnyValue{random.text()};
  log.attributes = random.attributes(10);
  // Tells this record from all others.
  std::erase_if(log.attributes, [](const otlp::KeyValue& a) { return a.key == "record.number"; });
  log.attributes.push_back({"record.number", {static_cast<int64_t>(number)}});
  if (random.once_in(4)) log.dropped = static_cast<uint32_t>(random.below(100));
  if (random.once_in(2)) log.flags = 1;
  if (random.once_in(2)) log.trace_id = {random.bits() | 1, random.bits()};
  if (random.once_in(2)) log.span_id = random.bits() | 1;
  log.resource = {{"service.name", {std::string("service-") + std::to_string(number % 3)}}, {"host", {int64_t(number % 2)}}};
  log.scope = number % 2 == 0 ? "scope-a" : "";
  return log;
}

std::string encode(const std::vector<SentLog>& logs) {
  std::string bytes;
  otlp::MessageWriter out(bytes);
  for (const SentLog& log : logs) {
    const size_t resource_level = out.open(field::kTracesResourceSpans);
    const size_t resource = out.open(field::kResourceSpansResource);
    otlp::append_attributes(out, field::kResourceAttributes, log.resource);
    out.close(resource);
    const size_t scope_level = out.open(field::kResourceSpansScopeSpans);
    const size_t scope = out.open(field::kScopeSpansScope);
    if (!log.scope.empty()) out.add_bytes(field::kScopeName, log.scope);
    out.close(scope);
    const size_t record = out.open(field::kScopeSpansSpans);
    if (log.time != 0) out.add_fixed64(field::kLogTimeUnixNano, log.time);
    if (log.observed != 0) out.add_fixed64(field::kLogObservedTimeUnixNano, log.observed);
    out.add_varint(field::kLogSeverityNumber, static_cast<uint64_t>(log.severity));
    out.add_bytes(field::kLogSeverityText, log.severity_text);
    out.add_bytes(field::kLogEventName, log.event_name);
    if (log.has_body) {
      const size_t body = out.open(field::kLogBody);
      otlp::append_value(out, log.body);
      out.close(body);
    }
    otlp::append_attributes(out, field::kLogAttributes, log.attributes);
    out.add_varint(field::kLogDroppedAttributesCount, log.dropped);
    out.add_fixed32(field::kLogFlags, log.flags);
    if (!log.trace_id.is_zero()) out.add_bytes(field::kLogTraceId, otlp::to_bytes(log.trace_id));
    if (log.span_id != 0) out.add_bytes(field::kLogSpanId, otlp::span_id_bytes(log.span_id));
    out.close(record);
    out.close(scope_level);
    out.close(resource_level);
  }
  return bytes;
}

// Head, block store and catalog on a disk in memory, moved by hand.
class Records : public testing::Test {
 protected:
  Records() {
    block::BlockStoreOptions options;
    options.compaction.inputs_min = 2;
    options.row_group_rows = 512;  // Several of them.
    objects_ = std::move(*disk::LocalObjectStore::open(disk_, "store"));
    store_ = std::move(*block::BlockStore::open(*objects_, catalog_, clock_, options));
    head_ = std::make_unique<head::Head>(head::HeadOptions(), 0, head::LogPosition(), clock_);
    catalog_.set_live_source(head_.get());
  }
  ~Records() override { catalog_.set_live_source(nullptr); }

  void send(log::RecordKind kind, std::string request) {
    head_->ingest({offset_++, clock_.now, kind, stdx::SharedBytes::from_string(std::move(request))});
  }
  void cut() {
    auto sealed = *head_->seal(true);
    const auto stored = store_->cut(*sealed, [&] { head_->drop(*sealed); });
    ASSERT_TRUE(stored) << stored.error().message;
  }
  void join() {
    const std::atomic<bool> stopping{false};
    const auto done = store_->maintain(stopping);
    ASSERT_TRUE(done) << done.error().message;
    ASSERT_EQ(store_->totals().blocks, 1u);
  }
  std::vector<query::RecordRow> logs(query::LogRequest request = {}) {
    request.limit = 10'000;
    auto found = query::search_logs(catalog_, request);
    EXPECT_TRUE(found) << found.error().message;
    return found ? std::move(found->logs) : std::vector<query::RecordRow>();
  }
  query::MetricSeriesResult series(const std::string& metric, int64_t step_ns = 0) {
    query::MetricSeriesRequest request;
    request.filter.metric = metric;
    request.step_ns = step_ns;
    auto found = query::metric_series(catalog_, request);
    EXPECT_TRUE(found) << found.error().message;
    return found ? std::move(*found) : query::MetricSeriesResult();
  }

  disk::LyingDisk disk_{1};
  ManualClock clock_;
  table::Catalog catalog_;
  std::unique_ptr<disk::LocalObjectStore> objects_;
  std::unique_ptr<block::BlockStore> store_;
  std::unique_ptr<head::Head> head_;
  uint64_t offset_ = 0;
};

int64_t number_of(const query::RecordRow& row) {
  const auto found = std::ranges::find(row.attributes, "record.number", &otlp::KeyValue::key);
  return found == row.attributes.end() ? -1 : std::get<int64_t>(found->value.value);
}

void expect_same(const SentLog& sent, const query::RecordRow& row) {
  const int64_t time = static_cast<int64_t>(sent.time != 0 ? sent.time : sent.observed != 0 ? sent.observed : uint64_t(kNow));
  EXPECT_EQ(row.time_ns, time);
  EXPECT_EQ(row.find("time_unset") != nullptr, sent.time == 0);
  EXPECT_EQ(row.number("observed_time").value_or(0), static_cast<int64_t>(sent.observed));
  EXPECT_EQ(row.number("severity_number").value_or(0), sent.severity);
  EXPECT_EQ(row.text("severity_text"), sent.severity_text);
  EXPECT_EQ(row.text("event_name"), sent.event_name);
  const otlp::AnyValue* body = row.find("body") != nullptr ? row.find("body") : row.find("body_json");
  ASSERT_EQ(body != nullptr, sent.has_body);
  if (body != nullptr) {
    EXPECT_EQ(*body, sent.body);
  }
  EXPECT_TRUE(otlp::same_attributes(row.attributes, sent.attributes));
  EXPECT_EQ(row.number("dropped_attributes_count").value_or(0), sent.dropped);
  EXPECT_EQ(row.number("flags").value_or(0), sent.flags);
  EXPECT_EQ(row.text("trace_id"), sent.trace_id.is_zero() ? "" : otlp::to_hex(sent.trace_id));
  EXPECT_EQ(row.text("span_id"), sent.span_id == 0 ? "" : otlp::span_id_hex(sent.span_id));
  EXPECT_TRUE(otlp::same_attributes(row.resource.attributes, sent.resource));
  EXPECT_EQ(row.scope.name, sent.scope);
}

TEST_F(Records, LogsComeOutAsTheyWentIn) {
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    otlp::RandomTraces random(seed);
    std::vector<SentLog> sent;
    for (uint64_t i = 0; i < 700; ++i) sent.push_back(random_log(random, (seed - 1) * 700 + i));
    send(log::RecordKind::kLogs, encode(sent));
    const auto check = [&](const char* where) {
      SCOPED_TRACE(where);
      std::vector<query::RecordRow> rows = logs();
      ASSERT_EQ(rows.size(), seed * 700);
      std::ranges::sort(rows, {}, number_of);
      for (size_t i = 0; i < sent.size(); ++i) expect_same(sent[i], rows[(seed - 1) * 700 + i]);
    };
    check("head");
    cut();
    check("block");
    if (seed > 1) join();
    check("joined");
  }
}

// More keys than a table has columns: the rest goes to overflow columns and is found there as well.
TEST_F(Records, LogsOfManyKeysComeOutAndAreFound) {
  std::vector<SentLog> sent;
  for (uint64_t i = 0; i < 40; ++i) {
    SentLog log;
    log.time = static_cast<uint64_t>(kNow) + i;
    for (uint64_t k = 0; k < 60; ++k) log.attributes.push_back({"key-" + std::to_string(i * 60 + k), {int64_t(k)}});
    log.attributes.push_back({"record.number", {static_cast<int64_t>(i)}});
    log.resource = {{"service.name", {std::string("wide")}}};
    sent.push_back(std::move(log));
  }
  send(log::RecordKind::kLogs, encode(sent));
  for (const bool in_block : {false, true}) {
    if (in_block) cut();
    std::vector<query::RecordRow> rows = logs();
    ASSERT_EQ(rows.size(), sent.size());
    std::ranges::sort(rows, {}, number_of);
    for (size_t i = 0; i < sent.size(); ++i) EXPECT_TRUE(otlp::same_attributes(rows[i].attributes, sent[i].attributes));
    for (const int key : {0, 700, 1500, 2399}) {
      const auto found = logs({.filter = {.attributes = {{"key-" + std::to_string(key), std::to_string(key % 60)}}}});
      ASSERT_EQ(found.size(), 1u) << key;
      EXPECT_EQ(number_of(found[0]), key / 60);
    }
  }
}

TEST_F(Records, LogsAreFoundByEverything) {
  const std::string request = *otlp::logs_json_to_protobuf(R"({"resourceLogs":[
    {"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"cart"}},{"key":"zone","value":{"stringValue":"a"}}]},
     "scopeLogs":[{"scope":{"name":"lib","version":"2"},"logRecords":[
       {"timeUnixNano":"1767330000000000001","severityNumber":9,"severityText":"INFO","body":{"stringValue":"Order 17 placed"},
        "traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","attributes":[{"key":"user","value":{"intValue":"7"}}]},
       {"timeUnixNano":"1767330000000000002","severityNumber":"SEVERITY_NUMBER_ERROR","body":{"stringValue":"Card declined"},
        "traceId":"0af7651916cd43dd8448eb211c80319c","attributes":[{"key":"user","value":{"stringValue":"7"}}]},
       {"timeUnixNano":"1767330000000000002","body":{"kvlistValue":{"values":[{"key":"msg","value":{"stringValue":"Declined twice"}}]}},
        "attributes":[{"key":"user","value":{"doubleValue":7.5}}]}]}]},
    {"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"pay"}}]},
     "scopeLogs":[{"logRecords":[{"timeUnixNano":"1767330000000000004","severityNumber":17,"attributes":[{"key":"zone","value":{"stringValue":"a"}}]}]}]}]})");
  send(log::RecordKind::kLogs, request);
  for (const bool in_block : {false, true}) {
    if (in_block) cut();
    SCOPED_TRACE(in_block ? "block" : "head");
    const auto times = [&](query::RecordFilter filter) {
      std::string text;
      for (const auto& row : logs({.filter = std::move(filter), .newest_first = false})) {
        text += std::to_string(row.time_ns - kNow);
      }
      return text;
    };
    const otlp::TraceId trace = *otlp::parse_trace_id("0af7651916cd43dd8448eb211c80319c");
    EXPECT_EQ(times({}), "1224");
    EXPECT_EQ(times({.trace_id = trace}), "12");
    EXPECT_EQ(times({.trace_id = otlp::TraceId{1, 2}}), "");
    EXPECT_EQ(times({.span_id = otlp::parse_span_id("b7ad6b7169203331")}), "1");
    EXPECT_EQ(times({.service = "cart"}), "122");
    EXPECT_EQ(times({.service = "pay"}), "4");
    EXPECT_EQ(times({.service = "none"}), "");
    EXPECT_EQ(times({.severity_min = 9}), "124");
    EXPECT_EQ(times({.severity_min = 10}), "24");
    EXPECT_EQ(times({.text = "DECLINED"}), "22");
    EXPECT_EQ(times({.text = "order 17"}), "1");
    EXPECT_EQ(times({.attributes = {{"user", "7"}}}), "12");
    EXPECT_EQ(times({.attributes = {{"user", "7.5"}}}), "2");
    EXPECT_EQ(times({.attributes = {{"zone", "a"}}}), "1224");
    EXPECT_EQ(times({.attributes = {{"resource.zone", "a"}}}), "122");
    EXPECT_EQ(times({.attributes = {{"resource.service.name", "pay"}, {"zone", "a"}}}), "4");
    EXPECT_EQ(times({.range = {kNow + 2, kNow + 4}}), "22");
    // Pages of one, over records of equal time: each once.
    for (const bool newest_first : {false, true}) {
      std::string pages;
      query::LogRequest page{.newest_first = newest_first, .limit = 1};
      for (int i = 0; i < 6; ++i) {
        const auto found = query::search_logs(catalog_, page);
        ASSERT_TRUE(found);
        for (const auto& row : found->logs) pages += std::to_string(row.time_ns - kNow) + std::to_string(row.fields.size()) + " ";
        if (found->next_cursor.empty()) break;
        page.cursor = found->next_cursor;
      }
      EXPECT_EQ(pages, newest_first ? "41 23 21 15 " : "15 23 21 41 ");
    }
  }
}

// One point of each type with all that it can have, and points with as little as there can be.
constexpr std::string_view kMetricsJson = R"({"resourceMetrics":[{"resource":{"attributes":[
  {"key":"service.name","value":{"stringValue":"jvm"}}]},"scopeMetrics":[{"scope":{"name":"runtime"},"metrics":[
  {"name":"temperature","unit":"Cel","description":"How warm","metadata":[{"key":"origin","value":{"stringValue":"probe"}}],"gauge":{"dataPoints":[
    {"timeUnixNano":"1767330000000000001","asDouble":21.5,"attributes":[{"key":"room","value":{"stringValue":"a"}}]},
    {"timeUnixNano":"1767330000000000003","asDouble":"NaN","attributes":[{"key":"room","value":{"stringValue":"a"}}]},
    {"timeUnixNano":"1767330000000000002","asInt":"-3","attributes":[{"key":"room","value":{"stringValue":"b"}}]},
    {"flags":1}]}},
  {"name":"requests","sum":{"aggregationTemporality":2,"isMonotonic":true,"dataPoints":[
    {"startTimeUnixNano":"1767320000000000000","timeUnixNano":"1767330000000000001","asInt":"9007199254740993",
     "exemplars":[{"timeUnixNano":"1767330000000000000","asInt":"1","traceId":"0af7651916cd43dd8448eb211c80319c",
       "spanId":"b7ad6b7169203331","filteredAttributes":[{"key":"k","value":{"boolValue":true}}]},{"asDouble":0.5}]}]}},
  {"name":"queue","sum":{"aggregationTemporality":"AGGREGATION_TEMPORALITY_DELTA","dataPoints":[{"timeUnixNano":"1767330000000000001","asDouble":-1}]}},
  {"name":"latency","histogram":{"aggregationTemporality":1,"dataPoints":[
    {"timeUnixNano":"1767330000000000001","count":"6","sum":12.5,"min":0,"max":9.25,"bucketCounts":["1","0","5"],"explicitBounds":[0,5.5]},
    {"timeUnixNano":"1767330000000000002","count":"0","bucketCounts":[]}]}},
  {"name":"size","exponentialHistogram":{"aggregationTemporality":2,"dataPoints":[
    {"timeUnixNano":"1767330000000000001","count":"7","sum":3.5,"scale":-2,"zeroCount":"2","zeroThreshold":0.125,
     "positive":{"offset":-3,"bucketCounts":["1","300"]},"negative":{"offset":4,"bucketCounts":["4"]}}]}},
  {"name":"old","summary":{"dataPoints":[
    {"timeUnixNano":"1767330000000000001","count":"3","quantileValues":[{"quantile":0,"value":1},{"quantile":0.99,"value":2.5}]}]}}
  ]}]}]})";

// A point's fields as one line of text.
std::string line_of(const query::RecordRow& row) {
  std::string text = std::to_string(row.time_ns - kNow);
  for (const auto& [name, value] : row.fields) {
    if (name == "series" || name == "metric") continue;
    text += ' ' + name + '=';
    otlp::append_value_json(value, text);
  }
  return text;
}

TEST_F(Records, MetricsComeOutAsTheyWentIn) {
  send(log::RecordKind::kMetrics, *otlp::metrics_json_to_protobuf(kMetricsJson));
  const auto lines = [&](const std::string& metric) {
    std::string text;
    for (const query::MetricSeries& of : series(metric).series) {
      text += of.newest.resource.attributes.empty() ? "?" : "";
      for (const otlp::KeyValue& attribute : of.newest.attributes) {
        text += attribute.key + "=" + std::get<std::string>(attribute.value.value) + ": ";
      }
      for (const query::RecordRow& point : of.points) text += line_of(point) + "\n";
    }
    return text;
  };
  for (const bool in_block : {false, true}) {
    if (in_block) cut();
    SCOPED_TRACE(in_block ? "block" : "head");
    const std::string common = R"( type="gauge" unit="Cel" description="How warm")", origin = R"( metadata={"origin":"probe"})";
    EXPECT_EQ(lines("temperature"), "0" + common + " flags=1" + origin + " time_unset=true\n" +
                                        "room=a: 1" + common + " value=21.5" + origin + "\n" +
                                        "3" + common + R"( value={"$double":"NaN"})" + origin + "\n" +
                                        "room=b: 2" + common + " value_int=-3" + origin + "\n");
    EXPECT_EQ(lines("requests"),
              R"(1 type="sum" temporality="cumulative" is_monotonic=true start_time=1767320000000000000 )"
              R"(value_int=9007199254740993 exemplars=[{"time":"1767330000000000000","value":1,)"
              R"("trace_id":"0af7651916cd43dd8448eb211c80319c","span_id":"b7ad6b7169203331","attributes":{"k":true}},)"
              R"({"time":"0","value":0.5}])" "\n");
    EXPECT_EQ(lines("queue"), R"(1 type="sum" temporality="delta" is_monotonic=false value=-1.0)" "\n");
    EXPECT_EQ(lines("latency"), R"(1 type="histogram" temporality="delta" count=6 sum=12.5 min=0.0 max=9.25 bounds=[0.0,5.5] )"
                                R"(bucket_counts=[1,0,5])" "\n"
                                R"(2 type="histogram" temporality="delta" count=0)" "\n");
    EXPECT_EQ(lines("size"),
              R"(1 type="exponential_histogram" temporality="cumulative" count=7 sum=3.5 exponential={"scale":-2,"zero_count":2,)"
              R"("zero_threshold":0.125,"positive":{"offset":-3,"bucket_counts":[1,300]},"negative":{"offset":4,"bucket_counts":[4]}})" "\n");
    EXPECT_EQ(lines("old"), R"(1 type="summary" count=3 sum=0.0 quantiles=[{"quantile":0.0,"value":1.0},{"quantile":0.99,"value":2.5}])" "\n");
    const auto names = query::list_metrics(catalog_, {});
    ASSERT_TRUE(names);
    std::string text;
    for (const auto& metric : *names) text += metric.name + " " + metric.type + " " + std::to_string(metric.point_count) + "; ";
    EXPECT_EQ(text, "latency histogram 2; old summary 1; queue sum 1; requests sum 1; size exponential_histogram 1; "
                    "temperature gauge 4; ");
  }
}

// Attributes in another order are the same series; a step keeps the last point of each.
TEST_F(Records, SeriesAreOneOverBlocksAndThinned) {
  for (int i = 0; i < 6; ++i) {
    const std::string a = R"({"key":"a","value":{"intValue":1}})", b = R"({"key":"b","value":{"stringValue":"x"}})";
    send(log::RecordKind::kMetrics,
         *otlp::metrics_json_to_protobuf(R"({"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"m","gauge":{"dataPoints":[)"
                                         R"({"timeUnixNano":")" + std::to_string(kNow + i * 1'000) + R"(","asInt":)" +
                                         std::to_string(i) + R"(,"attributes":[)" + (i % 2 == 0 ? a + "," + b : b + "," + a) +
                                         "]}]}}]}]}]}"));
    if (i < 4) cut();
  }
  const auto values = [&](int64_t step_ns) {
    std::string text;
    const auto found = series("m", step_ns);
    EXPECT_EQ(found.series.size(), 1u);
    for (const auto& point : found.series.at(0).points) text += std::to_string(point.number("value_int").value_or(-1));
    return text;
  };
  EXPECT_EQ(values(0), "012345");
  EXPECT_EQ(values(2'000), "135");
  const std::atomic<bool> stopping{false};
  ASSERT_TRUE(store_->maintain(stopping));
  EXPECT_EQ(values(0), "012345");
}

}  // namespace
}  // namespace clew::main
