#include "query/rum/source_map_store.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <map>

#include "query/rum/error_limits.h"

namespace clew::query_rum {
namespace {

struct StepClock final : stdx::Clock {
  int64_t now_ns() const override { return ++time_ns; }
  mutable int64_t time_ns = 0;
};

struct Folder {
  std::map<std::string, std::string> files;
  bool full = false;
  SourceMaps::Store store() {
    return {.load = [this](const std::string& name) -> stdx::Result<std::string> {
              const auto known = files.find(name);
              if (known == files.end()) return stdx::fail(stdx::ErrorCode::kNotFound, name);
              return known->second;
            },
            .save = [this](const std::string& name, std::string_view bytes) -> stdx::Result<void> {
              if (full) return stdx::fail(stdx::ErrorCode::kUnavailable, "full");
              files[name] = bytes;
              return {};
            },
            .remove = [this](const std::string& name) -> stdx::Result<void> {
              files.erase(name);
              return {};
            }};
  }
};

// Line 1, column 1 of the script is line 2 of `source`, within total().
std::string map_json(std::string_view source, std::string_view debug_id = "") {
  return fmt::format(
      R"({{"version":3,"debugId":"{}","sources":["webpack://shop/./{}?a1"],)"
      R"("sourcesContent":["export function total(cart) {{\n  return cart.items;\n}}\n"],"names":[],"mappings":"AACE"}})",
      debug_id, source);
}

struct SourceMapsTest : testing::Test {
  StepClock clock;
  Folder folder;
  SourceMaps maps{clock, folder.store()};

