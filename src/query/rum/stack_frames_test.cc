#include "query/rum/stack_frames.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include "query/rum/error_key.h"
#include "query/rum/error_limits.h"
#include "query/traceql/golden_file.h"

namespace clew::query_rum {
namespace {

std::string data_file(const char* name) { return std::string(CLEW_SOURCE_DIR "/src/query/rum/testdata/") + name; }

std::string frames_text(const std::string& raw) {
  const Stack stack = parse_stack(raw);
  std::string text = fmt::format("type \"{}\" message \"{}\"", stack.type, stack.message);
  for (size_t i = text.find('\n'); i != std::string::npos; i = text.find('\n', i)) text.replace(i, 1, "\\n");
  for (const StackFrame& frame : stack.frames) {
    text += fmt::format("\n{} \"{}\" {} {}:{}", frame.in_app ? "*" : " ", frame.function,
                        frame.file.empty() ? "-" : frame.file, frame.line, frame.column);
  }
  return text;
}

TEST(StackFrames, ReadWhatEnginesWrite) { query_test::run_golden_file(data_file("stack_frames.golden"), frames_text); }

TEST(StackFrames, NamesAreStable) {
  query_test::run_golden_file(data_file("stable_names.golden"), [](const std::string& line) {
    const std::string_view name = std::string_view(line).substr(line.find(' ') + 1);
    return '"' + (line.starts_with("file") ? stable_file(name) : stable_function(name)) + '"';
  });
}

TEST(StackFrames, AreBounded) {
  std::string many = "Error: x\n";
  for (int i = 0; i < 500; ++i) many += "    at f (https://shop.example/app.js:1:2)\n";
  const Stack stack = parse_stack(many);
  EXPECT_EQ(stack.frames.size(), kStackFramesMax);
  EXPECT_TRUE(stack.cut);
  const Stack long_names = parse_stack("Error\n    at " + std::string(5000, 'f') + " (https://shop.example/" +
                                       std::string(5000, 'x') + ":1:2)");
  ASSERT_EQ(long_names.frames.size(), 1u);
  EXPECT_EQ(long_names.frames[0].function.size(), kFunctionBytesMax);
  EXPECT_EQ(long_names.frames[0].file.size(), kFileBytesMax);
  EXPECT_TRUE(parse_stack(std::string(1 << 20, '(')).cut);
}

ErrorKey key_of(std::string_view type, std::string_view message, std::string_view raw,
                std::string_view kind = "error") {
  const Stack stack = parse_stack(raw);
  return error_key(
      {.app = "shop", .kind = kind, .type = type, .message = message, .file = {}, .stack_type = stack.type},
      unresolved(stack.frames).frames);
}

TEST(ErrorKey, IsTheSameInAllBrowsersAndReleases) {
  const ErrorKey chrome = key_of("TypeError", "Cannot read properties of null (reading 'items')",
                                 "TypeError: Cannot read properties of null (reading 'items')\n"
                                 "    at Cart.total (https://shop.example/assets/app.3f2a1b.js:1:41)\n"
                                 "    at checkout (https://shop.example/assets/app.3f2a1b.js:2:5)");
  const ErrorKey firefox = key_of("TypeError", "can't access property \"items\", x is null",
                                  "total@https://cdn.example/v2.4/assets/app.99f0c2.js?v=7:8:1\n"
                                  "checkout@https://cdn.example/v2.4/assets/app.99f0c2.js?v=7:9:1");
  EXPECT_EQ(group_id_text(chrome.id), group_id_text(firefox.id));
  EXPECT_EQ(chrome.culprit, 0);
  // Kept for ever: states are stored under it.
  EXPECT_EQ(group_id_text(chrome.id), "50093b8e3cc05a1d");
  EXPECT_EQ(parse_group_id(group_id_text(chrome.id)), chrome.id);
  EXPECT_EQ(parse_group_id("zz"), 0u);
}

TEST(ErrorKey, TellsApart) {
  const std::string stack = "\n    at total (https://shop.example/app.js:1:41)";
  const ErrorKey first = key_of("TypeError", "x", stack);
  EXPECT_NE(first.id, key_of("RangeError", "x", stack).id);
  EXPECT_NE(first.id, key_of("TypeError", "x", "\n    at sum (https://shop.example/app.js:1:41)").id);
  EXPECT_NE(first.id, key_of("TypeError", "x", stack, "crash").id);
  EXPECT_EQ(first.id, key_of("TypeError", "y", stack).id) << "the place says more than the words";
  // Frames of libraries do not count.
  EXPECT_EQ(first.id,
            key_of("TypeError", "x", "\n    at dispatch (https://unpkg.com/react@18/react.js:1:2)" + stack).id);
}

TEST(ErrorKey, OfMinifiedCodeIsTheMessage) {
  const auto minified = [](std::string_view message, std::string_view function) {
    return key_of("TypeError", message, fmt::format("\n    at {} (https://shop.example/app.3f2a1b.js:1:41)", function));
  };
  EXPECT_EQ(minified("order 17 of 'bob' failed", "t").id, minified("order 9 of 'eve' failed", "n").id);
  EXPECT_NE(minified("order 17 failed", "t").id, minified("cart is empty", "t").id);
}

TEST(ErrorKey, OfACategoryIsTheTypeInTheStack) {
  const ErrorKey key =
      key_of("js", "Uncaught TypeError: x is null", "TypeError: x is null\n    at f (https://shop.example/app.js:1:2)");
  EXPECT_EQ(key.type, "TypeError");
  EXPECT_EQ(key.message, "x is null");
}

}  // namespace
}  // namespace clew::query_rum
