#include "net/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "net/http_client.h"
#include "net/protocol_guess.h"
#include "net/raw_client_for_test.h"
#include "self/log_line.h"
#include "wire/content_coding.h"

namespace clew::net {
namespace {

using std::chrono::milliseconds;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

HttpResponse text(std::string body) { return {200, "text/plain", {}, std::move(body)}; }

// Replies that a test answers when it likes.
class Held {
 public:
  void put(HttpReplyPtr reply) {
    const std::lock_guard lock(mutex_);
    replies_.push_back(std::move(reply));
    changed_.notify_all();
  }
  std::vector<HttpReplyPtr> wait_for(size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(90), [&] { return replies_.size() >= count; });
    return std::move(replies_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<HttpReplyPtr> replies_;
};

class HttpServerTest : public testing::Test {
 protected:
  void start(HttpServerOptions options = {}) {
    if (options.addresses.empty()) options.addresses = {{"127.0.0.1", 0}};
    std::vector<HttpRoute> routes = {
        {"GET", "/hello", [](HttpRequest&, HttpReplyPtr reply) { reply->send(text("hello")); }, true},
        {"POST", "/echo", [](HttpRequest& request, HttpReplyPtr reply) { reply->send(text(std::move(request.body))); }},
        {"POST", "/quick-echo",
         [](HttpRequest& request, HttpReplyPtr reply) { reply->send(text(std::move(request.body))); }, true},
        {"GET", "/held", [this](HttpRequest&, HttpReplyPtr reply) { held_.put(std::move(reply)); }},
        {"POST", "/held", [this](HttpRequest&, HttpReplyPtr reply) { held_.put(std::move(reply)); }},
        {"GET", "/dropped", [](HttpRequest&, HttpReplyPtr) {}},
        {"GET", "/thrown", [](HttpRequest&, HttpReplyPtr) { throw std::runtime_error("boom"); }},
        {"GET", "/item/{id}",
         [](HttpRequest& request, HttpReplyPtr reply) { reply->send(text(request.path_parameters[0])); }},
        {"GET", "/large", [](HttpRequest&, HttpReplyPtr reply) { reply->send(text(std::string(100000, 'x'))); }},
        {"GET", "/split",
         [](HttpRequest&, HttpReplyPtr reply) {
           auto response = text("");
           response.headers.emplace_back("X-Echo", "a\r\nInjected: b");
           reply->send(std::move(response));
         }},
    };
    auto started = HttpServer::start(std::move(options), std::move(routes));
    ASSERT_TRUE(started.has_value()) << started.error().message;
    server_ = std::move(*started);
    port_ = server_->ports().at(0);
  }

  HttpClient client() { return HttpClient({.host = "127.0.0.1", .port = port_}); }

