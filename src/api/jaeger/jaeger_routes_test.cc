// The Jaeger API as a client sees it, over a real engine.
#include "api/jaeger/jaeger_routes.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "api/jaeger/jaeger_envelope.h"
#include "net/http_router.h"
#include "otlp/traces_codec.h"
#include "query/naive_span_set.h"
#include "query/traceql/golden_file.h"

namespace clew::api_jaeger {
namespace {

constexpr int64_t kNow = 1'767'225'605'000'000'000;  // 2026-01-01T00:00:05Z

class FixedClock final : public stdx::Clock {
 public:
  int64_t now_ns() const override { return kNow; }
};

class Heard final : public net::HttpReply {
 public:
  void send(net::HttpResponse response) override { answer = std::move(response); }
  net::HttpResponse answer;
};

std::string read_file(const char* path) {
  std::ifstream file(path);
  return {(std::istreambuf_iterator<char>(file)), {}};
}

class JaegerApi : public testing::Test {
 protected:
  JaegerApi() {
    const auto protobuf = otlp::traces_json_to_protobuf(shop_);
    EXPECT_TRUE(protobuf);
    auto data = otlp::decode_traces(*protobuf);
    EXPECT_TRUE(data);
    catalog_.replace({}, {std::make_shared<query_test::NaiveSpanSet>("01ABC", std::move(*data))});
    router_ = std::make_unique<net::HttpRouter>(
        routes({.engine = &engine_, .clock = &clock_, .admission = &admission_}), net::CorsPolicy());
  }

  net::HttpResponse ask(const std::string& method, const std::string& target, const std::string& body = "") {
    net::HttpRequest request;
    request.method = method;
    request.body = body;
    EXPECT_TRUE(net::parse_target(target, request)) << target;
    const auto found = router_->resolve(request);
    const auto* route = std::get_if<const net::HttpRoute*>(&found);
    if (route == nullptr) {
      ADD_FAILURE() << "no route for " << method << " " << target;
      return {};
    }
    const auto heard = std::make_shared<Heard>();
    (*route)->handler(request, heard);
    return heard->answer;
  }

  const std::string shop_ = read_file(CLEW_SOURCE_DIR "/src/api/jaeger/testdata/shop.json");
  table::Catalog catalog_;
  query::Engine engine_{catalog_};
  FixedClock clock_;
  query::Admission admission_{{.concurrent_max = 1, .deadline_ns = 30'000'000'000}};
  std::unique_ptr<net::HttpRouter> router_;
};

// Input: method and target; expected: status, content type and body, which is indented when it is JSON.
TEST_F(JaegerApi, Answers) {
  query_test::run_golden_file(CLEW_SOURCE_DIR "/src/api/jaeger/testdata/answers.golden", [&](const std::string& input) {
    const size_t blank = input.find(' ');
    const net::HttpResponse response = ask(input.substr(0, blank), input.substr(blank + 1));
    const bool json = response.content_type == "application/json";
    std::string body = json ? indented(response.body) : response.body;
    while (body.ends_with('\n')) body.pop_back();
    return std::to_string(response.status) + " " + response.content_type + "\n" + body;
  });
}

TEST_F(JaegerApi, PrettyPrintIsTheSameJson) {
  const std::string target = "/api/traces?service=frontend&prettyPrint=";
  const std::string flat = ask("GET", target + "false").body;
  EXPECT_EQ(flat.find('\n'), std::string::npos);
  EXPECT_EQ(ask("GET", target + "true").body, indented(flat));
  EXPECT_EQ(ask("GET", target + "1").body, indented(flat));
  EXPECT_EQ(ask("GET", target).body, flat);
}

TEST_F(JaegerApi, TransformShowsAnUploadedFile) {
  const net::HttpResponse response = ask("POST", "/api/transform", shop_);
  EXPECT_EQ(response.status, 200);
  // The traces of the file are the stored ones.
  for (const char* id : {"0af7651916cd43dd8448eb211c80319c", "1111111111111111", "4bf92f3577b34da6a3ce929d0e0e4736"}) {
    EXPECT_NE(response.body.find(std::string("{\"traceID\":\"") + id + "\",\"spans\""), std::string::npos) << id;
  }
  EXPECT_EQ(ask("POST", "/api/transform", "{\"resourceSpans\":[{").status, 400);
  EXPECT_EQ(ask("POST", "/api/transform", "").status, 400);
}

// The two APIs tell the same of the same trace.
TEST_F(JaegerApi, V3TraceIsTheStoredTrace) {
  const net::HttpResponse response = ask("GET", "/api/v3/traces/0af7651916cd43dd8448eb211c80319c?rawTraces=true");
  ASSERT_EQ(response.status, 200);
  const auto trace = engine_.trace({0x0af7651916cd43dd, 0x8448eb211c80319c});
  ASSERT_TRUE(trace);
  EXPECT_EQ(response.body, "{\"result\":" + otlp::traces_to_json(trace->data) + "}");
}

TEST_F(JaegerApi, RefusesWhatIsTooMuchAtOnce) {
  const auto other = admission_.try_enter();
  for (const char* target : {"/api/services", "/api/v3/services"}) {
    const net::HttpResponse response = ask("GET", target);
    EXPECT_EQ(response.status, 503);
    EXPECT_NE(std::ranges::find(response.headers, "Retry-After", &net::Headers::value_type::first), response.headers.end());
  }
}

}  // namespace
}  // namespace clew::api_jaeger
