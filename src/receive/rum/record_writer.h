// Writes the beginning and the attributes of an OTLP record from what a client says.
#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>

#include "otlp/message_writer.h"
#include "receive/rum/rum_limits.h"
#include "receive/rum/scrubber.h"

namespace clew::receive_rum {

inline constexpr uint64_t kSeverityError = 17;

struct EventHead {
  int64_t time_ns = 0;
  int64_t receive_time_ns = 0;
  std::string_view event_name;
  uint64_t severity = 0;  // opentelemetry.proto.logs.v1.SeverityNumber; 0: none.
  std::string_view body = {};  // A line for people, and for searching logs. Empty: none.
};

// What an event's log record begins with; the body is cut and scrubbed. Ids and attributes are the caller's.
void write_event_head(otlp::MessageWriter& out, const EventHead& head, const Scrubber& scrubber);

// At most `bytes_max` of a text, never half a character.
std::string_view cut_text(std::string_view text, size_t bytes_max);

// Appends KeyValue messages as field `field` of the open message: texts are cut and scrubbed, JSON values keep their type.
// Further attributes than kAttributesPerEventMax are counted, not written. One thread; the writer and the scrubber outlive it.
class RecordWriter {
 public:
  RecordWriter(otlp::MessageWriter& out, uint32_t field, const Scrubber& scrubber)
      : out_(out), field_(field), scrubber_(scrubber) {}

  void text(std::string_view key, std::string_view value);  // Empty values are left out.
  void integer(std::string_view key, int64_t value);
  void real(std::string_view key, double value);  // What is not finite is left out: sums of all users would be neither.
  void boolean(std::string_view key, bool value);
  // Any JSON value; null and what is nested too deeply are left out.
  void json(std::string_view key, simdjson::dom::element value);

  uint32_t dropped_count() const { return dropped_; }

 private:
  bool begin(std::string_view key);  // False: no room.
  void end();
  void value(simdjson::dom::element value, int depth);
  std::string_view clean(std::string_view text);

  otlp::MessageWriter& out_;
  const uint32_t field_;
  const Scrubber& scrubber_;
  std::string buffer_;
  size_t pair_ = 0, value_ = 0;
  uint32_t written_ = 0;
  uint32_t dropped_ = 0;
};

}  // namespace clew::receive_rum
