#include "receive/jaeger/jaeger_otlp_writer.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <optional>

#include "otlp/trace_fields.h"
#include "receive/jaeger/jaeger_attributes.h"

namespace clew::receive_jaeger {

namespace {

namespace field = otlp::field;

enum class Kind : uint8_t { kInternal = 1, kServer = 2, kClient = 3, kProducer = 4, kConsumer = 5 };
enum class Status : uint8_t { kUnset = 0, kOk = 1, kError = 2 };

std::optional<Kind> kind_of(std::string_view word) {
  if (word == "server") return Kind::kServer;
  if (word == "client") return Kind::kClient;
  if (word == "internal") return Kind::kInternal;
  if (word == "producer") return Kind::kProducer;
  if (word == "consumer") return Kind::kConsumer;
  return std::nullopt;
}

std::optional<Status> status_of(std::string_view word) {
  if (word == "OK" || word == "Ok" || word == "ok") return Status::kOk;
  if (word == "ERROR" || word == "Error" || word == "error") return Status::kError;
  if (word == "UNSET" || word == "Unset" || word == "unset") return Status::kUnset;
  return std::nullopt;
}

bool is_true(const Tag& tag) {
  return tag.type == TagType::kBool ? tag.number != 0 : tag.type == TagType::kString && tag.text == "true";
}

// A whole number in whatever type a client chose: JavaScript's has only doubles, others send texts.
std::optional<int64_t> whole_number(const Tag& tag) {
  if (tag.type == TagType::kLong) return static_cast<int64_t>(tag.number);
  if (tag.type == TagType::kDouble) {
    const auto value = std::bit_cast<double>(tag.number);
    if (value >= 0 && value < 1e9 && value == std::floor(value)) return static_cast<int64_t>(value);
  }
  if (tag.type == TagType::kString && tag.text.size() == 3 &&
      std::ranges::all_of(tag.text, [](char c) { return c >= '0' && c <= '9'; })) {
    return (tag.text[0] - '0') * 100 + (tag.text[1] - '0') * 10 + (tag.text[2] - '0');
  }
  return std::nullopt;
}

constexpr uint64_t bit(size_t index) { return index < 64 ? uint64_t{1} << index : 0; }

}  // namespace

// What a span's tags say that OTLP has fields for. Tags beyond the 64th are only ever attributes of the span.
struct OtlpWriter::Facts {
  static constexpr size_t kTagsMax = 64;

  Kind kind = Kind::kInternal;
  std::string_view scope_name;
  std::string_view scope_version;
  std::string_view trace_state;
  bool error = false;
  std::optional<Status> status;
  std::string_view status_message;
  std::string_view http_status_message;
  std::optional<int64_t> http_status;
  size_t http_status_index = SIZE_MAX;
  std::optional<int64_t> dropped_attributes, dropped_events, dropped_links;
  uint64_t consumed = 0;  // Bits of the tags that are no attributes any more.

  explicit Facts(const Span& span) {
    const size_t count = std::min(span.tags.size(), kTagsMax);
    for (size_t index = 0; index < count; ++index) look_at(span.tags[index], index);
    judge_status();
  }

  void look_at(const Tag& tag, size_t index);
  void look_at_otel(const Tag& tag, size_t index);
  void judge_status();

