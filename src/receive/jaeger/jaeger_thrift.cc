#include "receive/jaeger/jaeger_thrift.h"

#include <fmt/format.h>

#include <bit>
#include <optional>

namespace clew::receive_jaeger {

namespace {

using stdx::ErrorCode;
using wire::ThriftEncoding;
using wire::ThriftField;
using wire::ThriftList;
using wire::ThriftReader;
using wire::ThriftType;

constexpr uint64_t kNsPerUs = 1000;
constexpr int64_t kUsMax = INT64_MAX / static_cast<int64_t>(kNsPerUs);

bool is(const ThriftField& field, int id, ThriftType type) { return field.id == id && field.type == type; }

uint64_t time_ns(int64_t time_us) {
  return time_us < 0 || time_us > kUsMax ? Span::kTimeOutOfRange : static_cast<uint64_t>(time_us) * kNsPerUs;
}

// A negative duration gives an end before the start, which the decoder repairs and counts.
uint64_t end_ns(int64_t start_us, int64_t duration_us) {
  int64_t end_us = 0;
  if (__builtin_add_overflow(start_us, duration_us, &end_us)) return Span::kTimeOutOfRange;
  return time_ns(end_us);
}

Tag read_tag(ThriftReader& reader) {
  Tag tag;
  int32_t type = 0;
  std::string_view text, binary;
  uint64_t double_bits = 0, truth = 0, number = 0;
  ThriftField field;
  while (reader.next_field(field)) {
    switch (static_cast<uint32_t>(field.id) << 8 | static_cast<uint32_t>(field.type)) {
      case 1 << 8 | static_cast<uint32_t>(ThriftType::kString): tag.key = reader.read_string(); break;
      case 2 << 8 | static_cast<uint32_t>(ThriftType::kI32): type = reader.read_i32(); break;
      case 3 << 8 | static_cast<uint32_t>(ThriftType::kString): text = reader.read_string(); break;
      case 4 << 8 | static_cast<uint32_t>(ThriftType::kDouble):
        double_bits = std::bit_cast<uint64_t>(reader.read_double());
        break;
      case 5 << 8 | static_cast<uint32_t>(ThriftType::kBool): truth = reader.read_bool(field) ? 1 : 0; break;
      case 6 << 8 | static_cast<uint32_t>(ThriftType::kI64): number = static_cast<uint64_t>(reader.read_i64()); break;
      case 7 << 8 | static_cast<uint32_t>(ThriftType::kString): binary = reader.read_string(); break;
      default: reader.skip(field);
    }
  }
  // Some clients write all the values; the type says which one counts. A type of the future has its text, if any.
  switch (type) {
    case static_cast<int32_t>(TagType::kDouble): tag.type = TagType::kDouble, tag.number = double_bits; break;
    case static_cast<int32_t>(TagType::kBool): tag.type = TagType::kBool, tag.number = truth; break;
    case static_cast<int32_t>(TagType::kLong): tag.type = TagType::kLong, tag.number = number; break;
    case static_cast<int32_t>(TagType::kBinary): tag.type = TagType::kBinary, tag.text = binary; break;
    default: tag.text = text;
  }
  return tag;
}

Reference read_reference(ThriftReader& reader) {
  Reference reference;
  ThriftField field;
  while (reader.next_field(field)) {
    if (is(field, 1, ThriftType::kI32)) {
      reference.follows_from = reader.read_i32() == 1;
    } else if (is(field, 2, ThriftType::kI64)) {
      reference.trace_id.lo = static_cast<uint64_t>(reader.read_i64());
    } else if (is(field, 3, ThriftType::kI64)) {
      reference.trace_id.hi = static_cast<uint64_t>(reader.read_i64());
    } else if (is(field, 4, ThriftType::kI64)) {
      reference.span_id = static_cast<uint64_t>(reader.read_i64());
    } else {
      reader.skip(field);
    }
  }
  return reference;
}

// Reads a list of structs with `read_one`; false if there are more than a span may have.
template <class ReadOne>
bool read_structs(ThriftReader& reader, size_t already, ReadOne read_one) {
  ThriftList list;
  if (!reader.read_list(list)) return true;
  if (already + list.size > kSpanPartsMax) return false;
  for (uint32_t index = 0; index < list.size && reader.ok(); ++index) {
    if (list.element == ThriftType::kStruct) {
      read_one();
    } else {
      reader.skip_element(list.element);
    }
  }
  return true;
}

bool read_tags(ThriftReader& reader, std::vector<Tag>& tags) {
  return read_structs(reader, tags.size(), [&] { tags.push_back(read_tag(reader)); });
}

bool read_log(ThriftReader& reader, Span& span) {
  Log log;
  log.first_field = span.log_fields.size();
  bool fits = true;
  ThriftField field;
  while (reader.next_field(field)) {
    if (is(field, 1, ThriftType::kI64)) {
      log.time_ns = time_ns(reader.read_i64());
    } else if (is(field, 2, ThriftType::kList)) {
      fits = fits && read_tags(reader, span.log_fields);
      if (!fits) break;
    } else {
      reader.skip(field);
    }
  }
  log.field_count = span.log_fields.size() - log.first_field;
  span.logs.push_back(log);
  return fits;
}

}  // namespace

bool recognise_call(std::string_view datagram, ThriftEncoding& encoding) {
  if (datagram.size() < 4) return false;
  const auto first = static_cast<uint8_t>(datagram[0]);
  if (first == 0x82) {
    encoding = ThriftEncoding::kCompact;
    return true;
  }
  // Binary: the strict form begins with its version, the old one with the length of a short name.
  encoding = ThriftEncoding::kBinary;
  return (first == 0x80 && datagram[1] == 1) || (first == 0 && datagram[1] == 0 && datagram[2] == 0);
}

void ThriftTranslator::read_process(ThriftReader& reader) {
  process_.clear();
  ThriftField field;
  while (reader.next_field(field)) {
    if (is(field, 1, ThriftType::kString)) {
      process_.service = reader.read_string();
    } else if (is(field, 2, ThriftType::kList)) {
      if (!read_tags(reader, process_.tags)) {
        fault_ = "too many tags of a process";
        return;
      }
    } else {
      reader.skip(field);
    }
  }
}

void ThriftTranslator::read_span_list(ThriftReader& reader, const ThriftField& field) {
  bool fits = true;
  switch (field.id) {
    case 6:
      fits = read_structs(reader, span_.references.size(), [&] { span_.references.push_back(read_reference(reader)); });
      break;
    case 10: fits = read_tags(reader, span_.tags); break;
    case 11: {
      bool fields_fit = true;
      fits = read_structs(reader, span_.logs.size(), [&] { fields_fit = fields_fit && read_log(reader, span_); });
      fits = fits && fields_fit;
      break;
    }
    default: return reader.skip(field);
  }
  if (!fits) fault_ = "too many tags, references, logs or fields of logs in a span";
}

void ThriftTranslator::read_span(ThriftReader& reader) {
  span_.clear();
  uint64_t trace_id_low = 0, trace_id_high = 0, span_id = 0;
  int64_t start_us = 0, duration_us = 0;
  ThriftField field;
  while (fault_ == nullptr && reader.next_field(field)) {
    if (field.type == ThriftType::kI64) {
      const int64_t number = reader.read_i64();
      switch (field.id) {
        case 1: trace_id_low = static_cast<uint64_t>(number); break;
        case 2: trace_id_high = static_cast<uint64_t>(number); break;
        case 3: span_id = static_cast<uint64_t>(number); break;
        case 4: span_.parent_span_id = static_cast<uint64_t>(number); break;
        case 8: start_us = number; break;
        case 9: duration_us = number; break;
        default: break;
      }
    } else if (is(field, 5, ThriftType::kString)) {
      span_.name = reader.read_string();
    } else if (is(field, 7, ThriftType::kI32)) {
      span_.flags = static_cast<uint32_t>(reader.read_i32());
    } else if (field.type == ThriftType::kList) {
      read_span_list(reader, field);
    } else {
      reader.skip(field);
    }
  }
  otlp::store_big_endian(trace_id_high, span_.id_bytes);
  otlp::store_big_endian(trace_id_low, span_.id_bytes + 8);
  otlp::store_big_endian(span_id, span_.id_bytes + 16);
  span_.trace_id = {span_.id_bytes, 16};
  span_.span_id = {span_.id_bytes + 16, 8};
  span_.start_ns = time_ns(start_us);
  span_.end_ns = end_ns(start_us, duration_us);
}

void ThriftTranslator::read_spans(ThriftReader& reader, OtlpWriter& writer) {
  const size_t begin = writer.size();
  ThriftList list;
  if (!reader.read_list(list) || list.size == 0) return;
  writer.begin_process(process_);
  for (uint32_t index = 0; index < list.size; ++index) {
    if (list.element != ThriftType::kStruct) {
      reader.skip_element(list.element);
      continue;
    }
    read_span(reader);
    if (!reader.ok() || fault_ != nullptr) return;
    writer.add_span(span_);
    ++span_count_;
    if (writer.size() - begin > limits_.translated_bytes_max) {
      fault_ = "a batch that is too large as OTLP";
      return;
    }
  }
  writer.end_process();
}

// The process is wanted before the spans, but a client may write it after them.
stdx::Result<void> ThriftTranslator::read_batch(ThriftReader& reader, OtlpWriter& writer) {
  process_.clear();
  span_count_ = 0;
  fault_ = nullptr;
  const size_t begin = writer.size();
  bool has_process = false;
  std::optional<ThriftReader> early_spans;
  bool has_spans = false;
  ThriftField field;
  while (fault_ == nullptr && reader.next_field(field)) {
    if (is(field, 1, ThriftType::kStruct) && !has_process) {
      has_process = true;
      read_process(reader);
    } else if (is(field, 2, ThriftType::kList) && !has_spans && has_process) {
      has_spans = true;
      read_spans(reader, writer);
    } else {
      if (is(field, 2, ThriftType::kList) && !has_spans) early_spans = reader;
      reader.skip(field);
    }
  }
  if (fault_ == nullptr && reader.ok() && has_process && !has_spans && early_spans) {
    has_spans = true;
    read_spans(*early_spans, writer);
  }
  if (fault_ == nullptr && reader.ok() && has_process && has_spans) return {};
  writer.rollback(begin);
  if (fault_ != nullptr) return stdx::fail(ErrorCode::kPayloadTooLarge, fault_);
  if (!reader.ok()) {
    return stdx::fail(ErrorCode::kInvalidArgument,
                      fmt::format("the Thrift of a Batch is truncated or malformed after {} whole spans", span_count_));
  }
  return stdx::fail(ErrorCode::kInvalidArgument,
                    has_process ? "a Batch without spans (field 2)" : "a Batch without process (field 1)");
}

stdx::Result<void> ThriftTranslator::translate_batch(std::string_view batch, ThriftEncoding encoding,
                                                     OtlpWriter& writer) {
  ThriftReader reader(batch, encoding);
  return read_batch(reader, writer);
}

stdx::Result<void> ThriftTranslator::translate_call(std::string_view datagram, ThriftEncoding encoding,
                                                    const ZipkinTranslation& zipkin, OtlpWriter& writer) {
  ThriftReader reader(datagram, encoding);
  wire::ThriftMessage message;
  process_.clear();
  span_count_ = 0;
  if (!reader.read_message(message)) return stdx::fail(ErrorCode::kInvalidArgument, "no Thrift call");
  const bool is_batch = message.name == "emitBatch";
  if (!is_batch && message.name != "emitZipkinBatch") {
    return stdx::fail(ErrorCode::kUnimplemented, fmt::format("a call of \"{:.40}\"; the agent has emitBatch and "
                                                             "emitZipkinBatch", message.name));
  }
  ThriftField field;
  while (reader.next_field(field)) {
    if (is_batch && is(field, 1, ThriftType::kStruct)) return read_batch(reader, writer);
    if (!is_batch && is(field, 1, ThriftType::kList)) {
      if (!zipkin) return stdx::fail(ErrorCode::kUnimplemented, "emitZipkinBatch is not taken here");
      auto request = zipkin(reader.rest(), encoding);
      if (!request) return std::unexpected(std::move(request.error()));
      writer.append(*request);
      return {};
    }
    reader.skip(field);
  }
  return stdx::fail(ErrorCode::kInvalidArgument, fmt::format("{} without its argument", message.name));
}

}  // namespace clew::receive_jaeger
