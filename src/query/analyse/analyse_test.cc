// Shape, critical path and findings of small traces, as text; and both against naive computations on random ones.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <string>

#include <fmt/format.h>

#include "query/analyse/analyse_limits.h"
#include "query/analyse/distribution.h"
#include "query/analyse/findings.h"
#include "query/analyse/normalised_text.h"
#include "query/analyse/path_tree.h"
#include "query/analyse/trace_columns.h"
#include "query/analyse/trace_story.h"
#include "query/traceql/golden_file.h"

namespace clew::query_analyse {
namespace {

std::string ms(int64_t ns) { return fmt::format("{:g}", static_cast<double>(ns) / 1e6); }

// One line a row: what it is, then parent, self time, flags in words, skew; then the critical path.
std::string show(const TraceColumns& trace) {
  std::string out;
  for (uint32_t row = 0; row < trace.row_count(); ++row) {
    out += fmt::format("{} {}{} {} {}-{} parent {} self {}", row, std::string(trace.depth[row] * 2u, ' '), trace.service_of(row), trace.name_of(row),
                       ms(trace.start_ns[row]), ms(trace.start_ns[row] + trace.duration_ns_of[row]), trace.parent[row], ms(trace.self_ns[row]));
    for (const auto& [bit, name] : {std::pair<uint16_t, const char*>{flag::kRoot, "root"}, {flag::kOrphan, "orphan"}, {flag::kAsync, "async"},
                                    {flag::kSkewed, "skewed"}, {flag::kErrorCause, "cause"}}) {
      if (trace.has(row, bit)) out += fmt::format(" {}", name);
    }
    if (trace.skew_ns[row] != 0) out += fmt::format(" {:+g}", static_cast<double>(trace.skew_ns[row]) / 1e6);
    out += "\n";
  }
  out += "path";
  for (const CriticalSegment& segment : trace.critical) out += fmt::format(" {}:{}-{}", segment.row, ms(segment.begin_ns), ms(segment.end_ns));
  return out;
}

std::string show(const TraceColumns& trace, const Finding& finding) {
  const FindingArguments& a = finding.arguments;
  std::string out = fmt::format("{} {}", word(finding.severity), word(finding.code));
  const auto text = [&](const char* name, const std::string& value) {
    if (!value.empty()) out += fmt::format(" {}={}", name, value);
  };
  text("service", a.service);
  text("operation", a.operation);
  text("callee", a.callee);
  text("statement", a.statement);
  text("type", a.exception_type);
  text("message", a.message);
  text("below", a.parent_operation);
  if (a.count) out += fmt::format(" count={}", *a.count);
  if (a.attempts) out += fmt::format(" attempts={}", *a.attempts);
  if (a.total_ns) out += fmt::format(" total={}", ms(*a.total_ns));
  if (a.duration_ns) out += fmt::format(" duration={}", ms(*a.duration_ns));
  if (a.skew_ns) out += fmt::format(" skew={}", ms(*a.skew_ns));
  if (finding.saved_ns) out += fmt::format(" saved={}", ms(*finding.saved_ns));
  out += " rows";
  for (size_t i = 0; i < std::min<size_t>(5, finding.rows.size()); ++i) out += fmt::format(" {}", finding.rows[i]);
  if (finding.row_total > 5) out += fmt::format(" … {}", finding.row_total);
  EXPECT_LE(finding.rows.size(), trace.row_count());
  return out;
}

TEST(Analyse, ShapeAndCriticalPath) {
  query_test::run_golden_file(CLEW_SOURCE_DIR "/src/query/analyse/testdata/shape.golden", [](const std::string& story) { return show(StoryReader::read(story)); });
}

TEST(Analyse, Findings) {
  query_test::run_golden_file(CLEW_SOURCE_DIR "/src/query/analyse/testdata/findings.golden", [](const std::string& story) {
    const TraceColumns trace = StoryReader::read(story);
    std::string out;
    for (const Finding& finding : find_all(trace)) out += (out.empty() ? "" : "\n") + show(trace, finding);
    return out.empty() ? "nothing" : out;
  });
}

TEST(Analyse, NormalisedStatements) {
  query_test::run_golden_file(CLEW_SOURCE_DIR "/src/query/analyse/testdata/statements.golden", [](const std::string& input) {
    const bool redis = input.starts_with("redis> ");
    return normalise_statement(redis ? input.substr(7) : input, redis ? "redis" : "postgresql");
  });
}

TEST(Analyse, NormalisedMessages) {
  query_test::run_golden_file(CLEW_SOURCE_DIR "/src/query/analyse/testdata/messages.golden", [](const std::string& input) { return normalise_message(input); });
}

TEST(Analyse, NormalisingTakesAnyBytesAndEnds) {
  std::mt19937_64 random(7);
  const std::string letters = "'\"`$?:@-/*()0123456789abcSELECT \n\\\xff\xe2\x82,;=<>[]{}#%+.";
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    const size_t length = random() % 60;
    for (size_t j = 0; j < length; ++j) text += letters[random() % letters.size()];
    for (const char* system : {"postgresql", "redis", ""}) {
      const std::string once = normalise_statement(text, system);
      EXPECT_LE(once.size(), text.size() * 3 + 16) << text;
    }
    normalise_message(text);
  }
}

RawTrace random_trace(std::mt19937_64& random, size_t count, bool with_circles) {
  RawTrace raw;
  for (const char* name : {"a", "b", "c"}) raw.services.add(name);
  raw.names.add("n");
  for (size_t i = 0; i < count; ++i) {
    RawSpan span;
    span.span_id = 1 + random() % (count * 2);
    span.parent_span_id = random() % 10 == 0 ? 0 : 1 + random() % (with_circles ? count * 2 : std::max<size_t>(1, i));
    span.start_ns = static_cast<int64_t>(random() % 1000) * 100'000;
    span.duration_ns = static_cast<int64_t>(random() % 500) * 100'000;
    span.service = static_cast<uint32_t>(random() % 3);
    span.kind = static_cast<otlp::SpanKind>(random() % 6);
    raw.spans.push_back(span);
  }
  return raw;
}

// The definition as a recursion: what a naive reader of the header would write.
void naive_path(const TraceColumns& trace, uint32_t row, int64_t from, int64_t until, std::vector<CriticalSegment>& path) {
  std::vector<uint32_t> children;
  trace.for_each_child(row, [&](uint32_t child) {
    if (!trace.has(child, flag::kAsync)) children.push_back(child);
  });
  while (until > from) {
    uint32_t last = row;
    for (const uint32_t child : children) {
      if (trace.corrected_start(child) >= until) continue;
      if (last == row || trace.corrected_end(child) > trace.corrected_end(last) ||
          (trace.corrected_end(child) == trace.corrected_end(last) && child > last)) {
        last = child;
      }
    }
    if (last == row) break;
    std::erase(children, last);
    const int64_t end = std::min(trace.corrected_end(last), until);
    if (std::max(from, end) < until) path.push_back({row, std::max(from, end), until});
    const int64_t begin = std::max(from, trace.corrected_start(last));
    if (begin < end) naive_path(trace, last, begin, end, path);
    until = begin;
  }
  if (from < until) path.push_back({row, from, until});
}

TEST(Analyse, RandomTracesKeepTheirInvariants) {
  std::mt19937_64 random(1);
  size_t with_path = 0;
  for (int i = 0; i < 2'000; ++i) {
    RawTrace raw = random_trace(random, 1 + random() % 40, i % 2 == 0);
    const size_t spans = raw.spans.size();
    TraceColumns trace = arrange(std::move(raw));
    mark_critical_path(trace);
    ASSERT_LE(trace.row_count(), spans);
    for (uint32_t row = 0; row < trace.row_count(); ++row) {
      ASSERT_LT(trace.parent[row], static_cast<int32_t>(row));
      uint32_t below = 1, children = 0;
      trace.for_each_child(row, [&](uint32_t child) {
        EXPECT_EQ(trace.parent[child], static_cast<int32_t>(row));
        EXPECT_EQ(trace.depth[child], trace.depth[row] + 1);
        below += trace.subtree[child];
        ++children;
      });
      EXPECT_EQ(below, trace.subtree[row]);
      EXPECT_EQ(children, trace.child_count[row]);
      // Self time, naively: every tenth of a millisecond that no waited child covers.
      int64_t self = 0;
      for (int64_t at = trace.corrected_start(row); at < trace.corrected_end(row); at += 50'000) {
        bool covered = false;
        trace.for_each_child(row, [&](uint32_t child) {
          covered |= !trace.has(child, flag::kAsync) && trace.corrected_start(child) <= at && at < trace.corrected_end(child);
        });
        self += covered ? 0 : 50'000;
      }
      EXPECT_EQ(self, trace.self_ns[row]) << "row " << row;
    }
    std::vector<CriticalSegment> naive;
    naive_path(trace, trace.root, trace.corrected_start(trace.root), trace.corrected_end(trace.root), naive);
    std::ranges::reverse(naive);
    ASSERT_EQ(naive.size(), trace.critical.size());
    int64_t total = 0;
    for (size_t s = 0; s < naive.size(); ++s) {
      EXPECT_EQ(naive[s].row, trace.critical[s].row);
      EXPECT_EQ(naive[s].begin_ns, trace.critical[s].begin_ns);
      EXPECT_EQ(naive[s].end_ns, trace.critical[s].end_ns);
      if (s > 0) {
        EXPECT_GE(trace.critical[s].begin_ns, trace.critical[s - 1].end_ns);
      }
      total += naive[s].end_ns - naive[s].begin_ns;
    }
    EXPECT_EQ(total, trace.duration_ns_of[trace.root]) << "the path covers the root from end to end";
    with_path += naive.size() > 1;
    find_all(trace);
  }
  EXPECT_GT(with_path, 100u);
}

TEST(Analyse, AThousandLevelsTimesAHundredNeedNoStack) {
  RawTrace raw;
  raw.services.add("s");
  raw.names.add("n");
  for (uint32_t i = 0; i < 100'000; ++i) {
    RawSpan span;
    span.span_id = i + 1;
    span.parent_span_id = i;
    span.start_ns = i;
    span.duration_ns = 1'000'000 - i;
    raw.spans.push_back(span);
  }
  TraceColumns trace = arrange(std::move(raw));
  mark_critical_path(trace);
  EXPECT_EQ(trace.row_count(), 100'000u);
  EXPECT_EQ(trace.depth.back(), kDepthMax);
  EXPECT_FALSE(trace.critical.empty());
  find_all(trace);
  PathTree tree;
  tree.add(trace, 0);
  EXPECT_FALSE(tree.exact());
  EXPECT_EQ(tree.path_total_ns(0), trace.duration_ns_of[0]);
}

TEST(PathTree, LaysTracesOverEachOther) {
  PathTree tree;
  tree.add(StoryReader::read("web GET 0 100 server\n  web q 10 20 client x2\n"), 0);
  tree.add(StoryReader::read("web GET 0 50 server\n  web other 10 20 client\n"), 1);
  ASSERT_EQ(tree.nodes().size(), 3u);
  EXPECT_EQ(tree.nodes()[1].sides[0].call_count, 2);
  EXPECT_EQ(tree.nodes()[1].sides[1].call_count, 0);
  EXPECT_EQ(tree.nodes()[0].sides[1].path_ns, 40'000'000);
  EXPECT_EQ(tree.path_total_ns(0), 100'000'000);
  EXPECT_EQ(tree.in_order(), (std::vector<uint32_t>{0, 1, 2}));
}

TEST(Distribution, DistanceIsOfSharesAndChanceIsTakenOff) {
  // v2 in all of A and none of B.
  EXPECT_NEAR(distance_of({{100, 0}, {0, 100}}, {100, 100}, {100, 100}).score, 0.85, 0.1);
  // The same shares: nothing.
  EXPECT_EQ(distance_of({{50, 500}, {50, 500}}, {100, 1000}, {100, 1000}).score, 0.0);
  // A small difference among few traces is chance.
  EXPECT_EQ(distance_of({{6, 4}, {4, 6}}, {10, 10}, {10, 10}).score, 0.0);
  // An id.
  std::vector<ValueCount> ids(200, ValueCount{1, 0});
  EXPECT_TRUE(distance_of(ids, {200, 0}, {200, 200}).unique);
  // Having the attribute at all can be the difference.
  EXPECT_GT(distance_of({{100, 0}}, {100, 0}, {100, 100}).score, 0.8);
  EXPECT_EQ(distance_of({{1, 0}}, {1, 0}, {1, 0}).score, 0.0);
}

}  // namespace
}  // namespace clew::query_analyse
