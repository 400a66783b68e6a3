#include "query/rum/page_views.h"

#include <algorithm>

#include "query/rum/event_keys.h"

namespace clew::query_rum {
namespace {

enum TextSlot : size_t { kViewSlot };
enum NumberSlot : size_t { kLcpSlot, kLoadSlot, kTtfbSlot, kDownloadSlot, kDurationSlot, kFirstByteSlot };
constexpr int64_t kNsPerMs = 1'000'000;

class ViewsPart final : public EventCollector {
 public:
  ViewsPart(PageViews& whole, int64_t begin_ns) : whole_(whole), begin_ns_(begin_ns) {}

  stdx::Result<void> add(const EventBatch& batch) override {
    for (uint32_t i = 0; i < batch.size(); ++i) {
      const EventKind kind = batch.kind(i);
      const bool is_view = kind == EventKind::kView || kind == EventKind::kPerf || kind == EventKind::kVitals;
      if (!is_view && kind != EventKind::kRequest) continue;
      uint64_t key = keys_.get(batch, i, hash_of_text);
      if (key == 0) {
        if (!is_view) continue;  // Nothing tells whose it is.
        const RowPlace place = batch.place(i);
        key = (uint64_t{place.set + 1} << 48 | uint64_t{place.segment + 1} << 32 | place.row) * 0x9e3779b97f4a7c15u;
      }
      PageView* view = parts_.find(key);
      if (view == nullptr) continue;
      is_view ? add_view(batch, i, kind, *view) : add_request(batch, i, *view);
    }
    return {};
  }
  stdx::Result<void> merge() override {
    whole_.merge(parts_);
    return {};
  }

 private:
  void add_view(const EventBatch& batch, uint32_t i, EventKind kind, PageView& view) {
    // Vitals come when they are known, not when the view began.
    if (kind != EventKind::kVitals) view.start_ns = std::min(view.start_ns, batch.time_ns(i));
    const auto at = static_cast<int32_t>(std::clamp<int64_t>((batch.time_ns(i) - begin_ns_) / kNsPerMs, 0, INT32_MAX));
    if (const auto lcp = batch.number(kLcpSlot, i); lcp && *lcp >= 0) view.facts.put(Vital::kLcp, *lcp, at);
    if (const auto load = batch.number(kLoadSlot, i); load && *load >= 0) view.facts.put(Vital::kLoad, *load, at);
    if (const auto first_byte = batch.number(kTtfbSlot, i)) {
      view.document_ms = std::max(view.document_ms, *first_byte + std::max(0.0, batch.number(kDownloadSlot, i).value_or(0)));
    }
    if (!view.has_place || kind == EventKind::kView) view.place = batch.place(i);
    view.has_place = true;
  }
  void add_request(const EventBatch& batch, uint32_t i, PageView& view) {
    const double ms = std::max(0.0, batch.number(kDurationSlot, i).value_or(0));
    const auto first_byte = batch.number(kFirstByteSlot, i);
    const double waited = first_byte ? std::max(0.0, ms - *first_byte - batch.number(kDownloadSlot, i).value_or(0)) : 0;
    view.add({.start_ns = batch.time_ns(i), .ms = ms, .browser_ms = waited, .trace_id = batch.trace_id(i), .span_id = batch.span_id(i),
              .place = batch.place(i)});
  }

  PageViews& whole_;
  const int64_t begin_ns_;
  PageViews parts_;
  PerCode<uint64_t> keys_{kViewSlot};
};

}  // namespace

void PageView::add(ViewLoad load) {
  const auto at = std::ranges::upper_bound(loads, load.ms, std::ranges::greater(), &ViewLoad::ms);
  if (at == loads.end() && loads.size() >= kRequestsPerViewMax) return;
  loads.insert(at, load);
  if (loads.size() > kRequestsPerViewMax) loads.pop_back();
}

void PageView::merge(const PageView& other) {
  facts.merge(other.facts);
  start_ns = std::min(start_ns, other.start_ns);
  document_ms = std::max(document_ms, other.document_ms);
  if (!has_place && other.has_place) {
    place = other.place;
    has_place = true;
  }
  for (const ViewLoad& load : other.loads) add(load);
}

PageView* PageViews::find(uint64_t key) {
  const auto found = views.find(key);
  if (found != views.end()) return &found->second;
  if (views.size() >= kPageViewsMax) {
    exact = false;
    return nullptr;
  }
  return &views[key];
}

void PageViews::merge(const PageViews& part) {
  for (const auto& [key, view] : part.views) {
    if (PageView* ours = find(key)) ours->merge(view);
  }
  exact &= part.exact;
}

EventPass page_views_pass(table::TimeRange range, const std::string& app, const EventFilter& filter, PageViews& views) {
  EventQuestion question{.range = range, .app = app, .filter = &filter};
  question.texts = {key::kViewId};
  question.numbers = {key::kLcp, key::kLoad, key::kTtfb, key::kDownloadDuration, key::kDuration, key::kFirstByteDuration};
  return {std::move(question), [&views, range] { return std::make_unique<ViewsPart>(views, range.begin_ns); }};
}

}  // namespace clew::query_rum
