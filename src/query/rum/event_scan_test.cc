// Scans over generated events against plain loops over the same events, with columns and with overflow columns.
#include "query/rum/event_scan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <regex>

#include <fmt/format.h>

#include "query/rum/event_keys.h"
#include "query/rum/event_set_for_test.h"
#include "query/rum/text_ids.h"
#include "query/record_filter.h"

namespace clew::query_rum {
namespace {

using query_rum_test::EventSet;
using query_rum_test::event_table;
using query_rum_test::pair_of;
using query_rum_test::TestEvent;
using testing::HasSubstr;

constexpr int64_t kStart = 1'795'219'000'000'000'000;
constexpr int64_t kSecond = 1'000'000'000;

// Every attribute is now there and now not, of one type or another, of the event or of its resource.
std::vector<TestEvent> some_events(size_t count, uint32_t seed) {
  std::mt19937 random(seed);
  const auto pick = [&](uint32_t n) { return static_cast<uint32_t>(random() % n); };
  const std::vector<std::pair<const char*, std::vector<const char*>>> kinds = {
      {"rum.view", {"pv", "perf", "webvitals", "custom"}},
      {"rum.resource", {"fetch", "xmlhttprequest", "js", "image"}},
      {"rum.exception", {"error", "blank"}},
      {"rum.action", {"click"}},
  };
  std::vector<TestEvent> events;
  for (size_t i = 0; i < count; ++i) {
    TestEvent event;
    event.time_ns = kStart + static_cast<int64_t>(pick(3600)) * kSecond;
    const auto& [name, types] = kinds[pick(4)];
    event.name = name;
    event.resource = {pair_of("service.name", pick(8) == 0 ? "app-1" : "rum-browser")};
    if (pick(6) != 0) event.resource.push_back(pair_of("rum.app.id", fmt::format("app-{}", pick(3))));
    if (pick(3) != 0) event.resource.push_back(pair_of("service.version", fmt::format("1.{}", pick(3))));
    if (pick(4) == 0) event.resource.push_back(pair_of("mixed", "of the resource"));
    auto& own = event.attributes;
    own.push_back(pair_of("rum.type", types[pick(static_cast<uint32_t>(types.size()))]));
    if (pick(10) != 0) own.push_back(pair_of("session.id", fmt::format("s{}", pick(40))));
    if (pick(5) != 0) own.push_back(pair_of("view.name", fmt::format("/page/{}", pick(12))));
    switch (pick(5)) {
      case 0: own.push_back(pair_of("mixed", static_cast<int64_t>(pick(5)))); break;
      case 1: own.push_back(pair_of("mixed", pick(5) + 0.5)); break;
      case 2: own.push_back(pair_of("mixed", fmt::format("{}", pick(5)))); break;
      case 3: own.push_back({"mixed", {pick(2) == 0}}); break;
      default: break;
    }
    if (pick(2) == 0) own.push_back(pair_of("rum.duration", pick(5000) / 7.0));
    if (pick(3) == 0) {
      event.trace_id = {7, pick(100) + 1};
      event.span_id = pick(100) + 1;
    }
    events.push_back(std::move(event));
  }
  return events;
}

const otlp::AnyValue* find(const otlp::Attributes& attributes, std::string_view key) {
  for (const auto& pair : attributes) {
    if (pair.key == key) return &pair.value;
  }
  return nullptr;
}
const otlp::AnyValue* value_of(const TestEvent& event, std::string_view key) {
  if (key.starts_with("resource.")) return find(event.resource, key.substr(9));
  const auto* own = find(event.attributes, key);
  return own != nullptr ? own : find(event.resource, key);
}
std::string text_of(const TestEvent& event, std::string_view key) {
  if (key == "name") return event.name;
  const auto* value = value_of(event, key);
  return value == nullptr ? "" : query::value_text(*value);
}
std::string number_text(std::optional<double> number) { return number ? fmt::format("{}", *number) : "-"; }
std::string number_of(const TestEvent& event, std::string_view key) {
  const auto* value = value_of(event, key);
  if (value == nullptr) return "-";
  if (const auto* flag = std::get_if<bool>(&value->value)) return *flag ? "1" : "0";
  const std::string text = query::value_text(*value);
  static const std::regex kNumber("-?[0-9.]+");
  return std::regex_match(text, kNumber) ? fmt::format("{}", std::stod(text)) : "-";
}

constexpr std::string_view kTexts[] = {"session.id", "view.name", "mixed", "name", "resource.service.version", "nothing"};
constexpr std::string_view kNumbers[] = {"rum.duration", "mixed", "nothing"};

std::string line_of(const TestEvent& event) {
  std::string line = fmt::format("{} {}", event.time_ns, kind_word(event_kind(event.name, text_of(event, "rum.type"))));
  for (const auto key : kTexts) line += "|" + text_of(event, key);
  for (const auto key : kNumbers) line += "|" + number_of(event, key);
  return line + "|" + otlp::to_hex(event.trace_id) + "|" + otlp::span_id_hex(event.span_id);
}

class EventScanTest : public testing::TestWithParam<size_t> {
 protected:
  EventScanTest() {
    std::vector<std::shared_ptr<const table::RecordTable>> tables;
    for (const uint32_t seed : {1u, 2u, 3u}) {
      auto events = some_events(seed == 1 ? 20'000 : 700, seed);
      tables.push_back(event_table(events, GetParam()));
      all_.insert(all_.end(), events.begin(), events.end());
    }
    sets_.push_back(std::make_shared<EventSet>(std::vector{tables[0], tables[1]}));
    sets_.push_back(std::make_shared<EventSet>(std::vector{tables[2]}));
  }

  std::vector<std::string> lines(EventQuestion question) {
    question.texts.assign(std::begin(kTexts), std::end(kTexts));
    question.numbers.assign(std::begin(kNumbers), std::end(kNumbers));
    std::vector<std::string> lines;
    const auto done = scan_events(sets_, question, {}, {}, [&](const EventBatch& batch) -> stdx::Result<void> {
      for (uint32_t i = 0; i < batch.size(); ++i) {
        std::string line = fmt::format("{} {}", batch.time_ns(i), kind_word(batch.kind(i)));
        for (size_t slot = 0; slot < std::size(kTexts); ++slot) line += fmt::format("|{}", batch.text(slot, i));
        for (size_t slot = 0; slot < std::size(kNumbers); ++slot) line += "|" + number_text(batch.number(slot, i));
        lines.push_back(line + "|" + otlp::to_hex(batch.trace_id(i)) + "|" + otlp::span_id_hex(batch.span_id(i)));
      }
      return {};
    });
    EXPECT_TRUE(done) << done.error().message;
    return lines;
  }

  template <class Holds>
  std::vector<std::string> expected(Holds&& holds) {
    std::vector<std::string> lines;
    for (const TestEvent& event : all_) {
      if (holds(event)) lines.push_back(line_of(event));
    }
    return lines;
  }

  table::Catalog::Sets sets_;
  std::vector<TestEvent> all_;
};

INSTANTIATE_TEST_SUITE_P(ColumnsAndOverflow, EventScanTest, testing::Values(1024, 4, 0));

TEST_P(EventScanTest, GivesEveryEventAsItIs) {
  EXPECT_EQ(lines({}), expected([](const TestEvent&) { return true; }));
}

TEST_P(EventScanTest, KeepsTheRangeTheAppTheSessionAndTheNames) {
  const table::TimeRange range{kStart + 100 * kSecond, kStart + 900 * kSecond};
  EXPECT_EQ(lines({.range = range}), expected([&](const TestEvent& event) { return range.contains(event.time_ns); }));
  EXPECT_EQ(lines({.app = "app-1"}), expected([&](const TestEvent& event) {
              const std::string app = text_of(event, "resource.rum.app.id");
              return (app.empty() ? text_of(event, "resource.service.name") : app) == "app-1";
            }));
  EXPECT_EQ(lines({.session_id = "s7"}), expected([&](const TestEvent& event) { return text_of(event, "session.id") == "s7"; }));
  EXPECT_EQ(lines({.event_names = {"view", "action"}}), expected([&](const TestEvent& event) {
              return event.name == "rum.view" || event.name == "rum.action";
            }));
  EXPECT_TRUE(lines({.session_id = "nobody"}).empty());
}

TEST_P(EventScanTest, Filters) {
  struct Case {
    const char* q;
    std::function<bool(const TestEvent&)> holds;
  };
  const auto is_text = [](const TestEvent& event, std::string_view key) {
    const auto* value = value_of(event, key);
    return value != nullptr && std::holds_alternative<std::string>(value->value);
  };
  const auto number = [](const TestEvent& event, std::string_view key) -> std::optional<double> {
    const auto* value = value_of(event, key);
    if (value == nullptr) return std::nullopt;
    if (const auto* whole = std::get_if<int64_t>(&value->value)) return static_cast<double>(*whole);
    const auto* real = std::get_if<double>(&value->value);
    return real == nullptr ? std::nullopt : std::optional(*real);
  };
  const std::vector<Case> cases = {
      {R"({ .view.name = "/page/3" })", [](const TestEvent& e) { return text_of(e, "view.name") == "/page/3"; }},
      {R"({ .view.name =~ "/page/1.?" && resource.service.version != "1.1" })",
       [](const TestEvent& e) {
         const std::string version = text_of(e, "resource.service.version");
         return text_of(e, "view.name").starts_with("/page/1") && !version.empty() && version != "1.1";
       }},
      {R"({ .rum.duration > 300 || name = "rum.action" })",
       [&](const TestEvent& e) { return number(e, "rum.duration").value_or(0) > 300 || e.name == "rum.action"; }},
      {R"({ !(.view.name = "/page/3" || .session.id = "s1") })",
       [](const TestEvent& e) { return text_of(e, "view.name") != "/page/3" && text_of(e, "session.id") != "s1"; }},
      {R"({ .view.name = nil })", [](const TestEvent& e) { return text_of(e, "view.name").empty(); }},
      {R"({ .mixed != nil })", [](const TestEvent& e) { return value_of(e, "mixed") != nullptr; }},
      {R"({ .mixed = "of the resource" })",
       [&](const TestEvent& e) { return is_text(e, "mixed") && text_of(e, "mixed") == "of the resource"; }},
      {R"({ .mixed >= 3 })", [&](const TestEvent& e) { return number(e, "mixed").value_or(0) >= 3; }},
      {R"({ span.mixed = 2 })", [&](const TestEvent& e) { return number(e, "mixed") == 2; }},
      {R"({ trace:id = "00000000000000070000000000000005" })", [](const TestEvent& e) { return e.trace_id == otlp::TraceId{7, 5}; }},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.q);
    const auto filter = EventFilter::parse(c.q);
    ASSERT_TRUE(filter) << filter.error().message;
    const auto wanted = expected(c.holds);
    EXPECT_GT(wanted.size(), 0u);
    EXPECT_LT(wanted.size(), all_.size());
    EXPECT_EQ(lines({.filter = &*filter}), wanted);
  }
}

TEST_P(EventScanTest, MarksInsteadOfLeavingOut) {
  const auto filter = EventFilter::parse(R"({ .view.name = "/page/3" })");
  ASSERT_TRUE(filter);
  size_t count = 0, marked = 0;
  const EventQuestion question{.filter = &*filter, .mark_only = true, .texts = {"view.name"}};
  const auto done = scan_events(sets_, question, {}, {}, [&](const EventBatch& batch) -> stdx::Result<void> {
    for (uint32_t i = 0; i < batch.size(); ++i) {
      ++count;
      marked += batch.matched(i) ? 1 : 0;
      EXPECT_EQ(batch.matched(i), batch.text(0, i) == "/page/3");
    }
    return {};
  });
  ASSERT_TRUE(done);
  EXPECT_EQ(count, all_.size());
  EXPECT_GT(marked, 0u);
  EXPECT_EQ(done->rows_scanned, all_.size());
  EXPECT_EQ(done->blocks_total, 2u);
  EXPECT_EQ(done->blocks_pruned, 0u);
}

TEST_P(EventScanTest, PlacesLeadToWholeEvents) {
  std::vector<RowPlace> places;
  std::vector<std::string> expected_lines;
  const EventQuestion question{.texts = {"view.name"}};
  const auto done = scan_events(sets_, question, {}, {}, [&](const EventBatch& batch) -> stdx::Result<void> {
    for (uint32_t i = 0; i < batch.size(); i += 97) {
      places.push_back(batch.place(i));
      expected_lines.push_back(fmt::format("{} {}", batch.time_ns(i), batch.text(0, i)));
    }
    return {};
  });
  ASSERT_TRUE(done);
  std::ranges::reverse(places);
  std::ranges::reverse(expected_lines);
  places.push_back(places.front());
  expected_lines.push_back(expected_lines.front());
  const auto events = read_events(sets_, places);
  ASSERT_TRUE(events);
  std::vector<std::string> lines;
  for (const auto& event : *events) {
    const std::string* view = otlp::find_string(event.attributes, "view.name");
    lines.push_back(fmt::format("{} {}", event.time_ns, view == nullptr ? "" : *view));
  }
  EXPECT_EQ(lines, expected_lines);
}

// Two threads, each with its own numbers of texts, count what one loop counts.
TEST_P(EventScanTest, PartsMergeIntoTheWhole) {
  struct Counter final : EventCollector {
    explicit Counter(std::map<std::string, int>& counts) : whole(counts) {}
    stdx::Result<void> add(const EventBatch& batch) override {
      for (uint32_t i = 0; i < batch.size(); ++i) ++counts[views(batch, i)];
      return {};
    }
    stdx::Result<void> merge() override {
      for (const auto& [id, count] : counts) whole[std::string(ids.text(id))] += count;
      return {};
    }
    std::map<std::string, int>& whole;
    TextIds ids;
    SlotIds views{ids, 0};
    std::map<uint32_t, int> counts;
  };
  std::map<std::string, int> counts, wanted;
  for (const TestEvent& event : all_) ++wanted[text_of(event, "view.name")];
  const EventQuestion question{.texts = {"view.name"}};
  int partials = 0;
  const query::ScanHooks hooks{.progress = {}, .wants_partial = [] { return true; }};
  const auto done = scan_event_parts(sets_, question, {}, hooks, [&] { return std::make_unique<Counter>(counts); },
                                     [&] { ++partials; });
  ASSERT_TRUE(done);
  EXPECT_EQ(counts, wanted);
  EXPECT_EQ(partials, 2);
}

// The events of a table, whose column of one attribute cannot be read. Counts how often that was tried.
class DamagedSegment final : public table::Segment {
 public:
  DamagedSegment(std::shared_ptr<const table::RecordTable> rows, std::string key) : whole_(std::move(rows)), key_(std::move(key)) {}

