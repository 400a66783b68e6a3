#include "api/ui/ui_routes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "api/ui/ui_files.h"
#include "wire/content_coding.h"

namespace clew::api_ui {
namespace {

class Heard : public net::HttpReply {
 public:
  void send(net::HttpResponse response) override { answer = std::move(response); }
  net::HttpResponse answer;
};

net::HttpResponse get(const std::string& path, net::Headers headers = {}) {
  net::HttpRequest request;
  request.headers = std::move(headers);
  EXPECT_TRUE(net::parse_target(path, request)) << path;
  for (const net::HttpRoute& route : routes()) {
    if (!net::match_pattern(route.pattern, request.raw_path, request.path_parameters)) continue;
    const auto heard = std::make_shared<Heard>();
    route.handler(request, heard);
    return heard->answer;
  }
  ADD_FAILURE() << "no route for " << path;
  return {};
}

std::string header(const net::HttpResponse& response, std::string_view name) {
  const auto found = std::ranges::find(response.headers, name, &net::Headers::value_type::first);
  return found == response.headers.end() ? "" : found->second;
}

class UiRoutes : public testing::Test {
 protected:
  void SetUp() override {
    if (ui_files().empty()) GTEST_SKIP() << "built with CLEW_UI=OFF";
  }
};

TEST_F(UiRoutes, ServesEveryFileZippedAndPlain) {
  EXPECT_GE(ui_files().size(), 6u);
  for (const UiFile& file : ui_files()) {
    const std::string path = file.name == "index.html" ? "/" : "/" + std::string(file.name);
    const net::HttpResponse plain = get(path);
    EXPECT_EQ(plain.status, 200) << file.name;
    EXPECT_EQ(plain.body.size(), file.size) << file.name;
    EXPECT_NE(plain.content_type, "application/octet-stream") << file.name;
    EXPECT_EQ(header(plain, "Content-Encoding"), "");
    const net::HttpResponse zipped = get(path, {{"Accept-Encoding", "gzip, br"}});
    EXPECT_EQ(header(zipped, "Content-Encoding"), "gzip") << file.name;
    EXPECT_EQ(wire::decode_gzip(zipped.body, file.size).value_or(""), plain.body) << file.name;
    EXPECT_LE(zipped.body.size(), plain.body.size() + 32) << file.name;
  }
}

TEST_F(UiRoutes, PageIsAskedAgainFilesAreKept) {
  const net::HttpResponse page = get("/services");
  EXPECT_EQ(header(page, "Cache-Control"), "no-cache");
  const net::HttpResponse unchanged = get("/traces", {{"If-None-Match", "W/" + header(page, "ETag")}});
  EXPECT_EQ(unchanged.status, 304);
  EXPECT_EQ(unchanged.body, "");
  EXPECT_EQ(get("/", {{"If-None-Match", "\"another\""}}).status, 200);
  for (const UiFile& file : ui_files()) {
    if (file.name == "index.html" || file.name.ends_with(".svg")) continue;
    EXPECT_NE(header(get("/" + std::string(file.name)), "Cache-Control").find("immutable"), std::string::npos) << file.name;
  }
}

TEST_F(UiRoutes, NothingBesideTheFiles) {
  for (const char* path : {"/ui/..", "/ui/nothing.js", "/ui/..%2Findex.html"}) EXPECT_EQ(get(path).status, 404) << path;
}

TEST_F(UiRoutes, ForbidsEverythingForeign) {
  const std::string policy = header(get("/"), "Content-Security-Policy");
  EXPECT_TRUE(policy.starts_with("default-src 'none'"));
  EXPECT_EQ(policy.find("unsafe"), std::string::npos);
  EXPECT_EQ(policy.find('*'), std::string::npos);
}

// The page brings no script or style of its own, so the policy holds; every file that it names is there.
TEST_F(UiRoutes, PageNamesOnlyFilesThatAreThere) {
  const std::string page = get("/").body;
  EXPECT_FALSE(std::regex_search(page, std::regex(R"(<script(?![^>]*src=)|<style|style="|https?://)"))) << page;
  std::set<std::string> names;
  for (const UiFile& file : ui_files()) names.insert("/" + std::string(file.name));
  const std::regex reference(R"re((?:src|href)="(/[^"]+)")re");
  size_t found = 0;
  for (std::sregex_iterator match(page.begin(), page.end(), reference); match != std::sregex_iterator(); ++match, ++found) {
    EXPECT_TRUE(names.contains((*match)[1])) << (*match)[1];
  }
  EXPECT_GE(found, 3u);
}

// Each pattern of web/src/app/places.ts is an address that the server answers with the page.
TEST_F(UiRoutes, EveryPageHasItsAddress) {
  std::ifstream source(CLEW_SOURCE_DIR "/web/src/app/places.ts");
  const std::string text((std::istreambuf_iterator<char>(source)), {});
  const std::regex pattern(R"re(pattern: '([^']+)')re");
  size_t found = 0;
  for (std::sregex_iterator match(text.begin(), text.end(), pattern); match != std::sregex_iterator(); ++match, ++found) {
    const std::string path = std::regex_replace((*match)[1].str(), std::regex(R"(\{\})"), "x%2Fy");
    EXPECT_EQ(get(path).body, get("/").body) << path;
  }
  EXPECT_GE(found, 3u);
}

}  // namespace
}  // namespace clew::api_ui
