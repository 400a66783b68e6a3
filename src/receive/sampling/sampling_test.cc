#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "otlp/traces_codec.h"
#include "receive/sampling/adaptive.h"
#include "receive/sampling/sampled_roots.h"
#include "receive/sampling/sampling_service.h"
#include "receive/sampling/strategies.h"
#include "receive/sampling/strategies_file.h"

namespace clew::receive_sampling {
namespace {

constexpr int64_t kSecond = 1'000'000'000;

constexpr const char* kFile = R"({
  "service_strategies": [
    {"service": "foo", "type": "probabilistic", "param": 0.8, "operation_strategies": [
      {"operation": "op1", "type": "probabilistic", "param": 0.2},
      {"operation": "/metrics", "type": "probabilistic", "param": 1}]},
    {"service": "bar", "type": "ratelimiting", "param": 5}],
  "default_strategy": {"type": "probabilistic", "param": 0.5, "operation_strategies": [
    {"operation": "/health", "type": "probabilistic", "param": 0.0},
    {"operation": "/metrics", "type": "probabilistic", "param": 0.0}]}})";

TEST(Strategies, AnswerAsJaegersDocumentationSays) {
  const auto strategies = Strategies::parse(kFile);
  ASSERT_TRUE(strategies) << strategies.error().message;
  EXPECT_EQ(strategy_json(*strategies->find("foo"), KindForm::kName),
            R"({"strategyType":"PROBABILISTIC","probabilisticSampling":{"samplingRate":0.8},"operationSampling":{)"
            R"("defaultSamplingProbability":0.8,"defaultLowerBoundTracesPerSecond":0,"perOperationStrategies":[)"
            R"({"operation":"op1","probabilisticSampling":{"samplingRate":0.2}},)"
            R"({"operation":"/metrics","probabilisticSampling":{"samplingRate":1}},)"
            R"({"operation":"/health","probabilisticSampling":{"samplingRate":0}}]}})");
  // Operations of all services turn a limited rate into probabilities for a client that knows them.
  const std::string bar = strategy_json(*strategies->find("bar"), KindForm::kNumber);
  EXPECT_TRUE(bar.starts_with(R"({"strategyType":1,"rateLimitingSampling":{"maxTracesPerSecond":5},)")) << bar;
  EXPECT_EQ(strategies->find("bar")->default_probability, 0.5);
  EXPECT_EQ(strategies->find("other"), nullptr);
  EXPECT_EQ(strategies->default_strategy().operations.size(), 2u);
  EXPECT_FALSE(strategies->baggage_restrictions("foo"));
}

TEST(Strategies, WithoutFileEverythingIsSampled) {
  EXPECT_EQ(strategy_json(Strategies().default_strategy(), KindForm::kName),
            R"({"strategyType":"PROBABILISTIC","probabilisticSampling":{"samplingRate":1}})");
}

TEST(Strategies, ErrorsNameThePlace) {
  const std::pair<const char*, const char*> kCases[] = {
      {"{", "the file: no JSON"},
      {"[]", "the file: no object"},
      {R"({"default_strategy": 1})", "default_strategy: an object is wanted"},
      {R"({"default_strategy": {"type": "probabilistic", "param": 1.5}})",
       "default_strategy.param: 1.5 is no probability from 0 to 1"},
      {R"({"service_strategies": [{"service": "a", "type": "probabilistic", "param": 1}, {"type": "x"}]})",
       "service_strategies[1].service: a text is wanted"},
      {R"({"service_strategies": [{"service": "a", "type": "always", "param": 1}]})",
       "service_strategies[0].type: \"always\" is neither"},
      {R"({"service_strategies": [{"service": "a", "type": "ratelimiting", "param": 40000}]})",
       "service_strategies[0].param: 40000 is no whole number of traces per second from 0 to 32767"},
      {R"({"service_strategies": [{"service": "a", "type": "probabilistic", "param": 1,
          "operation_strategies": [{"operation": "o", "type": "ratelimiting", "param": 1}]}]})",
       "service_strategies[0].operation_strategies[0].type: an operation's strategy is"},
      {R"({"service_strategies": [{"service": "a", "type": "probabilistic", "param": 1},
                                  {"service": "a", "type": "probabilistic", "param": 1}]})",
       "service_strategies[1].service: this service was named before"},
      {R"({"baggage_restrictions": [{"baggage_key": "k"}]})", "baggage_restrictions[0].max_value_length: a whole number"},
  };
  for (const auto& [json, message] : kCases) {
    const auto parsed = Strategies::parse(json);
    ASSERT_FALSE(parsed) << json;
    EXPECT_EQ(parsed.error().message.substr(0, std::string_view(message).size()), message);
  }
}

