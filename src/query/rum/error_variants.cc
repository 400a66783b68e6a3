#include "query/rum/error_variants.h"

#include <algorithm>
#include <memory>
#include <tuple>
#include <variant>

#include <fmt/format.h>

#include "otlp/value_json.h"
#include "query/analyse/normalised_text.h"
#include "query/rum/error_limits.h"
#include "query/rum/event_keys.h"
#include "query/rum/stack_frames.h"

namespace clew::query_rum {
namespace {

// Slots of texts and numbers, in the order of the lists in question_of().
enum Text : size_t {
  kApp,
  kService,
  kAppName,
  kVersion,
  kKind,
  kErrorType,
  kMessage,
  kStack,
  kFile,
  kUrl,
  kSource,
  kDebugIds,  // Always.
  kSession,
  kUser,
  kPage,
  kBrowser,
  kSystem,
  kCountry,  // With people.
};
enum Number : size_t { kTimes, kLine, kColumn };

EventQuestion question_of(const ErrorScan& scan) {
  EventQuestion question{
      .range = scan.range,
      .app = scan.app,
      .filter = scan.filter,
      .event_names = {"exception"},
      .texts = {key::kAppId, key::kService, key::kAppName, key::kVersion, key::kType, key::kErrorType,
                key::kErrorMessage, key::kErrorStack, key::kErrorFile, key::kUrl, key::kSource, key::kBinaryImages},
      .numbers = {key::kTimes, key::kErrorLine, key::kErrorColumn}};
  if (scan.with_people) {
    for (const std::string_view name :
         {key::kSessionId, key::kUserId, key::kViewName, key::kBrowser, key::kOs, key::kCountry}) {
      question.texts.push_back(name);
    }
  }
  return question;
}

// Categories of SkyWalking's client that are no exceptions.
std::string_view kind_of(std::string_view type, std::string_view error_type) {
  if (type == "blank" || type == "crash" || type == "custom") return type;
  if (error_type == "resource") return "resource";
  if (error_type == "ajax") return "request";
  return "error";
}

// Variants found by what they have in common, within the limits.
class VariantTable {
 public:
  using Key = std::tuple<uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t>;

  VariantTable(const ErrorScan& scan, ErrorVariants& variants) : scan_(scan), variants_(variants) {}

  // nullptr if there is no room for another.
  ErrorVariant* find(const Key& key) {
    const auto found = numbers_.find(key);
    if (found != numbers_.end()) return &variants_.list[found->second];
    if (variants_.list.size() == kErrorVariantsMax) {
      variants_.exact = false;
      return nullptr;
    }
    numbers_.emplace(key, variants_.list.size());
    ErrorVariant& variant = variants_.list.emplace_back();
    std::tie(variant.app, variant.version, variant.kind, variant.type, variant.message, variant.stack_type,
             variant.frames, variant.file) = key;
    if (scan_.steps != nullptr) variant.series.resize(static_cast<size_t>(scan_.steps->count));
    return &variant;
  }

  template <class Person>
  void add_person(absl::flat_hash_set<Person>& people, Person person) {
    if (static_cast<uint32_t>(person) == 0) return;
    if (people_ == kErrorPeopleMax) {
      variants_.exact = false;
      return;
    }
    people_ += people.insert(person).second ? 1 : 0;
  }

  void keep_sight(std::vector<ErrorVariant::Sight>& sights, const ErrorVariant::Sight& sight) const {
    // A heap with the oldest on top.
    const auto newer = [](const auto& a, const auto& b) {
      return std::tie(a.time_ns, a.place) > std::tie(b.time_ns, b.place);
    };
    if (sights.size() == scan_.sights_max) {
      if (!newer(sight, sights.front())) return;
      std::ranges::pop_heap(sights, newer);
      sights.pop_back();
    }
    sights.push_back(sight);
    std::ranges::push_heap(sights, newer);
  }

