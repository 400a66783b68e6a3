// Answers and errors of the Jaeger HTTP API, and the parameters that several of its endpoints read.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/http.h"
#include "otlp/ids.h"
#include "stdx/error.h"
#include "wire/json_writer.h"

namespace clew::api_jaeger {

// One entry of the envelope's "errors". Zero code and absent trace id are left out, as Jaeger does.
struct LegacyError {
  int code = 0;
  std::string message;
  std::optional<otlp::TraceId> trace_id;
};

// {"data":…,"total":n,"limit":0,"offset":0,"errors":null|[…]}; `write_data` writes the one value of "data".
net::HttpResponse envelope(const std::function<void(wire::JsonWriter&)>& write_data, size_t total = 0,
                           const std::vector<LegacyError>& errors = {});
net::HttpResponse legacy_error(int status, std::string_view message);
net::HttpResponse legacy_error(const stdx::Error& error);

// {"error":{"httpCode":…,"message":…}}
net::HttpResponse v3_error(int status, std::string_view message);
net::HttpResponse v3_error(const stdx::Error& error);

net::HttpResponse json_response(std::string body);
net::HttpResponse text_response(int status, std::string_view text);

// `prettyPrint` set to anything but "" and "false".
bool wants_pretty(const net::HttpRequest& request);
// The same JSON with four blanks a level. `json` is what JsonWriter wrote.
std::string indented(std::string_view json);

// Reads many parameters in a row and keeps the first error.
class FirstError {
 public:
  template <class T>
  T take(stdx::Result<T> result) {
    if (result) return std::move(*result);
    if (!error_) error_ = std::move(result.error());
    return T{};
  }
  void add(std::string message) {
    if (!error_) error_ = stdx::Error{stdx::ErrorCode::kInvalidArgument, std::move(message)};
  }
  const std::optional<stdx::Error>& error() const { return error_; }

 private:
  std::optional<stdx::Error> error_;
};

// Absent and empty are nullopt. The messages read like those of Go's strconv, which clients of Jaeger know.
stdx::Result<std::optional<int64_t>> integer_parameter(const net::HttpRequest& request, std::string_view name);
stdx::Result<std::optional<int64_t>> duration_parameter(const net::HttpRequest& request, std::string_view name);
stdx::Result<bool> flag_parameter(const net::HttpRequest& request, std::string_view name);
// Every value of a parameter that may repeat.
std::vector<std::string_view> all_values(const net::HttpRequest& request, std::string_view name);

}  // namespace clew::api_jaeger