  uint32_t row_count() const override { return whole_.row_count(); }
  std::span<const table::ColumnInfo> columns() const override { return whole_.columns(); }
  std::vector<table::ColumnId> find(table::Scope scope, std::string_view key) const override { return whole_.find(scope, key); }
  stdx::Result<table::ColumnWindow> read(table::ColumnId column, uint32_t window) const override {
    if (whole_.columns()[column].key != key_) return whole_.read(column, window);
    ++tries;
    return stdx::fail(stdx::ErrorCode::kDataLoss, "damaged");
  }
  stdx::Result<table::ColumnWindow> gather(table::ColumnId column, std::span<const uint32_t> rows) const override {
    return whole_.gather(column, rows);
  }
  stdx::Result<table::ChildRows> read_children(std::span<const uint32_t> rows) const override { return whole_.read_children(rows); }
  bool may_equal(table::ColumnId column, std::string_view value) const override { return whole_.may_equal(column, value); }
  std::optional<table::ColumnBounds> bounds(table::ColumnId column) const override { return whole_.bounds(column); }
  std::optional<table::ColumnBounds> window_bounds(table::ColumnId column, uint32_t window) const override {
    return whole_.window_bounds(column, window);
  }

  mutable int tries = 0;

 private:
  const table::RecordSegment whole_;
  const std::string key_;
};

class OneSegmentSet final : public table::SpanSet {
 public:
  explicit OneSegmentSet(std::shared_ptr<const table::Segment> segment) : segment_(std::move(segment)) {}
  const std::string& name() const override { return name_; }
  uint64_t span_count() const override { return 0; }
  int64_t start_min_ns() const override { return 0; }
  int64_t start_max_ns() const override { return 0; }
  std::span<const std::shared_ptr<const table::Segment>> segments() const override { return {}; }
  std::span<const std::shared_ptr<const table::Segment>> records(table::RecordTableId id) const override {
    return {&segment_, id == table::RecordTableId::kEvents ? size_t{1} : size_t{0}};
  }
  stdx::Result<std::vector<table::SpanRows>> find_trace(otlp::TraceId) const override { return std::vector<table::SpanRows>(); }
  stdx::Result<std::vector<table::TracePart>> trace_parts(std::span<const otlp::TraceId>) const override {
    return std::vector<table::TracePart>();
  }
  stdx::Result<std::vector<table::RedRow>> red(table::TimeRange) const override { return std::vector<table::RedRow>(); }
  stdx::Result<std::vector<table::EdgeRow>> edges(table::TimeRange) const override { return std::vector<table::EdgeRow>(); }

