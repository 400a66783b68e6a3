// clew-load: sends the bench's load to an OTLP endpoint and prints what was accepted as JSON.
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "encoding.h"
#include "sender.h"
#include "workload.h"

namespace clew::bench {
namespace {

// How a protocol is spoken; without `encode` the workload's OTLP goes as it is, without `content_type` over gRPC.
struct Protocol {
  const char* name;
  const char* path;
  const char* content_type;
  std::string (*encode)(std::string_view otlp);
  bool is_stream = false;
};
constexpr Protocol kProtocols[] = {
    {"grpc", "/opentelemetry.proto.collector.trace.v1.TraceService/Export", nullptr, nullptr},
    {"http", "/v1/traces", "application/x-protobuf", nullptr},
    {"zipkin-json", "/api/v2/spans", "application/json", zipkin_v2_json},
    {"zipkin-proto", "/api/v2/spans", "application/x-protobuf", zipkin_v2_proto},
    {"zipkin-thrift", "/api/v1/spans", "application/x-thrift", zipkin_v1_thrift},
    {"jaeger-http", "/api/traces", "application/x-thrift", jaeger_thrift},
    {"jaeger-grpc", "/jaeger.api_v2.CollectorService/PostSpans", nullptr, jaeger_proto},
    {"skywalking-grpc", "/skywalking.v3.TraceSegmentReportService/collect", nullptr, skywalking_segments, true},
};

struct LoadOptions {
  WorkloadOptions workload;
  std::string protocol = "grpc";
  Address address;
  uint32_t connections = 4;
  uint32_t outstanding = 4;
  double max_spans_per_second = 0;
  std::string acknowledged_path;
  bool stop_on_disconnect = false;
  uint32_t sample_count = 20;
};

struct Totals {
  uint64_t accepted = 0;
  uint64_t refused = 0;
  uint64_t retries = 0;
  uint64_t requests = 0;
  uint64_t bytes = 0;
  std::string first_error;
  std::vector<double> latencies_ms;
};

class Load {
 public:
  explicit Load(LoadOptions options)
      : options_(std::move(options)),
        protocol_(*std::ranges::find(kProtocols, options_.protocol, [](const Protocol& one) { return std::string_view(one.name); })),
        workload_(options_.workload) {}

  int run() {
    if (!options_.acknowledged_path.empty()) {
      acknowledged_ = std::fopen(options_.acknowledged_path.c_str(), "wb");
      if (acknowledged_ == nullptr) {
        fmt::print(stderr, "clew-load: cannot write {}\n", options_.acknowledged_path);
        return 2;
      }
    }
    const auto begin = std::chrono::steady_clock::now();
    begin_ = begin;
    std::vector<std::thread> threads;
    for (uint32_t i = 0; i < options_.connections; ++i) threads.emplace_back([this] { drive(); });
    for (std::thread& thread : threads) thread.join();
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (acknowledged_ != nullptr) std::fclose(acknowledged_);
    print(seconds);
    return disconnected_ && !options_.stop_on_disconnect ? 1 : 0;
  }

 private:
  struct Flight {
    Batch batch;
    std::chrono::steady_clock::time_point sent_at;
  };

  // One connection: keeps `outstanding` requests in flight until the load is used up.
  void drive() {
    auto sender = protocol_.is_stream               ? connect_stream(options_.address, protocol_.path)
                  : protocol_.content_type == nullptr ? connect_grpc(options_.address, protocol_.path)
                                                    : connect_http(options_.address, protocol_.path, protocol_.content_type);
    std::vector<Flight> flights(options_.outstanding);
    std::vector<uint64_t> idle;
    for (uint64_t slot = 0; slot < flights.size(); ++slot) idle.push_back(slot);
    size_t in_flight = 0;
    bool more = true;
    Totals totals;
    while (true) {
      while (more && !idle.empty() && !stop_) {
        Flight& flight = flights[idle.back()];
        if (!take(flight.batch)) {
          more = false;
          break;
        }
        if (protocol_.encode != nullptr) flight.batch.request = protocol_.encode(flight.batch.request);
        flight.sent_at = std::chrono::steady_clock::now();
        sender->send(idle.back(), flight.batch.request);
        idle.pop_back();
        ++in_flight;
      }
      if (in_flight == 0) break;
      const Sent sent = sender->receive();
      Flight& flight = flights[sent.tag];
      if (!sent.message.empty() && totals.first_error.empty()) totals.first_error = sent.message;
      if (sent.outcome == Sent::Outcome::kRetry && !stop_) {
        ++totals.retries;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        sender->send(sent.tag, flight.batch.request);
        continue;
      }
      --in_flight;
      idle.push_back(sent.tag);
      settle(sent, flight, totals);
    }
    add(totals);
  }

