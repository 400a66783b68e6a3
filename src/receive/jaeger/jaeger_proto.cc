#include "receive/jaeger/jaeger_proto.h"

#include <fmt/format.h>

#include <array>
#include <cstring>
#include <optional>

#include "otlp/message_reader.h"

namespace clew::receive_jaeger {

namespace {

using otlp::MessageReader;
using otlp::WireType;
using stdx::ErrorCode;

constexpr uint32_t bytes_tag(uint32_t field) { return otlp::wire_tag(field, WireType::kLength); }
constexpr uint32_t varint_tag(uint32_t field) { return otlp::wire_tag(field, WireType::kVarint); }
constexpr uint32_t fixed64_tag(uint32_t field) { return otlp::wire_tag(field, WireType::kFixed64); }

constexpr int64_t kNsPerSecond = 1'000'000'000;

// google.protobuf.Timestamp and Duration have the same fields.
bool read_ns(std::string_view bytes, int64_t& value) {
  int64_t seconds = 0, nanos = 0;
  MessageReader reader(bytes);
  while (reader.next()) {
    if (reader.tag() == varint_tag(1)) seconds = reader.as_int64();
    if (reader.tag() == varint_tag(2)) nanos = reader.as_int64();
  }
  if (__builtin_mul_overflow(seconds, kNsPerSecond, &value) || __builtin_add_overflow(value, nanos, &value)) {
    value = -1;  // For a time out of range, as every negative one; a duration so long ends before it begins.
  }
  return reader.ok();
}

uint64_t time_of(int64_t ns) { return ns < 0 ? Span::kTimeOutOfRange : static_cast<uint64_t>(ns); }

// model.proto's ValueType: string, bool, int64, float64, binary.
constexpr std::array kTypes = {TagType::kString, TagType::kBool, TagType::kLong, TagType::kDouble, TagType::kBinary};

bool read_tag(std::string_view bytes, std::vector<Tag>& tags) {
  Tag& tag = tags.emplace_back();
  uint64_t type = 0, truth = 0, number = 0, double_bits = 0;
  std::string_view text, binary;
  MessageReader reader(bytes);
  while (reader.next()) {
    switch (reader.tag()) {
      case bytes_tag(1): tag.key = reader.bytes(); break;
      case varint_tag(2): type = reader.number(); break;
      case bytes_tag(3): text = reader.bytes(); break;
      case varint_tag(4): truth = reader.number(); break;
      case varint_tag(5): number = reader.number(); break;
      case fixed64_tag(6): double_bits = reader.number(); break;
      case bytes_tag(7): binary = reader.bytes(); break;
      default: break;
    }
  }
  tag.type = type < kTypes.size() ? kTypes[type] : TagType::kString;
  tag.text = tag.type == TagType::kBinary ? binary : tag.type == TagType::kString ? text : std::string_view();
  tag.number = tag.type == TagType::kBool ? truth : tag.type == TagType::kLong ? number : double_bits;
  return reader.ok();
}

bool read_log(std::string_view bytes, Span& span) {
  Log log;
  log.first_field = span.log_fields.size();
  MessageReader reader(bytes);
  while (reader.next()) {
    if (reader.tag() == bytes_tag(1)) {
      int64_t ns = 0;
      if (!read_ns(reader.bytes(), ns)) return false;
      log.time_ns = time_of(ns);
    } else if (reader.tag() == bytes_tag(2)) {
      if (span.log_fields.size() == kSpanPartsMax || !read_tag(reader.bytes(), span.log_fields)) return false;
    }
  }
  log.field_count = span.log_fields.size() - log.first_field;
  span.logs.push_back(log);
  return reader.ok();
}

uint64_t id_number(std::string_view bytes) { return bytes.size() == 8 ? otlp::load_big_endian(bytes.data()) : 0; }

bool read_reference(std::string_view bytes, Span& span) {
  Reference reference;
  MessageReader reader(bytes);
  while (reader.next()) {
    const std::string_view id = reader.bytes();
    if (reader.tag() == bytes_tag(1) && id.size() == 16) reference.trace_id = otlp::trace_id_from_bytes(id);
    if (reader.tag() == bytes_tag(1) && id.size() == 8) reference.trace_id = {0, id_number(id)};
    if (reader.tag() == bytes_tag(2)) reference.span_id = id_number(id);
    if (reader.tag() == varint_tag(3)) reference.follows_from = reader.number() == 1;
  }
  span.references.push_back(reference);
  return reader.ok();
}

}  // namespace

bool ProtoTranslator::read_process(std::string_view bytes) {
  process_.clear();
  MessageReader reader(bytes);
  while (reader.next()) {
    if (reader.tag() == bytes_tag(1)) process_.service = reader.bytes();
    if (reader.tag() != bytes_tag(2)) continue;
    if (process_.tags.size() == kSpanPartsMax || !read_tag(reader.bytes(), process_.tags)) return false;
  }
  return reader.ok();
}

bool ProtoTranslator::read_span(std::string_view bytes) {
  span_.clear();
  span_process_ = {};
  int64_t start_ns = 0, duration_ns = 0;
  MessageReader reader(bytes);
  while (reader.next()) {
    bool good = true;
    switch (reader.tag()) {
      case bytes_tag(1): span_.trace_id = reader.bytes(); break;
      case bytes_tag(2): span_.span_id = reader.bytes(); break;
      case bytes_tag(3): span_.name = reader.bytes(); break;
      case bytes_tag(4): good = span_.references.size() < kSpanPartsMax && read_reference(reader.bytes(), span_); break;
      case varint_tag(5): span_.flags = reader.as_uint32(); break;
      case bytes_tag(6): good = read_ns(reader.bytes(), start_ns); break;
      case bytes_tag(7): good = read_ns(reader.bytes(), duration_ns); break;
      case bytes_tag(8): good = span_.tags.size() < kSpanPartsMax && read_tag(reader.bytes(), span_.tags); break;
      case bytes_tag(9): good = span_.logs.size() < kSpanPartsMax && read_log(reader.bytes(), span_); break;
      case bytes_tag(10): span_process_ = reader.bytes(); break;
      case bytes_tag(12):
        good = span_.warnings.size() < kSpanPartsMax;
        if (good) span_.warnings.push_back(reader.bytes());
        break;
      default: break;
    }
    if (!good) return false;
  }
  if (span_.trace_id.size() == 8) {
    // 64-bit trace ids, of older clients.
    otlp::store_big_endian(0, span_.id_bytes);
    std::memcpy(span_.id_bytes + 8, span_.trace_id.data(), 8);
    span_.trace_id = {span_.id_bytes, 16};
  }
  int64_t end_ns = 0;
  span_.start_ns = time_of(start_ns);
  span_.end_ns = __builtin_add_overflow(start_ns, duration_ns, &end_ns) ? Span::kTimeOutOfRange : time_of(end_ns);
  return reader.ok();
}

bool ProtoTranslator::read_batch(std::string_view batch, OtlpWriter& writer) {
  const size_t begin = writer.size();
  std::string_view batch_process;
  MessageReader look(batch);
  while (look.next()) {
    if (look.tag() == bytes_tag(2)) batch_process = look.bytes();
  }
  if (!look.ok()) return false;
  std::optional<std::string_view> open_process;
  MessageReader reader(batch);
  while (reader.next()) {
    if (reader.tag() != bytes_tag(1)) continue;
    if (!read_span(reader.bytes())) return false;
    const std::string_view process = span_process_.empty() ? batch_process : span_process_;
    if (process != open_process) {
      if (open_process) writer.end_process();
      if (!read_process(process)) return false;
      writer.begin_process(process_);
      open_process = process;
    }
    writer.add_span(span_);
    ++span_count_;
    if (writer.size() - begin > limits_.translated_bytes_max) {
      fault_ = "a batch that is too large as OTLP";
      return false;
    }
  }
  if (open_process) writer.end_process();
  return true;
}

stdx::Result<void> ProtoTranslator::translate_post_spans(std::string_view request, OtlpWriter& writer) {
  const size_t begin = writer.size();
  process_.clear();
  span_count_ = 0;
  fault_ = nullptr;
  MessageReader reader(request);
  bool good = true;
  while (good && reader.next()) {
    if (reader.tag() == bytes_tag(1)) good = read_batch(reader.bytes(), writer);
  }
  if (good && reader.ok()) return {};
  writer.rollback(begin);
  if (fault_ != nullptr) return stdx::fail(ErrorCode::kPayloadTooLarge, fault_);
  return stdx::fail(ErrorCode::kInvalidArgument,
                    fmt::format("malformed PostSpansRequest after {} whole spans", span_count_));
}

}  // namespace clew::receive_jaeger
