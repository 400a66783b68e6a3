#include "query/rum/error_grouping.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "query/rum/error_limits.h"
#include "query/rum/stack_frames.h"

namespace clew::query_rum {
namespace {

// Variants that differ in their message alone have the same stack: it is read once.
class Teller {
 public:
  Teller(const ErrorVariants& variants, const SourcePositions& positions)
      : texts_(variants.texts), positions_(positions) {}

  const ResolvedStack& resolved(const ErrorVariant& variant) {
    const auto [known, is_new] = told_.try_emplace({variant.app, variant.version, variant.frames, variant.debug_ids});
    if (is_new) {
      Stack stack = parse_stack(texts_.text(variant.frames));
      stack.frames.resize(std::min(stack.frames.size(), kGroupedFramesMax));
      known->second = positions_.resolve(stack.frames, texts_.text(variant.app), texts_.text(variant.version),
                                         parse_debug_ids(texts_.text(variant.debug_ids)));
    }
    return known->second;
  }

 private:
  const TextIds& texts_;
  const SourcePositions& positions_;
  std::map<std::tuple<uint32_t, uint32_t, uint32_t, uint32_t>, ResolvedStack> told_;
};

// Of all variants of a group.
struct Values {
  std::map<uint32_t, int64_t> counts;
  absl::flat_hash_set<uint64_t> users;  // Value << 32 | user.

  void add(const ErrorVariant::Values& values) {
    for (const auto& [text, count] : values.counts) counts[text] += count;
    users.insert(values.users.begin(), values.users.end());
  }
};

ErrorShares shares(const Values& values, const TextIds& texts) {
  absl::flat_hash_map<uint32_t, int64_t> users;
  for (const uint64_t pair : values.users) ++users[static_cast<uint32_t>(pair >> 32)];
  ErrorShares list;
  for (const auto& [text, count] : values.counts) list.push_back({std::string(texts.text(text)), count, users[text]});
  std::ranges::sort(list, [](const ErrorShare& a, const ErrorShare& b) { return a.count != b.count ? a.count > b.count : a.value < b.value; });
  if (list.size() > kErrorSharesMax) list.resize(kErrorSharesMax);
  return list;
}

}  // namespace

std::vector<ErrorGroupParts> group_errors(const ErrorVariants& variants, const SourcePositions& positions) {
  const TextIds& texts = variants.texts;
  std::vector<const ErrorVariant*> newest_first;
  for (const ErrorVariant& variant : variants.list) newest_first.push_back(&variant);
  std::ranges::sort(newest_first, [](const auto* a, const auto* b) { return a->last_ns > b->last_ns; });
  Teller teller(variants, positions);
  std::vector<ErrorGroupParts> groups;
  absl::flat_hash_map<uint64_t, size_t> numbers;
  for (const ErrorVariant* variant : newest_first) {
    const ResolvedStack& stack = teller.resolved(*variant);
    const ErrorFacts facts{.app = texts.text(variant->app),
                           .kind = texts.text(variant->kind),
                           .type = texts.text(variant->type),
                           .message = texts.text(variant->message),
                           .file = texts.text(variant->file),
                           .stack_type = texts.text(variant->stack_type)};
    ErrorKey key = error_key(facts, stack.frames);
    const auto [found, is_new] = numbers.try_emplace(key.id, groups.size());
    if (is_new) {
      ErrorGroupParts& group = groups.emplace_back();
      if (key.culprit >= 0) group.culprit = stack.frames[static_cast<size_t>(key.culprit)];
      group.key = std::move(key);
    }
    groups[found->second].variants.push_back(variant);
  }
  return groups;
}

std::vector<ErrorSighting> sightings_of(const ErrorVariants& variants, const std::vector<ErrorGroupParts>& groups) {
  std::vector<ErrorSighting> sightings;
  for (const ErrorGroupParts& group : groups) {
    ErrorSighting& sighting = sightings.emplace_back();
    sighting.id = group.key.id;
    sighting.plain_id = group.key.plain_id;
    sighting.app = variants.texts.text(group.variants.front()->app);
    for (const ErrorVariant* variant : group.variants) {
      sighting.versions.push_back(
          {std::string(variants.texts.text(variant->version)), variant->first_ns, variant->last_ns});
    }
  }
  return sightings;
}

BrowserErrorGroup summed(const ErrorVariants& variants, const ErrorGroupParts& parts, size_t sights_max) {
  const TextIds& texts = variants.texts;
  const ErrorVariant& newest = *parts.variants.front();
  BrowserErrorGroup group;
  group.id = parts.key.id;
  group.app = texts.text(newest.app);
  group.app_name = texts.text(newest.app_name != 0 ? newest.app_name : newest.app);
  group.type = parts.key.type;
  group.message = parts.key.message;
  group.source = texts.text(newest.source);
  group.kind = texts.text(newest.kind);
  group.culprit = parts.culprit;
  group.series.resize(newest.series.size());
  group.first_ns = INT64_MAX;
  group.last_ns = newest.last_ns;
  absl::flat_hash_set<uint32_t> users, sessions;
  Values versions, pages, browsers, systems, countries;
  for (const ErrorVariant* variant : parts.variants) {
    group.count += variant->count;
    if (variant->first_ns < group.first_ns) {
      group.first_ns = variant->first_ns;
      group.first_version = texts.text(variant->version);
    }
    users.insert(variant->users.begin(), variant->users.end());
    sessions.insert(variant->sessions.begin(), variant->sessions.end());
    versions.counts[variant->version] += variant->count;
    for (const uint32_t user : variant->users) versions.users.insert(uint64_t{variant->version} << 32 | user);
    pages.add(variant->pages);
    browsers.add(variant->browsers);
    systems.add(variant->systems);
    countries.add(variant->countries);
    for (size_t i = 0; i < group.series.size(); ++i) group.series[i] += variant->series[i];
    group.sights.insert(group.sights.end(), variant->sights.begin(), variant->sights.end());
  }
  group.users = static_cast<int64_t>(users.size());
  group.sessions = static_cast<int64_t>(sessions.size());
  group.versions = shares(versions, texts);
  group.pages = shares(pages, texts);
  group.browsers = shares(browsers, texts);
  group.systems = shares(systems, texts);
  group.countries = shares(countries, texts);
  std::ranges::sort(group.sights, [](const auto& a, const auto& b) {
    return std::tie(a.time_ns, a.place) > std::tie(b.time_ns, b.place);
  });
  if (group.sights.size() > sights_max) group.sights.resize(sights_max);
  return group;
}

}  // namespace clew::query_rum
