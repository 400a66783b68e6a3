// Behaviour as text: testdata/cases.txt holds lists of spans and what becomes of them.
#include "receive/zipkin/zipkin_translate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/protocol/TCompactProtocol.h>
#include <thrift/transport/TBufferTransports.h>

#include <cstdlib>
#include <memory>

#include "otlp/message_writer.h"
#include "otlp/traces_survey.h"
#include "receive/zipkin/zipkin_dump_for_test.h"
#include "receive/zipkin/zipkin_limits.h"

namespace clew::receive_zipkin {
namespace {

using testing::HasSubstr;

constexpr int64_t kReceiveTime = 1'800'000'000'000'000'000;

std::string outcome(Format format, std::string body) {
  const auto translated = translate(format, std::move(body), kReceiveTime);
  return translated ? dump(translated->request) : "error: " + translated.error().message + "\n";
}

// "=== v1 title", the input, "---", what is expected.
TEST(ZipkinTranslate, Cases) {
  const std::string path = testdata_folder() + "cases.txt";
  const std::string file = read_whole(path);
  ASSERT_TRUE(file.starts_with("=== ")) << path;
  std::string rewritten;
  for (size_t begin = 0; begin < file.size();) {
    const size_t title_end = file.find('\n', begin);
    const size_t rule = file.find("\n---\n", title_end);
    ASSERT_NE(rule, std::string::npos) << file.substr(begin, 80);
    const size_t next = std::min(file.find("\n=== ", rule), file.size() - 1) + 1;
    const std::string title = file.substr(begin, title_end - begin);
    const std::string input = file.substr(title_end + 1, rule - title_end - 1);
    const std::string found = outcome(title.starts_with("=== v1") ? Format::kV1Json : Format::kV2Json, input);
    EXPECT_EQ(file.substr(rule + 5, next - rule - 5), found) << title;
    rewritten += title + "\n" + input + "\n---\n" + found;
    begin = next;
  }
  if (std::getenv("CLEW_GOLDEN_REWRITE") != nullptr) std::ofstream(path) << rewritten;
}

TEST(ZipkinTranslate, EmptyListsOfEveryFormat) {
  EXPECT_EQ(outcome(Format::kV1Json, "[]"), "");
  EXPECT_EQ(outcome(Format::kV2Json, " [ ] "), "");
  EXPECT_EQ(outcome(Format::kV2Json, ""), "");
  EXPECT_EQ(outcome(Format::kV2Proto, ""), "");
  EXPECT_EQ(outcome(Format::kV1Thrift, std::string("\x0c\0\0\0\0", 5)), "");
}

TEST(ZipkinTranslate, AnotherEncodingIsNamed) {
  const std::string thrift("\x0c\0\0\0\0", 5);
  const std::string proto("\x0a\x02\x0a\x00", 4);
  EXPECT_EQ(outcome(Format::kV1Json, thrift), "error: Expected a JSON_V1 encoded list, but received: THRIFT\n");
  EXPECT_EQ(outcome(Format::kV2Json, proto), "error: Expected a JSON_V2 encoded list, but received: PROTO3\n");
  EXPECT_EQ(outcome(Format::kV2Proto, "[]"), "error: Expected a PROTO3 encoded list, but received: JSON_V2\n");
  EXPECT_EQ(outcome(Format::kV2Proto, thrift), "error: Expected a PROTO3 encoded list, but received: THRIFT\n");
  EXPECT_EQ(outcome(Format::kV1Thrift, "[]"), "error: Expected a THRIFT encoded list, but received: JSON_V1\n");
}

// Cuts of real bodies end in an error, never in fewer spans than were sent without one.
TEST(ZipkinTranslate, EveryCutIsNoticed) {
  const std::pair<Format, std::string> kSamples[] = {
      {Format::kV1Json, "zipkin-v1-json/py-zipkin-v1-json.01.POST-api-v1-spans.json"},
      {Format::kV1Thrift, "zipkin-v1-thrift/py-zipkin-v1-v1-thrift.01.POST-api-v1-spans.thrift"},
      {Format::kV2Json, "zipkin-v2-json/go-zipkin-json.02.POST-api-v2-spans.json"},
      {Format::kV2Proto, "zipkin-v2-proto/go-zipkin-proto.01.POST-api-v2-spans.pb"},
  };
  for (const auto& [format, file] : kSamples) {
    const std::string body = read_sample(testdata_folder() + file);
    const auto whole = translate(format, body, kReceiveTime);
    ASSERT_TRUE(whole.has_value()) << file;
    for (size_t size = 1; size < body.size(); ++size) {
      const auto cut = translate(format, body.substr(0, size), kReceiveTime);
      // A protobuf list may end after each span.
      const bool shorter_list = cut && format == Format::kV2Proto && cut->span_count < whole->span_count;
      EXPECT_TRUE(!cut || shorter_list) << file << " at " << size;
    }
  }
}

TEST(ZipkinTranslate, ProtoBooleansAreVarints) {
  std::string body;
  otlp::MessageWriter out(body);
  const size_t span = out.open(1);
  out.add_bytes(1, std::string(7, '\0') + "\x01");  // A trace id of 64 bits.
  out.add_bytes(3, std::string(7, '\0') + "\x02");
  out.add_fixed64(6, 1'700'000'000'000'000);
  out.add_varint(7, 5);
  out.add_varint(12, 256);  // Not one byte, and still true.
  out.add_varint(13, 0);
  const size_t endpoint = out.open(8);
  out.add_bytes(1, "shop");
  out.add_bytes(3, std::string("\x20\x01\x0d\xb8", 4) + std::string(11, '\0') + "\x01");
  out.close(endpoint);
  out.close(span);
  const std::string text = outcome(Format::kV2Proto, body);
  EXPECT_THAT(text, HasSubstr("00000000000000000000000000000001 0000000000000002"));
  EXPECT_THAT(text, HasSubstr("\"zipkin.debug\":true"));
  EXPECT_THAT(text, HasSubstr("\"network.local.address\":\"2001:db8::1\""));
  EXPECT_THAT(text, testing::Not(HasSubstr("zipkin.shared")));
}

void write_span(apache::thrift::protocol::TProtocol& out) {
  namespace protocol = apache::thrift::protocol;
  const auto endpoint = [&](int16_t id, const char* service) {
    out.writeFieldBegin("host", protocol::T_STRUCT, id);
    out.writeStructBegin("Endpoint");
    out.writeFieldBegin("ipv4", protocol::T_I32, 1);
    out.writeI32(0x7f000001);
    out.writeFieldBegin("port", protocol::T_I16, 2);
    out.writeI16(static_cast<int16_t>(50000));
    out.writeFieldBegin("service_name", protocol::T_STRING, 3);
    out.writeString(service);
    out.writeFieldStop();
    out.writeStructEnd();
  };
  const auto binary = [&](const char* key, const std::string& value, int32_t type) {
    out.writeStructBegin("BinaryAnnotation");
    out.writeFieldBegin("key", protocol::T_STRING, 1);
    out.writeString(key);
    out.writeFieldBegin("value", protocol::T_STRING, 2);
    out.writeBinary(value);
    out.writeFieldBegin("type", protocol::T_I32, 3);
    out.writeI32(type);
    endpoint(4, key == std::string("sa") ? "database" : "shop");
    out.writeFieldStop();
    out.writeStructEnd();
  };
  const auto annotation = [&](int64_t time, const char* value) {
    out.writeStructBegin("Annotation");
    out.writeFieldBegin("timestamp", protocol::T_I64, 1);
    out.writeI64(time);
    out.writeFieldBegin("value", protocol::T_STRING, 2);
    out.writeString(value);
    endpoint(3, "shop");
    out.writeFieldStop();
    out.writeStructEnd();
  };
  out.writeListBegin(protocol::T_STRUCT, 1);
  out.writeStructBegin("Span");
  out.writeFieldBegin("trace_id", protocol::T_I64, 1);
  out.writeI64(-1);
  out.writeFieldBegin("name", protocol::T_STRING, 3);
  out.writeString("select");
  out.writeFieldBegin("id", protocol::T_I64, 4);
  out.writeI64(2);
  out.writeFieldBegin("annotations", protocol::T_LIST, 6);
  out.writeListBegin(protocol::T_STRUCT, 2);
  annotation(1'700'000'000'000'000, "cs");
  annotation(1'700'000'000'000'250, "cr");
  out.writeListEnd();
  out.writeFieldBegin("binary_annotations", protocol::T_LIST, 8);
  out.writeListBegin(protocol::T_STRUCT, 7);
  binary("flag", "\x01", 0);
  binary("blob", std::string("\xff\x00", 2), 1);
  binary("short", std::string("\xff\xfe", 2), 2);
  binary("long", std::string("\0\0\0\0\0\0\1\0", 8), 4);
  binary("real", std::string("\x3f\xe0\0\0\0\0\0\0", 8), 5);
  binary("odd", "abc", 3);
  binary("sa", "\x01", 0);
  out.writeListEnd();
  out.writeFieldBegin("debug", protocol::T_BOOL, 9);
  out.writeBool(true);
  out.writeFieldStop();
}

TEST(ZipkinTranslate, ThriftListInBothEncodings) {
  namespace protocol = apache::thrift::protocol;
  const auto buffer = std::make_shared<apache::thrift::transport::TMemoryBuffer>();
  protocol::TBinaryProtocol binary(buffer);
  write_span(binary);
  const std::string binary_bytes = buffer->getBufferAsString();
  buffer->resetBuffer();
  protocol::TCompactProtocol compact(buffer);
  write_span(compact);
  const auto one = translate_thrift_list(binary_bytes, wire::ThriftEncoding::kBinary, kReceiveTime);
  const auto two = translate_thrift_list(buffer->getBufferAsString(), wire::ThriftEncoding::kCompact, kReceiveTime);
  ASSERT_TRUE(one.has_value() && two.has_value());
  EXPECT_EQ(one->request, two->request);
  EXPECT_EQ(dump(one->request),
            "resource {\"service.name\":\"shop\",\"network.local.address\":\"127.0.0.1\",\"network.local.port\":50000}\n"
            "  CLIENT \"select\" 0000000000000000ffffffffffffffff 0000000000000002 < 0000000000000000 at "
            "1700000000000000000 for 250000\n"
            "    {\"flag\":true,\"blob\":{\"$bytes\":\"/wA=\"},\"short\":-2,\"long\":256,\"real\":0.5,"
            "\"odd\":{\"$bytes\":\"YWJj\"},\"peer.service\":\"database\",\"network.peer.address\":\"127.0.0.1\","
            "\"network.peer.port\":50000,\"zipkin.debug\":true}\n");
}

// One bad id costs one span: the survey refuses it by its reason.
TEST(ZipkinTranslate, BadIdsAreLeftToTheSurvey) {
  const auto translated = translate(Format::kV2Json,
                                    R"([{"traceId":"zz","id":"1"},{"traceId":"1","id":""},{"traceId":"1","id":"2"},{"id":"2"},
      {"traceId":"1","id":"11111111111111111"},{"traceId":"0","id":"1"},{"traceId":"1","id":"3","parentId":"x"}])",
                                    kReceiveTime);
  ASSERT_TRUE(translated.has_value());
  const auto survey = otlp::survey_traces(translated->request);
  ASSERT_TRUE(survey.has_value());
  const auto refused = [&](otlp::SpanRefusal reason) { return survey->refused_by[static_cast<size_t>(reason)]; };
  EXPECT_EQ(survey->span_count, 7u);
  EXPECT_EQ(refused(otlp::SpanRefusal::kTraceIdLength), 1u);
  EXPECT_EQ(refused(otlp::SpanRefusal::kTraceIdZero), 2u);
  EXPECT_EQ(refused(otlp::SpanRefusal::kSpanIdLength), 2u);
  EXPECT_EQ(refused(otlp::SpanRefusal::kParentIdLength), 1u);
}

TEST(ZipkinTranslate, NestingIsBounded) {
  std::string deep(5000, '[');
  EXPECT_THAT(outcome(Format::kV2Json, deep), HasSubstr("error: Malformed"));
  const std::string event = "name: " + [] {
    std::string json = "{\"a\":";
    for (int depth = 0; depth < 100; ++depth) json += "[";
    for (int depth = 0; depth < 100; ++depth) json += "]";
    return json + "}";
  }();
  std::string body = R"([{"traceId":"1","id":"1","timestamp":1,"annotations":[{"timestamp":1,"value":")";
  for (const char c : event) body += c == '"' ? std::string("\\\"") : std::string(1, c);
  body += R"("}]}])";
  EXPECT_THAT(outcome(Format::kV2Json, body), HasSubstr("event 1000 name: {\"a\":[[["));
}

}  // namespace
}  // namespace clew::receive_zipkin
