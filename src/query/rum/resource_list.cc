#include <cmath>
#include <set>

#include <fmt/format.h>

#include <absl/container/flat_hash_set.h>

#include "query/rum/event_keys.h"
#include "query/rum/load_passes.h"
#include "query/rum/request_facts.h"
#include "query/rum/request_list.h"
#include "query/traceql/fields.h"

namespace clew::query_rum {
namespace {

enum TextSlot : size_t { kUrlSlot, kNameSlot, kTypeSlot, kProtocolSlot, kBlockingSlot };
enum NumberSlot : size_t {
  kDurationSlot,
  kSuccessSlot,
  kStatusSlot,
  kTransferSlot,
  kSizeSlot,
  kPhaseSlots,  // As ResourcePhase.
};

constexpr double kBytesPerUnit = 1024;

struct UrlFacts {
  uint32_t host = 0, file = 0;
};

// Files by what they are, and of views the sites of the pages: who else serves files is a third party.
class ResourcesPart final : public EventCollector {
 public:
  ResourcesPart(ResourcesTally& whole, std::string_view type) : whole_(whole), type_(type) {}

  stdx::Result<void> add(const EventBatch& batch) override {
    TextIds& texts = tally_.texts;
    for (uint32_t i = 0; i < batch.size(); ++i) {
      const EventKind kind = batch.kind(i);
      if (kind == EventKind::kView || kind == EventKind::kPerf) {
        const uint32_t site = sites_.get(batch, i, [&](std::string_view url) { return texts.of(site_of(url_host(url))); });
        if (site != TextIds::kNone) page_sites_.insert(site);
      }
      if (kind != EventKind::kResource) continue;
      const uint32_t type = types_(batch, i);
      if (!type_.empty() && texts.text(type) != type_) continue;
      const UrlFacts& url = urls_.get(batch, i, [&](std::string_view text) {
        return UrlFacts{texts.of(url_host(text)), texts.of(file_template(url_path(text)))};
      });
      uint32_t file = url.file;
      if (file == TextIds::kNone) file = names_.get(batch, i, [&](std::string_view text) { return texts.of(file_template(url_path(text))); });
      if (LoadNumbers* numbers = tally_.find({type, url.host, file})) add_file(batch, i, *numbers);
    }
    return {};
  }
  stdx::Result<void> merge() override {
    whole_.tally.merge(tally_);
    for (const uint32_t site : page_sites_) whole_.page_sites.emplace(tally_.texts.text(site));
    return {};
  }

 private:
  void add_file(const EventBatch& batch, uint32_t i, LoadNumbers& numbers) {
    const double ms = std::max(0.0, batch.number(kDurationSlot, i).value_or(0));
    const auto transfer = batch.number(kTransferSlot, i), size = batch.number(kSizeSlot, i);
    ++numbers.count;
    numbers.failed += request_failed(batch.number(kSuccessSlot, i), batch.number(kStatusSlot, i)) ? 1 : 0;
    // The SDK leaves sizes of zero out: a file that has one and was not transferred came from a cache.
    numbers.cached += size.value_or(0) > 0 && transfer.value_or(0) == 0 ? 1 : 0;
    numbers.render_blocking += batch.code(kBlockingSlot, i) != table::kNullCode ? 1 : 0;
    numbers.total_ms += ms;
    numbers.ms.add(ms);
    if (transfer) numbers.transfer.add(*transfer / kBytesPerUnit);
    if (size) numbers.decoded.add(*size / kBytesPerUnit);
    if (const uint32_t protocol = protocols_(batch, i); protocol != 0) numbers.protocol = protocol;
    for (size_t phase = 0; phase < kResourcePhaseCount; ++phase) {
      auto part = batch.number(kPhaseSlots + phase, i);
      if (!part) continue;
      if (phase == static_cast<size_t>(ResourcePhase::kConnect)) {
        part = std::max(0.0, *part - batch.number(kPhaseSlots + static_cast<size_t>(ResourcePhase::kTls), i).value_or(0));
      }
      numbers.phases[phase].add(*part);
    }
    if (ms > numbers.max_ms) {
      numbers.max_ms = ms;
      numbers.slowest = batch.place(i);
    }
  }

