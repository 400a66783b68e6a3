// Sends events of users' browsers (OTLP logs of the scope clew.rum, as the door writes them) and the backend's spans of some of
// their requests to a running server, for measurements of questions about sessions. Sessions of 40 events with about 30 attributes.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "wire_bytes.h"

namespace clew::bench {
namespace {

constexpr uint64_t kEventsPerSession = 40;
constexpr uint64_t kPages = 40;

uint64_t mix(uint64_t x) {
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccdu;
  x ^= x >> 33;
  x *= 0xc4ceb9fe1a85ec53u;
  return x ^ (x >> 33);
}

std::string double_attribute(std::string_view key, double value) {
  std::string any, result;
  append_tag(any, 4, 1);
  any.append(reinterpret_cast<const char*>(&value), sizeof value);
  append_field(result, 1, key);
  append_field(result, 2, any);
  return result;
}

std::string bytes_of(uint64_t high, uint64_t low, size_t count) {
  std::string bytes;
  for (const uint64_t part : {high, low}) {
    for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(part >> shift));
  }
  return bytes.substr(16 - count);
}

// One connection, one request at a time.
class Sender {
 public:
  explicit Sender(uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to = {};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) quit("cannot connect");
  }
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;
  ~Sender() { close(fd_); }

  // Again while the server has no room.
  void post(std::string_view path, std::string_view body) {
    const std::string head = fmt::format(
        "POST {} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-protobuf\r\ncontent-length: {}\r\n\r\n", path, body.size());
    for (;;) {
      write_all(head);
      write_all(body);
      const std::string answer = read_answer();
      if (answer.starts_with("HTTP/1.1 200")) return;
      if (!answer.starts_with("HTTP/1.1 429") && !answer.starts_with("HTTP/1.1 503")) quit(answer);
      usleep(50'000);
    }
  }

 private:
  [[noreturn]] static void quit(std::string_view why) {
    fmt::print(stderr, "{}\n", why);
    std::exit(1);
  }
  void write_all(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) quit("the server closed the connection");
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
  }
  std::string read_answer() {
    std::string answer;
    char buffer[4096];
    for (;;) {
      if (const size_t end = answer.find("\r\n\r\n"); end != std::string::npos) {
        std::string head = answer.substr(0, end);
        std::ranges::transform(head, head.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
        const size_t at = head.find("content-length: ");
        const size_t length = at == std::string::npos ? 0 : std::strtoull(head.c_str() + at + 16, nullptr, 10);
        if (answer.size() >= end + 4 + length) return answer;
      }
      const ssize_t got = recv(fd_, buffer, sizeof buffer, 0);
      if (got <= 0) quit("the server closed the connection");
      answer.append(buffer, static_cast<size_t>(got));
    }
  }
  const int fd_;
};

struct Span {
  uint64_t trace_high, trace_low, span_id;
  int64_t start_ns, end_ns;
};

class Event {
 public:
  Event(uint64_t index, uint64_t total, int64_t begin_ns, int64_t reach_ns) : index_(index) {
    session_ = index / kEventsPerSession;
    const uint64_t in_session = index % kEventsPerSession;
    who_ = mix(session_);
    chance_ = mix(index * 31);
    const uint64_t sessions = total / kEventsPerSession + 1;
    time_ns_ = begin_ns + static_cast<int64_t>(static_cast<double>(session_) / static_cast<double>(sessions) * static_cast<double>(reach_ns)) +
               static_cast<int64_t>(in_session / 10 * 30'000'000'000u + in_session % 10 * 150'000'000u + chance_ % 100'000'000u);
    page_ = fmt::format("/page/{}", mix(index / 10) % kPages);
  }

  size_t resource() const { return (who_ % 5 == 0 ? 2u : 0u) + (who_ % 3 == 0 ? 1u : 0u); }
  const std::optional<Span>& span() const { return span_; }

  std::string record() {
    begin();
    switch (index_ % 10) {
      case 0: set("rum.view", "pv"); break;
      case 1: add_load(); break;
      case 2:
        set("rum.view", "webvitals");
        add("rum.largest_contentful_paint", ms(5000));
        add("rum.first_input_delay", ms(50));
        break;
      case 9:
        set("rum.view", "webvitals");
        add("rum.interaction_to_next_paint", ms(400));
        add("rum.cumulative_layout_shift", ms(1) / 3);
        break;
      case 8: chance_ % 5 < 2 ? add_error() : add_click(); break;
      case 6:
      case 7: add_file(); break;
      default: add_request();
    }
    std::string record;
    append_fixed64(record, 1, static_cast<uint64_t>(time_ns_));
    append_fixed64(record, 11, static_cast<uint64_t>(time_ns_));
    record += attributes_;
    if (trace_high_ != 0) {
      append_field(record, 9, bytes_of(trace_high_, index_ + 1, 16));
      append_field(record, 10, bytes_of(0, index_ + 1, 8));
    }
    append_field(record, 12, name_);
    return record;
  }

 private:
  void add(std::string_view key, std::string_view text) { append_field(attributes_, 6, string_attribute(key, text)); }
  void add(std::string_view key, uint64_t number) { append_field(attributes_, 6, int_attribute(key, number)); }
  void add(std::string_view key, double number) { append_field(attributes_, 6, double_attribute(key, number)); }
  void set(std::string_view name, std::string_view type) {
    name_ = name;
    add("rum.type", type);
    if (index_ % 10 < 2) add("url.full", fmt::format("https://shop.example{}?x={}", page_, chance_ % 1000));
  }
  // Most are short, some long.
  double ms(uint64_t most) {
    const double part = static_cast<double>(mix(chance_ + ++draws_) % 1'000'000) / 1e6;
    return static_cast<double>(most) * part * part * part;
  }

  void begin() {
    add("session.id", fmt::format("{:016x}{:016x}", who_, session_));
    add("user.id", fmt::format("uid_{:012x}", who_ % 300'000));
    add("view.id", fmt::format("{:016x}{:016x}", mix(index_ / 10), index_ / 10));
    add("view.name", page_);
    add("rum.event.id", fmt::format("00-{:016x}-{:016x}", who_, index_));
    add("user_agent.name", who_ % 2 ? "Chrome" : "Safari");
    add("user_agent.version", fmt::format("{}.0", 100 + who_ % 30));
    add("os.type", who_ % 3 ? "Windows" : "iOS");
    add("os.version", who_ % 3 ? "11" : "17.4");
    add("device.type", who_ % 3 ? "desktop" : "mobile");
    add("geo.country", fmt::format("C{}", who_ % 30));
    add("geo.city", fmt::format("City {}", who_ % 500));
    add("client.address", fmt::format("10.{}.{}.{}", who_ % 250, who_ / 250 % 250, who_ / 62500 % 250));
    add("network.effective_type", "4g");
    add("rum.times", uint64_t{1});
    add("rum.timestamp", static_cast<uint64_t>(time_ns_ / 1'000'000));
  }
  void add_load() {
    set("rum.view", "perf");
    add("rum.load_event", ms(6000));
    add("rum.dom_complete", ms(5000));
    add("rum.first_contentful_paint", ms(3000));
    add("rum.time_to_first_byte", ms(900));
    add("rum.dns_duration", ms(30));
    add("rum.first_byte_duration", ms(800));
    add("rum.download_duration", ms(50));
  }
  void add_error() {
    set("rum.exception", "error");
    add("exception.type", "TypeError");
    add("exception.message", fmt::format("x{} is undefined", chance_ % 20));
    add("exception.stacktrace", fmt::format("TypeError: x{} is undefined\n    at f{} (https://shop.example/assets/app.js:{}:{})\n"
                                            "    at g (https://shop.example/assets/app.js:11:200)\n    at https://shop.example/assets/app.js:3:90",
                                            chance_ % 20, chance_ / 20 % 30, 10 + chance_ / 20 % 30, 100 + chance_ % 20));
  }
  void add_click() {
    set("rum.action", "click");
    add("rum.name", fmt::format("click on button: B{}", chance_ % 30));
    add("rum.target_name", "button");
  }
  void add_file() {
    set("rum.resource", "js");
    add("url.full", fmt::format("https://shop.example/assets/app{}.js", chance_ % 50));
    add("rum.duration", ms(300));
    add("rum.size", uint64_t{100'000});
    add("rum.transfer_size", uint64_t{30'000});
    add("http.response.status_code", uint64_t{200});
  }
  void add_request() {
    trace_high_ = who_;
    set("rum.resource", "fetch");
    const double took = ms(8000);
    const uint64_t template_number = chance_ % 25, order = mix(chance_) % 5000;
    add("rum.name", fmt::format("/api/t{}/orders/{}", template_number, order));
    add("http.request.method", "GET");
    add("url.full", fmt::format("https://shop.example/api/t{}/orders/{}?x={}", template_number, order, chance_ % 7));
    add("rum.duration", took);
    add("rum.success", uint64_t{chance_ % 50 ? 1u : 0u});
    add("http.response.status_code", uint64_t{chance_ % 50 ? 200u : 500u});
    add("rum.first_byte_duration", took * 0.8);
    add("rum.download_duration", took * 0.1);
    add("rum.transfer_size", uint64_t{3000});
    // One session in four is sampled by the backend.
    if (session_ % 4 == 0) {
      span_ = Span{.trace_high = who_, .trace_low = index_ + 1, .span_id = index_ + 1, .start_ns = time_ns_ + static_cast<int64_t>(took * 1e5),
                   .end_ns = time_ns_ + static_cast<int64_t>(took * 8e5)};
    }
  }

  uint64_t index_, session_ = 0, who_ = 0, chance_ = 0, draws_ = 0, trace_high_ = 0;
  int64_t time_ns_ = 0;
  std::string page_, attributes_;
  std::string_view name_;
  std::optional<Span> span_;
};

std::string attributes_of(std::initializer_list<std::pair<std::string_view, std::string_view>> pairs) {
  std::string resource;
  for (const auto& [key, text] : pairs) append_field(resource, 1, string_attribute(key, text));
  return resource;
}

// Two spans for each: the server's and its database call.
std::string spans_request(const std::vector<Span>& spans) {
  std::string scope_spans, resource_spans, request;
  append_field(scope_spans, 1, "");
  for (const Span& of : spans) {
    for (const bool is_call : {false, true}) {
      const int64_t quarter = is_call ? (of.end_ns - of.start_ns) / 4 : 0;
      std::string span;
      append_field(span, 1, bytes_of(of.trace_high, of.trace_low, 16));
      append_field(span, 2, bytes_of(0, mix(of.span_id) + (is_call ? 1 : 0), 8));
      append_field(span, 4, is_call ? bytes_of(0, mix(of.span_id), 8) : bytes_of(0, of.span_id, 8));
      append_field(span, 5, is_call ? "select orders" : "GET /api/orders/{id}");
      append_uint(span, 6, is_call ? 3 : 2);
      append_fixed64(span, 7, static_cast<uint64_t>(of.start_ns + quarter));
      append_fixed64(span, 8, static_cast<uint64_t>(of.end_ns - quarter));
      if (is_call) append_field(span, 9, string_attribute("db.system", "mysql"));
      if (is_call) append_field(span, 9, string_attribute("db.query.text", "select * from orders where id = ?"));
      append_field(scope_spans, 2, span);
    }
  }
  append_field(resource_spans, 1, attributes_of({{"service.name", "orders"}}));
  append_field(resource_spans, 2, scope_spans);
  append_field(request, 1, resource_spans);
  return request;
}

void run(uint16_t port, uint64_t total, uint64_t batch, int64_t begin_ns, int64_t reach_ns) {
  Sender sender(port);
  std::string resources[4], scope;
  for (size_t i = 0; i < 4; ++i) {
    resources[i] = attributes_of({{"service.name", i >= 2 ? "rum-mini" : "rum-browser"}, {"rum.app.id", i >= 2 ? "shop@mini" : "shop@web"},
                                  {"rum.app.name", "shop"}, {"service.version", i % 2 ? "2.4.0" : "2.3.1"}});
  }
  append_field(scope, 1, "clew.rum");
  std::vector<Span> spans;
  for (uint64_t first = 0; first < total; first += batch) {
    std::string records[4], request;
    for (uint64_t i = first; i < std::min(total, first + batch); ++i) {
      Event event(i, total, begin_ns, reach_ns);
      append_field(records[event.resource()], 2, event.record());
      if (event.span()) spans.push_back(*event.span());
    }
    for (size_t i = 0; i < 4; ++i) {
      if (records[i].empty()) continue;
      std::string scope_logs, resource_logs;
      append_field(scope_logs, 1, scope);
      append_field(resource_logs, 1, resources[i]);
      append_field(resource_logs, 2, scope_logs + records[i]);
      append_field(request, 1, resource_logs);
    }
    sender.post("/v1/logs", request);
    if (spans.size() >= 256) {
      sender.post("/v1/traces", spans_request(spans));
      spans.clear();
    }
  }
  if (!spans.empty()) sender.post("/v1/traces", spans_request(spans));
}

}  // namespace
}  // namespace clew::bench

int main(int argc, char** argv) {
  CLI::App app("Sends events of users' browsers and the backend's spans of a quarter of their sessions.");
  uint16_t port = 4318;
  uint64_t events = 1'000'000, batch = 2'000;
  int64_t begin_ns = 0, hours = 2;
  app.add_option("--port", port, "OTLP over HTTP");
  app.add_option("--events", events);
  app.add_option("--batch", batch, "events a request");
  app.add_option("--begin", begin_ns, "Unix ns of the first session")->required();
  app.add_option("--hours", hours, "over which sessions begin");
  CLI11_PARSE(app, argc, argv);
  clew::bench::run(port, events, std::max<uint64_t>(1, batch), begin_ns, hours * 3'600'000'000'000);
}
