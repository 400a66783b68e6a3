#include "net/http.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "wire/ascii.h"
#include "wire/json_writer.h"

namespace clew::net {

namespace {

struct ErrorRow {
  stdx::ErrorCode code;
  int http;
  int grpc;
  bool retryable;
};

// HTTP 429, 503 and 504 are those that OTLP clients retry. RESOURCE_EXHAUSTED is retried only with RetryInfo, which is
// attached to retryable codes alone, so kPayloadTooLarge is not.
constexpr std::array kErrors = {
    ErrorRow{stdx::ErrorCode::kInvalidArgument, 400, 3, false},
    ErrorRow{stdx::ErrorCode::kUnsupportedMediaType, 415, 12, false},
    ErrorRow{stdx::ErrorCode::kPayloadTooLarge, 413, 8, false},
    ErrorRow{stdx::ErrorCode::kNotFound, 404, 5, false},
    ErrorRow{stdx::ErrorCode::kAlreadyExists, 409, 6, false},
    ErrorRow{stdx::ErrorCode::kResourceExhausted, 429, 8, true},
    ErrorRow{stdx::ErrorCode::kUnavailable, 503, 14, true},
    ErrorRow{stdx::ErrorCode::kDeadlineExceeded, 504, 4, true},
    ErrorRow{stdx::ErrorCode::kCancelled, 499, 1, false},
    ErrorRow{stdx::ErrorCode::kUnimplemented, 501, 12, false},
    ErrorRow{stdx::ErrorCode::kDataLoss, 500, 15, false},
    ErrorRow{stdx::ErrorCode::kInternal, 500, 13, false},
};

constexpr bool table_is_in_order() {
  for (size_t index = 0; index < kErrors.size(); ++index) {
    if (static_cast<size_t>(kErrors[index].code) != index) return false;
  }
  return kErrors.back().code == stdx::ErrorCode::kInternal;
}
static_assert(table_is_in_order());

const ErrorRow& row(stdx::ErrorCode code) { return kErrors[static_cast<size_t>(code)]; }

int hex_digit(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  const char lower = wire::ascii_lower(letter);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool percent_decode(std::string_view text, bool plus_is_blank, std::string& out) {
  out.clear();
  out.reserve(text.size());
  for (size_t index = 0; index < text.size(); ++index) {
    char letter = text[index];
    if (letter == '%') {
      if (index + 2 >= text.size()) return false;
      const int high = hex_digit(text[index + 1]);
      const int low = hex_digit(text[index + 2]);
      if (high < 0 || low < 0) return false;
      letter = static_cast<char>(high * 16 + low);
      index += 2;
    } else if (letter == '+' && plus_is_blank) {
      letter = ' ';
    }
    if (letter == '\0') return false;
    out.push_back(letter);
  }
  return true;
}

const std::string* find(const Headers& pairs, std::string_view name, bool ignore_case) {
  for (const auto& [key, value] : pairs) {
    if (ignore_case ? wire::equal_ignoring_case(key, name) : key == name) return &value;
  }
  return nullptr;
}

}  // namespace

const std::string* HttpRequest::header(std::string_view name) const { return find(headers, name, true); }
const std::string* HttpRequest::parameter(std::string_view name) const { return find(query, name, false); }

std::string_view error_name(stdx::ErrorCode code) { return stdx::error_code_name(code); }
int http_status(stdx::ErrorCode code) { return row(code).http; }
int grpc_status(stdx::ErrorCode code) { return row(code).grpc; }
bool is_retryable(stdx::ErrorCode code) { return row(code).retryable; }

std::string_view http_reason(int status) {
  switch (status) {
    case 200: return "OK";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 400: return "Bad Request";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 413: return "Payload Too Large";
    case 415: return "Unsupported Media Type";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 499: return "Client Closed Request";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    default: return "Status";
  }
}

HttpResponse error_response(const stdx::Error& error) {
  HttpResponse response;
  response.status = http_status(error.code);
  if (is_retryable(error.code)) response.headers.emplace_back("Retry-After", std::to_string(kRetryAfterSeconds));
  wire::JsonWriter json(response.body);
  json.begin_object().key("error").begin_object();
  json.member("code", error_name(error.code)).member("message", error.message);
  json.end_object().end_object();
  return response;
}

bool parse_target(std::string_view target, HttpRequest& request) {
  request.query.clear();
  // The absolute form, which proxies send: the host has been chosen already.
  if (const size_t scheme = target.find("://"); scheme != std::string_view::npos && !target.starts_with('/')) {
    const size_t path = target.find('/', scheme + 3);
    target = path == std::string_view::npos ? "/" : target.substr(path);
  }
  target = target.substr(0, target.find('#'));
  const size_t mark = target.find('?');
  request.raw_path = target.substr(0, mark);
  if (!request.raw_path.starts_with('/') || !percent_decode(request.raw_path, false, request.path)) return false;
  std::string_view query = mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
  while (!query.empty()) {
    std::string_view value = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), value.size() + 1));
    if (value.empty()) continue;
    std::string_view key = value.substr(0, value.find('='));
    value.remove_prefix(std::min(value.size(), key.size() + 1));
    auto& parameter = request.query.emplace_back();
    if (!percent_decode(key, true, parameter.first) || !percent_decode(value, true, parameter.second)) return false;
  }
  return true;
}