  ResourcesTally& whole_;
  const std::string_view type_;
  LoadTally tally_;
  absl::flat_hash_set<uint32_t> page_sites_;
  SlotIds types_{tally_.texts, kTypeSlot}, protocols_{tally_.texts, kProtocolSlot};
  PerCode<uint32_t> sites_{kUrlSlot}, names_{kNameSlot};
  PerCode<UrlFacts> urls_{kUrlSlot};
};
static_assert(kLoadPhases == kResourcePhaseCount);

double sort_value(ResourceSort sort, const ResourceRow& row) {
  switch (sort) {
    case ResourceSort::kTotal: return row.total_ms;
    case ResourceSort::kCount: return static_cast<double>(row.count);
    case ResourceSort::kP75: return row.p75.value_or(0);
    case ResourceSort::kBytes: return row.transfer_bytes_p75.value_or(-1);
    case ResourceSort::kFailed: return static_cast<double>(row.failed);
  }
  return 0;
}

std::string resource_filter(const ResourceRow& row) {
  const auto text = [](std::string_view value) { return query_traceql::to_text(query_traceql::Literal(std::string(value))); };
  std::string q = "{ name = \"rum.resource\"";
  if (!row.type.empty()) q += fmt::format(" && .{} = {}", key::kType, text(row.type));
  if (row.host.empty()) return q + fmt::format(" && .{} =~ {} }}", key::kEventName, text(template_pattern(row.name) + "([?#].*)?"));
  return q + fmt::format(" && .{} =~ {} }}", key::kUrl,
                         text("[a-zA-Z]+://" + template_pattern(row.host) + template_pattern(row.name) + "([?#].*)?"));
}

}  // namespace

EventPass resources_pass(const ResourcesQuestion& asked, ResourcesTally& whole) {
  EventQuestion question{.range = asked.range, .app = asked.app, .filter = asked.filter, .event_names = {"resource", "view"}};
  question.texts = {key::kUrl, key::kEventName, key::kType, key::kProtocol, key::kRenderBlocking};
  question.numbers = {key::kDuration,         key::kSuccess,     key::kStatusCode,      key::kTransferSize, key::kSize,
                      key::kRedirectDuration, key::kDnsDuration, key::kConnectDuration, key::kTlsDuration,  key::kFirstByteDuration,
                      key::kDownloadDuration};
  return {std::move(question), [&asked, &whole] { return std::make_unique<ResourcesPart>(whole, asked.type); }};
}

stdx::Result<Resources> list_resources(const table::Catalog::Sets& sets, const ResourcesQuestion& asked,
                                       const query::QueryControl& control, const query::ScanHooks& hooks) {
  ResourcesTally whole;
  const EventPass pass = resources_pass(asked, whole);
  auto stats = scan_event_parts(sets, pass.question, control, hooks, pass.make_part);
  if (!stats) return std::unexpected(std::move(stats.error()));
  return resources_of(sets, asked, whole, *stats);
}

stdx::Result<Resources> resources_of(const table::Catalog::Sets& sets, const ResourcesQuestion& asked, ResourcesTally& whole,
                                     const query::QueryStats& stats) {
  LoadTally& tally = whole.tally;
  struct KeyedRow {
    ResourceRow row;
    LoadNumbers* numbers;
  };
  std::vector<KeyedRow> rows;
  for (auto& [key, numbers] : tally.loads) {
    ResourceRow row;
    row.type = tally.texts.text(std::get<0>(key));
    row.host = tally.texts.text(std::get<1>(key));
    row.name = tally.texts.text(std::get<2>(key));
    row.count = numbers.count;
    row.failed = numbers.failed;
    row.cached = numbers.cached;
    row.render_blocking = numbers.render_blocking;
    row.total_ms = numbers.total_ms;
    row.p75 = numbers.ms.quantile(0.75);
    if (const auto bytes = numbers.transfer.quantile(0.75)) row.transfer_bytes_p75 = std::round(*bytes * kBytesPerUnit);
    rows.push_back({std::move(row), &numbers});
  }
  const size_t kept = std::min<size_t>(asked.limit, rows.size());
  std::ranges::partial_sort(rows, rows.begin() + static_cast<ptrdiff_t>(kept), [&](const KeyedRow& a, const KeyedRow& b) {
    const auto order = [&](const KeyedRow& r) { return std::tuple(-sort_value(asked.sort, r.row), -r.row.count, std::tie(r.row.name, r.row.host, r.row.type)); };
    return order(a) < order(b);
  });
  rows.resize(kept);
  std::vector<RowPlace> places;
  for (const KeyedRow& keyed : rows) places.push_back(keyed.numbers->slowest);
  auto events = read_events(sets, places);
  if (!events) return std::unexpected(std::move(events.error()));
  Resources done{.rows = {}, .row_count = tally.loads.size(), .exact = tally.exact, .stats = stats};
  for (size_t i = 0; i < rows.size(); ++i) {
    auto& [row, numbers] = rows[i];
    row.p50 = numbers->ms.quantile(0.5);
    row.p95 = numbers->ms.quantile(0.95);
    if (const auto bytes = numbers->decoded.quantile(0.75)) row.decoded_bytes_p75 = std::round(*bytes * kBytesPerUnit);
    for (size_t phase = 0; phase < kResourcePhaseCount; ++phase) row.phases_p75[phase] = numbers->phases[phase].quantile(0.75);
    row.protocol = tally.texts.text(numbers->protocol);
    row.third_party = !row.host.empty() && !whole.page_sites.empty() && !whole.page_sites.contains(site_of(row.host));
    const auto text = [&](std::string_view key) {
      const std::string* found = otlp::find_string((*events)[i].attributes, key);
      return found == nullptr ? std::string() : *found;
    };
    row.slowest = {.session_id = text(key::kSessionId), .event_id = text(key::kEventId), .ms = numbers->max_ms};
    row.q = resource_filter(row);
    done.rows.push_back(std::move(row));
  }
  return done;
}

}  // namespace clew::query_rum