  bool is_text(const Tag& tag, std::string_view key) const { return tag.type == TagType::kString && tag.key == key; }
  void consume(size_t index) { consumed |= bit(index); }
  // The older name of the same fact may come too: it goes only if it says the same.
  void name_scope(std::string_view& part, const Tag& tag, size_t index) {
    if (!part.empty() && part != tag.text) return;
    part = tag.text;
    consume(index);
  }
};

// By length first: most tags are none of these.
void OtlpWriter::Facts::look_at(const Tag& tag, size_t index) {
  if (tag.key.starts_with("otel.")) return look_at_otel(tag, index);
  switch (tag.key.size()) {
    case 5:
      if (tag.key != "error" || !is_true(tag)) return;
      error = true;
      return consume(index);
    case 9:
      if (!is_text(tag, "span.kind")) return;
      if (const auto known = kind_of(tag.text)) {
        kind = *known;
        consume(index);
      }
      return;
    case 14:
      if (!is_text(tag, "w3c.tracestate")) return;
      trace_state = tag.text;
      return consume(index);
    case 16:
      if (tag.key != "http.status_code") return;
      http_status = whole_number(tag);
      if (http_status && tag.type != TagType::kLong) http_status_index = index;
      return;
    case 19:
      if (is_text(tag, "http.status_message")) http_status_message = tag.text;
      return;
    case 25:
      if (tag.key == "http.response.status_code") http_status = whole_number(tag);
      return;
    default: return;
  }
}

void OtlpWriter::Facts::look_at_otel(const Tag& tag, size_t index) {
  if (is_text(tag, "otel.scope.name") || is_text(tag, "otel.library.name")) return name_scope(scope_name, tag, index);
  if (is_text(tag, "otel.scope.version") || is_text(tag, "otel.library.version")) {
    return name_scope(scope_version, tag, index);
  }
  if (is_text(tag, "otel.status_code")) {
    status = status_of(tag.text);
    if (status) consume(index);
  } else if (is_text(tag, "otel.status_description")) {
    status_message = tag.text;
    consume(index);
  } else if (tag.type == TagType::kLong && tag.key.starts_with("otel.dropped_")) {
    const std::string_view what = tag.key.substr(13);
    auto* count = what == "attributes_count" ? &dropped_attributes
                  : what == "events_count"   ? &dropped_events
                  : what == "links_count"    ? &dropped_links
                                             : nullptr;
    if (count == nullptr || tag.number > UINT32_MAX) return;
    *count = static_cast<int64_t>(tag.number);
    consume(index);
  }
}

// error=true decides, then what OpenTelemetry's exporters say, then HTTP: a server is not to blame for 4xx.
void OtlpWriter::Facts::judge_status() {
  if (error) {
    status = Status::kError;
  } else if (!status && http_status && *http_status < 600) {
    if (*http_status >= 500 || (*http_status >= 400 && kind != Kind::kServer)) status = Status::kError;
  }
  if (status == Status::kError && status_message.empty()) status_message = http_status_message;
}

void OtlpWriter::begin_process(const Process& process) {
  process_begin_ = message_.open(field::kTracesResourceSpans);
  process_is_open_ = true;
  const size_t resource = message_.open(field::kResourceSpansResource);
  write_resource(message_, process);
  message_.close(resource);
}

void OtlpWriter::end_process() {
  close_scope();
  message_.close(process_begin_);
  process_is_open_ = false;
}

void OtlpWriter::rollback(size_t size) {
  out_.resize(size);
  process_is_open_ = false;
  scope_is_open_ = false;
}

std::string OtlpWriter::take() {
  std::string request = std::move(out_);
  out_ = {};
  return request;
}

void OtlpWriter::open_scope(std::string_view name, std::string_view version) {
  scope_begin_ = message_.open(field::kResourceSpansScopeSpans);
  scope_is_open_ = true;
  scope_name_ = name;
  scope_version_ = version;
  if (name.empty() && version.empty()) return;
  const size_t scope = message_.open(field::kScopeSpansScope);
  if (!name.empty()) message_.add_bytes(field::kScopeName, name);
  if (!version.empty()) message_.add_bytes(field::kScopeVersion, version);
  message_.close(scope);
}

void OtlpWriter::close_scope() {
  if (scope_is_open_) message_.close(scope_begin_);
  scope_is_open_ = false;
}

void OtlpWriter::add_span(const Span& span) {
  const Facts facts(span);
  if (!scope_is_open_ || facts.scope_name != scope_name_ || facts.scope_version != scope_version_) {
    close_scope();
    open_scope(facts.scope_name, facts.scope_version);
  }
  const size_t begin = message_.open(field::kScopeSpansSpans);
  write_span(span, facts);
  message_.close(begin);
}

void OtlpWriter::write_span(const Span& span, const Facts& facts) {
  message_.add_bytes(field::kSpanTraceId, span.trace_id);
  message_.add_bytes(field::kSpanSpanId, span.span_id);
  if (!facts.trace_state.empty()) message_.add_bytes(field::kSpanTraceState, facts.trace_state);
  message_.add_bytes(field::kSpanName, span.name);
  message_.add_varint(field::kSpanKind, static_cast<uint64_t>(facts.kind));
  message_.add_fixed64(field::kSpanStartTimeUnixNano, span.start_ns);
  message_.add_fixed64(field::kSpanEndTimeUnixNano, span.end_ns);
  for (size_t index = 0; index < span.tags.size(); ++index) {
    if ((facts.consumed & bit(index)) != 0) continue;
    const Tag& tag = span.tags[index];
    if (index == facts.http_status_index) {
      write_attribute(message_, field::kSpanAttributes, tag.key, *facts.http_status);
    } else {
      write_attribute(message_, field::kSpanAttributes, tag.key, tag);
    }
  }
  if ((span.flags & kFlagDebug) != 0) write_attribute(message_, field::kSpanAttributes, "jaeger.debug", true);
  if ((span.flags & kFlagFirehose) != 0) write_attribute(message_, field::kSpanAttributes, "jaeger.firehose", true);
  if (!span.warnings.empty()) write_attribute(message_, field::kSpanAttributes, "jaeger.warnings", span.warnings);
  const auto add_count = [this](uint32_t number, const std::optional<int64_t>& count) {
    if (count) message_.add_varint(number, static_cast<uint64_t>(*count));
  };
  add_count(field::kSpanDroppedAttributesCount, facts.dropped_attributes);
  write_events(span);
  add_count(field::kSpanDroppedEventsCount, facts.dropped_events);
  write_references(span);
  add_count(field::kSpanDroppedLinksCount, facts.dropped_links);
  write_status(facts);
  if ((span.flags & kFlagSampled) != 0) message_.add_fixed32(field::kSpanFlags, 1);
}

void OtlpWriter::write_status(const Facts& facts) {
  const Status code = facts.status.value_or(Status::kUnset);
  if (code == Status::kUnset && facts.status_message.empty()) return;
  const size_t status = message_.open(field::kSpanStatus);
  if (!facts.status_message.empty()) message_.add_bytes(field::kStatusMessage, facts.status_message);
  if (code != Status::kUnset) message_.add_varint(field::kStatusCode, static_cast<uint64_t>(code));
  message_.close(status);
}

// The parent is what the span says, or else its first CHILD_OF, or else its first FOLLOWS_FROM, of the same trace. Every
// other reference becomes a link; so does a FOLLOWS_FROM that names the parent, or its kind would be forgotten.
void OtlpWriter::write_references(const Span& span) {
  otlp::TraceId own;
  if (span.trace_id.size() == 16) own = otlp::trace_id_from_bytes(span.trace_id);
  otlp::SpanId parent = span.parent_span_id;
  for (const bool follows_from : {false, true}) {
    for (const Reference& reference : span.references) {
      if (parent != 0 || reference.follows_from != follows_from || reference.trace_id != own) continue;
      parent = reference.span_id;
    }
  }
  char bytes[16];
  if (parent != 0) {
    otlp::store_big_endian(parent, bytes);
    message_.add_bytes(field::kSpanParentSpanId, {bytes, 8});
  }
  for (const Reference& reference : span.references) {
    if (!reference.follows_from && reference.trace_id == own && reference.span_id == parent) continue;
    if (reference.span_id == 0 && reference.trace_id.is_zero()) continue;  // Refers to nothing.
    const size_t link = message_.open(field::kSpanLinks);
    otlp::store_big_endian(reference.trace_id.hi, bytes);
    otlp::store_big_endian(reference.trace_id.lo, bytes + 8);
    message_.add_bytes(field::kLinkTraceId, {bytes, 16});
    otlp::store_big_endian(reference.span_id, bytes);
    message_.add_bytes(field::kLinkSpanId, {bytes, 8});
    write_attribute(message_, field::kLinkAttributes, "opentracing.ref_type",
                    std::string_view(reference.follows_from ? "follows_from" : "child_of"));
    message_.close(link);
  }
}

namespace {

// OpenTracing's fields of an error, which OpenTelemetry has as an exception event.
struct ExceptionFields {
  const Tag* type = nullptr;
  const Tag* message = nullptr;
  const Tag* stack = nullptr;
  const Tag* object = nullptr;
  std::string_view type_of_object;  // "E" where the object is "E: message".

