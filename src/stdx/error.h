// Errors as values: the closed list of codes that every fallible call of Clew returns.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace clew::stdx {

// One table in net/ maps these to HTTP and gRPC statuses; nothing else decides a status.
enum class ErrorCode : uint8_t {
  kInvalidArgument,       // The caller's input is wrong; the same call will fail again.
  kUnsupportedMediaType,  // A content type or encoding that nobody here decodes.
  kPayloadTooLarge,       // Over a size limit; the same call will fail again.
  kNotFound,
  kAlreadyExists,  // A conditional put found the object there.
  kResourceExhausted,  // Back-pressure: try again later.
  kUnavailable,        // Cannot serve now (full disk, shutting down): try again later.
  kDeadlineExceeded,
  kCancelled,
  kUnimplemented,
  kDataLoss,  // Stored bytes are damaged; the message names file and place.
  kInternal,  // Our bug or an unexpected system error.
};

// For metrics labels and answers: "invalid_argument".
constexpr std::string_view error_code_name(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument: return "invalid_argument";
    case ErrorCode::kUnsupportedMediaType: return "unsupported_media_type";
    case ErrorCode::kPayloadTooLarge: return "payload_too_large";
    case ErrorCode::kNotFound: return "not_found";
    case ErrorCode::kAlreadyExists: return "already_exists";
    case ErrorCode::kResourceExhausted: return "resource_exhausted";
    case ErrorCode::kUnavailable: return "unavailable";
    case ErrorCode::kDeadlineExceeded: return "deadline_exceeded";
    case ErrorCode::kCancelled: return "cancelled";
    case ErrorCode::kUnimplemented: return "unimplemented";
    case ErrorCode::kDataLoss: return "data_loss";
    case ErrorCode::kInternal: return "internal";
  }
  return "unknown";
}

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(ErrorCode code, std::string message) {
  return std::unexpected<Error>(Error{code, std::move(message)});
}

}  // namespace clew::stdx
