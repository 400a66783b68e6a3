#include "query/error_groups.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>
#include <variant>

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>
#include <fmt/format.h>

#include "otlp/value_json.h"
#include "query/analyse/normalised_text.h"
#include "query/engine_steps.h"
#include "query/execute/field_reader.h"
#include "query/traceql/parser.h"
#include "query/traceql/query_limits.h"

namespace clew::query {
namespace {

using query_execute::Batch;
using query_execute::BatchPlace;
using query_execute::kNoValue;
using query_execute::Selection;
using table::ColumnWindow;
using table::CoreColumn;

constexpr int64_t kNiceUnitNs = 1'000'000'000;

uint64_t span_hash(otlp::TraceId trace, otlp::SpanId span) {
  uint64_t hash = (trace.lo ^ span) * 0x9e3779b97f4a7c15u ^ trace.hi;
  hash ^= hash >> 32;
  return hash * 0xd6e8feb86659fd93u;
}

uint64_t text_hash(std::string_view text) {  // FNV-1a: ids are kept by clients, so they must not depend on the library.
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash;
}

struct GroupWhole {
  int64_t count = 0;
  int64_t first_ns = INT64_MAX;
  int64_t last_ns = INT64_MIN;
  std::string sample_message, stacktrace;
  std::vector<int64_t> series;
  std::map<std::string, int64_t> services, operations;
  std::vector<ErrorSample> samples;  // Newest first.
  std::vector<uint64_t> spans;       // Hashes, as long as all are remembered.
};

// Type, normalised message; where there is no exception also service and operation, since "HTTP 500" alone says little.
using GroupKey = std::tuple<std::string, std::string, std::string>;

struct Whole {
  std::map<GroupKey, GroupWhole> groups;
  absl::flat_hash_set<uint64_t> parents;  // Spans below which one failed.
  int64_t span_count = 0;
  size_t remembered = 0;
  bool exact = true;
};

// One failed span as it is read.
struct Failure {
  otlp::TraceId trace_id;
  otlp::SpanId span_id = 0;
  otlp::SpanId parent_span_id = 0;
  int64_t start_ns = 0;
  std::string service, operation;
  std::string type, message, stacktrace;
  bool is_status = false;  // The message is a status code.
};

void keep_sample(std::vector<ErrorSample>& samples, const ErrorSample& sample) {
  const auto rank = [](const ErrorSample& s) { return std::tuple(-s.time_ns, s.trace_id, s.span_id); };
  for (ErrorSample& known : samples) {
    if (known.trace_id != sample.trace_id) continue;
    if (rank(sample) < rank(known)) known = sample;
    std::ranges::sort(samples, {}, rank);
    return;
  }
  samples.push_back(sample);
  std::ranges::sort(samples, {}, rank);
  if (samples.size() > kErrorSamplesMax) samples.pop_back();
}

const query_traceql::Field& status_message_field() {
  static const auto kField = [] {
    query_traceql::Field field;
    field.scope = query_traceql::FieldScope::kIntrinsic;
    field.intrinsic = query_traceql::Intrinsic::kStatusMessage;
    return field;
  }();
  return kField;
}
query_traceql::Field span_attribute(std::string key) {
  query_traceql::Field field;
  field.scope = query_traceql::FieldScope::kSpan;
  field.key = std::move(key);
  return field;
}

class ErrorsPart final : public PartCollector {
 public:
  ErrorsPart(const TimeSteps& steps, Whole& whole) : steps_(steps), whole_(whole) {}

  stdx::Result<void> add(Batch& batch, const Selection& matched, BatchPlace, query_execute::TraceLookup& lookup) override {
    std::vector<Failure> failures(matched.count());
    std::vector<uint32_t> rows;
    matched.for_each([&](uint32_t row) { rows.push_back(row); });
    read_core(batch, rows, failures);
    if (auto done = read_texts(batch, matched, rows, failures, lookup); !done) return done;
    read_exceptions(batch, matched, rows, failures);
    if (batch.error()) return std::unexpected(*batch.error());
    for (Failure& failure : failures) count(std::move(failure));
    return {};
  }

  stdx::Result<void> merge() override {
    whole_.span_count += span_count_;
    for (auto& [key, group] : groups_) {
      if (!whole_.groups.contains(key) && whole_.groups.size() >= kErrorGroupsMax) {
        whole_.exact = false;
        continue;
      }
      GroupWhole& target = whole_.groups[key];
      target.series.resize(static_cast<size_t>(steps_.count));
      target.count += group.count;
      target.first_ns = std::min(target.first_ns, group.first_ns);
      const auto newest = [](const GroupWhole& g) { return std::tuple(g.last_ns, std::string_view(g.sample_message)); };
      if (newest(group) > newest(target)) {
        target.sample_message = std::move(group.sample_message);
        target.stacktrace = std::move(group.stacktrace);
      }
      target.last_ns = std::max(target.last_ns, group.last_ns);
      for (size_t i = 0; i < group.series.size(); ++i) target.series[i] += group.series[i];
      for (const auto& [name, count] : group.services) target.services[name] += count;
      for (const auto& [name, count] : group.operations) target.operations[name] += count;
      for (const ErrorSample& sample : group.samples) keep_sample(target.samples, sample);
      if (whole_.remembered + group.spans.size() > kFailuresRememberedMax) continue;
      whole_.remembered += group.spans.size();
      target.spans.insert(target.spans.end(), group.spans.begin(), group.spans.end());
    }
    if (whole_.parents.size() + parents_.size() <= kFailuresRememberedMax) whole_.parents.insert(parents_.begin(), parents_.end());
    return {};
  }

