#include "api/ui/ui_routes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "api/ui/ui_files.h"

namespace clew::api_ui {
namespace {

class Heard : public net::HttpReply {
 public:
  void send(net::HttpResponse response) override { answer = std::move(response); }
  net::HttpResponse answer;
};

net::HttpResponse get(const std::string& pattern, std::vector<std::string> path_parameters = {}) {
  for (const net::HttpRoute& route : routes()) {
    if (route.pattern != pattern) continue;
    net::HttpRequest request;
    request.path_parameters = std::move(path_parameters);
    const auto heard = std::make_shared<Heard>();
    route.handler(request, heard);
    return heard->answer;
  }
  ADD_FAILURE() << "no route " << pattern;
  return {};
}

TEST(UiRoutes, ServesTheFilesAsTheyAre) {
  EXPECT_GE(ui_files().size(), 8u);
  for (const UiFile& file : ui_files()) {
    std::ifstream source(std::string(CLEW_SOURCE_DIR "/web/minimal/").append(file.name), std::ios::binary);
    const std::string expected((std::istreambuf_iterator<char>(source)), {});
    const net::HttpResponse response = get("/ui/{file}", {std::string(file.name)});
    EXPECT_EQ(response.status, 200) << file.name;
    EXPECT_EQ(response.body, expected) << file.name;
    EXPECT_NE(response.content_type, "application/octet-stream") << file.name;
  }
  EXPECT_EQ(get("/").body, get("/ui/{file}", {"index.html"}).body);
  EXPECT_EQ(get("/trace/{id}", {"ab"}).body, get("/").body);
}

TEST(UiRoutes, NothingBesideTheFiles) {
  for (const char* name : {"", "..", "../index.html", "nothing.js"}) EXPECT_EQ(get("/ui/{file}", {name}).status, 404);
}

TEST(UiRoutes, ForbidsEverythingForeign) {
  const net::HttpResponse response = get("/");
  const auto policy = std::ranges::find(response.headers, "Content-Security-Policy", &net::Headers::value_type::first);
  ASSERT_NE(policy, response.headers.end());
  EXPECT_TRUE(policy->second.starts_with("default-src 'none'"));
  EXPECT_EQ(policy->second.find("unsafe"), std::string::npos);
  EXPECT_EQ(policy->second.find('*'), std::string::npos);
}

// What a page must not do with data of strangers, and must not load.
TEST(UiRoutes, NoMarkupFromDataAndNoForeignAddress) {
  const std::regex forbidden(
      R"(innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|srcdoc|javascript:|<script>|style=")");
  const std::regex foreign(R"(https?://(?!www\.w3\.org/2000/svg))");
  for (const UiFile& file : ui_files()) {
    const std::string text(file.content);
    EXPECT_FALSE(std::regex_search(text, forbidden)) << file.name;
    EXPECT_FALSE(std::regex_search(text, foreign)) << file.name;
  }
}

// Every file that another names is there.
TEST(UiRoutes, ImportsResolve) {
  std::set<std::string> names;
  for (const UiFile& file : ui_files()) names.insert(std::string(file.name));
  const std::regex reference(R"re((?:from "\./|"/ui/)([a-z.]+)")re");
  size_t found = 0;
  for (const UiFile& file : ui_files()) {
    const std::string text(file.content);
    for (std::sregex_iterator match(text.begin(), text.end(), reference); match != std::sregex_iterator(); ++match) {
      EXPECT_TRUE(names.contains((*match)[1])) << file.name << " names " << (*match)[1];
      ++found;
    }
  }
  EXPECT_GE(found, 10u);
}

}  // namespace
}  // namespace clew::api_ui