bool match_pattern(std::string_view pattern, std::string_view raw_path, std::vector<std::string>& parameters) {
  parameters.clear();
  for (;;) {
    const std::string_view want = pattern.substr(0, pattern.find('/'));
    if (want.starts_with('{') && want.ends_with("*}")) {
      return percent_decode(raw_path, false, parameters.emplace_back());
    }
    const std::string_view have = raw_path.substr(0, raw_path.find('/'));
    if (want.starts_with('{')) {
      if (have.empty() || !percent_decode(have, false, parameters.emplace_back())) return false;
    } else if (want != have) {
      return false;
    }
    pattern.remove_prefix(want.size());
    raw_path.remove_prefix(have.size());
    if (pattern.empty() || raw_path.empty()) return pattern.empty() && raw_path.empty();
    pattern.remove_prefix(1);
    raw_path.remove_prefix(1);
  }
}

bool accepts_coding(std::string_view accept_encoding, std::string_view coding) {
  bool any = false;
  while (!accept_encoding.empty()) {
    std::string_view item = wire::take_until(accept_encoding, ',');
    const std::string_view name = wire::take_until(item, ';');
    double weight = 1;
    item = wire::trim_blanks(item);
    if (item.starts_with("q=") || item.starts_with("Q=")) {
      std::from_chars(item.data() + 2, item.data() + item.size(), weight);
    }
    if (wire::equal_ignoring_case(name, coding)) return weight > 0;
    if (name == "*") any = weight > 0;
  }
  return any;
}

namespace {

// The answer is sent even if nobody calls finish().
class CollectedStream final : public HttpStream {
 public:
  CollectedStream(HttpReplyPtr reply, HttpResponse response) : reply_(std::move(reply)), response_(std::move(response)) {}
  ~CollectedStream() override { finish(); }

  bool write(std::string_view bytes) override {
    response_.body += bytes;
    return true;
  }
  void finish() override {
    if (finished_) return;
    finished_ = true;
    reply_->send(std::move(response_));
  }
  const std::atomic<bool>& closed() const override { return closed_; }
  size_t waiting_bytes() const override { return response_.body.size(); }

 private:
  HttpReplyPtr reply_;
  HttpResponse response_;
  bool finished_ = false;
  const std::atomic<bool> closed_{false};
};

}  // namespace

HttpStreamPtr HttpReply::stream(HttpResponse head) { return std::make_shared<CollectedStream>(shared_from_this(), std::move(head)); }

}  // namespace clew::net
