// What OTLP answers: the Export…ServiceResponse messages, the errors, and the media types they come in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/http.h"
#include "receive/otlp/otlp_signal.h"

namespace clew::receive_otlp {

// Pure. Source: OTLP specification 1.x, sections "Full Success", "Partial Success", "Failures". Guarded by otlp_http_fuzz.

// Nothing rejected and no message: full success, whose message is empty.
struct PartialSuccess {
  int64_t rejected = 0;
  std::string error_message;
  bool empty() const { return rejected == 0 && error_message.empty(); }
};

// The same message for all signals: {1: {1: rejected, 2: error_message}}.
std::string encode_answer(const PartialSuccess& success);
std::string answer_json(Signal signal, const PartialSuccess& success);

enum class Media : uint8_t { kProtobuf, kJson };
// By a Content-Type header, whose parameters do not matter; nullopt: neither of the two.
std::optional<Media> media_of(const std::string* content_type);

net::HttpResponse http_answer(Signal signal, Media media, const PartialSuccess& success);
// A google.rpc.Status in the request's media, with Retry-After where the client may retry.
net::HttpResponse http_error(Media media, const stdx::Error& error);

}  // namespace clew::receive_otlp