TEST(Strategies, BaggageRestrictionsOfAServiceAndOfAll) {
  const auto strategies = Strategies::parse(R"({"baggage_restrictions": [
      {"service": "foo", "baggage_key": "user", "max_value_length": 10}, {"baggage_key": "all", "max_value_length": 5}]})");
  ASSERT_TRUE(strategies) << strategies.error().message;
  EXPECT_EQ(baggage_restrictions_json(*strategies->baggage_restrictions("foo")),
            R"([{"baggageKey":"user","maxValueLength":10},{"baggageKey":"all","maxValueLength":5}])");
  EXPECT_EQ(baggage_restrictions_json(*strategies->baggage_restrictions("bar")),
            R"([{"baggageKey":"all","maxValueLength":5}])");
}

class StrategiesOnDisk : public testing::Test {
 protected:
  StrategiesOnDisk() {
    char pattern[] = "/tmp/clew-sampling-XXXXXX";
    folder_ = mkdtemp(pattern);
    path_ = folder_ / "strategies.json";
  }
  ~StrategiesOnDisk() override { std::filesystem::remove_all(folder_); }
  // By a rename, as editors and configuration management do it, so that each write is another file.
  void write(const std::string& text) {
    std::ofstream(folder_ / "next") << text;
    std::filesystem::rename(folder_ / "next", path_);
  }
  static std::string with_default(double probability) {
    return R"({"default_strategy": {"type": "probabilistic", "param": )" + std::to_string(probability) + "}}";
  }

  std::filesystem::path folder_;
  std::filesystem::path path_;
};

TEST_F(StrategiesOnDisk, AreReadAgainAndTheLastGoodOnesStay) {
  std::vector<std::string> reports;
  StrategiesFile file(path_, [&](const stdx::Error* error) { reports.push_back(error == nullptr ? "read" : error->message); });
  EXPECT_FALSE(file.load());
  write(with_default(0.5));
  ASSERT_TRUE(file.load());
  file.refresh();
  EXPECT_TRUE(reports.empty());
  write(with_default(0.25));
  file.refresh();
  EXPECT_EQ(file.current()->default_strategy().probability, 0.25);
  write("{");
  file.refresh();
  file.refresh();
  std::filesystem::remove(path_);
  file.refresh();
  EXPECT_EQ(file.current()->default_strategy().probability, 0.25);
  ASSERT_EQ(reports.size(), 3u);
  EXPECT_EQ(reports[0], "read");
  EXPECT_EQ(reports[1].find("the sampling strategies in " + path_.string() + ": the file: no JSON"), 0u) << reports[1];
  EXPECT_NE(reports[2].find("No such file"), std::string::npos) << reports[2];
  write(with_default(0.75));
  file.refresh();
  EXPECT_EQ(file.current()->default_strategy().probability, 0.75);
}

TEST_F(StrategiesOnDisk, GoBeforeAdaptiveSampling) {
  write(kFile);
  SamplingOptions options;
  options.strategies_file = path_;
  options.adaptive.target_traces_per_second = 1;
  auto service = SamplingService::open(options);
  ASSERT_TRUE(service) << service.error().message;
  EXPECT_EQ(service->strategy("foo").probability, 0.8);
  const Strategy adaptive = service->strategy("new");
  EXPECT_EQ(adaptive.default_probability, 0.001);
  EXPECT_GT(adaptive.lower_bound_traces_per_second, 0);
  ASSERT_EQ(adaptive.operations.size(), 2u);  // The file's for all services.
  EXPECT_EQ(adaptive.operations[0].operation, "/health");
}

AdaptiveOptions options_for_test() {
  AdaptiveOptions options;
  options.target_traces_per_second = 2;
  options.initial_probability = 0.1;
  options.interval_ns = 10 * kSecond;
  return options;
}

double probability_of(const AdaptiveSampler& sampler, std::string_view service, std::string_view operation) {
  for (const auto& of : sampler.strategy(service).operations) {
    if (of.operation == operation) return of.probability;
  }
  return -1;
}

