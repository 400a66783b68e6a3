#include "net/rpc_status.h"

#include <fmt/format.h>

#include <algorithm>
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include "net/http.h"
#include "wire/json_writer.h"

namespace clew::net {

namespace {

using Wire = protozero::pbf_wire_type;
using protozero::tag_and_type;

constexpr std::string_view kRetryInfoType = "type.googleapis.com/google.rpc.RetryInfo";

// Field numbers of Status, Any, RetryInfo and Duration.
enum StatusField : uint32_t { kCode = 1, kMessage = 2, kDetails = 3 };
enum AnyField : uint32_t { kTypeUrl = 1, kValue = 2 };
constexpr uint32_t kRetryDelay = 1;
enum DurationField : uint32_t { kSeconds = 1, kNanos = 2 };

std::string encode_retry_info(std::chrono::milliseconds delay) {
  std::string info;
  protozero::pbf_writer info_writer(info);
  protozero::pbf_writer duration(info_writer, kRetryDelay);
  duration.add_int64(kSeconds, delay.count() / 1000);
  if (delay.count() % 1000 != 0) duration.add_int32(kNanos, static_cast<int32_t>(delay.count() % 1000 * 1'000'000));
  return info;
}

std::chrono::milliseconds decode_retry_info(protozero::pbf_reader info) {
  std::chrono::milliseconds delay{0};
  while (info.next(kRetryDelay, Wire::length_delimited)) {
    protozero::pbf_reader duration = info.get_message();
    while (duration.next()) {
      switch (duration.tag_and_type()) {
        case tag_and_type(kSeconds, Wire::varint):
          // Bounded, so that the sum cannot overflow: a day is longer than any client waits.
          delay += std::chrono::seconds(std::clamp<int64_t>(duration.get_int64(), 0, 86400));
          break;
        case tag_and_type(kNanos, Wire::varint):
          delay += std::chrono::milliseconds(duration.get_int32() / 1'000'000);
          break;
        default: duration.skip();
      }
    }
  }
  return delay;
}

void decode_details(protozero::pbf_reader any, RpcStatus& status) {
  bool is_retry_info = false;
  protozero::data_view value;
  while (any.next()) {
    switch (any.tag_and_type()) {
      case tag_and_type(kTypeUrl, Wire::length_delimited): is_retry_info = any.get_string() == kRetryInfoType; break;
      case tag_and_type(kValue, Wire::length_delimited): value = any.get_view(); break;
      default: any.skip();
    }
  }
  if (is_retry_info) status.retry_after = decode_retry_info(protozero::pbf_reader(value));
}

}  // namespace

RpcStatus rpc_status(const stdx::Error& error) {
  RpcStatus status{grpc_status(error.code), error.message, std::nullopt};
  if (is_retryable(error.code)) status.retry_after = std::chrono::seconds(kRetryAfterSeconds);
  return status;
}

std::string encode_rpc_status(const RpcStatus& status) {
  std::string bytes;
  protozero::pbf_writer writer(bytes);
  writer.add_int32(kCode, status.code);
  // proto3 strings are valid UTF-8; clients refuse the whole message otherwise.
  std::string message;
  wire::append_valid_utf8(status.message, message);
  writer.add_string(kMessage, message);
  if (status.retry_after) {
    protozero::pbf_writer any(writer, kDetails);
    any.add_string(kTypeUrl, kRetryInfoType.data(), kRetryInfoType.size());
    any.add_bytes(kValue, encode_retry_info(*status.retry_after));
  }
  return bytes;
}

std::string rpc_status_json(const RpcStatus& status) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().member("code", status.code).member("message", status.message);
  if (status.retry_after) {
    const auto delay = status.retry_after->count();
    json.key("details").begin_array().begin_object().member("@type", kRetryInfoType);
    json.member("retryDelay", delay % 1000 == 0 ? fmt::format("{}s", delay / 1000)
                                                : fmt::format("{}.{:03}s", delay / 1000, delay % 1000));
    json.end_object().end_array();
  }
  json.end_object();
  return text;
}

stdx::Result<RpcStatus> decode_rpc_status(std::string_view protobuf) {
  try {
    RpcStatus status;
    protozero::pbf_reader reader(protobuf.data(), protobuf.size());
    while (reader.next()) {
      switch (reader.tag_and_type()) {
        case tag_and_type(kCode, Wire::varint): status.code = reader.get_int32(); break;
        case tag_and_type(kMessage, Wire::length_delimited): status.message = reader.get_string(); break;
        case tag_and_type(kDetails, Wire::length_delimited): decode_details(reader.get_message(), status); break;
        default: reader.skip();
      }
    }
    return status;
  } catch (const protozero::exception& error) {
    return stdx::fail(stdx::ErrorCode::kInvalidArgument, fmt::format("not a google.rpc.Status: {}", error.what()));
  }
}

}  // namespace clew::net