  std::string add(std::string_view version, std::string_view file, std::string_view source,
                  std::string_view debug_id = "") {
    const std::string json = map_json(source, debug_id);
    const auto added = maps.add(
        {.app = "shop", .version = std::string(version), .file = std::string(file), .debug_id = {}, .json = json});
    EXPECT_TRUE(added.has_value()) << added.error().message;
    return added ? added->id : "";
  }
  std::string resolve(std::string_view file, std::string_view version, const DebugIds& ids = {},
                      std::string_view app = "shop") {
    const std::vector<StackFrame> frames = {
        {.function = "t", .file = std::string(file), .line = 1, .column = 1, .in_app = true}};
    const ResolvedStack stack = maps.resolve(frames, app, version, ids);
    return fmt::format("{} {}:{} {}", state_word(stack.state), stack.frames[0].file(), stack.frames[0].line(),
                       stack.frames[0].function());
  }
};

TEST_F(SourceMapsTest, ToldByVersionAndFile) {
  add("2.4.0", "https://cdn.example/assets/app.js", "src/cart.ts");
  EXPECT_EQ(resolve("https://other.example/assets/app.js?v=1", "2.4.0"), "applied src/cart.ts:2 total");
  EXPECT_EQ(resolve("https://cdn.example/assets/app.js", "2.5.0"),
            "wrong_version https://cdn.example/assets/app.js:1 t");
  EXPECT_EQ(resolve("https://cdn.example/assets/other.js", "2.4.0"), "missing https://cdn.example/assets/other.js:1 t");
  EXPECT_EQ(resolve("https://cdn.example/assets/app.js", "2.4.0", {}, "blog"),
            "missing https://cdn.example/assets/app.js:1 t");
  add("2.5.0", "app.js.map", "src/new.ts");
  EXPECT_EQ(resolve("https://cdn.example/assets/app.js", "2.5.0"), "applied src/new.ts:2 total");
  EXPECT_EQ(resolve("https://cdn.example/assets/app.js", "2.4.0"), "applied src/cart.ts:2 total");
}

TEST_F(SourceMapsTest, AHashInTheNameIsTheContent) {
  add("2.4.0", "assets/app.3f2a1b.js", "src/cart.ts");
  EXPECT_EQ(resolve("https://cdn.example/assets/app.3f2a1b.js", "2.5.0"), "applied src/cart.ts:2 total");
  EXPECT_EQ(resolve("https://cdn.example/assets/app.99f0c2.js", "2.5.0"),
            "wrong_version https://cdn.example/assets/app.99f0c2.js:1 t");
}

TEST_F(SourceMapsTest, ADebugIdBeatsAllElse) {
  add("2.4.0", "app.js", "src/old.ts", "d-1");
  add("2.4.1", "bundle.js", "src/cart.ts", "d-2");
  EXPECT_EQ(resolve("https://cdn.example/app.js", "2.4.0", {{"https://cdn.example/app.js", "d-2"}}),
            "applied src/cart.ts:2 total");
  EXPECT_EQ(resolve("https://cdn.example/app.js", "2.4.0", {{"https://cdn.example/app.js", "d-3"}}),
            "wrong_version https://cdn.example/app.js:1 t");
}

TEST_F(SourceMapsTest, HasTheSourceAround) {
  add("2.4.0", "app.js", "node_modules/cart/cart.ts");
  const std::vector<StackFrame> frames = {
      {.function = "t", .file = "https://shop.example/app.js", .line = 1, .column = 1, .in_app = true},
      {.function = "forEach", .file = {}, .line = 0, .column = 0, .in_app = false}};
  const ResolvedStack stack = maps.resolve(frames, "shop", "2.4.0", {});
  ASSERT_EQ(stack.frames.size(), 2u);
  ASSERT_TRUE(stack.frames[0].source.has_value());
  EXPECT_FALSE(stack.frames[0].frame.in_app) << "the source is a library's";
  ASSERT_GE(stack.frames[0].source->context.size(), 3u);
  EXPECT_EQ(stack.frames[0].source->context[1].line, 2u);
  EXPECT_EQ(stack.frames[0].source->context[1].text, "  return cart.items;");
  EXPECT_FALSE(stack.frames[1].source.has_value());
}

TEST_F(SourceMapsTest, OutlivesAProcess) {
  const std::string id = add("2.4.0", "app.js", "src/cart.ts");
  EXPECT_EQ(add("2.4.0", "app.js", "src/again.ts"), id) << "an upload replaces the one for the same script";
  SourceMaps again(clock, folder.store());
  ASSERT_EQ(again.list("shop").size(), 1u);
  EXPECT_EQ(again.list("shop")[0].file, "app.js");
  EXPECT_TRUE(again.list("blog").empty());
  const std::vector<StackFrame> frames = {
      {.function = {}, .file = "https://x/app.js", .line = 1, .column = 9, .in_app = true}};
  EXPECT_EQ(again.resolve(frames, "shop", "2.4.0", {}).frames[0].file(), "src/again.ts");
  EXPECT_TRUE(again.remove(id).has_value());
  EXPECT_EQ(again.remove(id).error().code, stdx::ErrorCode::kNotFound);
  EXPECT_EQ(again.resolve(frames, "shop", "2.4.0", {}).state, SourceMapState::kMissing);
  EXPECT_EQ(folder.files.size(), 1u) << "only the list is left";
}

TEST_F(SourceMapsTest, RefusesAndSurvives) {
  EXPECT_EQ(maps.add({.app = "shop",
                      .version = "1",
                      .file = {},
                      .debug_id = {},
                      .json = R"({"version":3,"sources":[],"mappings":""})"})
                .error()
                .message,
            "file: the map does not say which script it is for, nor has it a debug id");
  EXPECT_EQ(
      maps.add({.app = std::string(2000, 'x'), .version = "1", .file = "f", .debug_id = {}, .json = map_json("a")})
          .error()
          .code,
      stdx::ErrorCode::kInvalidArgument);
  folder.full = true;
  EXPECT_EQ(
      maps.add({.app = "shop", .version = "1", .file = "f.js", .debug_id = {}, .json = map_json("a")}).error().code,
      stdx::ErrorCode::kUnavailable);
  EXPECT_TRUE(maps.list("").empty());
  folder.full = false;
  add("1", "app.js", "src/a.ts");
  for (auto& [name, bytes] : folder.files) {
    if (name.ends_with(".map")) bytes.resize(bytes.size() / 2);
  }
  SourceMaps damaged(clock, folder.store());
  const std::vector<StackFrame> frames = {
      {.function = {}, .file = "https://x/app.js", .line = 1, .column = 1, .in_app = true}};
  EXPECT_EQ(damaged.resolve(frames, "shop", "1", {}).state, SourceMapState::kMissing);
}

TEST_F(SourceMapsTest, ForgetsTheOldest) {
  std::string list = "[";
  for (size_t n = 1; n < kMapsMax; ++n) {
    list += fmt::format(
        R"({}{{"id":"{:016x}","app":"shop","version":"{}","file":"app.js","debug_id":"","bytes":10,"uploaded_ns":{}}})",
        n == 1 ? "" : ",", n, n, n);
  }
  folder.files["maps.json"] = list + "]";
  SourceMaps full(clock, folder.store());
  ASSERT_EQ(full.list("").size(), kMapsMax - 1);
  for (const std::string version : {"a", "b"}) {
    ASSERT_TRUE(full.add({.app = "shop", .version = version, .file = "app.js", .debug_id = {}, .json = map_json("a")})
                    .has_value());
  }
  const auto left = full.list("");
  ASSERT_EQ(left.size(), kMapsMax);
  EXPECT_EQ(left.front().version, "b");
  EXPECT_EQ(left.back().version, "2");
}

}  // namespace
}  // namespace clew::query_rum
