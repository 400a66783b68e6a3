#include "receive/rum/record_writer.h"

#include <cmath>

#include "otlp/log_fields.h"
#include "otlp/trace_fields.h"

namespace clew::receive_rum {

namespace field = otlp::field;
using simdjson::dom::element;
using simdjson::dom::element_type;

std::string_view cut_text(std::string_view text, size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  size_t end = bytes_max;
  while (end > 0 && (static_cast<uint8_t>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

void write_event_head(otlp::MessageWriter& out, const EventHead& head, const Scrubber& scrubber) {
  out.add_fixed64(field::kLogTimeUnixNano, static_cast<uint64_t>(head.time_ns));
  out.add_fixed64(field::kLogObservedTimeUnixNano, static_cast<uint64_t>(head.receive_time_ns));
  if (head.severity != 0) out.add_varint(field::kLogSeverityNumber, head.severity);
  out.add_bytes(field::kLogEventName, head.event_name);
  if (head.body.empty()) return;
  std::string buffer;
  const size_t value = out.open(field::kLogBody);
  out.add_bytes(field::kAnyValueString, scrubber.scrub(cut_text(head.body, kTextBytesMax), buffer));
  out.close(value);
}

bool RecordWriter::begin(std::string_view key) {
  if (written_ == kAttributesPerEventMax) {
    ++dropped_;
    return false;
  }
  ++written_;
  pair_ = out_.open(field_);
  out_.add_bytes(field::kKeyValueKey, key.substr(0, kNameBytesMax));
  value_ = out_.open(field::kKeyValueValue);
  return true;
}

void RecordWriter::end() {
  out_.close(value_);
  out_.close(pair_);
}

std::string_view RecordWriter::clean(std::string_view text) {
  return scrubber_.scrub(cut_text(text, kTextBytesMax), buffer_);
}

void RecordWriter::text(std::string_view key, std::string_view value) {
  if (value.empty() || !begin(key)) return;
  out_.add_bytes(field::kAnyValueString, clean(value));
  end();
}

void RecordWriter::integer(std::string_view key, int64_t value) {
  if (!begin(key)) return;
  out_.add_varint(field::kAnyValueInt, static_cast<uint64_t>(value));
  end();
}

void RecordWriter::real(std::string_view key, double value) {
  if (!std::isfinite(value) || !begin(key)) return;
  out_.add_double(field::kAnyValueDouble, value);
  end();
}

void RecordWriter::boolean(std::string_view key, bool value) {
  if (!begin(key)) return;
  out_.add_varint(field::kAnyValueBool, value ? 1 : 0);
  end();
}

void RecordWriter::json(std::string_view key, element content) {
  if (content.is_null()) return;
  if (content.is_string() && std::string_view(content).empty()) return;
  if (!begin(key)) return;
  value(content, 0);
  end();
}

// Inside an open AnyValue. Depth is bounded, so the recursion is.
void RecordWriter::value(element content, int depth) {
  switch (content.type()) {
    case element_type::STRING: out_.add_bytes(field::kAnyValueString, clean(std::string_view(content))); break;
    case element_type::BOOL: out_.add_varint(field::kAnyValueBool, bool(content) ? 1 : 0); break;
    case element_type::INT64: out_.add_varint(field::kAnyValueInt, static_cast<uint64_t>(int64_t(content))); break;
    case element_type::UINT64: out_.add_double(field::kAnyValueDouble, static_cast<double>(uint64_t(content))); break;
    case element_type::DOUBLE: out_.add_double(field::kAnyValueDouble, double(content)); break;
    case element_type::ARRAY: {
      if (depth == kValueDepthMax) return;
      const size_t array = out_.open(field::kAnyValueArray);
      for (const element item : simdjson::dom::array(content)) {
        const size_t inner = out_.open(field::kArrayValues);
        value(item, depth + 1);
        out_.close(inner);
      }
      out_.close(array);
      break;
    }
    case element_type::OBJECT: {
      if (depth == kValueDepthMax) return;
      const size_t list = out_.open(field::kAnyValueKeyValueList);
      for (const auto [key, item] : simdjson::dom::object(content)) {
        const size_t pair = out_.open(field::kKeyValueListValues);
        out_.add_bytes(field::kKeyValueKey, key.substr(0, kNameBytesMax));
        const size_t inner = out_.open(field::kKeyValueValue);
        value(item, depth + 1);
        out_.close(inner);
        out_.close(pair);
      }
      out_.close(list);
      break;
    }
    default: break;  // Null: an empty AnyValue.
  }
}

}  // namespace clew::receive_rum
