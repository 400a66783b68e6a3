#include "receive/otlp/otlp_answer.h"

#include <protozero/pbf_writer.hpp>

#include "net/rpc_status.h"
#include "wire/ascii.h"
#include "wire/json_writer.h"

namespace clew::receive_otlp {

namespace {

constexpr std::string_view kProtobufType = "application/x-protobuf";
constexpr std::string_view kJsonType = "application/json";

std::string_view type_of(Media media) { return media == Media::kProtobuf ? kProtobufType : kJsonType; }

}  // namespace

std::string encode_answer(const PartialSuccess& success) {
  std::string bytes;
  if (success.empty()) return bytes;
  protozero::pbf_writer answer(bytes);
  protozero::pbf_writer partial(answer, 1);
  if (success.rejected != 0) partial.add_int64(1, success.rejected);
  partial.add_string(2, success.error_message);
  return bytes;
}

std::string answer_json(Signal signal, const PartialSuccess& success) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object();
  if (!success.empty()) {
    json.key("partialSuccess").begin_object();
    json.key(names_of(signal).rejected_key).int64_string(success.rejected);
    json.member("errorMessage", success.error_message).end_object();
  }
  json.end_object();
  return text;
}

std::optional<Media> media_of(const std::string* content_type) {
  if (content_type == nullptr) return std::nullopt;
  std::string_view rest = *content_type;
  const std::string_view type = wire::take_until(rest, ';');
  // The name without "x-" is what IANA has since registered; some clients use it.
  if (wire::equal_ignoring_case(type, kProtobufType) || wire::equal_ignoring_case(type, "application/protobuf")) {
    return Media::kProtobuf;
  }
  if (wire::equal_ignoring_case(type, kJsonType)) return Media::kJson;
  return std::nullopt;
}

net::HttpResponse http_answer(Signal signal, Media media, const PartialSuccess& success) {
  net::HttpResponse response;
  response.content_type = type_of(media);
  response.body = media == Media::kProtobuf ? encode_answer(success) : answer_json(signal, success);
  return response;
}

net::HttpResponse http_error(Media media, const stdx::Error& error) {
  net::HttpResponse response = net::error_response(error);
  const net::RpcStatus status = net::rpc_status(error);
  response.content_type = type_of(media);
  response.body = media == Media::kProtobuf ? net::encode_rpc_status(status) : net::rpc_status_json(status);
  return response;
}

}  // namespace clew::receive_otlp