 private:
  const std::string name_ = "one";
  const std::shared_ptr<const table::Segment> segment_;
};

// Both kinds of slots: an attribute is read for the first row that asks, once a window, and what fails then fails the scan.
TEST(EventBatchTest, ReadsWhatIsAskedFor) {
  for (const std::string damaged : {"session.id", "rum.duration"}) {
    const auto segment = std::make_shared<const DamagedSegment>(event_table(some_events(400, 3)), damaged);
    const table::Catalog::Sets sets = {std::make_shared<const OneSegmentSet>(segment)};
    const EventQuestion question{.texts = {"session.id"}, .numbers = {"rum.duration"}};
    size_t rows = 0;
    const auto nothing_asked = scan_events(sets, question, {}, {}, [&](const EventBatch& batch) -> stdx::Result<void> {
      rows += batch.size();
      return {};
    });
    EXPECT_TRUE(nothing_asked);
    EXPECT_EQ(rows, 400);
    EXPECT_EQ(segment->tries, 0);
    size_t texts = 0, numbers = 0;
    const auto asked = scan_events(sets, question, {}, {}, [&](const EventBatch& batch) -> stdx::Result<void> {
      for (uint32_t i = 0; i < batch.size(); ++i) {
        texts += batch.text(0, i).empty() ? 0 : 1;
        numbers += batch.number(0, i) ? 1 : 0;
      }
      return {};
    });
    ASSERT_FALSE(asked);
    EXPECT_EQ(asked.error().message, "damaged");
    EXPECT_EQ(segment->tries, 1);
    EXPECT_EQ(texts == 0, damaged == "session.id");
    EXPECT_EQ(numbers == 0, damaged == "rum.duration");
  }
}

TEST(EventFilterTest, RefusesWhatEventsDoNotHave) {
  for (const auto& [q, says] : {std::pair{"{ duration > 1s }", "events of sessions have no"}, {"{ .a = ", "line 1"},
                                {"{ event.x = 1 }", "events of sessions have no"}, {"{ .a =~ \"(\" }", ""}}) {
    const auto filter = EventFilter::parse(q);
    ASSERT_FALSE(filter) << q;
    EXPECT_EQ(filter.error().code, stdx::ErrorCode::kInvalidArgument);
    EXPECT_THAT(filter.error().message, HasSubstr(says));
  }
  EXPECT_TRUE(EventFilter::parse("  ")->all());
  EXPECT_TRUE(EventFilter::parse("{}")->all());
}

TEST(EventKindTest, ToldByNameAndType) {
  EXPECT_EQ(event_kind("rum.resource", "fetch"), EventKind::kRequest);
  EXPECT_EQ(event_kind("rum.resource", "websocket"), EventKind::kRequest);
  EXPECT_EQ(event_kind("rum.resource", "css"), EventKind::kResource);
  EXPECT_EQ(event_kind("resource", ""), EventKind::kResource);
  EXPECT_EQ(event_kind("rum.view", "pv"), EventKind::kView);
  EXPECT_EQ(event_kind("rum.longTask", "fps"), EventKind::kLongTask);
  EXPECT_EQ(event_kind("rum.log", ""), EventKind::kOther);
}

}  // namespace
}  // namespace clew::query_rum
