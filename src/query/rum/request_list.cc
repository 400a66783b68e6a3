#include "query/rum/request_list.h"

#include <cmath>

#include <fmt/format.h>

#include "query/rum/event_keys.h"
#include "query/rum/load_passes.h"
#include "query/rum/request_facts.h"
#include "query/trace_sample.h"
#include "query/traceql/fields.h"

namespace clew::query_rum {
namespace {

enum TextSlot : size_t { kMethodSlot, kNameSlot, kUrlSlot, kTypeSlot, kViewSlot };
enum NumberSlot : size_t {
  kDurationSlot,
  kSuccessSlot,
  kStatusSlot,
  kTransferSlot,
  kFirstByteSlot,
  kDownloadSlot,
};

constexpr double kBytesPerUnit = 1024;
constexpr double kNsPerMs = 1e6;

uint64_t rank_of(otlp::TraceId id) {
  uint64_t hash = (id.lo ^ (id.hi * 0x9e3779b97f4a7c15u)) * 0xbf58476d1ce4e5b9u;
  hash ^= hash >> 31;
  return hash * 0x94d049bb133111ebu;
}

class RequestsPart final : public EventCollector {
 public:
  explicit RequestsPart(LoadTally& whole) : whole_(whole) {}

  stdx::Result<void> add(const EventBatch& batch) override {
    TextIds& texts = tally_.texts;
    for (uint32_t i = 0; i < batch.size(); ++i) {
      if (batch.kind(i) != EventKind::kRequest) continue;
      const uint32_t host = hosts_.get(batch, i, [&](std::string_view url) { return host_of(url_host(url)); });
      const auto name_of = [&](std::string_view text) { return texts.of(path_template(url_path(text))); };
      uint32_t name = names_.get(batch, i, name_of);
      if (name == TextIds::kNone) name = paths_.get(batch, i, name_of);
      const LoadKey key{methods_(batch, i), host, name};
      if (LoadNumbers* numbers = tally_.find(key)) add_request(batch, i, *numbers);
    }
    return {};
  }
  stdx::Result<void> merge() override {
    whole_.merge(tally_);
    return {};
  }

 private:
  // Addresses are many, hosts few.
  uint32_t host_of(std::string_view host) {
    if (tally_.texts.text(last_host_) != host) last_host_ = tally_.texts.of(host);
    return last_host_;
  }
  void add_request(const EventBatch& batch, uint32_t i, LoadNumbers& numbers) {
    const double ms = std::max(0.0, batch.number(kDurationSlot, i).value_or(0));
    const auto status = batch.number(kStatusSlot, i);
    if (numbers.type == 0) numbers.type = types_(batch, i);
    ++numbers.count;
    numbers.failed += request_failed(batch.number(kSuccessSlot, i), status) ? 1 : 0;
    numbers.total_ms += ms;
    numbers.ms.add(ms);
    if (const auto bytes = batch.number(kTransferSlot, i)) numbers.transfer.add(*bytes / kBytesPerUnit);
    numbers.status.add(status_text(status), 1, kStatusesMax);
    if (const uint32_t page = pages_(batch, i); page != 0) numbers.pages.add(page, 1, kPagesPerRequestMax);
    if (ms > numbers.max_ms) {
      numbers.max_ms = ms;
      numbers.slowest = batch.place(i);
    }
    const otlp::TraceId trace = batch.trace_id(i);
    if (trace == otlp::TraceId()) return;
    ++numbers.traced;
    const auto first_byte = batch.number(kFirstByteSlot, i);
    const double waited = first_byte ? std::max(0.0, ms - *first_byte - batch.number(kDownloadSlot, i).value_or(0)) : 0;
    numbers.keep({.rank = rank_of(trace), .trace_id = trace, .span_id = batch.span_id(i), .ms = ms, .browser_ms = waited});
  }
  uint32_t status_text(std::optional<double> status) {
    if (!status) return TextIds::kNone;
    if (*status == last_status_) return last_status_text_;
    last_status_ = *status;
    return last_status_text_ = tally_.texts.of(fmt::format("{:.0f}", *status));
  }

