#include "query/rum/browser_error_groups.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "query/engine_steps.h"
#include "query/rum/error_grouping.h"
#include "query/rum/error_limits.h"
#include "query/rum/event_keys.h"
#include "query/rum/stack_frames.h"

namespace clew::query_rum {
namespace {

constexpr int64_t kNiceUnitNs = 1'000'000'000;
constexpr int64_t kDayNs = 24LL * 3600 * 1'000'000'000;

// What came since the book last looked, slice by slice: after a while the next question goes on with it. False if there is more.
bool catch_up(const table::Catalog::Sets& sets, const ErrorBook& book, const query::QueryControl& control) {
  const query::Stopwatch watch;
  const int64_t now_ns = book.clock.now_ns();
  const std::unique_lock look(book.states.look_mutex(), std::try_to_lock);
  if (!look.owns_lock()) return book.states.seen_until_ns() >= now_ns - kErrorLateNs;  // Another question does it.
  const int64_t seen_ns = book.states.seen_until_ns();
  for (int64_t begin_ns = std::max(seen_ns - kErrorLateNs, now_ns - kErrorLookBackNs); begin_ns < now_ns;) {
    if (watch.elapsed_ns() > kErrorLookNs) return false;
    const int64_t end_ns = std::min(begin_ns + kErrorLookSliceNs, now_ns);
    auto variants = scan_errors(sets, {.range = {begin_ns, end_ns}, .with_people = false}, control, {});
    if (!variants) return false;  // Out of time: the next question goes on from here.
    book.states.see(sightings_of(*variants, group_errors(*variants, book.maps)));
    book.states.saw_until(end_ns);
    begin_ns = end_ns;
  }
  return true;
}

// What only the book knows of a group.
void add_known(BrowserErrorGroup& group, const ErrorStates& states) {
  const auto known = states.find(group.id);
  if (!known) return;
  group.known = *known;
  if (known->first_ns != 0 && known->first_ns < group.first_ns) {
    group.first_ns = known->first_ns;
    group.first_version = known->first_version;
  }
}

void sort_groups(std::vector<BrowserErrorGroup>& groups, ErrorSort sort) {
  const auto rank = [sort](const BrowserErrorGroup& group) -> std::tuple<int64_t, int64_t, int64_t, int64_t> {
    switch (sort) {
      case ErrorSort::kImpact:
        return {std::max(group.users, group.users == 0 ? group.sessions : 0), group.sessions, group.count,
                group.last_ns};
      case ErrorSort::kCount: return {group.count, group.sessions, group.users, group.last_ns};
      case ErrorSort::kNewest: return {group.last_ns, group.sessions, group.users, group.count};
      case ErrorSort::kUsers: return {group.users, group.sessions, group.count, group.last_ns};
      case ErrorSort::kFirst: return {group.first_ns, group.sessions, group.users, group.count};
    }
    return {};
  };
  std::ranges::sort(groups, [&](const auto& a, const auto& b) {
    const auto left = rank(a), right = rank(b);
    return left != right ? left > right : a.id < b.id;
  });
}

stdx::Result<void> add_samples(const table::Catalog::Sets& sets, std::vector<BrowserErrorGroup>& groups) {
  std::vector<RowPlace> places;
  for (const BrowserErrorGroup& group : groups) places.push_back(group.sights.front().place);
  auto rows = read_events(sets, places);
  if (!rows) return std::unexpected(std::move(rows.error()));
  for (size_t i = 0; i < groups.size(); ++i) {
    const otlp::Attributes& attributes = (*rows)[i].attributes;
    if (const std::string* session = otlp::find_string(attributes, key::kSessionId))
      groups[i].sample_session = *session;
    if (const std::string* event = otlp::find_string(attributes, key::kEventId)) groups[i].sample_event = *event;
  }
  return {};
}

stdx::Result<void> add_causes(const table::Catalog& catalog, const table::Catalog::Sets& sets, const ErrorScan& scan,
                              const ErrorVariants& variants, std::vector<BrowserErrorGroup>& groups,
                              const query::QueryControl& control) {
  std::vector<std::vector<ErrorVariant::Sight>> sights;
  for (const BrowserErrorGroup& group : groups) sights.push_back(group.sights);
  auto causes = find_causes(catalog, sets, scan, variants, sights, control);
  if (!causes) return std::unexpected(std::move(causes.error()));
  for (size_t i = 0; i < groups.size(); ++i) groups[i].cause = std::move((*causes)[i]);
  return {};
}

}  // namespace

stdx::Result<BrowserErrorGroups> browser_errors(const table::Catalog& catalog, const BrowserErrorsRequest& request,
                                                const ErrorBook& book, const query::QueryControl& control,
                                                const query::ScanHooks& hooks) {
  const table::Catalog::Sets sets = catalog.snapshot();
  const bool knows_all = catch_up(sets, book, control);
  BrowserErrorGroups result;
  result.steps = query::TimeSteps::of(request.range, request.points, kNiceUnitNs);
  const ErrorScan scan{.range = request.range,
                       .app = request.app,
                       .filter = request.filter,
                       .steps = &result.steps,
                       .sights_max = kCauseSightsMax};
  auto variants = scan_errors(sets, scan, control, hooks);
  if (!variants) return std::unexpected(std::move(variants.error()));
  const std::vector<ErrorGroupParts> parts = group_errors(*variants, book.maps);
  book.states.see(sightings_of(*variants, parts));
  for (const ErrorGroupParts& part : parts) {
    BrowserErrorGroup group = summed(*variants, part, kCauseSightsMax);
    add_known(group, book.states);
    ++result.by_state[static_cast<size_t>(group.known.state)];
    result.new_count += group.first_ns >= request.range.begin_ns ? 1 : 0;
    if (request.states.empty() || std::ranges::find(request.states, group.known.state) != request.states.end()) {
      result.groups.push_back(std::move(group));
    }
  }
  result.group_count = result.groups.size();
  sort_groups(result.groups, request.sort);
  if (result.groups.size() > request.limit) result.groups.resize(request.limit);
  if (auto added = add_samples(sets, result.groups); !added) return std::unexpected(std::move(added.error()));
  if (auto added = add_causes(catalog, sets, scan, *variants, result.groups, control); !added)
    return std::unexpected(std::move(added.error()));
  result.exact = variants->exact && knows_all;
  result.stats = variants->stats;
  return result;
}

namespace {

std::string text_of(const query::RecordRow& row, std::string_view name) {
  const std::string* text = otlp::find_string(row.attributes, name);
  return text == nullptr ? std::string() : *text;
}

uint32_t number_of(const query::RecordRow& row, std::string_view name) {
  for (const otlp::KeyValue& pair : row.attributes) {
    if (pair.key != name) continue;
    if (const auto* whole = std::get_if<int64_t>(&pair.value.value))
      return *whole > 0 && *whole < kLineMax ? static_cast<uint32_t>(*whole) : 0;
    if (const auto* real = std::get_if<double>(&pair.value.value))
      return *real > 0 && *real < kLineMax ? static_cast<uint32_t>(*real) : 0;
  }
  return 0;
}

DebugIds debug_ids_of(const query::RecordRow& row) {
  DebugIds ids;
  for (const otlp::KeyValue& pair : row.attributes) {
    const auto* list = pair.key == key::kBinaryImages ? std::get_if<otlp::KeyValueList>(&pair.value.value) : nullptr;
    if (list == nullptr) continue;
    for (const otlp::KeyValue& image : list->values) {
      const auto* id = std::get_if<std::string>(&image.value.value);
      if (id != nullptr && ids.size() < kDebugIdsMax) ids.emplace_back(image.key, *id);
    }
  }
  return ids;
}

// The newest event's stack, whole.
void tell_stack(const query::RecordRow& row, const ErrorBook& book, BrowserErrorDetail& detail) {
  detail.raw_stack = text_of(row, key::kErrorStack);
  detail.message = text_of(row, key::kErrorMessage);
  const std::string* version = otlp::find_string(row.resource.attributes, "service.version");
  detail.map_version = version == nullptr ? std::string() : *version;
  Stack stack = parse_stack(detail.raw_stack);
  if (const std::string file = text_of(row, key::kErrorFile); stack.frames.empty() && !file.empty()) {
    stack.frames.push_back({.function = {},
                            .file = file,
                            .line = number_of(row, key::kErrorLine),
                            .column = number_of(row, key::kErrorColumn),
                            .in_app = is_in_app({}, file)});
  }
  const DebugIds ids = debug_ids_of(row);
  detail.stack = book.maps.resolve(stack.frames, detail.group.app, detail.map_version, ids);
  for (const StackFrame& frame : stack.frames) {
    if (!frame.in_app || frame.line == 0) continue;
    detail.map_file = frame.file;
    break;
  }
  for (const auto& [script, id] : ids) {
    if (script == detail.map_file) detail.map_debug_id = id;
  }
  const auto name_of = [](std::string_view file) {
    return stable_file(script_path_of(file).substr(script_path_of(file).rfind('/') + 1));
  };
  for (const SourceMapInfo& map : book.maps.list(detail.group.app)) {
    const bool fits = !map.file.empty() && name_of(map.file.ends_with(".map") ? map.file.substr(0, map.file.size() - 4)
                                                                              : map.file) == name_of(detail.map_file);
    if (fits && detail.map_versions.size() < kErrorSharesMax &&
        std::ranges::find(detail.map_versions, map.version) == detail.map_versions.end()) {
      detail.map_versions.push_back(map.version);
    }
  }
}

// What the user did before, as far as it was reported.
stdx::Result<void> add_breadcrumbs(const table::Catalog::Sets& sets, const query::RecordRow& row,
                                   BrowserErrorDetail& detail, const query::QueryControl& control) {
  const std::string session = text_of(row, key::kSessionId);
  if (session.empty()) return {};
  std::vector<std::pair<int64_t, RowPlace>> crumbs;
  const EventQuestion question{.range = {row.time_ns - kErrorCrumbsNs, row.time_ns + 1}, .session_id = session};
  auto stats = scan_events(sets, question, control, {}, [&](const EventBatch& batch) -> stdx::Result<void> {
    for (uint32_t i = 0; i < batch.size(); ++i) {
      const EventKind kind = batch.kind(i);
      if (kind == EventKind::kPerf || kind == EventKind::kVitals || kind == EventKind::kResource) continue;
      if (batch.place(i) == detail.group.sights.front().place) continue;
      crumbs.emplace_back(batch.time_ns(i), batch.place(i));
      if (crumbs.size() < 4 * kErrorCrumbsMax) continue;
      std::ranges::sort(crumbs, std::greater<>());
      crumbs.resize(kErrorCrumbsMax);
    }
    return {};
  });
  if (!stats) return std::unexpected(std::move(stats.error()));
  std::ranges::sort(crumbs, std::greater<>());
  if (crumbs.size() > kErrorCrumbsMax) crumbs.resize(kErrorCrumbsMax);
  std::ranges::reverse(crumbs);
  std::vector<RowPlace> places;
  for (const auto& crumb : crumbs) places.push_back(crumb.second);
  auto rows = read_events(sets, places);
  if (!rows) return std::unexpected(std::move(rows.error()));
  detail.breadcrumbs = std::move(*rows);
  return {};
}

stdx::Result<void> add_releases(const table::Catalog::Sets& sets, const ErrorScan& scan, BrowserErrorDetail& detail,
                                const query::QueryControl& control) {
  TextIds versions;
  SlotIds version_of(versions, 0);
  std::vector<int64_t> first_ns;
  const EventQuestion question{
      .range = scan.range, .app = detail.group.app, .event_names = {"view"}, .texts = {key::kVersion}};
  auto stats = scan_events(sets, question, control, {}, [&](const EventBatch& batch) -> stdx::Result<void> {
    for (uint32_t i = 0; i < batch.size(); ++i) {
      const uint32_t version = version_of(batch, i);
      if (version == TextIds::kNone || version > kAppVersionsMax) continue;
      first_ns.resize(std::max<size_t>(first_ns.size(), version), INT64_MAX);
      first_ns[version - 1] = std::min(first_ns[version - 1], batch.time_ns(i));
    }
    return {};
  });
  if (!stats) return std::unexpected(std::move(stats.error()));
  for (uint32_t version = 1; version <= first_ns.size(); ++version)
    detail.releases.emplace_back(versions.text(version), first_ns[version - 1]);
  std::ranges::sort(detail.releases, {}, [](const auto& release) { return release.second; });
  if (detail.releases.size() > kErrorSharesMax)
    detail.releases.erase(detail.releases.begin(), detail.releases.end() - kErrorSharesMax);
  return {};
}

// Links outlive maps: a group is also found by what its id was before a map came, or is since it has gone.
const ErrorGroupParts* part_of(const std::vector<ErrorGroupParts>& parts, uint64_t id, uint64_t plain_id) {
  auto found = std::ranges::find_if(parts, [id](const ErrorGroupParts& part) { return part.key.id == id; });
  if (found == parts.end()) {
    found = std::ranges::find_if(
        parts, [&](const ErrorGroupParts& part) { return part.key.plain_id == id || part.key.plain_id == plain_id; });
  }
  return found == parts.end() ? nullptr : &*found;
}

}  // namespace

stdx::Result<BrowserErrorDetail> browser_error(const table::Catalog& catalog, uint64_t id,
                                               const BrowserErrorsRequest& request, const ErrorBook& book,
                                               const query::QueryControl& control, const query::ScanHooks& hooks) {
  const table::Catalog::Sets sets = catalog.snapshot();
  catch_up(sets, book, control);
  BrowserErrorDetail detail;
  detail.steps = query::TimeSteps::of(request.range, request.points, kNiceUnitNs);
  ErrorScan scan{.range = request.range,
                 .app = request.app,
                 .filter = request.filter,
                 .steps = &detail.steps,
                 .sights_max = kErrorSamplesMax,
                 .users_of_values = true};
  auto variants = scan_errors(sets, scan, control, hooks);
  if (!variants) return std::unexpected(std::move(variants.error()));
  std::vector<ErrorGroupParts> parts = group_errors(*variants, book.maps);
  const auto known = book.states.find(id);
  const uint64_t plain_id = known && known->plain_id != 0 ? known->plain_id : id;
  const ErrorGroupParts* part = part_of(parts, id, plain_id);
  const bool in_range = part != nullptr;
  detail.stats = variants->stats;
  if (!in_range) {
    if (!known) return stdx::fail(stdx::ErrorCode::kNotFound, "no group of errors has the id " + group_id_text(id));
    scan = {.range = {known->last_ns - kDayNs / 24, known->last_ns + 1},
            .app = known->app,
            .steps = &detail.steps,
            .sights_max = kErrorSamplesMax,
            .users_of_values = true};
    variants = scan_errors(sets, scan, control, {});
    if (!variants) return std::unexpected(std::move(variants.error()));
    parts = group_errors(*variants, book.maps);
    part = part_of(parts, id, plain_id);
    if (part == nullptr)
      return stdx::fail(stdx::ErrorCode::kNotFound, "the events of this group are not stored any more");
  }
  book.states.see(sightings_of(*variants, parts));
  detail.group = summed(*variants, *part, kErrorSamplesMax);
  add_known(detail.group, book.states);
  if (!in_range) {
    detail.group.count = detail.group.users = detail.group.sessions = 0;
    std::ranges::fill(detail.group.series, 0);
  }
  std::vector<BrowserErrorGroup> one = {std::move(detail.group)};
  if (auto added = add_causes(catalog, sets, scan, *variants, one, control); !added)
    return std::unexpected(std::move(added.error()));
  detail.group = std::move(one.front());

  std::vector<RowPlace> places;
  for (const ErrorVariant::Sight& sight : detail.group.sights) places.push_back(sight.place);
  auto samples = read_events(sets, places);
  if (!samples) return std::unexpected(std::move(samples.error()));
  detail.samples = std::move(*samples);
  const query::RecordRow& newest = detail.samples.front();
  detail.group.sample_session = text_of(newest, key::kSessionId);
  detail.group.sample_event = text_of(newest, key::kEventId);
  tell_stack(newest, book, detail);
  if (auto added = add_breadcrumbs(sets, newest, detail, control); !added)
    return std::unexpected(std::move(added.error()));
  scan.range = request.range;
  if (auto added = add_releases(sets, scan, detail, control); !added) return std::unexpected(std::move(added.error()));
  return detail;
}

}  // namespace clew::query_rum
