#include "main/query_command_ask.h"

#include <functional>

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

using Parameters = std::vector<std::pair<std::string, std::string>>;

stdx::Result<std::string> ask(const std::string& server, std::string_view flag, std::string_view path, const Parameters& parameters,
                              const std::function<stdx::Result<net::HttpResponse>(net::HttpClient&, const std::string& target)>& call) {
  const auto url = net::parse_http_url(server);
  if (!url) return stdx::fail(url.error().code, fmt::format("{} {}: {}", flag, server, url.error().message));
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
  auto response = call(client, target);
  if (!response) {
    return stdx::fail(response.error().code,
                      fmt::format("{} (does `clew serve` run there? {} says where to ask)", response.error().message, flag));
  }
  if (response->status != 200) {
    return stdx::fail(stdx::ErrorCode::kInvalidArgument, error_text(response->status, response->body));
  }
  return std::move(response->body);
}

}  // namespace

stdx::Result<std::string> ask_server(const std::string& server, std::string_view path, const Parameters& parameters) {
  return ask(server, "--server", path, parameters, [](net::HttpClient& client, const std::string& target) { return client.get(target); });
}

stdx::Result<std::string> send_to_server(const std::string& server, std::string_view path, const Parameters& parameters, std::string_view body) {
  return ask(server, "--url", path, parameters, [&](net::HttpClient& client, const std::string& target) {
    return client.post(target, "application/json", body, {{"Content-Encoding", "gzip"}});
  });
}

}  // namespace clew::main