  // Adds what a part of the scan found, whose texts have other numbers.
  void merge(const ErrorVariants& part) {
    std::vector<uint32_t> to(part.texts.size() + 1, UINT32_MAX);
    const auto text = [&](uint32_t id) {
      if (to[id] == UINT32_MAX) to[id] = variants_.texts.of(part.texts.text(id));
      return to[id];
    };
    variants_.exact &= part.exact;
    for (const ErrorVariant& theirs : part.list) {
      ErrorVariant* ours = find({text(theirs.app), text(theirs.version), text(theirs.kind), text(theirs.type), text(theirs.message),
                                 text(theirs.stack_type), text(theirs.frames), text(theirs.file)});
      if (ours == nullptr) continue;
      ours->count += theirs.count;
      ours->first_ns = std::min(ours->first_ns, theirs.first_ns);
      if (theirs.last_ns >= ours->last_ns) {
        ours->last_ns = theirs.last_ns;
        ours->app_name = text(theirs.app_name);
        ours->source = text(theirs.source);
        ours->debug_ids = text(theirs.debug_ids);
      }
      for (size_t step = 0; step < ours->series.size(); ++step) ours->series[step] += theirs.series[step];
      for (const uint32_t user : theirs.users) add_person(ours->users, text(user));
      for (const uint32_t session : theirs.sessions) add_person(ours->sessions, text(session));
      for (const auto counts : {&ErrorVariant::pages, &ErrorVariant::browsers, &ErrorVariant::systems, &ErrorVariant::countries}) {
        const ErrorVariant::Values& values = theirs.*counts;
        for (const auto& [value, count] : values.counts) (ours->*counts).counts[text(value)] += count;
        for (const uint64_t pair : values.users) {
          add_person((ours->*counts).users, uint64_t{text(static_cast<uint32_t>(pair >> 32))} << 32 | text(static_cast<uint32_t>(pair)));
        }
      }
      for (ErrorVariant::Sight sight : theirs.sights) {
        sight.session = text(sight.session);
        keep_sight(ours->sights, sight);
      }
    }
  }

 private:
  const ErrorScan& scan_;
  ErrorVariants& variants_;
  absl::flat_hash_map<Key, size_t> numbers_;
  size_t people_ = 0;
};

class ErrorsPart final : public EventCollector {
 public:
  ErrorsPart(const ErrorScan& scan, VariantTable& whole) : scan_(scan), whole_table_(whole) {
    for (size_t slot = 0; slot <= kCountry; ++slot) slots_.emplace_back(part_.texts, slot);
  }

  stdx::Result<void> add(const EventBatch& batch) override {
    for (uint32_t i = 0; i < batch.size(); ++i) add_row(batch, i);
    return {};
  }
  stdx::Result<void> merge() override {
    whole_table_.merge(part_);
    return {};
  }

 private:
  struct FramesOf {
    uint32_t frames = 0, type = 0;
  };

  FramesOf frames_of(std::string_view raw) {
    if (raw.empty()) return {};
    const Stack stack = parse_stack(raw);
    if (stack.frames.empty()) return {};
    return {part_.texts.of(raw.substr(stack.frames_at, kStackKeyBytesMax)), part_.texts.of(stack.type)};
  }

  void add_row(const EventBatch& batch, uint32_t i) {
    const std::string_view error_type = batch.text(kErrorType, i);
    const std::string_view kind = kind_of(batch.text(kKind, i), error_type);
    const uint32_t app = slots_[kApp](batch, i);
    const FramesOf stack = stacks_.get(batch, i, [this](std::string_view raw) { return frames_of(raw); });
    const uint32_t message = messages_.get(
        batch, i, [this](std::string_view text) { return part_.texts.of(query_analyse::normalise_message(text)); });
    const bool is_load = kind == "resource" || kind == "request";
    const VariantTable::Key key{app != 0 ? app : slots_[kService](batch, i),
                  slots_[kVersion](batch, i),
                  part_.texts.of(kind),
                  slots_[kErrorType](batch, i),
                  message,
                  stack.type,
                  stack.frames != 0 || is_load ? stack.frames : place_of(batch, i),
                  is_load ? slots_[kUrl](batch, i) : slots_[kFile](batch, i)};
    ErrorVariant* variant = table_.find(key);
    if (variant == nullptr) return;
    add_to(*variant, batch, i);
  }

