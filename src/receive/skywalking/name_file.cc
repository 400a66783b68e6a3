#include <xxhash.h>

#include <cstring>

#include "otlp/message_reader.h"
#include "otlp/message_writer.h"
#include "receive/skywalking/name_book.h"
#include "receive/skywalking/skywalking_limits.h"

namespace clew::receive_skywalking {
namespace {

using otlp::WireType;
using otlp::wire_tag;

// Before each record: its length and checksum, little-endian.
struct RecordHead {
  uint32_t size;
  uint32_t checksum;
};
static_assert(sizeof(RecordHead) == 8);

uint32_t checksum_of(std::string_view record) {
  return static_cast<uint32_t>(XXH3_64bits(record.data(), record.size()));
}

bool decode_name(std::string_view record, Name& name) {
  otlp::MessageReader reader(record);
  while (reader.next()) {
    switch (reader.tag()) {
      case wire_tag(1, WireType::kVarint): name.kind = static_cast<NameKind>(reader.number()); break;
      case wire_tag(2, WireType::kVarint): name.number = static_cast<int32_t>(reader.number()); break;
      case wire_tag(3, WireType::kVarint): name.owner = static_cast<int32_t>(reader.number()); break;
      case wire_tag(4, WireType::kLength): name.text = reader.bytes(); break;
      case wire_tag(5, WireType::kLength): name.resource = reader.bytes(); break;
    }
  }
  return reader.ok() && name.kind >= NameKind::kService && name.kind <= NameKind::kAddress && name.number > 1;
}

}  // namespace

std::string encode_name(const Name& name) {
  std::string record;
  otlp::MessageWriter writer(record);
  writer.add_varint(1, static_cast<uint64_t>(name.kind));
  writer.add_varint(2, static_cast<uint64_t>(name.number));
  writer.add_varint(3, static_cast<uint32_t>(name.owner));
  writer.add_bytes(4, name.text);
  if (!name.resource.empty()) writer.add_bytes(5, name.resource);
  const RecordHead head{static_cast<uint32_t>(record.size()), checksum_of(record)};
  return std::string(reinterpret_cast<const char*>(&head), sizeof head) + record;
}

NamesRead decode_names(std::string_view file) {
  NamesRead read;
  while (file.size() - read.good_bytes >= sizeof(RecordHead)) {
    RecordHead head;
    std::memcpy(&head, file.data() + read.good_bytes, sizeof head);
    const size_t begin = read.good_bytes + sizeof head;
    if (head.size > kNameRecordBytesMax || head.size > file.size() - begin) break;
    const std::string_view record = file.substr(begin, head.size);
    Name name{};
    if (checksum_of(record) == head.checksum && decode_name(record, name)) {
      read.names.push_back(std::move(name));
    } else {
      ++read.damaged_count;
    }
    read.good_bytes = begin + head.size;
  }
  return read;
}

}  // namespace clew::receive_skywalking