  void settle(const Sent& sent, const Flight& flight, Totals& totals) {
    ++totals.requests;
    switch (sent.outcome) {
      case Sent::Outcome::kAccepted:
        totals.accepted += flight.batch.span_count - sent.rejected_spans;
        totals.refused += sent.rejected_spans;
        totals.bytes += flight.batch.request.size();
        totals.latencies_ms.push_back(
            std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - flight.sent_at).count());
        acknowledge(flight.batch);
        return;
      case Sent::Outcome::kDisconnected:
        disconnected_ = true;
        stop_ = true;
        return;
      case Sent::Outcome::kRetry:
      case Sent::Outcome::kRefused:
        totals.refused += flight.batch.span_count;
        return;
    }
  }

  bool take(Batch& batch) {
    std::unique_lock lock(mutex_);
    if (!workload_.next(batch)) return false;
    taken_ += batch.span_count;
    if (options_.max_spans_per_second <= 0) return true;
    const auto due = begin_ + std::chrono::nanoseconds(static_cast<int64_t>(
                                  static_cast<double>(taken_) / options_.max_spans_per_second * 1e9));
    lock.unlock();
    std::this_thread::sleep_until(due);
    return true;
  }

  // 24 bytes a span, big-endian ids as on the wire.
  void acknowledge(const Batch& batch) {
    if (acknowledged_ == nullptr) return;
    std::lock_guard lock(mutex_);
    for (const SpanName& name : batch.ids) {
      const uint64_t words[3] = {__builtin_bswap64(name.trace_hi), __builtin_bswap64(name.trace_lo),
                                 __builtin_bswap64(name.span_id)};
      std::fwrite(words, sizeof words, 1, acknowledged_);
    }
  }

  void add(const Totals& totals) {
    std::lock_guard lock(mutex_);
    totals_.accepted += totals.accepted;
    totals_.refused += totals.refused;
    totals_.retries += totals.retries;
    totals_.requests += totals.requests;
    totals_.bytes += totals.bytes;
    if (totals_.first_error.empty()) totals_.first_error = totals.first_error;
    totals_.latencies_ms.insert(totals_.latencies_ms.end(), totals.latencies_ms.begin(), totals.latencies_ms.end());
  }

  void print(double seconds) {
    std::ranges::sort(totals_.latencies_ms);
    const auto quantile = [this](double q) {
      return totals_.latencies_ms.empty()
                 ? 0.0
                 : totals_.latencies_ms[static_cast<size_t>(q * static_cast<double>(totals_.latencies_ms.size() - 1))];
    };
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto cpu_seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec); };
    std::string error;
    for (char c : totals_.first_error) {
      if (c == '"' || c == '\\') error += '\\';
      error += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    fmt::print("{{\"accepted_spans\":{},\"refused_spans\":{},\"requests\":{},\"retries\":{},\"seconds\":{:.3f},"
               "\"bytes\":{},\"bytes_per_span\":{:.1f},\"request_ms_p50\":{:.2f},\"request_ms_p99\":{:.2f},"
               "\"client_cpu_seconds\":{:.2f},\"disconnected\":{},\"first_error\":\"{}\",\n",
               totals_.accepted, totals_.refused, totals_.requests, totals_.retries, seconds, totals_.bytes,
               totals_.accepted ? static_cast<double>(totals_.bytes) / static_cast<double>(totals_.accepted) : 0.0,
               quantile(0.5), quantile(0.99), cpu_seconds(usage.ru_utime) + cpu_seconds(usage.ru_stime),
               disconnected_.load(), error);
    fmt::print("\"trace_count\":{},\"begin_ns\":{},\"end_ns\":{},\"samples\":[", workload_.trace_count(),
               options_.workload.begin_ns, workload_.end_ns());
    const uint64_t traces = workload_.trace_count();
    const uint64_t samples = std::min<uint64_t>(options_.sample_count, traces);
    for (uint64_t i = 0; i < samples; ++i) {
      // Evenly spread, but never in the first session numbers, which may hold a fourth trace.
      const uint64_t trace = std::min(traces - 1, traces * (2 * i + 1) / (2 * samples));
      const uint64_t session = workload_.session_of(trace);
      std::string members;
      uint64_t member_count = 0;
      for (uint64_t member = session; member < traces; member += workload_.session_count(), ++member_count) {
        members += fmt::format("{}\"{:016x}{:016x}\"", members.empty() ? "" : ",", workload_.trace_hi(member),
                               workload_.trace_lo(member));
      }
      fmt::print("{}{{\"trace_id\":\"{:016x}{:016x}\",\"session\":\"{}\",\"session_traces\":[{}]}}", i == 0 ? "" : ",",
                 workload_.trace_hi(trace), workload_.trace_lo(trace), session_text(session), members);
    }
    fmt::print("]}}\n");
  }