  // Errors that say where they happened, but have no stack.
  uint32_t place_of(const EventBatch& batch, uint32_t i) {
    const std::string_view file = batch.text(kFile, i);
    if (file.empty()) return 0;
    const auto number = [&](Number slot) {
      const double value = batch.number(slot, i).value_or(0);
      return value > 0 && value < kLineMax ? static_cast<uint32_t>(value) : 0;
    };
    return part_.texts.of(
        fmt::format("    at {}:{}:{}", file.substr(0, kFileBytesMax), number(kLine), number(kColumn)));
  }

  void add_to(ErrorVariant& variant, const EventBatch& batch, uint32_t i) {
    const int64_t time_ns = batch.time_ns(i);
    const double counted = batch.number(kTimes, i).value_or(1);
    const int64_t times = counted >= 1 && counted < 1e6 ? static_cast<int64_t>(counted) : 1;
    variant.count += times;
    variant.first_ns = std::min(variant.first_ns, time_ns);
    if (time_ns >= variant.last_ns) {
      variant.last_ns = time_ns;
      variant.app_name = slots_[kAppName](batch, i);
      variant.source = slots_[kSource](batch, i);
      variant.debug_ids = slots_[kDebugIds](batch, i);
    }
    if (scan_.steps != nullptr) variant.series[static_cast<size_t>(scan_.steps->index_of(time_ns))] += times;
    if (!scan_.with_people) return;
    const uint32_t session = slots_[kSession](batch, i);
    table_.add_person(variant.sessions, session);
    const uint32_t user = slots_[kUser](batch, i);
    table_.add_person(variant.users, user);
    for (const auto& [values, slot] : {std::pair(&variant.pages, kPage),
                                       {&variant.browsers, kBrowser},
                                       {&variant.systems, kSystem},
                                       {&variant.countries, kCountry}}) {
      const uint32_t value = slots_[slot](batch, i);
      values->counts[value] += times;
      if (scan_.users_of_values) table_.add_person(values->users, uint64_t{value} << 32 | user);
    }
    table_.keep_sight(variant.sights, {time_ns, session, batch.trace_id(i), batch.place(i)});
  }

  const ErrorScan& scan_;
  VariantTable& whole_table_;
  ErrorVariants part_;
  VariantTable table_{scan_, part_};
  std::vector<SlotIds> slots_;
  PerCode<FramesOf> stacks_{kStack};
  PerCode<uint32_t> messages_{kMessage};
};

}  // namespace

stdx::Result<ErrorVariants> scan_errors(const table::Catalog::Sets& sets, const ErrorScan& scan,
                                        const query::QueryControl& control, const query::ScanHooks& hooks) {
  ErrorVariants whole;
  VariantTable variants(scan, whole);
  auto stats = scan_event_parts(sets, question_of(scan), control, hooks,
                                [&] { return std::make_unique<ErrorsPart>(scan, variants); });
  if (!stats) return std::unexpected(std::move(stats.error()));
  whole.stats = *stats;
  return whole;
}

DebugIds parse_debug_ids(std::string_view json) {
  DebugIds ids;
  if (json.empty()) return ids;
  const auto value = otlp::parse_value_json(json);
  const auto* list = value ? std::get_if<otlp::KeyValueList>(&value->value) : nullptr;
  if (list == nullptr) return ids;
  for (const otlp::KeyValue& pair : list->values) {
    const auto* id = std::get_if<std::string>(&pair.value.value);
    if (id != nullptr && !id->empty() && ids.size() < kDebugIdsMax) ids.emplace_back(pair.key, *id);
  }
  return ids;
}

}  // namespace clew::query_rum
