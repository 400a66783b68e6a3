// What the engine itself costs: over columns that lie decoded in memory, so that storage adds nothing. 20 spans a trace,
// 14 services, 60 operations, an attribute of high cardinality; sets of a million spans in segments of 64 k rows.
//
// Durations with blocks on disk are measured by `make bench`.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <fmt/format.h>

#include "query/engine.h"
#include "table/span_set.h"

namespace clew::query {
namespace {

constexpr uint32_t kSpansPerTrace = 20;
constexpr uint32_t kRowsPerSegment = 65'520;  // Whole traces.
constexpr uint32_t kRowsPerSet = 16 * kRowsPerSegment;
constexpr int64_t kBegin = 1'767'322'800'000'000'000;

uint64_t mix(uint64_t x) {
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccdu;
  x ^= x >> 33;
  x *= 0xc4ceb9fe1a85ec53u;
  return x ^ (x >> 33);
}

class FlatDictionary final : public table::DictionaryView {
 public:
  uint32_t add(const std::string& value) {
    const auto [at, is_new] = codes_.try_emplace(value, size());
    if (is_new) values_.push_back(value);
    return at->second;
  }
  uint32_t size() const override { return static_cast<uint32_t>(values_.size()); }
  std::string_view at(uint32_t code) const override { return values_[code]; }
  void find(std::string_view value, std::vector<uint32_t>& codes) const override {
    if (const auto at = codes_.find(std::string(value)); at != codes_.end()) codes.push_back(at->second);
  }

 private:
  std::vector<std::string> values_;
  std::unordered_map<std::string, uint32_t> codes_;
};

struct FlatColumn {
  std::shared_ptr<FlatDictionary> dictionary;
  std::vector<uint32_t> codes;
  std::vector<int64_t> ints;
  std::vector<uint8_t> small;
  std::vector<otlp::TraceId> trace_ids;
  std::vector<otlp::SpanId> span_ids;
};

class FlatSegment final : public table::Segment {
 public:
  FlatSegment(uint64_t first_span, uint32_t rows, int64_t set_begin_ns) : rows_(rows) {
    using table::Scope;
    using table::ValueType;
    infos_ = {{Scope::kSpan, "trace_id", ValueType::kTraceId},    {Scope::kSpan, "span_id", ValueType::kSpanId},
              {Scope::kSpan, "parent_span_id", ValueType::kSpanId}, {Scope::kSpan, "start_time", ValueType::kInt64},
              {Scope::kSpan, "duration", ValueType::kInt64},      {Scope::kSpan, "name", ValueType::kString},
              {Scope::kSpan, "kind", ValueType::kEnum},           {Scope::kSpan, "status_code", ValueType::kEnum},
              {Scope::kSpan, "service_name", ValueType::kString}, {Scope::kSpan, "scope_name", ValueType::kString},
              {Scope::kSpan, "scope_version", ValueType::kString}, {Scope::kSpan, "event_count", ValueType::kInt64},
              {Scope::kSpan, "link_count", ValueType::kInt64},    {Scope::kSpan, "http.route", ValueType::kString},
              {Scope::kSpan, "order.id", ValueType::kString}};
    columns_.resize(infos_.size());
    for (const size_t i : {5, 8, 9, 10, 13, 14}) {
      columns_[i].dictionary = std::make_shared<FlatDictionary>();
      columns_[i].codes.resize(rows);
    }
    for (uint32_t row = 0; row < rows; ++row) add(row, first_span + row, set_begin_ns);
  }