  Held held_;
  std::unique_ptr<HttpServer> server_;
  uint16_t port_ = 0;
};

TEST_F(HttpServerTest, RoutesAndErrors) {
  start();
  auto http = client();
  EXPECT_EQ(http.get("/hello")->body, "hello");
  EXPECT_EQ(http.get("/item/a%2Fb%20c")->body, "a/b c");
  EXPECT_EQ(http.post("/echo", "text/plain", "abc")->body, "abc");
  const auto missing = http.get("/nowhere");
  EXPECT_EQ(missing->status, 404);
  EXPECT_EQ(missing->body, R"({"error":{"code":"not_found","message":"nothing at /nowhere"}})");
  const auto method = http.post("/hello", "text/plain", "");
  EXPECT_EQ(method->status, 405);
  EXPECT_THAT(method->headers, testing::Contains(std::pair<std::string, std::string>("Allow", "GET, HEAD, OPTIONS")));
  const auto head = http.request("HEAD", "/hello", "", "", {});
  EXPECT_EQ(head->status, 200);
  EXPECT_EQ(head->body, "");
  EXPECT_EQ(http.get("/dropped")->status, 500);
  EXPECT_EQ(http.get("/thrown")->status, 500);
  EXPECT_EQ(http.get("/hello")->body, "hello");
  EXPECT_EQ(server_->counters().connections_accepted, 1u) << "all over one kept connection";
}

TEST_F(HttpServerTest, BodiesOfManySizesOnBothKindsOfRoute) {
  start();
  auto http = client();
  for (const size_t size : {0u, 1u, 15u, 16u, 19u, 30u, 31u, 4095u, 4096u, 4097u, 300000u, 5000000u}) {
    std::string body(size, 'b');
    for (size_t index = 0; index < size; index += 777) body[index] = static_cast<char>(index % 251);
    EXPECT_TRUE(http.post("/echo", "text/plain", body)->body == body) << size;
    EXPECT_TRUE(http.post("/quick-echo", "text/plain", body)->body == body) << size;
  }
  EXPECT_EQ(server_->counters().body_bytes_in_flight, 0u);
}

TEST_F(HttpServerTest, ChunkedBodies) {
  start();
  RawClient raw(port_);
  raw.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  raw.send("A;x=y\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n");
  EXPECT_THAT(raw.read_until("abc0123456789"), StartsWith("HTTP/1.1 200 OK\r\n"));
  raw.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
  EXPECT_THAT(raw.read_all(), AllOf(StartsWith("HTTP/1.1 400 "), HasSubstr("Connection: close")));
}

TEST_F(HttpServerTest, PipelinedAnswersKeepTheirOrder) {
  start();
  RawClient raw(port_);
  raw.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\nGET /held HTTP/1.1\r\nHost: x\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  auto replies = held_.wait_for(2);
  ASSERT_EQ(replies.size(), 2u) << "both are handled at once";
  replies[1]->send(text("second|"));
  replies[0]->send(text("first|"));
  const std::string all = raw.read_until("hello");
  EXPECT_LT(all.find("|"), all.find("hello"));
  // Either of the two held requests may have reached its worker first.
  EXPECT_NE(all.find("first|"), std::string::npos);
  EXPECT_NE(all.find("second|"), std::string::npos);
}

TEST_F(HttpServerTest, MorePipelinedRequestsThanTheDepth) {
  HttpServerOptions options;
  options.limits.pipeline_depth_max = 4;
  start(options);
  RawClient raw(port_);
  std::string requests;
  for (int index = 0; index < 300; ++index) {
    requests += "GET /item/" + std::to_string(index) + " HTTP/1.1\r\nHost: x\r\n\r\n";
  }
  requests += "GET /item/end HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  raw.send(requests);
  const std::string all = raw.read_all();
  size_t position = 0;
  for (int index = 0; index < 300; ++index) {
    position = all.find("\r\n\r\n" + std::to_string(index) + "HTTP/1.1", position);
    ASSERT_NE(position, std::string::npos) << index;
  }
  EXPECT_THAT(all, EndsWith("end"));
}

TEST_F(HttpServerTest, HalfClosedClientGetsItsAnswers) {
  start();
  RawClient raw(port_);
  raw.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
  raw.end_output();
  held_.wait_for(1).at(0)->send(text("late answer"));
  EXPECT_THAT(raw.read_all(), EndsWith("late answer"));
}

TEST_F(HttpServerTest, OldHttpAndClose) {
  start();
  RawClient old(port_);
  old.send("GET /hello HTTP/1.0\r\n\r\n");
  EXPECT_THAT(old.read_all(), AllOf(StartsWith("HTTP/1.0 200 OK"), HasSubstr("Connection: close"), EndsWith("hello")));
  RawClient kept(port_);
  kept.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_THAT(kept.read_until("hello"), HasSubstr("Connection: keep-alive"));
}

TEST_F(HttpServerTest, ExpectContinue) {
  start();
  RawClient raw(port_);
  raw.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(raw.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  raw.send("abc");
  EXPECT_THAT(raw.read_until("abc"), StartsWith("HTTP/1.1 200 OK"));
}

TEST_F(HttpServerTest, ExpectContinueIsRefusedWhenTooLarge) {
  HttpServerOptions options;
  options.limits.body_bytes_max = 10;
  start(options);
  RawClient raw(port_);
  raw.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_THAT(raw.read_until("}}"), StartsWith("HTTP/1.1 413 "));
}

TEST_F(HttpServerTest, MalformedAndOversized) {
  HttpServerOptions options;
  options.limits.header_bytes_max = 2000;
  options.limits.body_bytes_max = 1000;
  start(options);
  struct Case {
    std::string request;
    std::string status;
  };
  const std::string head = "POST /echo HTTP/1.1\r\nHost: x\r\n";
  const Case cases[] = {
      {"\x16\x03\x01 tls\r\n\r\n", "400"},
      {"GET\r\n\r\n", "400"},
      {"GET /%zz HTTP/1.1\r\n\r\n", "400"},
      {"GET hello HTTP/1.1\r\n\r\n", "400"},
      {"GET /hello HTTP/9.9\r\n\r\n", "505"},
      {"GET /hello HTTP/1.1\r\nX: " + std::string(3000, 'x') + "\r\n\r\n", "431"},
      {"GET /" + std::string(100000, 'x'), "431"},
      {head + "Content-Length: 1001\r\n\r\n" + std::string(1001, 'x'), "413"},
      {head + "Content-Length: 18446744073709551615\r\n\r\n", "413"},
      {head + "Content-Length: 18446744073709551616\r\n\r\n", "400"},
      {head + "Content-Length: -1\r\n\r\n", "400"},
      {head + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", "400"},
      {head + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"},
      {head + "Transfer-Encoding: chunked\r\n\r\n3E9\r\n" + std::string(1001, 'x') + "\r\n0\r\n\r\n", "413"},
      {head + "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n", "400"},
      {"CONNECT host:80 HTTP/1.1\r\n\r\n", "400"},
  };
  for (const Case& test : cases) {
    RawClient raw(port_);
    raw.send(test.request);
    raw.end_output();
    const std::string answer = raw.read_all();
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 " + test.status + " ")) << test.request.substr(0, 120);
    EXPECT_THAT(answer, HasSubstr("Connection: close")) << test.request.substr(0, 120);
  }
  EXPECT_EQ(client().get("/hello")->body, "hello");
  EXPECT_EQ(server_->counters().body_bytes_in_flight, 0u);
}

TEST_F(HttpServerTest, OtherProtocolsAreToldWhatTheyLookLike) {
  start();
  std::vector<std::string> lines;
  self::redirect_log([&](std::string_view line) { lines.emplace_back(line); });
  for (const auto& [bytes, name] : {std::pair(std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc", 9), "TLS"),
                                    std::pair(std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "gRPC (HTTP/2)"),
                                    std::pair(std::string("\x82\x21\x01\x09" "emitBatch"), "Thrift's compact protocol")}) {
    RawClient client(port_);
    client.send(bytes);
    const std::string answer = client.read_all();
    EXPECT_THAT(answer, testing::StartsWith("HTTP/1.1 ")) << name;
    EXPECT_THAT(answer, testing::HasSubstr(std::string("it looks like ") + name));
  }
  RawClient bad(port_);
  bad.send("GET nothing HTTP/1.1\r\n\r\n");
  EXPECT_THAT(bad.read_all(), testing::Not(testing::HasSubstr("looks like")));
  self::redirect_log({});
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_THAT(lines[0], testing::HasSubstr("looks_like=TLS"));
}

TEST(ProtocolGuess, ByTheFirstBytes) {
  const std::pair<std::string_view, std::string_view> kCases[] = {
      {"", "nothing at all"},
      {"GET / HTTP/1.1", "HTTP/1"},
      {"HTTP/1.1 200 OK", "an answer of HTTP/1"},
      {"PRI * HTTP/2.0", "gRPC (HTTP/2)"},
      {"\x16\x03\x03", "TLS"},
      {"\x82\x81\x01", "Thrift's compact protocol"},
      {std::string_view("\x80\x01\x00\x04", 4), "Thrift's binary protocol"},
      {std::string_view("\x00\x00\x01\x00\x80\x01", 6), "framed Thrift"},
      {"\x1f\x8b\x08", "gzip"},
      {"[{\"traceId\":1}]", "JSON"},
      {"app.requests:1|c", "StatsD"},
      {"<34>Oct 11", "syslog"},
      {"\x0a\x10xyz", "protobuf"},
      {"hello", "nothing known"},
      {"\xff\xff", "nothing known"},
  };
  for (const auto& [bytes, name] : kCases) EXPECT_EQ(guess_protocol(bytes), name) << bytes;
}

TEST_F(HttpServerTest, AnswersBeforeAMalformedRequestAreKept) {
  start();
  RawClient raw(port_);
  raw.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\nnonsense\r\n\r\n");
  held_.wait_for(1).at(0)->send(text("kept"));
  const std::string all = raw.read_all();
  EXPECT_THAT(all, AllOf(StartsWith("HTTP/1.1 200"), HasSubstr("kept"), HasSubstr("HTTP/1.1 400")));
}

TEST_F(HttpServerTest, SlowRequestsTimeOutAndIdleConnectionsClose) {
  HttpServerOptions options;
  options.limits.request_timeout = milliseconds(500);
  options.limits.idle_timeout = milliseconds(500);
  start(options);
  RawClient header(port_);
  header.send("GET /hel");
  EXPECT_THAT(header.read_all(), StartsWith("HTTP/1.1 408 "));
  RawClient body(port_);
  body.send("POST /echo HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_THAT(body.read_all(), StartsWith("HTTP/1.1 408 "));
  RawClient idle(port_);
  EXPECT_EQ(idle.read_all(), "");
  EXPECT_EQ(server_->counters().requests_timed_out, 2u);
}

// The server must give up on a client that does not read, and free what it holds for it.
TEST_F(HttpServerTest, ClientThatNeverReads) {
  HttpServerOptions options;
  options.limits.write_timeout = milliseconds(50);
  start(options);
  RawClient raw(port_);
  std::string requests;
  for (int index = 0; index < 200; ++index) requests += "GET /large HTTP/1.1\r\nHost: x\r\n\r\n";
  raw.send(requests);
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(90);
  while (server_->counters().connections != 0 && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(milliseconds(5));
  }
  EXPECT_EQ(server_->counters().connections, 0u);
}

TEST_F(HttpServerTest, BytesInFlightAreBounded) {
  HttpServerOptions options;
  options.limits.body_bytes_in_flight_max = 1500;
  start(options);
  RawClient first(port_);
  first.send("POST /held HTTP/1.1\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'x'));
  auto replies = held_.wait_for(1);
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_EQ(server_->counters().body_bytes_in_flight, 1000u);
  RawClient second(port_);
  second.send("POST /echo HTTP/1.1\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'x'));
  const std::string refused = second.read_until("}}");
  EXPECT_THAT(refused, AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("Retry-After: 1")));
  replies[0]->send(text("done"));
  EXPECT_THAT(first.read_until("done"), EndsWith("done"));
  EXPECT_EQ(client().post("/echo", "text/plain", std::string(1000, 'x'))->status, 200);
}

TEST_F(HttpServerTest, RequestsInFlightAreBounded) {
  HttpServerOptions options;
  options.limits.requests_in_flight_max = 1;
  start(options);
  RawClient first(port_);
  first.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
  auto replies = held_.wait_for(1);
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_EQ(client().get("/hello")->status, 503);
  replies[0]->send(text("done"));
  first.read_until("done");
  EXPECT_EQ(client().get("/hello")->status, 200);
}

TEST_F(HttpServerTest, ConnectionsAreBounded) {
  HttpServerOptions options;
  options.limits.connections_max = 1;
  start(options);
  auto kept = client();
  EXPECT_EQ(kept.get("/hello")->status, 200);
  RawClient refused(port_);
  EXPECT_THAT(refused.read_all(), StartsWith("HTTP/1.1 503 "));
  EXPECT_EQ(server_->counters().connections_refused, 1u);
}

// Waits for a condition with a limit.
template <class Condition>
bool comes_true(Condition condition) {
  for (int i = 0; i < 9'000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(milliseconds(10));
  }
  return false;
}

TEST_F(HttpServerTest, AnswersInPieces) {
  start();
  RawClient raw(port_);
  ASSERT_TRUE(raw.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\n\r\n"));
  const auto replies = held_.wait_for(1);
  auto head = text("first");
  head.content_type = "text/event-stream";
  const HttpStreamPtr stream = replies.at(0)->stream(std::move(head));
  const std::string begin = raw.read_until("first\r\n");
  EXPECT_THAT(begin, HasSubstr("Transfer-Encoding: chunked\r\n"));
  EXPECT_THAT(begin, EndsWith("\r\n\r\n5\r\nfirst\r\n"));
  EXPECT_TRUE(stream->write(std::string(20, 'y')));
  EXPECT_EQ(raw.read_until("y\r\n"), "14\r\n" + std::string(20, 'y') + "\r\n");
  EXPECT_TRUE(comes_true([&] { return stream->waiting_bytes() == 0; }));
  EXPECT_FALSE(stream->closed());
  stream->finish();
  EXPECT_EQ(raw.read_until("0\r\n\r\n"), "0\r\n\r\n");
  EXPECT_THAT(raw.read_until("hello"), StartsWith("HTTP/1.1 200 OK\r\n")) << "the next answer follows on the same connection";
  EXPECT_FALSE(stream->write("late"));
  EXPECT_TRUE(comes_true([&] { return server_->counters().requests_in_flight == 0; }));
}

TEST_F(HttpServerTest, AStreamThatIsDroppedIsCutAndOldClientsGetTheirPieces) {
  start();
  RawClient cut(port_);
  ASSERT_TRUE(cut.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n"));
  held_.wait_for(1).at(0)->stream(text("part"));
  EXPECT_THAT(cut.read_all(), testing::Not(HasSubstr("0\r\n\r\n"))) << "a part must not look like the whole";
  RawClient old(port_);
  ASSERT_TRUE(old.send("GET /held HTTP/1.0\r\n\r\n"));
  held_.wait_for(1).at(0)->stream(text("all"))->finish();
  EXPECT_THAT(old.read_all(), EndsWith("\r\n\r\nall"));
}

TEST_F(HttpServerTest, AStreamHearsThatItsClientHasGone) {
  start();
  HttpStreamPtr stream;
  {
    RawClient raw(port_);
    ASSERT_TRUE(raw.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n"));
    stream = held_.wait_for(1).at(0)->stream(text("x"));
    raw.read_until("x\r\n");
    EXPECT_FALSE(stream->closed());
  }
  EXPECT_TRUE(comes_true([&] { return stream->closed().load(); }));
  EXPECT_FALSE(stream->write("more"));
}

TEST_F(HttpServerTest, AReaderThatFallsBehindIsDropped) {
  HttpServerOptions options;
  options.limits.stream_waiting_bytes_max = 256 << 10;
  start(options);
  RawClient raw(port_);
  ASSERT_TRUE(raw.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n"));
  const HttpStreamPtr stream = held_.wait_for(1).at(0)->stream(text("x"));
  const std::string piece(64 << 10, 'z');
  size_t written = 0;
  while (written < (64u << 20) && stream->write(piece)) written += piece.size();
  EXPECT_LT(written, 64u << 20) << "what nobody takes must not pile up";
  EXPECT_TRUE(stream->closed());
}

TEST_F(HttpServerTest, StopEndsStreams) {
  start();
  RawClient raw(port_);
  ASSERT_TRUE(raw.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n"));
  const HttpStreamPtr stream = held_.wait_for(1).at(0)->stream(text("x"));
  std::thread writer([&] {
    EXPECT_TRUE(comes_true([&] { return stream->closed().load(); }));
    stream->finish();
  });
  server_->stop(std::chrono::seconds(90));
  writer.join();
  EXPECT_THAT(raw.read_all(), EndsWith("0\r\n\r\n"));
}

TEST_F(HttpServerTest, CompressesWhenAsked) {
  start();
  auto http = client();
  const auto plain = http.get("/large");
  EXPECT_EQ(plain->body.size(), 100000u);
  const auto coded = http.get("/large", {{"Accept-Encoding", "br, gzip"}});
  EXPECT_LT(coded->body.size(), 1000u);
  EXPECT_EQ(wire::decode_gzip(coded->body, 100000).value(), plain->body);
  EXPECT_EQ(http.get("/hello", {{"Accept-Encoding", "gzip"}})->body, "hello") << "too small to be worth it";
}

TEST_F(HttpServerTest, HeadersCannotBeInjected) {
  start();
  const auto response = client().get("/split");
  EXPECT_THAT(response->headers, testing::Contains(std::pair<std::string, std::string>("X-Echo", "a  Injected: b")));
}

std::string header_of(const HttpResponse& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "(none)";
}

TEST_F(HttpServerTest, CorsForAllowedOriginsOnly) {
  HttpServerOptions options;
  options.cors.allowed_origins = {"https://shop.example", "https://*.shop.example"};
  start(options);
  auto http = client();
  for (const char* origin : {"https://shop.example", "https://a.shop.example", "https://a.b.shop.example"}) {
    const auto preflight = http.request("OPTIONS", "/echo", "", "",
                                        {{"Origin", origin},
                                         {"Access-Control-Request-Method", "POST"},
                                         {"Access-Control-Request-Headers", "content-type,x-tenant"}});
    EXPECT_EQ(preflight->status, 204);
    EXPECT_EQ(header_of(*preflight, "Access-Control-Allow-Origin"), origin);
    EXPECT_EQ(header_of(*preflight, "Access-Control-Allow-Methods"), "POST, OPTIONS");
    EXPECT_EQ(header_of(*preflight, "Access-Control-Allow-Headers"), "content-type,x-tenant");
    const auto post = http.post("/echo", "text/plain", "x", {{"Origin", origin}});
    EXPECT_EQ(header_of(*post, "Access-Control-Allow-Origin"), origin);
    EXPECT_EQ(header_of(*post, "Vary"), "Origin");
  }
  for (const char* origin : {"https://evil.example", "http://shop.example", "https://evil.example/.shop.example",
                             "https://.shop.example", "null"}) {
    const auto preflight = http.request("OPTIONS", "/echo", "", "", {{"Origin", origin}});
    EXPECT_EQ(header_of(*preflight, "Access-Control-Allow-Origin"), "(none)") << origin;
    EXPECT_EQ(header_of(*preflight, "Access-Control-Allow-Methods"), "(none)") << origin;
  }
}

TEST_F(HttpServerTest, NoCorsByDefault) {
  start();
  const auto response = client().get("/hello", {{"Origin", "https://shop.example"}});
  EXPECT_EQ(header_of(*response, "Access-Control-Allow-Origin"), "(none)");
}

TEST_F(HttpServerTest, TakenPortNamesItselfAndItsHolder) {
  start();
  const auto second = HttpServer::start({.addresses = {{"127.0.0.1", port_}}}, {});
  ASSERT_FALSE(second.has_value());
  EXPECT_THAT(second.error().message, StartsWith("cannot listen on 127.0.0.1:" + std::to_string(port_) + ": port " +
                                                 std::to_string(port_) + " is taken by net_test (process "));
}

TEST_F(HttpServerTest, StopLetsRequestsFinish) {
  start();
  RawClient raw(port_);
  raw.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
  auto replies = held_.wait_for(1);
  ASSERT_EQ(replies.size(), 1u);
  std::thread stopper([&] { server_->stop(std::chrono::seconds(90)); });
  // New connections are refused once the stop has begun; until then they are served.
  while (RawClient(port_).connected()) std::this_thread::yield();
  replies[0]->send(text("finished"));
  EXPECT_THAT(raw.read_all(), EndsWith("finished"));
  replies.clear();
  stopper.join();
}

TEST_F(HttpServerTest, RepliesAfterTheEndReachNobody) {
  start();
  RawClient raw(port_);
  raw.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
  auto replies = held_.wait_for(1);
  server_->stop(milliseconds(0));
  server_.reset();
  ASSERT_EQ(replies.size(), 1u);
  replies[0]->send(text("too late"));
  EXPECT_EQ(raw.read_all(), "");
}

TEST_F(HttpServerTest, ManyConnectionsAndThreads) {
  HttpServerOptions options;
  options.io_threads = 2;
  options.worker_threads = 3;
  start(options);
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (int thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&, thread] {
      auto http = client();
      for (int round = 0; round < 100; ++round) {
        const std::string body = std::to_string(thread) + ":" + std::to_string(round) + std::string(round * 50, 'x');
        const auto response = http.post(round % 2 == 0 ? "/echo" : "/quick-echo", "text/plain", body);
        if (response.has_value() && response->body == body) ++good;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 800);
}

TEST(HttpClient, Urls) {
  EXPECT_EQ(parse_http_url("http://localhost:7070/api")->port, 7070);
  EXPECT_EQ(parse_http_url("http://localhost:7070/api")->target, "/api");
  EXPECT_EQ(parse_http_url("http://[::1]:7070")->host, "::1");
  EXPECT_EQ(parse_http_url("clew.example")->port, 80);
  for (const char* bad : {"", "http://", "https://x", "http://x:y", "http://:1"}) {
    EXPECT_FALSE(parse_http_url(bad).has_value()) << bad;
  }
}

TEST(HttpClient, NobodyThere) {
  HttpClient client({.host = "127.0.0.1", .port = 1});
  const auto response = client.get("/");
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().message, "cannot connect to 127.0.0.1:1: Connection refused");
}

}  // namespace
}  // namespace clew::net