  LoadTally& whole_;
  LoadTally tally_;
  SlotIds methods_{tally_.texts, kMethodSlot}, types_{tally_.texts, kTypeSlot}, pages_{tally_.texts, kViewSlot};
  PerCode<uint32_t> names_{kNameSlot}, hosts_{kUrlSlot}, paths_{kUrlSlot};
  uint32_t last_host_ = TextIds::kNone;
  double last_status_ = -1;
  uint32_t last_status_text_ = 0;
};

EventQuestion requests_question(const RequestsQuestion& asked, table::TimeRange range) {
  EventQuestion question{.range = range, .app = asked.app, .filter = asked.filter, .event_names = {"resource"}};
  question.texts = {key::kMethod, key::kEventName, key::kUrl, key::kType, key::kViewName};
  question.numbers = {key::kDuration, key::kSuccess, key::kStatusCode, key::kTransferSize, key::kFirstByteDuration, key::kDownloadDuration};
  return question;
}

stdx::Result<query::QueryStats> tally_requests(const table::Catalog::Sets& sets, const RequestsQuestion& asked, table::TimeRange range,
                                               LoadTally& tally, const query::QueryControl& control, const query::ScanHooks& hooks) {
  return scan_event_parts(sets, requests_question(asked, range), control, hooks, [&] { return std::make_unique<RequestsPart>(tally); });
}

std::string equal_or_matches(std::string_view field, std::string_view templated) {
  const bool has_ids = templated.find("{id}") != std::string_view::npos;
  return fmt::format("{} {} {}", field, has_ids ? "=~" : "=",
                     query_traceql::to_text(query_traceql::Literal(has_ids ? template_pattern(templated) : std::string(templated))));
}

// Names may stand with a query, which the template leaves out; such rows are found by their pattern only as far as they have none.
std::string request_filter(const RequestRow& row) {
  std::string q = "{ name = \"rum.resource\"";
  if (!row.method.empty()) q += " && ." + std::string(key::kMethod) + " = " + query_traceql::to_text(query_traceql::Literal(row.method));
  if (!row.name.empty()) q += " && " + equal_or_matches("." + std::string(key::kEventName), row.name);
  if (!row.host.empty()) {
    q += fmt::format(" && .{} =~ {}", key::kUrl,
                     query_traceql::to_text(query_traceql::Literal("[a-zA-Z]+://" + template_pattern(row.host) + "([/?#].*)?")));
  }
  return q + " }";
}

double sort_value(RequestSort sort, const RequestRow& row) {
  switch (sort) {
    case RequestSort::kTotal: return row.total_ms;
    case RequestSort::kCount: return static_cast<double>(row.count);
    case RequestSort::kP75: return row.p75.value_or(0);
    case RequestSort::kFailed: return static_cast<double>(row.failed);
    case RequestSort::kSlowest: return row.max_ms;
  }
  return 0;
}

struct KeyedRow {
  RequestRow row;
  LoadKey key;
};

std::vector<KeyedRow> top_rows(LoadTally& tally, RequestSort sort, size_t limit) {
  std::vector<KeyedRow> rows;
  for (auto& [key, numbers] : tally.loads) {
    RequestRow row{.method = std::string(tally.texts.text(std::get<0>(key))), .name = std::string(tally.texts.text(std::get<2>(key))),
                   .host = std::string(tally.texts.text(std::get<1>(key))), .type = std::string(tally.texts.text(numbers.type)),
                   .count = numbers.count, .failed = numbers.failed, .traced = numbers.traced, .before_count = 0, .p50 = {}, .p75 = numbers.ms.quantile(0.75),
                   .p95 = {}, .p99 = {}, .transfer_bytes_p75 = {}, .before_p75 = {}, .max_ms = std::max(0.0, numbers.max_ms),
                   .total_ms = numbers.total_ms, .status = {}, .pages = {}, .sampled = 0, .time = {}, .slowest = {}, .q = {}};
    rows.push_back({std::move(row), key});
  }
  const size_t kept = std::min(limit, rows.size());
  std::ranges::partial_sort(rows, rows.begin() + static_cast<ptrdiff_t>(kept), [&](const KeyedRow& a, const KeyedRow& b) {
    const auto order = [&](const KeyedRow& r) { return std::tuple(-sort_value(sort, r.row), -r.row.count, std::tie(r.row.name, r.row.host, r.row.method)); };
    return order(a) < order(b);
  });
  rows.resize(kept);
  for (KeyedRow& keyed : rows) {
    LoadNumbers& numbers = tally.loads[keyed.key];
    keyed.row.p50 = numbers.ms.quantile(0.5);
    keyed.row.p95 = numbers.ms.quantile(0.95);
    keyed.row.p99 = numbers.ms.quantile(0.99);
    if (const auto bytes = numbers.transfer.quantile(0.75)) keyed.row.transfer_bytes_p75 = std::round(*bytes * kBytesPerUnit);
    keyed.row.status = numbers.status.top(tally.texts, kStatusesMax);
    keyed.row.pages = numbers.pages.top(tally.texts, kTopPages);
    keyed.row.q = request_filter(keyed.row);
  }
  return rows;
}

// Of each row a fair choice of requests whose traces are worth reading, in rows of most time first.
using RowLoads = std::pair<size_t, std::vector<const TracedLoad*>>;
stdx::Result<std::vector<RowLoads>> loads_with_backends(const table::Catalog::Sets& sets, const LoadTally& tally,
                                                        const std::vector<KeyedRow>& rows, size_t traces_max) {
  std::vector<RowLoads> loads;
  for (size_t row = 0; row < rows.size(); ++row) loads.emplace_back(row, std::vector<const TracedLoad*>());
  std::ranges::stable_sort(loads, {}, [&](const RowLoads& of) { return -rows[of.first].row.total_ms; });
  std::vector<otlp::TraceId> ids;
  for (size_t place = 0; place < loads.size(); ++place) {
    // All candidates of rows that may get many; of the others some.
    const size_t most = place * kTracesPerRequest < traces_max ? kTraceCandidates : kTraceCandidates / 5;
    for (const TracedLoad& load : tally.loads.find(rows[loads[place].first].key)->second.traces) {
      if (loads[place].second.size() == most) break;
      loads[place].second.push_back(&load);
      ids.push_back(load.trace_id);
    }
  }
  auto stored = StoredTraces::of(sets, std::move(ids));
  if (!stored) return std::unexpected(std::move(stored.error()));
  for (auto& [row, of] : loads) {
    std::erase_if(of, [&](const TracedLoad* load) { return stored->span_count(load->trace_id) == 0; });
    std::ranges::stable_partition(of, [&](const TracedLoad* load) { return stored->span_count(load->trace_id) > 1; });
  }
  return loads;
}

// Where the time of each goes, by some traces: of the rows of most time kTracesPerRequest, of the others what is left.
stdx::Result<void> sample_traces(const table::Catalog& catalog, const table::Catalog::Sets& sets, LoadTally& tally,
                                 std::vector<KeyedRow>& rows, size_t traces_max, const query::QueryControl& control) {
  if (rows.empty()) return {};
  auto loads = loads_with_backends(sets, tally, rows, traces_max);
  if (!loads) return std::unexpected(std::move(loads.error()));
  std::vector<otlp::TraceId> ids;
  std::vector<std::pair<size_t, const TracedLoad*>> of;  // Row and request, as `ids`.
  const auto take = [&](size_t from, size_t to) {
    for (const auto& [row, candidates] : *loads) {
      for (size_t i = from; i < std::min(to, candidates.size()) && ids.size() < traces_max; ++i) {
        ids.push_back(candidates[i]->trace_id);
        of.emplace_back(row, candidates[i]);
      }
    }
  };
  take(0, kTracesAtLeast);
  take(kTracesAtLeast, kTracesPerRequest);
  auto viewed = query::view_traces(catalog, ids, control, [&](size_t index, const query_analyse::TraceColumns& trace) {
    const auto& [row, load] = of[index];
    const auto request_ns = static_cast<int64_t>(load->ms * kNsPerMs);
    const auto backend = backend_of(trace, load->span_id, request_ns);
    if (!backend) return;
    const TimeParts parts = parts_of(request_ns, static_cast<int64_t>(load->browser_ms * kNsPerMs), backend->duration_ns());
    RequestRow& to = rows[row].row;
    ++to.sampled;
    to.time.browser_ns += parts.browser_ns;
    to.time.network_ns += parts.network_ns;
    to.time.backend_ns += parts.backend_ns;
  });
  if (!viewed) return viewed;
  for (KeyedRow& keyed : rows) {
    if (keyed.row.sampled == 0) continue;
    for (int64_t* part : {&keyed.row.time.browser_ns, &keyed.row.time.network_ns, &keyed.row.time.backend_ns}) *part /= keyed.row.sampled;
  }
  return {};
}

RequestSample sample_of(const query::RecordRow& event, double ms) {
  const auto text = [&](std::string_view key) {
    const std::string* found = otlp::find_string(event.attributes, key);
    return found == nullptr ? std::string() : *found;
  };
  return {.session_id = text(key::kSessionId), .event_id = text(key::kEventId),
          .trace_id = otlp::parse_trace_id(event.text("trace_id")).value_or(otlp::TraceId()), .ms = ms};
}

}  // namespace

EventPass requests_pass(const RequestsQuestion& question, LoadTally& tally) {
  return {requests_question(question, question.range), [&tally] { return std::make_unique<RequestsPart>(tally); }};
}

stdx::Result<Requests> list_requests(const table::Catalog& catalog, const RequestsQuestion& question,
                                     const query::QueryControl& control, const query::ScanHooks& hooks) {
  const table::Catalog::Sets sets = catalog.snapshot();
  LoadTally tally;
  auto stats = tally_requests(sets, question, question.range, tally, control, hooks);
  if (!stats) return std::unexpected(std::move(stats.error()));
  return requests_of(catalog, sets, question, tally, *stats, control);
}

stdx::Result<Requests> requests_of(const table::Catalog& catalog, const table::Catalog::Sets& sets, const RequestsQuestion& question,
                                   LoadTally& tally, const query::QueryStats& stats, const query::QueryControl& control) {
  Requests done{.rows = {}, .row_count = tally.loads.size(), .exact = tally.exact, .stats = stats};
  std::vector<KeyedRow> rows = top_rows(tally, question.sort, question.limit);
  if (auto sampled = sample_traces(catalog, sets, tally, rows, question.traces, control); !sampled) return std::unexpected(std::move(sampled.error()));
  std::vector<RowPlace> places;
  for (const KeyedRow& keyed : rows) places.push_back(tally.loads[keyed.key].slowest);
  auto events = read_events(sets, places);
  if (!events) return std::unexpected(std::move(events.error()));
  for (size_t i = 0; i < rows.size(); ++i) rows[i].row.slowest = sample_of((*events)[i], rows[i].row.max_ms);
  if (question.baseline_range) {
    LoadTally before;
    auto more = tally_requests(sets, question, *question.baseline_range, before, control, {});
    if (!more) return std::unexpected(std::move(more.error()));
    done.stats.rows_scanned += more->rows_scanned;
    done.stats.elapsed_ns += more->elapsed_ns;
    for (KeyedRow& keyed : rows) {
      const auto found = before.loads.find({before.texts.find(keyed.row.method), before.texts.find(keyed.row.host), before.texts.find(keyed.row.name)});
      if (found == before.loads.end()) continue;
      keyed.row.before_p75 = found->second.ms.quantile(0.75);
      keyed.row.before_count = found->second.count;
    }
  }
  for (KeyedRow& keyed : rows) done.rows.push_back(std::move(keyed.row));
  return done;
}

}  // namespace clew::query_rum