  uint32_t row_count() const override { return rows_; }
  std::span<const table::ColumnInfo> columns() const override { return infos_; }
  std::vector<table::ColumnId> find(table::Scope scope, std::string_view key) const override {
    if (scope == table::Scope::kSpan && key == "http.route") return {13};
    if (scope == table::Scope::kSpan && key == "order.id") return {14};
    return {};
  }
  stdx::Result<table::ColumnWindow> read(table::ColumnId id, uint32_t window) const override {
    const uint32_t first = window * table::kWindowRows;
    const uint32_t count = std::min(table::kWindowRows, rows_ - first);
    const FlatColumn& column = columns_[id];
    table::ColumnWindow out;
    out.type = infos_[id].type;
    out.rows = count;
    const auto part = [&](const auto& all) { return std::span(all).subspan(all.empty() ? 0 : first, all.empty() ? 0 : count); };
    out.codes = part(column.codes);
    out.ints = part(column.ints);
    out.small = part(column.small);
    out.trace_ids = part(column.trace_ids);
    out.span_ids = part(column.span_ids);
    out.dictionary = column.dictionary;
    return out;
  }
  stdx::Result<table::ColumnWindow> gather(table::ColumnId id, std::span<const uint32_t> rows) const override {
    auto held = std::make_shared<FlatColumn>();
    const FlatColumn& column = columns_[id];
    for (const uint32_t row : rows) {
      if (!column.codes.empty()) held->codes.push_back(column.codes[row]);
      if (!column.ints.empty()) held->ints.push_back(column.ints[row]);
      if (!column.small.empty()) held->small.push_back(column.small[row]);
      if (!column.trace_ids.empty()) held->trace_ids.push_back(column.trace_ids[row]);
      if (!column.span_ids.empty()) held->span_ids.push_back(column.span_ids[row]);
    }
    table::ColumnWindow out;
    out.type = infos_[id].type;
    out.rows = static_cast<uint32_t>(rows.size());
    out.codes = held->codes;
    out.ints = held->ints;
    out.small = held->small;
    out.trace_ids = held->trace_ids;
    out.span_ids = held->span_ids;
    out.dictionary = column.dictionary;
    out.owner = held;
    return out;
  }
  stdx::Result<table::ChildRows> read_children(std::span<const uint32_t> rows) const override {
    table::ChildRows children;
    children.event_begin.assign(rows.size() + 1, 0);
    children.link_begin.assign(rows.size() + 1, 0);
    return children;
  }
  bool may_equal(table::ColumnId id, std::string_view value) const override {
    std::vector<uint32_t> codes;
    columns_[id].dictionary->find(value, codes);
    return !codes.empty();
  }
  std::optional<table::ColumnBounds> bounds(table::ColumnId id) const override {
    if (columns_[id].ints.empty()) return std::nullopt;
    if (id == table::core(table::CoreColumn::kStartTime)) return table::ColumnBounds{low_start_, high_start_, 0, 0};
    return table::ColumnBounds{0, INT64_MAX, 0, 0};
  }
  std::optional<table::ColumnBounds> window_bounds(table::ColumnId id, uint32_t) const override { return bounds(id); }

