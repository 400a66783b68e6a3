// What the doors answer, and to whom.
#include "receive/skywalking/skywalking_receiver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "net/grpc_client.h"
#include "net/http_client.h"
#include "otlp/foreign_ids.h"
#include "otlp/message_writer.h"
#include "otlp/records_survey.h"
#include "receive/fake_log_for_test.h"
#include "receive/skywalking/skywalking_dump_for_test.h"

namespace clew::receive_skywalking {
namespace {

using receive::Protocol;
using testing::HasSubstr;

constexpr char kCollect[] = "/skywalking.v3.TraceSegmentReportService/collect";
constexpr char kOldCollect[] = "/TraceSegmentReportService/collect";

struct Ref {
  std::string trace;
  std::string segment;
  int32_t span = 0;
};

// A segment of one entry span.
std::string segment(const std::string& trace, const std::string& id, const std::vector<Ref>& refs = {},
                    int64_t start_ms = 1'700'000'000'000) {
  std::string out;
  otlp::MessageWriter writer(out);
  writer.add_bytes(1, trace);
  writer.add_bytes(2, id);
  const size_t span = writer.open(3);
  writer.add_varint(2, UINT64_MAX);
  writer.add_varint(3, static_cast<uint64_t>(start_ms));
  writer.add_varint(4, static_cast<uint64_t>(start_ms + 5));
  for (const Ref& ref : refs) {
    const size_t open = writer.open(5);
    writer.add_bytes(2, ref.trace);
    writer.add_bytes(3, ref.segment);
    writer.add_varint(4, static_cast<uint64_t>(ref.span));
    writer.close(open);
  }
  writer.add_bytes(6, "consume");
  writer.add_varint(9, 4);   // MQ.
  writer.add_varint(10, 41);  // kafka-consumer.
  writer.close(span);
  writer.add_bytes(4, "orders");
  writer.add_bytes(5, "orders-1");
  return out;
}

class SkyWalkingReceiverTest : public testing::Test {
 protected:
  void SetUp() override {
    auto grpc = net::GrpcServer::start({.addresses = {{"127.0.0.1", 0}}, .explain_unknown = receiver_.unknown_method()},
                                       receiver_.grpc_methods());
    ASSERT_TRUE(grpc.has_value());
    grpc_ = std::move(*grpc);
    auto http = net::HttpServer::start({.addresses = {{"127.0.0.1", 0}}, .format_error = receiver_.http_error_format()},
                                       receiver_.http_routes());
    ASSERT_TRUE(http.has_value());
    http_ = std::move(*http);
    client_.emplace(net::GrpcClientOptions{.target = "127.0.0.1:" + std::to_string(grpc_->ports().at(0))});
  }
  net::HttpResponse post(std::string_view path, std::string_view body) {
    net::HttpClient client({.host = "127.0.0.1", .port = http_->ports().at(0)});
    auto response = client.post(path, "application/json", body);
    return response ? *response : net::HttpResponse();
  }
  const receive::ProtocolCounters& counted(Protocol protocol) { return intake_.counters().of(protocol); }

