#include "receive/zipkin/zipkin_translate.h"

#include <fmt/format.h>

#include <optional>

#include "receive/zipkin/zipkin_readers.h"

namespace clew::receive_zipkin {

namespace {

bool is_json(Format format) { return format == Format::kV1Json || format == Format::kV2Json; }

// What the first byte says: JSON and the binary encodings cannot be taken for each other.
std::optional<Format> format_seen(std::string_view body, Format expected) {
  // A protobuf list begins with the byte of a line feed; a length may follow it that looks like a bracket.
  if (body[0] == '\x0a' && expected == Format::kV2Proto) return expected;
  const size_t begin = body.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return std::nullopt;
  switch (body[begin]) {
    case '[':
    case '{': return is_json(expected) ? expected : expected == Format::kV1Thrift ? Format::kV1Json : Format::kV2Json;
    default: break;
  }
  if (body[0] == '\x0c' && body.size() >= 5) return Format::kV1Thrift;
  if (body[0] == '\x0a') return Format::kV2Proto;
  return std::nullopt;
}

}  // namespace

std::string_view format_name(Format format) {
  switch (format) {
    case Format::kV1Json: return "JSON_V1";
    case Format::kV1Thrift: return "THRIFT";
    case Format::kV2Json: return "JSON_V2";
    case Format::kV2Proto: return "PROTO3";
  }
  return "unknown";
}

stdx::Result<Translated> translate(Format format, std::string body, int64_t receive_time_ns) {
  if (body.empty()) return Translated{};
  const std::optional<Format> seen = format_seen(body, format);
  if (seen && *seen != format) {
    return stdx::fail(stdx::ErrorCode::kInvalidArgument, fmt::format("Expected a {} encoded list, but received: {}",
                                                                     format_name(format), format_name(*seen)));
  }
  OtlpBuilder builder(receive_time_ns);
  stdx::Result<void> done;
  switch (format) {
    case Format::kV1Json: done = read_v1_json(std::move(body), builder); break;
    case Format::kV2Json: done = read_v2_json(std::move(body), builder); break;
    case Format::kV2Proto: done = read_v2_proto(body, builder); break;
    case Format::kV1Thrift: {
      bool to_the_end = false;
      done = read_v1_thrift(body, wire::ThriftEncoding::kBinary, builder, &to_the_end);
      if (done && !to_the_end) {
        done = stdx::fail(stdx::ErrorCode::kInvalidArgument, "Malformed reading List<Span> from TBinary: bytes follow the list");
      }
      break;
    }
  }
  if (!done) return std::unexpected(std::move(done.error()));
  return Translated{builder.finish(), builder.span_count()};
}

stdx::Result<Translated> translate_thrift_list(std::string_view list, wire::ThriftEncoding encoding,
                                               int64_t receive_time_ns) {
  OtlpBuilder builder(receive_time_ns);
  if (auto done = read_v1_thrift(list, encoding, builder, nullptr); !done) return std::unexpected(std::move(done.error()));
  return Translated{builder.finish(), builder.span_count()};
}

}  // namespace clew::receive_zipkin