  explicit ExceptionFields(std::span<const Tag> fields) {
    for (const Tag& tag : fields) {
      if (tag.type != TagType::kString) continue;
      if (tag.key == "error.kind") type = &tag;
      if (tag.key == "message") message = &tag;
      if (tag.key == "stack") stack = &tag;
      if (tag.key == "error.object") object = &tag;
    }
    if (object == nullptr || type != nullptr || message == nullptr || !object->text.ends_with(message->text)) return;
    std::string_view rest = object->text.substr(0, object->text.size() - message->text.size());
    if (rest.size() > 2 && rest.ends_with(": ")) type_of_object = rest.substr(0, rest.size() - 2);
  }

  bool any() const { return type != nullptr || message != nullptr || stack != nullptr || object != nullptr; }

  std::string_view key_of(const Tag& tag) const {
    if (&tag == type) return "exception.type";
    if (&tag == message) return "exception.message";
    if (&tag == stack) return "exception.stacktrace";
    if (&tag == object && message == nullptr) return "exception.message";
    return tag.key;
  }
};

}  // namespace

void OtlpWriter::write_events(const Span& span) {
  for (const Log& log : span.logs) {
    const std::span fields(span.log_fields.data() + log.first_field, log.field_count);
    const auto named = std::ranges::find_if(
        fields, [](const Tag& tag) { return tag.type == TagType::kString && tag.key == "event"; });
    // "log" is what OpenTelemetry calls an event that OpenTracing left without name.
    std::string_view name = named == fields.end() ? "log" : named->text;
    std::optional<ExceptionFields> exception;
    if (name == "error") exception.emplace(fields);
    if (exception && !exception->any()) exception.reset();
    if (exception) name = "exception";
    const size_t event = message_.open(field::kSpanEvents);
    message_.add_fixed64(field::kEventTimeUnixNano, log.time_ns);
    message_.add_bytes(field::kEventName, name);
    if (exception && !exception->type_of_object.empty()) {
      write_attribute(message_, field::kEventAttributes, "exception.type", exception->type_of_object);
    }
    for (auto tag = fields.begin(); tag != fields.end(); ++tag) {
      if (tag == named) continue;
      if (exception && !exception->type_of_object.empty() && &*tag == exception->object) continue;
      write_attribute(message_, field::kEventAttributes, exception ? exception->key_of(*tag) : tag->key, *tag);
    }
    message_.close(event);
  }
}

}  // namespace clew::receive_jaeger
