#include "receive/zipkin/zipkin_span.h"

#include <arpa/inet.h>

#include <algorithm>

#include "wire/ascii.h"

namespace clew::receive_zipkin {

namespace {

// At most `Size` bytes, left-padded with zeros. Longer: false.
template <size_t Size>
bool pad_left(std::string_view bytes, std::array<char, Size>& padded) {
  padded.fill('\0');
  if (bytes.size() > Size) return false;
  std::ranges::copy(bytes, padded.end() - static_cast<ptrdiff_t>(bytes.size()));
  return true;
}

void set_span_id_hex(std::string_view hex, otlp::SpanId& id, bool& malformed) {
  const auto parsed = otlp::parse_span_id(hex);
  malformed = !parsed;
  id = parsed.value_or(0);
}

void set_span_id_bytes(std::string_view bytes, otlp::SpanId& id, bool& malformed) {
  std::array<char, 8> padded;
  malformed = !pad_left(bytes, padded);
  id = otlp::span_id_from_bytes({padded.data(), padded.size()});
}

}  // namespace

void AddressText::assign(std::string_view text) {
  size_ = static_cast<uint8_t>(std::min(text.size(), text_.size()));
  std::copy_n(text.data(), size_, text_.data());
}

void AddressText::assign_ipv4(uint32_t address) {
  size_ = 0;
  if (address == 0) return;
  // By hand: version 1 repeats the address in every annotation.
  char* at = text_.data();
  for (int shift = 24; shift >= 0; shift -= 8) {
    const uint32_t part = address >> shift & 0xff;
    if (part >= 100) *at++ = static_cast<char>('0' + part / 100);
    if (part >= 10) *at++ = static_cast<char>('0' + part / 10 % 10);
    *at++ = static_cast<char>('0' + part % 10);
    if (shift != 0) *at++ = '.';
  }
  size_ = static_cast<uint8_t>(at - text_.data());
}

void AddressText::assign_ipv4_bytes(std::string_view bytes) {
  size_ = 0;
  if (bytes.size() != 4) return;
  uint32_t address = 0;
  for (const char byte : bytes) address = address << 8 | static_cast<uint8_t>(byte);
  assign_ipv4(address);
}

void AddressText::assign_ipv6_bytes(std::string_view bytes) {
  size_ = 0;
  if (bytes.size() != 16 || bytes.find_first_not_of('\0') == std::string_view::npos) return;
  static_assert(INET6_ADDRSTRLEN <= 46);
  if (inet_ntop(AF_INET6, bytes.data(), text_.data(), static_cast<socklen_t>(text_.size())) == nullptr) return;
  size_ = static_cast<uint8_t>(std::string_view(text_.data()).size());
}

bool same_service(const Endpoint& a, const Endpoint& b) {
  if (!a.service_name.empty() || !b.service_name.empty()) return a.service_name == b.service_name;
  return a.ipv4.view() == b.ipv4.view() && a.ipv6.view() == b.ipv6.view() && a.port == b.port;
}

void SpanIds::set_trace_id_hex(std::string_view hex) {
  const auto parsed = otlp::parse_trace_id(hex);
  trace_id_malformed = !parsed;
  trace_id = parsed.value_or(otlp::TraceId{});
}
void SpanIds::set_id_hex(std::string_view hex) { set_span_id_hex(hex, id, id_malformed); }
void SpanIds::set_parent_id_hex(std::string_view hex) { set_span_id_hex(hex, parent_id, parent_id_malformed); }

void SpanIds::set_trace_id_bytes(std::string_view bytes) {
  std::array<char, 16> padded;
  trace_id_malformed = !pad_left(bytes, padded);
  trace_id = otlp::trace_id_from_bytes({padded.data(), padded.size()});
}
void SpanIds::set_id_bytes(std::string_view bytes) { set_span_id_bytes(bytes, id, id_malformed); }
void SpanIds::set_parent_id_bytes(std::string_view bytes) { set_span_id_bytes(bytes, parent_id, parent_id_malformed); }

void ZipkinSpan::clear() {
  ids = {};
  name = {};
  kind = otlp::SpanKind::kUnspecified;
  timestamp_us = duration_us = 0;
  local = {};
  remote = {};
  annotations.clear();
  tags.clear();
  debug = shared = false;
}

otlp::SpanKind kind_of_name(std::string_view name) {
  using enum otlp::SpanKind;
  constexpr std::pair<std::string_view, otlp::SpanKind> kKinds[] = {
      {"client", kClient}, {"server", kServer}, {"producer", kProducer}, {"consumer", kConsumer}, {"internal", kInternal}};
  for (const auto& [known, kind] : kKinds) {
    if (wire::equal_ignoring_case(name, known)) return kind;
  }
  return kUnspecified;
}

}  // namespace clew::receive_zipkin