 private:
  static std::string text_at(const ColumnWindow& window, uint32_t row) {
    return window.has(row) ? std::string(window.dictionary->at(window.codes[row])) : std::string();
  }

  static void read_core(Batch& batch, const std::vector<uint32_t>& rows, std::vector<Failure>& failures) {
    const ColumnWindow& traces = batch.column(CoreColumn::kTraceId);
    const ColumnWindow& spans = batch.column(CoreColumn::kSpanId);
    const ColumnWindow& parents = batch.column(CoreColumn::kParentSpanId);
    const ColumnWindow& starts = batch.column(CoreColumn::kStartTime);
    const ColumnWindow& services = batch.column(CoreColumn::kServiceName);
    const ColumnWindow& names = batch.column(CoreColumn::kName);
    if (batch.error()) return;
    for (size_t i = 0; i < rows.size(); ++i) {
      const uint32_t row = rows[i];
      Failure& failure = failures[i];
      failure.trace_id = traces.trace_ids[row];
      if (spans.has(row)) failure.span_id = spans.span_ids[row];
      if (parents.has(row)) failure.parent_span_id = parents.span_ids[row];
      failure.start_ns = starts.ints[row];
      failure.service = text_at(services, row);
      failure.operation = text_at(names, row);
    }
  }

  // What is known without an exception: the status message, else the answer's status.
  stdx::Result<void> read_texts(Batch& batch, const Selection& matched, const std::vector<uint32_t>& rows,
                                std::vector<Failure>& failures, query_execute::TraceLookup& lookup) {
    static const query_traceql::Field kFields[] = {status_message_field(), span_attribute("http.response.status_code"),
                                                   span_attribute("http.status_code"), span_attribute("rpc.grpc.status_code"),
                                                   span_attribute("error.type")};
    std::vector<uint32_t> ids(batch.row_count());
    for (const query_traceql::Field& field : kFields) {
      query_execute::ValueTable values;
      query_execute::FieldReader reader(field, batch.segment(), lookup, values);
      reader.read(batch, matched, ids);
      if (reader.error()) return std::unexpected(*reader.error());
      for (size_t i = 0; i < rows.size(); ++i) {
        if (!failures[i].message.empty() || ids[rows[i]] == kNoValue) continue;
        const otlp::AnyValue& value = values.at(ids[rows[i]]);
        if (const auto* text = std::get_if<std::string>(&value.value)) {
          failures[i].message = field.key.ends_with("status_code") ? fmt::format("{} {}", status_prefix(field.key), *text) : *text;
        } else if (const auto* number = std::get_if<int64_t>(&value.value)) {
          failures[i].message = fmt::format("{} {}", status_prefix(field.key), *number);
        }
        failures[i].is_status = field.key.ends_with("status_code");
      }
    }
    return {};
  }
  static std::string_view status_prefix(std::string_view key) { return key.starts_with("rpc") ? "gRPC" : "HTTP"; }

  static void read_exceptions(Batch& batch, const Selection& matched, const std::vector<uint32_t>& rows,
                              std::vector<Failure>& failures) {
    const ColumnWindow& counts = batch.column(CoreColumn::kEventCount);
    Selection with_events = Selection::none(batch.row_count());
    matched.for_each([&](uint32_t row) {
      if (counts.has(row) && counts.ints[row] > 0) with_events.set(row);
    });
    if (!with_events.any()) return;
    const Batch::Children& children = batch.children(with_events);
    for (size_t i = 0; i < rows.size(); ++i) {
      const uint32_t index = children.index[rows[i]];
      if (index == table::kNullCode) continue;
      for (uint32_t at = children.rows.event_begin[index]; at < children.rows.event_begin[index + 1]; ++at) {
        const table::EventRow& event = children.rows.events[at];
        if (event.name != "exception") continue;
        const auto attributes = otlp::parse_attributes_json(event.attributes);
        if (!attributes) continue;
        const auto take = [&](std::string_view key, std::string& into) {
          if (const std::string* text = otlp::find_string(*attributes, key)) into = *text;
        };
        take("exception.type", failures[i].type);
        take("exception.message", failures[i].message);
        take("exception.stacktrace", failures[i].stacktrace);
        failures[i].is_status = false;
      }
    }
  }

