// One Zipkin span as its version 2 model has it, with everything a view into the request.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "otlp/ids.h"
#include "otlp/model.h"

namespace clew::receive_zipkin {

// The text of an IP address, held in place.
class AddressText {
 public:
  // Text longer than any address has is cut: it is no address, and is shown as far as it goes.
  void assign(std::string_view text);
  void assign_ipv4(uint32_t address);               // Host order.
  void assign_ipv4_bytes(std::string_view bytes);   // Anything but 4 bytes, or all zero: none.
  void assign_ipv6_bytes(std::string_view bytes);   // Anything but 16 bytes, or all zero: none.
  std::string_view view() const { return {text_.data(), size_}; }
  bool empty() const { return size_ == 0; }

 private:
  std::array<char, 46> text_;
  uint8_t size_ = 0;
};

struct Endpoint {
  std::string_view service_name;
  AddressText ipv4;
  AddressText ipv6;
  uint16_t port = 0;

  bool empty() const { return service_name.empty() && ipv4.empty() && ipv6.empty() && port == 0; }
};
// Of one service; without names, of one address.
bool same_service(const Endpoint& a, const Endpoint& b);

struct Annotation {
  uint64_t timestamp_us = 0;
  std::string_view value;
};

// Version 2 has strings only; version 1 and lenient JSON have more.
struct TagValue {
  enum class Type : uint8_t { kString, kBool, kInt, kDouble, kBytes } type = Type::kString;
  std::string_view text;  // Of kString and kBytes.
  int64_t integer = 0;    // Of kInt, and 0 or 1 of kBool.
  double real = 0;
};
struct Tag {
  std::string_view key;
  TagValue value;
};

// An id that is no id (too long, not hex) is kept apart from one that is missing, so that the refusal says which.
struct SpanIds {
  otlp::TraceId trace_id;
  otlp::SpanId id = 0;
  otlp::SpanId parent_id = 0;
  bool trace_id_malformed = false;
  bool id_malformed = false;
  bool parent_id_malformed = false;

  void set_trace_id_hex(std::string_view hex);
  void set_id_hex(std::string_view hex);
  void set_parent_id_hex(std::string_view hex);
  // Big-endian bytes, shorter ones left-padded.
  void set_trace_id_bytes(std::string_view bytes);
  void set_id_bytes(std::string_view bytes);
  void set_parent_id_bytes(std::string_view bytes);
};

// Reused from span to span by the readers: clear() keeps the vectors' memory.
struct ZipkinSpan {
  SpanIds ids;
  std::string_view name;
  otlp::SpanKind kind = otlp::SpanKind::kUnspecified;  // Zipkin's "no kind" is a local span.
  uint64_t timestamp_us = 0;                           // 0: not known.
  uint64_t duration_us = 0;                            // 0: not finished, or one-way.
  Endpoint local;
  Endpoint remote;
  std::vector<Annotation> annotations;
  std::vector<Tag> tags;
  bool debug = false;
  bool shared = false;

  void clear();
};

// "CLIENT" and so on; kUnspecified for anything else.
otlp::SpanKind kind_of_name(std::string_view name);

}  // namespace clew::receive_zipkin
