#include "query/service_book.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <optional>
#include <thread>
#include <variant>

#include <absl/container/flat_hash_map.h>

#include "query/engine_steps.h"
#include "query/execute/batch.h"
#include "query/execute/field_reader.h"
#include "query/execute/value_table.h"
#include "query/traceql/query_limits.h"

namespace clew::query {
namespace {

using query_execute::Batch;
using query_execute::FieldReader;
using query_execute::kNoValue;
using query_execute::Selection;
using table::CoreColumn;

// The order of ServiceFact's texts.
constexpr std::array<std::string_view, 6> kKeys = {"service.name",      "service.namespace",     "telemetry.sdk.language",
                                                   "telemetry.sdk.name", "telemetry.sdk.version", "service.version"};
using Key = std::array<uint32_t, kKeys.size()>;

const std::array<query_traceql::Field, kKeys.size()>& fields() {
  static const auto kFields = [] {
    std::array<query_traceql::Field, kKeys.size()> all;
    for (size_t i = 0; i < kKeys.size(); ++i) {
      all[i] = {.scope = query_traceql::FieldScope::kResource,
                .intrinsic = query_traceql::Intrinsic::kCount,
                .key = std::string(kKeys[i])};
    }
    return all;
  }();
  return kFields;
}

// The rows of one segment that were not read before.
class SegmentFacts {
 public:
  SegmentFacts(const table::Segment& segment, query_execute::TraceLookup& lookup) : segment_(segment) {
    for (size_t i = 0; i < kKeys.size(); ++i) {
      readers_[i] = std::make_unique<FieldReader>(fields()[i], segment, lookup, values_);
    }
  }

  stdx::Result<void> read(uint32_t window, uint32_t first_row) {
    Batch batch = Batch::of_window(segment_, window);
    Selection selection = Selection::all(batch.row_count());
    const auto visible = segment_.visible(window);
    for (uint32_t word = 0; word < selection.word_count(); ++word) {
      if (!visible.empty()) selection.set_word(word, selection.word(word) & visible[word]);
    }
    for (uint32_t row = 0; row < first_row; ++row) {
      selection.set_word(row / 64, selection.word(row / 64) & ~(uint64_t{1} << (row % 64)));
    }
    for (size_t i = 0; i < kKeys.size(); ++i) {
      ids_[i].resize(batch.row_count());
      readers_[i]->read(batch, selection, ids_[i]);
      if (readers_[i]->error()) return std::unexpected(*readers_[i]->error());
    }
    const table::ColumnWindow& starts = batch.column(CoreColumn::kStartTime);
    if (batch.error()) return std::unexpected(*batch.error());
    selection.for_each([&](uint32_t row) {
      Key key;
      for (size_t i = 0; i < kKeys.size(); ++i) key[i] = ids_[i][row];
      if (last_ == nullptr || key != last_key_) {
        last_ = &sums_[key];
        last_key_ = key;
      }
      const int64_t start = starts.has(row) ? starts.ints[row] : 0;
      ++last_->span_count;
      last_->first_ns = std::min(last_->first_ns, start);
      last_->last_ns = std::max(last_->last_ns, start);
    });
    last_ = nullptr;  // The map may move what it holds.
    return {};
  }

  void add_to(std::map<std::vector<std::string>, ServiceFact>& facts) const {
    for (const auto& [key, sum] : sums_) {
      std::vector<std::string> texts;
      for (const uint32_t id : key) {
        const std::string* text = id == kNoValue ? nullptr : std::get_if<std::string>(&values_.at(id).value);
        texts.push_back(text != nullptr ? *text : std::string());
      }
      ServiceFact& fact = facts[texts];
      fact.service = texts[0];
      fact.name_space = texts[1];
      fact.language = texts[2];
      fact.sdk = texts[3];
      fact.sdk_version = texts[4];
      fact.version = texts[5];
      fact.span_count += sum.span_count;
      fact.first_ns = std::min(fact.first_ns, sum.first_ns);
      fact.last_ns = std::max(fact.last_ns, sum.last_ns);
    }
  }

