#include "receive/rum/otlp_secrets.h"

#include "otlp/log_fields.h"
#include "otlp/message_reader.h"
#include "otlp/message_writer.h"
#include "otlp/value_json.h"
#include "receive/rum/otlp_device.h"
#include "receive/rum/otlp_walk.h"

namespace clew::receive_rum {
namespace {

namespace field = otlp::field;
using otlp::MessageReader;

constexpr std::string_view kQueryKey = "url.query";
// Deepest of all: request, resource, scope, span, event, attribute, and then its value, two messages a level.
constexpr int kDepthMax = 2 * otlp::kValueDepthMax + 8;

// What a field of a message holds.
enum class Holds : uint8_t {
  kOther,  // Nothing to be scrubbed.
  kText,
  kResourceItems,
  kResource,
  kScopeItems,
  kScope,
  kSpan,
  kSpanEvent,
  kSpanLink,
  kStatus,
  kLogRecord,
  kKeyValue,
  kAnyValue,
  kArray,
  kMap,
};

struct Member {
  Holds in;
  uint32_t field;
  Holds holds;
};
constexpr Member kMembers[] = {
    {Holds::kResourceItems, field::kResourceSpansResource, Holds::kResource},
    {Holds::kResourceItems, field::kResourceSpansScopeSpans, Holds::kScopeItems},
    {Holds::kResource, field::kResourceAttributes, Holds::kKeyValue},
    {Holds::kScopeItems, field::kScopeSpansScope, Holds::kScope},
    {Holds::kScope, field::kScopeAttributes, Holds::kKeyValue},
    {Holds::kSpan, field::kSpanName, Holds::kText},
    {Holds::kSpan, field::kSpanAttributes, Holds::kKeyValue},
    {Holds::kSpan, field::kSpanEvents, Holds::kSpanEvent},
    {Holds::kSpan, field::kSpanLinks, Holds::kSpanLink},
    {Holds::kSpan, field::kSpanStatus, Holds::kStatus},
    {Holds::kSpanEvent, field::kEventName, Holds::kText},
    {Holds::kSpanEvent, field::kEventAttributes, Holds::kKeyValue},
    {Holds::kSpanLink, field::kLinkAttributes, Holds::kKeyValue},
    {Holds::kStatus, field::kStatusMessage, Holds::kText},
    {Holds::kLogRecord, field::kLogBody, Holds::kAnyValue},
    {Holds::kLogRecord, field::kLogAttributes, Holds::kKeyValue},
    {Holds::kKeyValue, field::kKeyValueValue, Holds::kAnyValue},
    {Holds::kAnyValue, field::kAnyValueString, Holds::kText},
    {Holds::kAnyValue, field::kAnyValueArray, Holds::kArray},
    {Holds::kAnyValue, field::kAnyValueKeyValueList, Holds::kMap},
    {Holds::kArray, field::kArrayValues, Holds::kAnyValue},
    {Holds::kMap, field::kKeyValueListValues, Holds::kKeyValue},
};

// Writes the request anew; messages that hold nothing to be replaced are copied whole.
class Rewriter {
 public:
  Rewriter(OtlpItems items, const Scrubber& scrubber)
      : item_(items == OtlpItems::kSpans ? Holds::kSpan : Holds::kLogRecord), scrubber_(scrubber) {}

  std::optional<std::string> run(std::string_view request, bool all_of_devices) {
    MessageReader resources(request);
    while (resources.next()) {
      if (resources.tag() != length_tag(field::kTracesResourceSpans)) {
        copy_field(resources);
      } else if ((all_of_devices || is_of_device(resources.bytes())) && may_hold_secrets(resources.bytes())) {
        write(field::kTracesResourceSpans, resources.bytes(), Holds::kResourceItems, 0);
      } else {
        out_.add_bytes(field::kTracesResourceSpans, resources.bytes());
      }
    }
    if (!resources.ok() || !changed_) return std::nullopt;
    return std::move(text_);
  }