  stdx::SystemClock clock_;
  receive::FakeLog log_;
  receive::Intake intake_{log_, clock_};
  NameBook names_;
  SkyWalkingReceiver receiver_{intake_, clock_, names_};
  std::unique_ptr<net::GrpcServer> grpc_;
  std::unique_ptr<net::HttpServer> http_;
  std::optional<net::GrpcClient> client_;
};

TEST_F(SkyWalkingReceiverTest, SegmentsAreDurableWhileTheStreamStaysOpen) {
  auto stream = client_->open_stream(kCollect);
  stream->write(segment("a.1.1", "s1"));
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(90);
  while (counted(Protocol::kSkyWalkingGrpc).spans_accepted == 0 && std::chrono::steady_clock::now() < until) {
    std::this_thread::yield();
  }
  EXPECT_EQ(counted(Protocol::kSkyWalkingGrpc).spans_accepted, 1u);
  stream->write(segment("a.1.2", "s2"));
  EXPECT_EQ(stream->finish().code, 0);
  EXPECT_EQ(log_.records.size(), 2u);
}

TEST_F(SkyWalkingReceiverTest, ABadSegmentCostsItself) {
  auto stream = client_->open_stream(kCollect);
  stream->write(segment("a.1.1", "s1"));
  stream->write("\x0A\xFF");
  stream->write(segment("", "s2"));
  stream->write(segment("a.1.2", "s3", {}, -5));
  stream->write(segment("a.1.3", "s4"));
  const auto answer = stream->finish();
  EXPECT_EQ(answer.code, 3);
  EXPECT_EQ(answer.message,
            "2 of 5 messages were refused; the first: not a SegmentObject of SkyWalking: malformed protobuf");
  EXPECT_EQ(log_.records.size(), 2u);
  EXPECT_EQ(counted(Protocol::kSkyWalkingGrpc).items_refused[static_cast<size_t>(receive::Refusal::kTimeOutOfRange)], 1u);
  EXPECT_EQ(counted(Protocol::kSkyWalkingGrpc).requests, 5u);
}

TEST_F(SkyWalkingReceiverTest, AFullLogEndsTheStreamSoThatItsClientWaits) {
  log_.refusal = stdx::Error{stdx::ErrorCode::kUnavailable, "the disk is full"};
  auto stream = client_->open_stream(kCollect);
  stream->write(segment("a.1.1", "s1"));
  const auto answer = stream->finish();
  EXPECT_EQ(answer.code, 14);
  EXPECT_EQ(answer.message, "the disk is full");
  EXPECT_EQ(post("/v3/segments", R"([{"traceId":"a","traceSegmentId":"b","spans":[{"spanId":0,"startTime":1}]}])").status, 503);
}

TEST_F(SkyWalkingReceiverTest, AConsumerOfABatchHasOneParentAndLinks) {
  auto stream = client_->open_stream(kCollect);
  stream->write(segment("t.1.1", "s1", {{"other.1.1", "p0", 0}, {"t.1.1", "p1", 3}, {"t.1.1", "p2", 1}}));
  ASSERT_EQ(stream->finish().code, 0);
  const auto data = otlp::decode_traces(log_.records.at(0).payload);
  const otlp::Span& span = data->resource_spans[0].scope_spans[0].spans[0];
  EXPECT_EQ(span.kind, otlp::SpanKind::kConsumer);
  EXPECT_EQ(span.parent_span_id, otlp::span_id_of_segment("p1", 3)) << "the first of its own trace";
  ASSERT_EQ(span.links.size(), 2u);
  EXPECT_EQ(span.links[0].trace_id, otlp::trace_id_of_text("other.1.1"));
  EXPECT_EQ(span.links[1].span_id, otlp::span_id_of_segment("p2", 1));
  EXPECT_EQ(*otlp::find_string(span.attributes, "messaging.system"), "kafka");
  EXPECT_EQ(*otlp::find_string(span.attributes, "sw8.trace_id"), "t.1.1");
}

TEST_F(SkyWalkingReceiverTest, PropertiesThatComeLateAreOnLaterSegments) {
  const auto language_of = [&](size_t record) {
    const auto data = otlp::decode_traces(log_.records.at(record).payload);
    const std::string* language = otlp::find_string(data->resource_spans[0].resource.attributes, "telemetry.sdk.language");
    return language == nullptr ? std::string() : *language;
  };
  client_->call(kOldCollect, segment("a.1.1", "s1"));
  std::string properties;
  otlp::MessageWriter writer(properties);
  writer.add_bytes(1, "orders");
  writer.add_bytes(2, "orders-1");
  const size_t open = writer.open(3);
  writer.add_bytes(1, "language");
  writer.add_bytes(2, "java");
  writer.close(open);
  EXPECT_EQ(client_->call("/ManagementService/reportInstanceProperties", properties).code, 0);
  client_->call(kCollect, segment("a.1.2", "s2"));
  EXPECT_EQ(language_of(0), "");
  EXPECT_EQ(language_of(1), "java");
}

TEST_F(SkyWalkingReceiverTest, NumbersOfAnotherBackendKeepTheirData) {
  const std::string id("\x0A\x03\x05\x06\x07", 5);
  std::string inner;
  otlp::MessageWriter writer(inner);
  writer.add_bytes(1, id);
  const size_t span = writer.open(2);
  writer.add_varint(3, 1'700'000'000'000);
  writer.add_varint(6, 77);
  writer.add_varint(8, 78);
  writer.close(span);
  writer.add_varint(3, 7);
  writer.add_varint(4, 8);
  std::string upstream;
  otlp::MessageWriter outer(upstream);
  outer.add_bytes(1, id);
  outer.add_bytes(2, inner);
  EXPECT_EQ(client_->call(kOldCollect, upstream).code, 0);
  const std::string text = dump(log_.records.at(0).payload);
  EXPECT_THAT(text, HasSubstr(R"("service.name":"sw6.service.7","service.instance.id":"sw6.instance.8")"));
  EXPECT_THAT(text, HasSubstr("\"sw6.endpoint.77\""));
  EXPECT_THAT(text, HasSubstr(R"("sw8.trace_id":"5.6.7")"));
  EXPECT_EQ(counted(Protocol::kSkyWalkingV2Grpc).spans_accepted, 1u);
  // Its agent is asked to register here.
  EXPECT_THAT(client_->call("/ServiceInstancePing/doPing", std::string("\x08\x08", 2)).message, HasSubstr("ServiceMetadataReset"));
  EXPECT_EQ(client_->call("/ServiceInstancePing/doPing", std::string("\x08\x01", 2)).message, "") << "the browser's";
}

TEST_F(SkyWalkingReceiverTest, RegistrationsOfEndpointsAndAddresses) {
  const std::string endpoints("\x0A\x0B\x08\x05\x12\x05/cart\x28\x01", 13);
  const std::string answer = client_->call("/Register/doEndpointRegister", endpoints).message;
  EXPECT_THAT(answer, HasSubstr("\x12\x05/cart"));
  EXPECT_EQ(answer, client_->call("/Register/doEndpointRegister", endpoints).message);
  EXPECT_THAT(client_->call("/Register/doNetworkAddressRegister", std::string("\x0A\x04h:80", 6)).message, HasSubstr("h:80"));
  EXPECT_EQ(client_->call("/Register/doServiceRegister", "\x0A\xFF").code, 3);
  EXPECT_EQ(names_.size(), 2u);
}

TEST_F(SkyWalkingReceiverTest, JsonInBothForms) {
  const std::string one =
      R"({"traceId":"a.b.1","traceSegmentId":"s","service":"web","serviceInstance":"w1","spans":[{"spanId":0,"parentSpanId":-1,
          "startTime":"1700000000000","endTime":1700000000001.0,"operationName":"x\u00e9","spanType":1,"spanLayer":"Http",
          "refs":null,"unknown":{"a":[1]},"tags":[{"key":"k","value":"v"}]}]})";
  EXPECT_EQ(post("/v3/segment", one).status, 200);
  EXPECT_EQ(post("/v3/segments", "[" + one + "," + one + "]").body, "{}");
  ASSERT_EQ(log_.records.size(), 2u);
  const std::string text = dump(log_.records[0].payload);
  EXPECT_THAT(text, HasSubstr("CLIENT \"xé\""));
  EXPECT_THAT(text, HasSubstr("at 1700000000000000000 for 1000000"));
  const auto both = otlp::decode_traces(log_.records[1].payload);
  ASSERT_EQ(both->resource_spans.size(), 1u) << "of one instance";
  EXPECT_EQ(both->resource_spans[0].scope_spans.at(0).spans.size(), 2u);
}

