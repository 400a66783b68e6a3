#include "wire/thrift_reader.h"

#include <gtest/gtest.h>
#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/protocol/TCompactProtocol.h>
#include <thrift/transport/TBufferTransports.h>

#include <memory>
#include <string>

namespace clew::wire {
namespace {

using apache::thrift::protocol::TProtocol;
namespace thrift = apache::thrift;
namespace protocol = apache::thrift::protocol;

// Apache Thrift writes; we read.
std::string written(ThriftEncoding encoding, auto&& write) {
  const auto buffer = std::make_shared<thrift::transport::TMemoryBuffer>();
  std::shared_ptr<TProtocol> out;
  if (encoding == ThriftEncoding::kBinary) {
    out = std::make_shared<protocol::TBinaryProtocol>(buffer);
  } else {
    out = std::make_shared<protocol::TCompactProtocol>(buffer);
  }
  write(*out);
  return buffer->getBufferAsString();
}

void write_everything(TProtocol& out) {
  out.writeMessageBegin("emit", protocol::T_ONEWAY, 77);
  out.writeStructBegin("args");
  out.writeFieldBegin("i64", protocol::T_I64, 1);
  out.writeI64(INT64_MIN);
  out.writeFieldBegin("bool", protocol::T_BOOL, 2);
  out.writeBool(true);
  out.writeFieldBegin("far", protocol::T_I16, 300);
  out.writeI16(-7);
  out.writeFieldBegin("text", protocol::T_STRING, 301);
  out.writeString("thread");
  out.writeFieldBegin("double", protocol::T_DOUBLE, 302);
  out.writeDouble(-0.1);
  out.writeFieldBegin("map", protocol::T_MAP, 303);
  out.writeMapBegin(protocol::T_STRING, protocol::T_BOOL, 1);
  out.writeString("key");
  out.writeBool(false);
  out.writeMapEnd();
  out.writeFieldBegin("list", protocol::T_LIST, 304);
  out.writeListBegin(protocol::T_I32, 20);
  for (int32_t number = 0; number < 20; ++number) out.writeI32(-number);
  out.writeListEnd();
  out.writeFieldBegin("struct", protocol::T_STRUCT, 305);
  out.writeStructBegin("inner");
  out.writeFieldBegin("bool", protocol::T_BOOL, 1);
  out.writeBool(false);
  out.writeFieldBegin("byte", protocol::T_BYTE, 2);
  out.writeByte(9);
  out.writeFieldStop();
  out.writeFieldBegin("last", protocol::T_I32, 306);
  out.writeI32(42);
  out.writeFieldStop();
}

class ThriftReaderTest : public testing::TestWithParam<ThriftEncoding> {};

TEST_P(ThriftReaderTest, ReadsWhatApacheThriftWrites) {
  const std::string bytes = written(GetParam(), write_everything);
  ThriftReader reader(bytes, GetParam());
  ThriftMessage message;
  ASSERT_TRUE(reader.read_message(message));
  EXPECT_EQ(message.name, "emit");
  EXPECT_EQ(message.call, ThriftCall::kOneway);
  EXPECT_EQ(message.sequence_id, 77);
  ThriftField field;
  ASSERT_TRUE(reader.next_field(field));
  EXPECT_EQ(field.id, 1);
  EXPECT_EQ(reader.read_i64(), INT64_MIN);
  ASSERT_TRUE(reader.next_field(field));
  EXPECT_TRUE(reader.read_bool(field));
  ASSERT_TRUE(reader.next_field(field));
  EXPECT_EQ(field.id, 300);
  EXPECT_EQ(reader.read_i16(), -7);
  ASSERT_TRUE(reader.next_field(field));
  EXPECT_EQ(reader.read_string(), "thread");
  ASSERT_TRUE(reader.next_field(field));
  EXPECT_EQ(reader.read_double(), -0.1);
  ASSERT_TRUE(reader.next_field(field));
  EXPECT_EQ(field.type, ThriftType::kMap);
  reader.skip(field);
  ASSERT_TRUE(reader.next_field(field));
  ThriftList list;
  ASSERT_TRUE(reader.read_list(list));
  ASSERT_EQ(list.size, 20u);
  for (int32_t number = 0; number < 20; ++number) EXPECT_EQ(reader.read_i32(), -number);
  ASSERT_TRUE(reader.next_field(field));
  EXPECT_EQ(field.type, ThriftType::kStruct);
  reader.skip(field);
  ASSERT_TRUE(reader.next_field(field));
  EXPECT_EQ(field.id, 306);
  EXPECT_EQ(reader.read_i32(), 42);
  EXPECT_FALSE(reader.next_field(field));
  EXPECT_TRUE(reader.ok());
  EXPECT_TRUE(reader.at_end());
}

TEST_P(ThriftReaderTest, SkipsTheWholeAndNoticesEveryCut) {
  const std::string bytes = written(GetParam(), write_everything);
  for (size_t size = 0; size <= bytes.size(); ++size) {
    ThriftReader reader(std::string_view(bytes).substr(0, size), GetParam());
    ThriftMessage message;
    reader.read_message(message);
    ThriftField field;
    while (reader.next_field(field)) reader.skip(field);
    EXPECT_EQ(reader.ok(), size == bytes.size()) << size;
  }
}

TEST_P(ThriftReaderTest, DepthIsBounded) {
  const std::string bytes = written(GetParam(), [](TProtocol& out) {
    for (int depth = 0; depth < 5000; ++depth) out.writeFieldBegin("struct", protocol::T_STRUCT, 1), out.writeStructBegin("");
  });
  ThriftReader reader(bytes, GetParam());
  ThriftField field;
  ASSERT_TRUE(reader.next_field(field));
  reader.skip(field);
  EXPECT_FALSE(reader.ok());
}

TEST_P(ThriftReaderTest, AListLongerThanTheInputIsRefused) {
  const std::string bytes = written(GetParam(), [](TProtocol& out) { out.writeListBegin(protocol::T_STRUCT, 1'000'000'000); });
  ThriftReader reader(bytes, GetParam());
  ThriftList list;
  EXPECT_FALSE(reader.read_list(list));
  EXPECT_FALSE(reader.ok());
}

INSTANTIATE_TEST_SUITE_P(, ThriftReaderTest, testing::Values(ThriftEncoding::kBinary, ThriftEncoding::kCompact),
                         [](const auto& info) { return info.param == ThriftEncoding::kBinary ? "Binary" : "Compact"; });

}  // namespace
}  // namespace clew::wire