 private:
  static bool is_of_device(std::string_view resource_items) {
    MessageReader reader(resource_items);
    std::string_view resource;
    while (reader.next()) {
      if (reader.tag() == length_tag(field::kResourceSpansResource)) resource = reader.bytes();
    }
    return !device_type_of(resource).empty();
  }

  bool may_hold_secrets(std::string_view message) const { return scrubber_.finds_any(message) || contains(message, kQueryKey); }

  Holds held_by(Holds message, uint32_t number) const {
    if (message == Holds::kScopeItems && number == field::kScopeSpansSpans) return item_;
    for (const Member& member : kMembers) {
      if (member.in == message && member.field == number) return member.holds;
    }
    return Holds::kOther;
  }

  // Depth is bounded, so the recursion is. What is malformed stays as it was.
  void write(uint32_t number, std::string_view message, Holds holds, int depth) {
    const size_t begin = text_.size();
    const bool changed_before = changed_;
    const size_t content = out_.open(number);
    if (depth < kDepthMax && copy_scrubbed(message, holds, depth)) {
      out_.close(content);
    } else {
      text_.resize(begin);
      changed_ = changed_before;
      out_.add_bytes(number, message);
    }
  }

  bool copy_scrubbed(std::string_view message, Holds message_is, int depth) {
    MessageReader fields(message);
    while (fields.next()) {
      const Holds holds = (fields.tag() & 7) == static_cast<uint32_t>(otlp::WireType::kLength) ? held_by(message_is, fields.field())
                                                                                              : Holds::kOther;
      if (message_is == Holds::kKeyValue && fields.field() == field::kKeyValueKey) is_query_ = fields.bytes() == kQueryKey;
      if (holds == Holds::kOther) {
        copy_field(fields);
      } else if (holds == Holds::kText) {
        write_text(fields.field(), fields.bytes(), message_is == Holds::kAnyValue && is_query_);
      } else if (message_is == Holds::kScopeItems && !may_hold_secrets(fields.bytes())) {
        out_.add_bytes(fields.field(), fields.bytes());  // A span without secrets, among others.
      } else {
        write(fields.field(), fields.bytes(), holds, depth + 1);
      }
    }
    if (message_is == Holds::kKeyValue) is_query_ = false;
    return fields.ok();
  }

  void write_text(uint32_t number, std::string_view text, bool is_query) {
    const std::string_view scrubbed = scrubber_.scrub(text, buffer_, is_query);
    changed_ = changed_ || scrubbed.data() != text.data();
    out_.add_bytes(number, scrubbed);
  }

  void copy_field(const MessageReader& fields) {
    switch (static_cast<otlp::WireType>(fields.tag() & 7)) {
      case otlp::WireType::kLength: out_.add_bytes(fields.field(), fields.bytes()); break;
      case otlp::WireType::kVarint: out_.add_varint(fields.field(), fields.number()); break;
      case otlp::WireType::kFixed64: out_.add_fixed64(fields.field(), fields.number()); break;
      case otlp::WireType::kFixed32: out_.add_fixed32(fields.field(), static_cast<uint32_t>(fields.number())); break;
    }
  }

  const Holds item_;
  const Scrubber& scrubber_;
  std::string text_;
  otlp::MessageWriter out_{text_};
  std::string buffer_;
  bool is_query_ = false;  // The attribute at hand is a query string: its key comes first, as all encoders write it.
  bool changed_ = false;
};

}  // namespace

std::optional<std::string> without_secrets(std::string_view request, OtlpItems items, bool all_of_devices, const Scrubber& scrubber) {
  // Nearly every request of a backend ends here, and every one of a device that says nothing secret at the next line.
  if (!has_device(request, all_of_devices)) return std::nullopt;
  if (!scrubber.finds_any(request) && !contains(request, kQueryKey)) return std::nullopt;
  return Rewriter(items, scrubber).run(request, all_of_devices);
}

}  // namespace clew::receive_rum