  const LoadOptions options_;
  const Protocol& protocol_;
  std::mutex mutex_;
  Workload workload_;        // Guarded by mutex_ while threads run.
  uint64_t taken_ = 0;       // Guarded by mutex_.
  Totals totals_;            // Guarded by mutex_.
  std::FILE* acknowledged_ = nullptr;
  std::chrono::steady_clock::time_point begin_;
  std::atomic<bool> stop_{false};
  std::atomic<bool> disconnected_{false};
};

int load_command(int argc, char** argv) {
  CLI::App app{"Sends the bench's load to an OTLP endpoint: deterministic by seed, a closed loop that honours back-pressure.\n"
               "Prints one JSON object: what was accepted, how long it took, and samples to query for."};
  LoadOptions options;
  std::vector<std::string> names;
  for (const Protocol& one : kProtocols) names.emplace_back(one.name);
  app.add_option("--protocol", options.protocol, "How to send: OTLP over grpc or http, or another protocol")->check(CLI::IsMember(names))->capture_default_str();
  app.add_option("--host", options.address.host, "IPv4 address of the server")->capture_default_str();
  app.add_option("--port", options.address.port, "Port of the server")->capture_default_str();
  app.add_option("--spans", options.workload.span_count, "How many spans to send")->capture_default_str();
  app.add_option("--batch", options.workload.batch_size, "Spans a request")->check(CLI::Range(1, 100'000))->capture_default_str();
  app.add_option("--resources", options.workload.resources_per_request, "Resources a request (default: one for every 14 spans)");
  app.add_option("--connections", options.connections, "Connections")->check(CLI::Range(1, 256))->capture_default_str();
  app.add_option("--outstanding", options.outstanding, "Unanswered requests a connection")->check(CLI::Range(1, 1024))->capture_default_str();
  app.add_option("--seed", options.workload.seed, "The same seed gives the same spans")->capture_default_str();
  app.add_option("--begin-unix-ns", options.workload.begin_ns, "When the first trace starts (default: so that the last ends now)");
  app.add_option("--density", options.workload.spans_per_second, "Spans per second of simulated time")->capture_default_str();
  app.add_option("--max-rate", options.max_spans_per_second, "Send at most so many spans a second (default: no limit)");
  app.add_option("--acknowledged", options.acknowledged_path, "Write trace id and span id (24 bytes) of each accepted span");
  app.add_flag("--stop-on-disconnect", options.stop_on_disconnect, "A lost connection ends the load without an error");
  app.add_option("--samples", options.sample_count, "Traces to name in the output")->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  if (options.workload.begin_ns == 0) {
    const auto now = std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch());
    const double behind = static_cast<double>(options.workload.span_count) / static_cast<double>(options.workload.spans_per_second);
    options.workload.begin_ns = static_cast<uint64_t>(now.count()) - static_cast<uint64_t>((behind + 1) * 1e9);
  }
  options.workload.record_ids = !options.acknowledged_path.empty();
  return Load(std::move(options)).run();
}

}  // namespace
}  // namespace clew::bench

int main(int argc, char** argv) { return clew::bench::load_command(argc, argv); }