  void count(Failure failure) {
    ++span_count_;
    if (failure.parent_span_id != 0) parents_.push_back(span_hash(failure.trace_id, failure.parent_span_id));
    // A status says what it says with its number.
    std::string normal = failure.is_status ? failure.message : query_analyse::normalise_message(failure.message);
    std::string where = failure.type.empty() ? failure.service + '\n' + failure.operation : std::string();
    GroupWhole& group = groups_[{failure.type, std::move(normal), std::move(where)}];
    if (group.series.empty()) group.series.resize(static_cast<size_t>(steps_.count));
    ++group.count;
    group.first_ns = std::min(group.first_ns, failure.start_ns);
    ++group.series[static_cast<size_t>(steps_.index_of(failure.start_ns))];
    ++group.services[failure.service];
    ++group.operations[failure.operation];
    group.spans.push_back(span_hash(failure.trace_id, failure.span_id));
    keep_sample(group.samples, {failure.trace_id, failure.span_id, failure.start_ns});
    if (std::tuple(failure.start_ns, std::string_view(failure.message)) > std::tuple(group.last_ns, std::string_view(group.sample_message))) {
      group.last_ns = failure.start_ns;
      group.sample_message = std::move(failure.message);
      failure.stacktrace.resize(std::min(failure.stacktrace.size(), kStacktraceBytesMax));
      group.stacktrace = std::move(failure.stacktrace);
    }
  }

  const TimeSteps& steps_;
  Whole& whole_;
  std::map<GroupKey, GroupWhole> groups_;
  std::vector<uint64_t> parents_;
  int64_t span_count_ = 0;
};

std::string most_of(const std::map<std::string, int64_t>& counts) {
  return counts.empty() ? std::string() : std::ranges::max_element(counts, {}, [](const auto& entry) { return entry.second; })->first;
}

ErrorGroups groups_of(const Whole& whole, const TimeSteps& steps, uint32_t limit) {
  ErrorGroups result;
  result.steps = steps;
  result.group_count = whole.groups.size();
  result.span_count = whole.span_count;
  result.exact = whole.exact;
  std::vector<const std::pair<const GroupKey, GroupWhole>*> order;
  for (const auto& entry : whole.groups) order.push_back(&entry);
  std::ranges::sort(order, [](const auto* a, const auto* b) {
    return a->second.count != b->second.count ? a->second.count > b->second.count : a->first < b->first;
  });
  for (size_t i = 0; i < std::min<size_t>(limit, order.size()); ++i) {
    const auto& [key, sum] = *order[i];
    ErrorGroup group;
    group.type = std::get<0>(key);
    group.message = std::get<1>(key);
    group.id = text_hash(group.type + '\n' + group.message + '\n' + std::get<2>(key));
    group.sample_message = sum.sample_message;
    group.stacktrace = sum.stacktrace;
    group.service = most_of(sum.services);
    group.operation = most_of(sum.operations);
    group.count = sum.count;
    group.first_ns = sum.first_ns;
    group.last_ns = sum.last_ns;
    group.series = sum.series;
    group.services.assign(sum.services.begin(), sum.services.end());
    std::ranges::sort(group.services, {}, [](const auto& entry) { return std::pair(-entry.second, std::string_view(entry.first)); });
    group.samples = sum.samples;
    const auto causes = std::ranges::count_if(sum.spans, [&](uint64_t span) { return !whole.parents.contains(span); });
    group.is_cause = !sum.spans.empty() && causes * 2 >= std::ssize(sum.spans);
    result.groups.push_back(std::move(group));
  }
  return result;
}

// The filter, and only what failed.
stdx::Result<query_plan::Plan> failed_plan(const std::string& traceql) {
  auto filter = query_traceql::parse_filter(traceql.empty() ? "{}" : traceql);
  if (!filter) return std::unexpected(std::move(filter.error()));
  query_traceql::Expression failed;
  failed.kind = query_traceql::Expression::Kind::kCompare;
  failed.field.scope = query_traceql::FieldScope::kIntrinsic;
  failed.field.intrinsic = query_traceql::Intrinsic::kStatus;
  failed.literal = otlp::StatusCode::kError;
  query_traceql::Expression both;
  both.kind = query_traceql::Expression::Kind::kAnd;
  both.children = {std::move(failed), std::move(*filter)};
  return query_plan::make_plan(both);
}

}  // namespace

stdx::Result<ErrorGroups> error_groups(const table::Catalog& catalog, const ErrorGroupsRequest& request,
                                       const QueryControl& control, const ScanHooks& hooks,
                                       const std::function<void(const ErrorGroups&)>& partial) {
  if (auto valid = check_range(request.range); !valid) return std::unexpected(std::move(valid.error()));
  auto plan = failed_plan(request.traceql);
  if (!plan) return std::unexpected(std::move(plan.error()));
  const TimeSteps steps = TimeSteps::of(request.range, request.points, kNiceUnitNs);
  const table::Catalog::Sets sets = catalog.snapshot();
  Whole whole;
  const PartScanRequest scan{.sets = sets,
                             .plan = *plan,
                             .range = request.range,
                             .make_part = [&] { return std::make_unique<ErrorsPart>(steps, whole); },
                             .show_partial = [&] {
                               if (partial) partial(groups_of(whole, steps, request.limit));
                             }};
  auto stats = scan_parts(scan, control, hooks);
  if (!stats) return std::unexpected(std::move(stats.error()));
  ErrorGroups groups = groups_of(whole, steps, request.limit);
  groups.stats = *stats;
  return groups;
}

}  // namespace clew::query