 private:
  struct Sum {
    int64_t span_count = 0;
    int64_t first_ns = INT64_MAX;
    int64_t last_ns = INT64_MIN;
  };
  const table::Segment& segment_;
  query_execute::ValueTable values_;
  std::array<std::unique_ptr<FieldReader>, kKeys.size()> readers_;
  std::array<std::vector<uint32_t>, kKeys.size()> ids_;
  absl::flat_hash_map<Key, Sum> sums_;
  Sum* last_ = nullptr;
  Key last_key_{};
};

}  // namespace

stdx::Result<void> ServiceBook::read(const table::SpanSet& set, Page& page, const QueryControl& control) {
  const query_execute::Interrupt interrupt = interrupt_of(control);
  const table::Catalog::Sets none;
  query_execute::TraceLookup lookup(none);
  page.rows_read.resize(set.segments().size());
  for (size_t i = 0; i < set.segments().size(); ++i) {
    const table::Segment& segment = *set.segments()[i];
    uint32_t& done = page.rows_read[i];
    if (done >= segment.row_count()) continue;
    SegmentFacts facts(segment, lookup);
    for (uint32_t window = done / table::kWindowRows; window < segment.window_count(); ++window) {
      if (auto go_on = interrupt.check(); !go_on) return go_on;
      const uint32_t first = window == done / table::kWindowRows ? done % table::kWindowRows : 0;
      if (auto read = facts.read(window, first); !read) return read;
    }
    facts.add_to(page.facts);
    done = segment.row_count();
  }
  return {};
}

// Each set by one thread.
stdx::Result<void> ServiceBook::read_all(const table::Catalog::Sets& sets, const QueryControl& control) {
  std::vector<Page*> pages;
  for (const auto& set : sets) pages.push_back(&pages_[set->name()]);
  std::atomic<size_t> next{0};
  std::mutex error_mutex;
  std::optional<stdx::Error> error;
  const auto work = [&] {
    for (size_t i = next.fetch_add(1); i < sets.size(); i = next.fetch_add(1)) {
      if (auto done = read(*sets[i], *pages[i], control); !done) {
        const std::lock_guard lock(error_mutex);
        if (!error) error = std::move(done.error());
        next.store(sets.size());
      }
    }
  };
  {
    std::vector<std::jthread> others;
    for (unsigned i = 1; i < kScanThreads && i < sets.size(); ++i) others.emplace_back(work);
    work();
  }
  if (error) return std::unexpected(std::move(*error));
  return {};
}

stdx::Result<std::vector<ServiceFact>> ServiceBook::facts(const table::Catalog::Sets& sets, const QueryControl& control) {
  std::lock_guard lock(mutex_);
  std::erase_if(pages_, [&](const auto& page) {
    return std::ranges::none_of(sets, [&](const auto& set) { return set->name() == page.first; });
  });
  if (auto done = read_all(sets, control); !done) return std::unexpected(std::move(done.error()));
  std::map<std::vector<std::string>, ServiceFact> all;
  for (const auto& set : sets) {
    for (const auto& [key, fact] : pages_[set->name()].facts) {
      const auto [at, is_new] = all.try_emplace(key, fact);
      if (is_new) continue;
      at->second.span_count += fact.span_count;
      at->second.first_ns = std::min(at->second.first_ns, fact.first_ns);
      at->second.last_ns = std::max(at->second.last_ns, fact.last_ns);
    }
  }
  std::vector<ServiceFact> facts;
  for (auto& [key, fact] : all) facts.push_back(std::move(fact));
  return facts;
}

bool is_users_end(std::string_view service, std::string_view language) {
  return language == "webjs" || service.starts_with("rum-");
}

std::map<std::string, ServiceProfile> profiles_of(const std::vector<ServiceFact>& facts) {
  std::vector<const ServiceFact*> oldest_first;
  for (const ServiceFact& fact : facts) oldest_first.push_back(&fact);
  std::ranges::sort(oldest_first, {}, [](const ServiceFact* fact) { return std::pair(fact->last_ns, fact->version); });
  std::map<std::string, ServiceProfile> profiles;
  for (const ServiceFact* fact : oldest_first) {
    ServiceProfile& profile = profiles[fact->service];
    if (!fact->name_space.empty()) profile.name_space = fact->name_space;
    if (!fact->language.empty()) profile.language = fact->language;
    if (!fact->sdk.empty()) profile.sdk = fact->sdk_version.empty() ? fact->sdk : fact->sdk + " " + fact->sdk_version;
    profile.is_users_end = is_users_end(fact->service, profile.language);
    profile.first_ns = std::min(profile.first_ns, fact->first_ns);
    profile.last_ns = std::max(profile.last_ns, fact->last_ns);
    profile.span_count += fact->span_count;
    if (fact->version.empty()) continue;
    auto version = std::ranges::find(profile.versions, fact->version, &ServiceProfile::Version::version);
    if (version == profile.versions.end()) {
      profile.versions.push_back({.version = fact->version});
      version = profile.versions.end() - 1;
    }
    version->first_ns = std::min(version->first_ns, fact->first_ns);
    version->last_ns = std::max(version->last_ns, fact->last_ns);
    version->span_count += fact->span_count;
  }
  for (auto& [name, profile] : profiles) {
    std::ranges::sort(profile.versions, std::greater<>(), [](const auto& version) { return std::pair(version.last_ns, version.first_ns); });
  }
  return profiles;
}

}  // namespace clew::query
