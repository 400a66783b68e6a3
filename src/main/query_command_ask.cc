#include "main/query_command_ask.h"

#include <fmt/format.h>
#include <simdjson.h>

#include "main/query_command_text.h"
#include "net/http_client.h"

namespace clew::main {
namespace {

void append_encoded(std::string_view text, std::string& out) {
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
}

// {"error":{"message":…,"parameter":…}} as one line.
std::string error_text(int status, std::string_view body) {
  simdjson::dom::parser parser;
  const simdjson::padded_string padded(body);
  simdjson::dom::element error;
  std::string_view message, parameter;
  if (parser.parse(padded)["error"].get(error) != simdjson::SUCCESS ||
      error["message"].get(message) != simdjson::SUCCESS) {
    return fmt::format("the server answered {}", status);
  }
  if (error["parameter"].get(parameter) != simdjson::SUCCESS) return clean_text(message);
  return clean_text(fmt::format("{}: {}", parameter, message));
}

}  // namespace

stdx::Result<std::string> ask_server(const std::string& server, std::string_view path,
                                     const std::vector<std::pair<std::string, std::string>>& parameters) {
  const auto url = net::parse_http_url(server);
  if (!url) return stdx::fail(url.error().code, fmt::format("--server {}: {}", server, url.error().message));
  std::string target(path);
  char separator = '?';
  for (const auto& [name, value] : parameters) {
    if (value.empty()) continue;
    target += separator;
    separator = '&';
    append_encoded(name, target);
    target += '=';
    append_encoded(value, target);
  }
  net::HttpClient client({.host = url->host, .port = url->port, .timeout = std::chrono::milliseconds(60'000)});
  auto response = client.get(target);
  if (!response) {
    return stdx::fail(response.error().code,
                      fmt::format("{} (does `clew serve` run there? --server says where to ask)", response.error().message));
  }
  if (response->status != 200) {
    return stdx::fail(stdx::ErrorCode::kInvalidArgument, error_text(response->status, response->body));
  }
  return std::move(response->body);
}

}  // namespace clew::main
