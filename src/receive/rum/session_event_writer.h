// Writes what OpenTelemetry's SDKs send of a session as rows of the table of events.
#pragma once

#include <string>
#include <string_view>

#include "otlp/log_fields.h"
#include "otlp/message_writer.h"
#include "receive/rum/bundle.h"
#include "receive/rum/event_fields.h"
#include "receive/rum/otlp_device.h"
#include "receive/rum/otlp_walk.h"
#include "receive/rum/record_writer.h"
#include "receive/rum/rum_limits.h"
#include "receive/rum/rum_request.h"
#include "receive/rum/scrubber.h"
#include "receive/rum/session_views.h"
#include "receive/rum/wire_fields.h"

namespace clew::receive_rum {

// Rows under the resources they came from, each of which is written once, in the scope clew.rum. One thread; what it is told of
// is views into the request, which outlives it. Guarded by otlp_sessions_fuzz.
class SessionEventWriter {
 public:
  SessionEventWriter(const BundleContext& context, const Scrubber& scrubber) : context_(context), scrubber_(scrubber) {}

  void begin_resource(const Surroundings& around);
  void begin_scope(const Surroundings& around);

  // What is said of the device once comes with every event, so a small request can ask for a large one: false when there is no
  // more room.
  bool has_room() const { return events_.size() < kSessionEventBytesMax; }

  // These are events already: another Clew, or the demo, hands on what a RUM door made. They stay as they are.
  bool is_of_events() const { return scope_name_ == kRumScope; }

  // A row of the open resource; `write` adds attributes.
  template <class Write>
  void add(int64_t time_ns, std::string_view event_name, std::string_view body, uint64_t severity, std::string_view trace_id,
           std::string_view span_id, Write write) {
    open();
    const size_t row = events_.begin_row();
    write_head(time_ns, event_name, body, severity, trace_id, span_id);
    otlp::MessageWriter& out = events_.out();
    RecordWriter record(out, otlp::field::kLogAttributes, scrubber_);
    write(record);
    if (record.dropped_count() > 0) out.add_varint(otlp::field::kLogDroppedAttributesCount, record.dropped_count());
    events_.end_row(row);
  }

  // What every event says of its device, and all that the record itself says.
  void write_common(RecordWriter& record, const WireFields& fields, std::string_view session_id, const SessionView& view) const;

  uint32_t row_count() const { return events_.row_count(); }
  std::string finish() { return events_.finish(); }
  std::string_view service() const { return resource_.text("service.name"); }
  std::string_view session_of_resource() const { return resource_.text(kSessionKey); }
  std::string_view device_type() const { return device_type_; }  // Empty: not told, so perhaps no device at all.
  bool is_of_device() const { return !device_type_.empty() || is_browser(context_.user_agent); }
  int64_t receive_time_ns() const { return context_.receive_time_ns; }

 private:
  void open();
  void write_head(int64_t time_ns, std::string_view event_name, std::string_view body, uint64_t severity, std::string_view trace_id,
                  std::string_view span_id);
  void write_device(RecordWriter& record) const;

  const BundleContext& context_;
  const Scrubber& scrubber_;
  std::string_view resource_bytes_;
  WireFields resource_;
  std::string_view device_type_, scope_name_;
  bool is_open_ = false;
  RumRequest events_;
};

}  // namespace clew::receive_rum