// `traces_per_second` of an operation, of which clients sample by the probability they have.
void run_interval(AdaptiveSampler& sampler, int64_t& now_ns, double traces_per_second, double client_probability) {
  const auto chosen = static_cast<int>(traces_per_second * 10 * client_probability);
  for (int i = 0; i < chosen; ++i) sampler.record("shop", "GET /", true, client_probability);
  now_ns += 10 * kSecond;
  sampler.tick(now_ns);
}

TEST(AdaptiveSampler, ReachesTheTargetWhateverClientsHave) {
  AdaptiveSampler sampler(options_for_test());
  int64_t now_ns = kSecond;
  sampler.tick(now_ns);
  EXPECT_TRUE(sampler.strategy("shop").operations.empty());
  EXPECT_EQ(sampler.strategy("shop").default_probability, 0.1);
  // 100 traces a second need 0.02; at once, since it is less.
  run_interval(sampler, now_ns, 100, 0.1);
  EXPECT_NEAR(probability_of(sampler, "shop", "GET /"), 0.02, 1e-9);
  // Clients that did not ask yet still choose by 0.1: this says the same.
  run_interval(sampler, now_ns, 100, 0.1);
  EXPECT_NEAR(probability_of(sampler, "shop", "GET /"), 0.02, 1e-9);
  // Within the tolerance nothing changes.
  run_interval(sampler, now_ns, 120, 0.02);
  EXPECT_NEAR(probability_of(sampler, "shop", "GET /"), 0.02, 1e-9);
  // Few traces: up, but no more than fourfold in one interval.
  run_interval(sampler, now_ns, 10, 0.02);
  EXPECT_NEAR(probability_of(sampler, "shop", "GET /"), 0.08, 1e-9);
  run_interval(sampler, now_ns, 10, 0.08);
  EXPECT_NEAR(probability_of(sampler, "shop", "GET /"), 0.2, 1e-9);
}

TEST(AdaptiveSampler, TheLowerBoundsTracesRaiseAProbabilityThatChoosesNone) {
  AdaptiveSampler sampler(options_for_test());
  int64_t now_ns = kSecond;
  sampler.tick(now_ns);
  sampler.record("shop", "rare", false, 0.01);
  sampler.tick(now_ns += 10 * kSecond);
  EXPECT_NEAR(probability_of(sampler, "shop", "rare"), 0.04, 1e-9);
  // Nothing at all says nothing.
  sampler.tick(now_ns += 10 * kSecond);
  EXPECT_NEAR(probability_of(sampler, "shop", "rare"), 0.04, 1e-9);
  for (int i = 0; i < 5; ++i) {
    sampler.record("shop", "rare", false, 0.01);
    sampler.tick(now_ns += 10 * kSecond);
  }
  EXPECT_EQ(probability_of(sampler, "shop", "rare"), 1);
}

TEST(AdaptiveSampler, IsBoundedAndForgets) {
  AdaptiveSampler sampler(options_for_test());
  int64_t now_ns = kSecond;
  sampler.tick(now_ns);
  for (int i = 0; i < 5000; ++i) sampler.record("shop", "op" + std::to_string(i), true, 1e-9);
  sampler.record("shop", "", true, 0.5);
  sampler.record("", "op", true, 0.5);
  sampler.record("shop", "nan", true, std::nan(""));
  sampler.record("shop", "zero", true, 0);
  EXPECT_EQ(sampler.strategy("shop").operations.size(), 2000u);
  EXPECT_EQ(sampler.strategy("shop").operations[0].probability, 0.00001);
  for (int i = 0; i < 2000; ++i) sampler.record("service" + std::to_string(i), "op", true, 1);
  EXPECT_EQ(sampler.strategy("service998").operations.size(), 1u);
  EXPECT_EQ(sampler.strategy("service1999").operations.size(), 0u);
  for (int i = 0; i < 70; ++i) sampler.tick(now_ns += 10 * kSecond);
  EXPECT_EQ(sampler.strategy("shop").operations.size(), 0u);
}

