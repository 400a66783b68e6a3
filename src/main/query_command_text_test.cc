#include "main/query_command_text.h"

#include <algorithm>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "main/trace_command_text.h"
#include "otlp/traces_codec.h"
#include "query/traceql/golden_file.h"

namespace clew::main {
namespace {

TEST(TerminalText, NothingThatDrivesATerminal) {
  EXPECT_EQ(clean_text("a\x1b[31mb\r\nc\x7f"), "a\u00b7[31mb\u00b7\u00b7c\u00b7");
  EXPECT_EQ(clean_text("\u009b2J\u202e\u200b"), "\u00b72J\u00b7\u00b7");
  EXPECT_EQ(clean_text("ok \xff \u00e4\u4e2d\U0001f600"), "ok \ufffd \u00e4\u4e2d\U0001f600");
  EXPECT_EQ(clean_text(std::string_view("\0", 1)), "\u00b7");
}

TEST(TerminalText, ExactWidths) {
  EXPECT_EQ(text_width("a\u4e2d\u00e4e\u0301"), 5u);
  EXPECT_EQ(fitted("abc", 5), "abc  ");
  EXPECT_EQ(fitted("abcdef", 5), "abcd\u2026");
  EXPECT_EQ(fitted("\u4e2d\u4e2d\u4e2d", 4), "\u4e2d\u2026 ");
  EXPECT_EQ(fitted("abc", 0), "");
  for (size_t width = 1; width < 12; ++width) EXPECT_EQ(text_width(fitted("a\u4e2db\u4e2dc", width)), width);
}

TEST(TerminalText, SearchTable) {
  query_test::run_golden_file(CLEW_SOURCE_DIR "/src/main/testdata/search_text.golden", [](const std::string& json) {
    const auto text = search_text(json, {.width = 120, .colour = false});
    return text ? text->substr(0, text->size() - 1) : text.error().message;
  });
}

// Input: OTLP JSON. An empty line would end the expected part, so it is written as "~".
TEST(TerminalText, Waterfall) {
  query_test::run_golden_file(CLEW_SOURCE_DIR "/src/main/testdata/trace_text.golden", [](const std::string& json) {
    const auto protobuf = otlp::traces_json_to_protobuf(json);
    if (!protobuf) return protobuf.error().message;
    std::istringstream lines(trace_text(*otlp::decode_traces(*protobuf), {.width = 100, .colour = false}));
    std::string text;
    for (std::string line; std::getline(lines, line);) text += (text.empty() ? "" : "\n") + (line.empty() ? "~" : line);
    return text;
  });
}

TEST(TerminalText, DeepChainsAndCircles) {
  otlp::TracesData data;
  std::vector<otlp::Span> spans(20'000);
  for (size_t i = 0; i < spans.size(); ++i) {
    spans[i].trace_id = {0, 1};
    spans[i].span_id = i + 1;
    spans[i].parent_span_id = i;
  }
  spans.front().parent_span_id = spans.back().span_id;
  data.resource_spans.push_back({{}, {{{}, std::move(spans)}}});
  const std::string text = trace_text(data, {.width = 80, .colour = false});
  EXPECT_EQ(std::ranges::count(text, '\n'), 20'002);
}

}  // namespace
}  // namespace clew::main
