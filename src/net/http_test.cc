#include "net/http.h"

#include <gtest/gtest.h>

#include "net/listen_address.h"
#include "net/rpc_status.h"

namespace clew::net {
namespace {

using stdx::ErrorCode;
using Texts = std::vector<std::string>;

TEST(Http, Targets) {
  HttpRequest request;
  ASSERT_TRUE(parse_target("/a%20b/c%2Fd?q=%7B+x+%7D&limit=20&empty=&flag&&q=2#f", request));
  EXPECT_EQ(request.path, "/a b/c/d");
  EXPECT_EQ(request.raw_path, "/a%20b/c%2Fd");
  EXPECT_EQ(*request.parameter("q"), "{ x }");
  EXPECT_EQ(*request.parameter("limit"), "20");
  EXPECT_EQ(*request.parameter("empty"), "");
  EXPECT_EQ(*request.parameter("flag"), "");
  EXPECT_EQ(request.parameter("none"), nullptr);
  EXPECT_EQ(request.query.size(), 5u);
  ASSERT_TRUE(parse_target("http://host:1/x?y=1", request));
  EXPECT_EQ(request.path, "/x");
  ASSERT_TRUE(parse_target("http://host", request));
  EXPECT_EQ(request.path, "/");
  for (const char* bad : {"", "x", "*", "/%", "/%1", "/%zz", "/%00", "/x?a=%", "/x?%0=1", "?x"}) {
    EXPECT_FALSE(parse_target(bad, request)) << bad;
  }
}

TEST(Http, Patterns) {
  struct Case {
    const char* pattern;
    const char* path;
    bool matches;
    Texts parameters;
  };
  const Case cases[] = {
      {"/", "/", true, {}},
      {"/", "/x", false, {}},
      {"/api/traces", "/api/traces", true, {}},
      {"/api/traces", "/api/traces/", false, {}},
      {"/api/traces/{id}", "/api/traces/4bf9", true, {"4bf9"}},
      {"/api/traces/{id}", "/api/traces/", false, {}},
      {"/api/traces/{id}", "/api/traces/a/b", false, {}},
      {"/s/{name}/operations", "/s/a%2Fb%20c/operations", true, {"a/b c"}},
      {"/s/{name}/operations", "/s/x/other", false, {}},
      {"/web/{rest*}", "/web/a/b.js", true, {"a/b.js"}},
      {"/{rest*}", "/", true, {""}},
      {"/s/{name}", "/s/%zz", false, {}},
  };
  for (const Case& test : cases) {
    Texts parameters;
    EXPECT_EQ(match_pattern(test.pattern, test.path, parameters), test.matches) << test.pattern << " " << test.path;
    if (test.matches) {
      EXPECT_EQ(parameters, test.parameters) << test.pattern << " " << test.path;
    }
  }
}

TEST(Http, AcceptedCodings) {
  EXPECT_TRUE(accepts_coding("gzip, deflate, br", "gzip"));
  EXPECT_TRUE(accepts_coding("br;q=1.0, GZIP;q=0.5", "gzip"));
  EXPECT_TRUE(accepts_coding("*", "gzip"));
  EXPECT_FALSE(accepts_coding("gzip;q=0, *", "gzip"));
  EXPECT_FALSE(accepts_coding("gzip; q=0.0", "gzip"));
  EXPECT_FALSE(accepts_coding("", "gzip"));
  EXPECT_FALSE(accepts_coding("identity", "gzip"));
}

TEST(Http, ErrorsAsStatuses) {
  EXPECT_EQ(http_status(ErrorCode::kResourceExhausted), 429);
  EXPECT_EQ(grpc_status(ErrorCode::kUnavailable), 14);
  const HttpResponse response = error_response({ErrorCode::kUnavailable, "disk \"full\""});
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body, R"({"error":{"code":"unavailable","message":"disk \"full\""}})");
  EXPECT_EQ(response.headers, (Headers{{"Retry-After", "1"}}));
  EXPECT_TRUE(error_response({ErrorCode::kNotFound, ""}).headers.empty());
}

TEST(RpcStatus, RoundTripAndJson) {
  const RpcStatus status = rpc_status({ErrorCode::kResourceExhausted, "slow down"});
  const auto back = decode_rpc_status(encode_rpc_status(status));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->code, 8);
  EXPECT_EQ(back->message, "slow down");
  EXPECT_EQ(back->retry_after, std::chrono::seconds(1));
  EXPECT_EQ(rpc_status_json(status),
            R"({"code":8,"message":"slow down","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo",)"
            R"("retryDelay":"1s"}]})");
  EXPECT_EQ(rpc_status_json({3, "bad", std::nullopt}), R"({"code":3,"message":"bad"})");
  EXPECT_EQ(decode_rpc_status(encode_rpc_status({14, "", std::chrono::milliseconds(1250)}))->retry_after,
            std::chrono::milliseconds(1250));
  EXPECT_EQ(decode_rpc_status(encode_rpc_status({3, "\xFF", std::nullopt}))->message, "\xEF\xBF\xBD");
  EXPECT_FALSE(decode_rpc_status("\x0A\xFF").has_value());
}

TEST(ListenAddress, Texts) {
  EXPECT_EQ(parse_listen_address("127.0.0.1:4318")->text(), "127.0.0.1:4318");
  EXPECT_EQ(parse_listen_address("[::1]:0")->text(), "[::1]:0");
  EXPECT_EQ(parse_listen_address(":80")->text(), "*:80");
  EXPECT_EQ(parse_listen_address("*:80")->host, "");
  for (const char* bad : {"", "host", "host:", "host:x", "host:65536", "::1:80", "host:80x"}) {
    EXPECT_FALSE(parse_listen_address(bad).has_value()) << bad;
  }
  EXPECT_EQ(parse_listen_address("host").error().message,
            "\"host\" is no address to listen on: no port (wanted: host:port)");
}

}  // namespace
}  // namespace clew::net