TEST(SampledRoots, AreFoundInOtlp) {
  const auto attribute = [](const char* key, auto value) { return otlp::KeyValue{key, {value}}; };
  otlp::Span root;
  root.trace_id = {1, 2};
  root.span_id = 3;
  root.name = "GET /";
  root.attributes = {attribute("sampler.type", std::string("probabilistic")), attribute("sampler.param", 0.25)};
  otlp::Span lower = root;
  lower.name = "rare";
  lower.attributes = {attribute("jaeger.sampler.param", int64_t{1}), attribute("jaeger.sampler.type", std::string("lowerbound"))};
  otlp::Span child = root;
  child.parent_span_id = 9;
  otlp::Span constant = root;
  constant.attributes[0] = attribute("sampler.type", std::string("const"));
  otlp::TracesData data;
  data.resource_spans.push_back({{{attribute("service.name", std::string("shop"))}, 0, {}}, {{{}, {root, child, constant, lower}}}});
  std::vector<std::string> seen;
  for_each_sampled_root(otlp::encode_traces(data), [&](const SampledRoot& found) {
    seen.push_back(std::string(found.service) + " " + std::string(found.operation) + " " + std::to_string(found.chosen) + " " +
                   std::to_string(found.probability));
  });
  EXPECT_EQ(seen, (std::vector<std::string>{"shop GET / 1 0.250000", "shop rare 0 1.000000"}));
}

class KeptHttpReply final : public net::HttpReply {
 public:
  void send(net::HttpResponse response) override { answer = std::move(response); }
  net::HttpResponse answer;
};

net::HttpResponse ask(const SamplingService& service, const std::string& path, const std::string& query) {
  for (auto routes : {service.agent_routes(), service.collector_routes()}) {
    for (const net::HttpRoute& route : routes) {
      if (route.pattern != path) continue;
      net::HttpRequest request;
      EXPECT_TRUE(net::parse_target(path + query, request));
      auto reply = std::make_shared<KeptHttpReply>();
      route.handler(request, reply);
      return reply->answer;
    }
  }
  return {};
}

TEST(SamplingService, AnswersAsTheAgentAndTheCollector) {
  const auto service = SamplingService::open({});
  ASSERT_TRUE(service);
  const std::string all = R"({"strategyType":"PROBABILISTIC","probabilisticSampling":{"samplingRate":1}})";
  EXPECT_EQ(ask(*service, "/sampling", "?service=frontend").body, all);
  EXPECT_EQ(ask(*service, "/api/sampling", "?service=frontend").body, all);
  EXPECT_EQ(ask(*service, "/", "?service=frontend").body, R"({"strategyType":0,"probabilisticSampling":{"samplingRate":1}})");
  for (const char* query : {"", "?service=", "?service=a&service=b"}) {
    EXPECT_EQ(ask(*service, "/sampling", query).status, 400) << query;
    EXPECT_EQ(ask(*service, "/sampling", query).body, "'service' parameter must be provided once\n");
  }
  EXPECT_EQ(ask(*service, "/baggageRestrictions", "?service=a").status, 404);
}

class KeptGrpcReply final : public net::GrpcReply {
 public:
  void send(std::string_view message) override { answer = message; }
  void fail(const stdx::Error& error) override { failure = error; }
  std::string answer;
  stdx::Error failure;
};

class GrpcQuestion final : public net::GrpcRequest {
 public:
  explicit GrpcQuestion(std::string bytes) { message = stdx::SharedBytes::from_string(std::move(bytes)); }
  std::string_view metadata(std::string_view) const override { return {}; }
  std::string peer() const override { return {}; }
};

TEST_F(StrategiesOnDisk, OverGrpc) {
  write(R"({"service_strategies": [{"service": "bar", "type": "ratelimiting", "param": 5}]})");
  const auto service = SamplingService::open({path_, {}});
  ASSERT_TRUE(service);
  const auto method = service->grpc_methods().front();
  const auto reply = std::make_shared<KeptGrpcReply>();
  GrpcQuestion bar("\x0a\x03"
                   "bar");
  method.handler(bar, reply);
  EXPECT_EQ(reply->answer, "\x08\x01\x1a\x02\x08\x05");
  GrpcQuestion other("\x0a\x01o");
  method.handler(other, reply);
  EXPECT_EQ(reply->answer, std::string("\x12\x09\x09\0\0\0\0\0\0\xf0\x3f", 11));
  GrpcQuestion broken("\x0a\x05o");
  method.handler(broken, reply);
  EXPECT_EQ(reply->failure.code, stdx::ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace clew::receive_sampling