TEST_F(SkyWalkingReceiverTest, SegmentsThatFollowOneAnotherShareTheirResource) {
  const auto one = [](const char* service, const char* segment) {
    return fmt::format(R"({{"traceId":"a.b.1","traceSegmentId":"{}","service":"{}","serviceInstance":"1",
        "spans":[{{"spanId":0,"parentSpanId":-1,"startTime":1700000000000,"endTime":1700000000001,"operationName":"{}"}}]}})",
                       segment, service, segment);
  };
  const std::string bad = R"({"traceId":"","traceSegmentId":"s9","service":"web"})";
  EXPECT_EQ(post("/v3/segments", fmt::format("[{},{},{},{},{}]", one("web", "s1"), one("web", "s2"), bad, one("cart", "s3"),
                                             one("web", "s4"))).status, 200);
  const auto data = otlp::decode_traces(log_.records.at(0).payload);
  ASSERT_TRUE(data.has_value());
  std::string found;
  for (const auto& resource : data->resource_spans) {
    found += *otlp::find_string(resource.resource.attributes, "service.name") + ":";
    for (const auto& span : resource.scope_spans.at(0).spans) found += " " + span.name;
    found += "\n";
  }
  EXPECT_EQ(found, "web: s1 s2\ncart: s3\nweb: s4\n");
}

TEST_F(SkyWalkingReceiverTest, BadJsonIsNamed) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "malformed"},
      {"7", "neither an object nor a list"},
      {R"({"traceId":7})", "traceId is not text"},
      {R"({"spans":[{"spanType":"Sideways"}]})", "spanType has an unknown name"},
      {R"({"spans":[{"startTime":"soon"}]})", "startTime is not a whole number"},
      {R"({"spans":[7]})", "an element is not an object"},
      {R"({"traceId":"a","traceSegmentId":"b"} x)", "JSON is malformed"},
      {R"([{"traceId":"a","traceSegmentId":"b"}] x])", "something follows its end"},
      {R"({"traceId":"a"})", "no traceSegmentId"},
  };
  for (const auto& [json, why] : cases) {
    const auto answer = post("/v3/segment", json);
    EXPECT_EQ(answer.status, 400) << json;
    EXPECT_THAT(answer.body, HasSubstr(why)) << json;
  }
  EXPECT_EQ(log_.records.size(), 0u);
}