 private:
  void add(uint32_t row, uint64_t span, int64_t set_begin_ns) {
    const uint64_t trace = span / kSpansPerTrace;
    const uint64_t random = mix(span);
    // A set is ordered by trace id, so neighbouring traces start at unrelated times.
    const int64_t trace_start = set_begin_ns + static_cast<int64_t>(mix(trace) % 600'000'000'000);
    const int64_t start = trace_start + static_cast<int64_t>(span % kSpansPerTrace) * 1'000'000;
    low_start_ = std::min(low_start_, start);
    high_start_ = std::max(high_start_, start);
    columns_[0].trace_ids.push_back({trace, mix(trace)});
    columns_[1].span_ids.push_back(span + 1);
    columns_[2].span_ids.push_back(span % kSpansPerTrace == 0 ? 0 : span);
    columns_[3].ints.push_back(start);
    columns_[4].ints.push_back(static_cast<int64_t>(random % 1'000'000'000));
    columns_[5].codes[row] = columns_[5].dictionary->add(fmt::format("operation-{}", random % 60));
    columns_[6].small.push_back(static_cast<uint8_t>(random % 6));
    columns_[7].small.push_back(random % 67 == 0 ? 2 : 0);
    columns_[8].codes[row] = columns_[8].dictionary->add(fmt::format("service-{}", (random >> 8) % 14));
    columns_[9].codes[row] = columns_[9].dictionary->add("lib");
    columns_[10].codes[row] = columns_[10].dictionary->add("1.0");
    columns_[11].ints.push_back(0);
    columns_[12].ints.push_back(0);
    columns_[13].codes[row] = columns_[13].dictionary->add(fmt::format("/route/{}", (random >> 16) % 200));
    columns_[14].codes[row] = columns_[14].dictionary->add(fmt::format("order-{:016x}", mix(span / 3)));
  }

  uint32_t rows_;
  std::vector<table::ColumnInfo> infos_;
  std::vector<FlatColumn> columns_;
  int64_t low_start_ = INT64_MAX;
  int64_t high_start_ = INT64_MIN;
};

class FlatSet final : public table::SpanSet {
 public:
  explicit FlatSet(uint64_t index) : name_(fmt::format("flat-{:04}", index)), first_span_(index * kRowsPerSet) {
    begin_ns_ = kBegin + static_cast<int64_t>(index) * 600'000'000'000;
    for (uint32_t row = 0; row < kRowsPerSet; row += kRowsPerSegment) {
      segments_.push_back(std::make_shared<FlatSegment>(first_span_ + row, kRowsPerSegment, begin_ns_));
    }
  }
  const std::string& name() const override { return name_; }
  uint64_t span_count() const override { return kRowsPerSet; }
  int64_t start_min_ns() const override { return begin_ns_; }
  int64_t start_max_ns() const override { return begin_ns_ + 600'100'000'000; }
  std::span<const std::shared_ptr<const table::Segment>> segments() const override { return segments_; }
  stdx::Result<std::vector<table::SpanRows>> find_trace(otlp::TraceId id) const override {
    std::vector<table::SpanRows> found;
    if (!has(id)) return found;
    const auto row = static_cast<uint32_t>(id.hi * kSpansPerTrace - first_span_);
    found.push_back({row / kRowsPerSegment, {}});
    for (uint32_t i = 0; i < kSpansPerTrace; ++i) found[0].rows.push_back(row % kRowsPerSegment + i);
    return found;
  }
  stdx::Result<std::vector<table::TracePart>> trace_parts(std::span<const otlp::TraceId> ids) const override {
    std::vector<table::TracePart> parts;
    for (const otlp::TraceId id : ids) {
      if (!has(id)) continue;
      table::TracePart part;
      part.trace_id = id;
      part.span_count = kSpansPerTrace;
      part.error_count = static_cast<uint32_t>(id.lo % 3);
      part.start_ns = begin_ns_ + static_cast<int64_t>(mix(id.hi) % 600'000'000'000);
      part.end_ns = part.start_ns + 20'000'000 + static_cast<int64_t>(id.lo % 1'000'000);
      part.has_root = true;
      part.root_service = "service-1";
      part.root_name = "operation-1";
      part.services = {{"service-1", 10, 0}, {"service-2", 10, 1}};
      parts.push_back(std::move(part));
    }
    return parts;
  }
  stdx::Result<std::vector<table::RedRow>> red(table::TimeRange) const override { return std::vector<table::RedRow>(); }
  stdx::Result<std::vector<table::EdgeRow>> edges(table::TimeRange) const override {
    std::vector<table::EdgeRow> rows;
    for (int caller = 0; caller < 14; ++caller) {
      for (int callee = 0; callee < 5; ++callee) {
        for (int minute = 0; minute < 10; ++minute) {
          table::EdgeRow row;
          row.caller_service = fmt::format("service-{}", caller);
          row.callee_service = fmt::format("service-{}", (caller + callee) % 14);
          row.caller_operation = row.callee_operation = "operation";
          row.count = 1000;
          for (int bucket = 100; bucket < 140; ++bucket) row.caller_durations.push_back({bucket, 25});
          row.callee_durations = row.caller_durations;
          rows.push_back(std::move(row));
        }
      }
    }
    return rows;
  }

 private:
  bool has(otlp::TraceId id) const {
    return id.hi >= first_span_ / kSpansPerTrace && id.hi < (first_span_ + kRowsPerSet) / kSpansPerTrace;
  }
  std::string name_;
  uint64_t first_span_;
  int64_t begin_ns_;
  std::vector<std::shared_ptr<const table::Segment>> segments_;
};

const table::Catalog& catalog(size_t sets) {
  static std::unordered_map<size_t, std::unique_ptr<table::Catalog>> catalogs;
  static table::Catalog::Sets all;
  auto& found = catalogs[sets];
  if (found == nullptr) {
    while (all.size() < sets) all.push_back(std::make_shared<FlatSet>(all.size()));
    found = std::make_unique<table::Catalog>();
    found->replace({}, {all.begin(), all.begin() + static_cast<ptrdiff_t>(sets)});
  }
  return *found;
}

void search(benchmark::State& state, const std::string& traceql, SortBy sort = SortBy::kStart) {
  const Engine engine(catalog(static_cast<size_t>(state.range(0))));
  SearchRequest request;
  request.traceql = traceql;
  request.sort = sort;
  for (auto unused : state) {
    auto result = engine.search(request);
    if (!result || result->traces.empty()) state.SkipWithError("nothing found");
    state.counters["traces"] = static_cast<double>(result->traces.size());
    state.counters["rows"] = static_cast<double>(result->stats.rows_scanned);
  }
}

void BM_ServiceOperationDuration(benchmark::State& state) {
  search(state, R"({ resource.service.name = "service-3" && name = "operation-7" && duration > 900ms })");
}
void BM_AttributeFew(benchmark::State& state) {
  search(state, fmt::format(R"({{ .order.id = "order-{:016x}" }})", mix(100'000)));
}
void BM_AttributeMany(benchmark::State& state) { search(state, R"({ span.http.route = "/route/17" })"); }
void BM_Regex(benchmark::State& state) { search(state, R"({ span.http.route =~ "/route/1.*" && status = error })"); }
void BM_Everything(benchmark::State& state) { search(state, "{}"); }
void BM_SortByDuration(benchmark::State& state) {
  search(state, R"({ span.http.route = "/route/17" })", SortBy::kDuration);
}
void BM_RootService(benchmark::State& state) { search(state, R"({ rootServiceName = "service-1" && status = error })"); }
BENCHMARK(BM_ServiceOperationDuration)->Arg(1)->Arg(10)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_AttributeFew)->Arg(1)->Arg(10)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_AttributeMany)->Arg(1)->Arg(10)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Regex)->Arg(1)->Arg(10)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Everything)->Arg(1)->Arg(10)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_SortByDuration)->Arg(1)->Arg(10)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_RootService)->Arg(1)->Arg(10)->Unit(benchmark::kMillisecond);

void BM_Trace(benchmark::State& state) {
  const Engine engine(catalog(static_cast<size_t>(state.range(0))));
  uint64_t trace = 0;
  for (auto unused : state) {
    trace = (trace + 7919) % (kRowsPerSet / kSpansPerTrace);
    if (!engine.trace({trace, mix(trace)})) state.SkipWithError("not found");
  }
}
BENCHMARK(BM_Trace)->Arg(1)->Arg(10)->Unit(benchmark::kMillisecond);

void BM_Dependencies(benchmark::State& state) {
  const Engine engine(catalog(static_cast<size_t>(state.range(0))));
  for (auto unused : state) benchmark::DoNotOptimize(engine.dependencies({}));
}
BENCHMARK(BM_Dependencies)->Arg(1)->Arg(10)->Unit(benchmark::kMillisecond);

void BM_GroupByPercentile(benchmark::State& state) {
  const Engine engine(catalog(static_cast<size_t>(state.range(0))));
  AggregateRequest request;
  request.by = {"resource.service.name", "name"};
  for (auto unused : state) {
    auto result = engine.aggregate(request);
    if (!result) state.SkipWithError(result.error().message.c_str());
  }
}
BENCHMARK(BM_GroupByPercentile)->Arg(1)->Arg(10)->Unit(benchmark::kMillisecond);

void BM_TagValues(benchmark::State& state) {
  const Engine engine(catalog(static_cast<size_t>(state.range(0))));
  for (auto unused : state) benchmark::DoNotOptimize(engine.tag_values("span.http.route", "", {}, 100));
}
BENCHMARK(BM_TagValues)->Arg(1)->Arg(10)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace clew::query
