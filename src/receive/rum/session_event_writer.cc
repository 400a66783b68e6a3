#include "receive/rum/session_event_writer.h"

#include "otlp/message_reader.h"
#include "otlp/value_json.h"

namespace clew::receive_rum {
namespace {

namespace field = otlp::field;

bool is_identity(std::string_view key) {
  return key == kSessionKey || key == "user.id" || key == "view.id" || key == "view.name";
}

void write_all(RecordWriter& record, const WireFields& fields) {
  std::string json;
  for (const WireFields::Field& each : fields.all()) {
    const WireValue value = read_wire_value(each.value);
    if (value.text) record.text(each.key, is_identity(each.key) ? value.text->substr(0, kNameBytesMax) : *value.text);
    else if (value.integer) record.integer(each.key, *value.integer);
    else if (value.real) record.real(each.key, *value.real);
    else if (value.boolean) record.boolean(each.key, *value.boolean);
    else {
      json.clear();
      if (otlp::append_wire_value_json(each.value, json) && json != "null") record.text(each.key, json);
    }
  }
}

}  // namespace

void SessionEventWriter::begin_resource(const Surroundings& around) {
  resource_bytes_ = around.resource;
  resource_ = attributes_of(around.resource);
  device_type_ = device_type_of(around.resource);
  is_open_ = false;
}

void SessionEventWriter::begin_scope(const Surroundings& around) {
  scope_name_ = {};
  otlp::MessageReader scope(around.scope);
  while (scope.next()) {
    if (scope.tag() == length_tag(field::kScopeName)) scope_name_ = scope.bytes().substr(0, kNameBytesMax);
  }
}

void SessionEventWriter::open() {
  if (is_open_) return;
  is_open_ = true;
  events_.begin_resource([&](otlp::MessageWriter& out) {
    events_.append_encoded(resource_bytes_);
    RecordWriter resource(out, field::kResourceAttributes, scrubber_);
    if (!resource_.text("rum.app.type").empty()) return;
    resource.text("rum.app.type", device_type_.empty() && is_browser(context_.user_agent) ? "browser" : device_type_);
  });
}

void SessionEventWriter::write_head(int64_t time_ns, std::string_view event_name, std::string_view body, uint64_t severity,
                                    std::string_view trace_id, std::string_view span_id) {
  otlp::MessageWriter& out = events_.out();
  write_event_head(out, {time_ns, context_.receive_time_ns, event_name, severity, body}, scrubber_);
  if (trace_id.size() == 16) out.add_bytes(field::kLogTraceId, trace_id);
  if (span_id.size() == 8) out.add_bytes(field::kLogSpanId, span_id);
}

void SessionEventWriter::write_common(RecordWriter& record, const WireFields& fields, std::string_view session_id,
                                      const SessionView& view) const {
  if (fields.text(kSessionKey).empty()) record.text(kSessionKey, session_id.substr(0, kNameBytesMax));
  if (fields.text("user.id").empty()) {
    const std::string_view user = fields.text("enduser.id");
    record.text("user.id", (user.empty() ? fields.text("enduser.pseudo.id") : user).substr(0, kNameBytesMax));
  }
  if (fields.text("view.name").empty()) record.text("view.name", view.name);
  if (fields.text("view.id").empty()) record.text("view.id", view.id);
  write_device(record);
  write_all(record, fields);
  record.text("otel.scope.name", scope_name_);
}

// Resources name devices in OpenTelemetry's words; pages ask events.
void SessionEventWriter::write_device(RecordWriter& record) const {
  write_place(record, context_);
  if (is_browser(context_.user_agent)) return write_client(record, context_);
  record.text("client.address", context_.client_address);
  const auto text = [&](std::string_view key) { return resource_.text(key).substr(0, kNameBytesMax); };
  record.text("os.type", text("os.name").empty() ? text("os.type") : text("os.name"));
  record.text("os.version", text("os.version"));
  record.text("device.brand", text("device.manufacturer"));
  record.text("device.model", text("device.model.name").empty() ? text("device.model.identifier") : text("device.model.name"));
  if (device_type_ == "android" || device_type_ == "ios") record.text("device.type", "mobile");
}

}  // namespace clew::receive_rum