// What agents send unasked beside their segments, as real ones sent it.
TEST_F(SkyWalkingReceiverTest, LogsMetersAndEventsAreStored) {
  struct Case {
    const char* file;
    const char* method;
    log::RecordKind kind;
    uint64_t items;
    const char* text;  // Somewhere in what is stored.
  };
  const Case cases[] = {
      {"py-skywalking-full.16.skywalking.v3.LogReportService-collect.pb", "/skywalking.v3.LogReportService/collect",
       log::RecordKind::kLogs, 1, "logger"},
      {"java-skywalking-agent-grpc.04.skywalking.v3.EventService-collect.pb", "/skywalking.v3.EventService/collect",
       log::RecordKind::kLogs, 1, "Start"},
      {"py-skywalking-full.96.skywalking.v3.MeterReportService-collect.pb", "/skywalking.v3.MeterReportService/collect",
       log::RecordKind::kMetrics, 1, "pvm"},
      {"java-skywalking-agent-grpc.12.skywalking.v3.JVMMetricReportService-collect.pb",
       "/skywalking.v3.JVMMetricReportService/collect", log::RecordKind::kMetrics, 78, "jvm.memory.used"},
  };
  const auto& counters = counted(Protocol::kSkyWalkingGrpc);
  for (const Case& one : cases) {
    const bool is_log = one.kind == log::RecordKind::kLogs;
    const auto& accepted = is_log ? counters.log_records_accepted : counters.data_points_accepted;
    const uint64_t before = accepted;
    const auto answer = client_->call(one.method, read_whole(testdata_folder() + "v3-grpc/" + one.file));
    EXPECT_EQ(answer.code, 0) << one.file << ": " << answer.message;
    ASSERT_FALSE(log_.records.empty()) << one.file;
    const auto& record = log_.records.back();
    EXPECT_EQ(record.kind, one.kind) << one.file;
    EXPECT_THAT(record.payload, HasSubstr(one.text)) << one.file;
    const auto survey = is_log ? otlp::survey_logs(record.payload) : otlp::survey_metrics(record.payload);
    ASSERT_TRUE(survey.has_value()) << one.file;
    EXPECT_EQ(survey->span_count, one.items) << one.file;
    EXPECT_EQ(survey->refused_count, 0u) << one.file;
    EXPECT_EQ(accepted - before, one.items) << one.file;
  }
  EXPECT_EQ(log_.records.size(), std::size(cases));
  const auto by_http = post("/v3/logs", R"([{"timestamp":1700000000000,"service":"web","body":{"text":{"text":"over HTTP"}}}])");
  EXPECT_EQ(by_http.status, 200) << by_http.body;
  EXPECT_EQ(log_.records.back().kind, log::RecordKind::kLogs);
  EXPECT_THAT(log_.records.back().payload, HasSubstr("over HTTP"));
}

TEST_F(SkyWalkingReceiverTest, AFullLogIsSaidOfLogsAndMetricsToo) {
  log_.refusal = stdx::Error{stdx::ErrorCode::kUnavailable, "the disk is full"};
  const std::string folder = testdata_folder() + "v3-grpc/";
  EXPECT_EQ(client_->call("/skywalking.v3.JVMMetricReportService/collect",
                          read_whole(folder + "java-skywalking-agent-grpc.12.skywalking.v3.JVMMetricReportService-collect.pb")).code,
            14);
  EXPECT_EQ(post("/v3/logs", R"([{"service":"web","body":{"text":{"text":"x"}}}])").status, 503);
}

TEST_F(SkyWalkingReceiverTest, OtherProtocolsAreToldWhereTheyBelong) {
  const auto otlp = client_->call("/opentelemetry.proto.collector.trace.v1.TraceService/Export", "");
  EXPECT_EQ(otlp.code, 12);
  EXPECT_THAT(otlp.message, HasSubstr("This port speaks SkyWalking; the call is probably OTLP over gRPC, which goes to port 4317"));
  const auto zipkin = post("/api/v2/spans", "[]");
  EXPECT_EQ(zipkin.status, 404);
  EXPECT_THAT(zipkin.body, HasSubstr("probably Zipkin, which goes to port 9411"));
  EXPECT_EQ(client_->call("/skywalking.v3.NewService/call", "").message, "no method /skywalking.v3.NewService/call");
}

}  // namespace
}  // namespace clew::receive_skywalking
