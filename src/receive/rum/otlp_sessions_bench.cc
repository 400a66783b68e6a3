// What looking for users' sessions costs a backend, whose requests have none: it is paid by every span and log record that
// comes by OTLP. The request is as one of a collector: 36 instances of services, 14 spans each, 16 attributes a resource and a span.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdlib>
#include <string>

#include "otlp/log_fields.h"
#include "otlp/message_writer.h"
#include "receive/rum/otlp_device.h"

namespace clew::receive_rum {
namespace {

namespace field = otlp::field;

constexpr int kResources = 36;
constexpr int kItems = 14;

void add_text(otlp::MessageWriter& out, uint32_t number, std::string_view key, std::string_view value) {
  const size_t pair = out.open(number);
  out.add_bytes(field::kKeyValueKey, key);
  const size_t any = out.open(field::kKeyValueValue);
  out.add_bytes(field::kAnyValueString, value);
  out.close(any);
  out.close(pair);
}

void add_attributes(otlp::MessageWriter& out, uint32_t number, int index) {
  add_text(out, number, "url.full", fmt::format("https://shop.example/api/orders/{}?customer={}", index, index * 7919));
  for (int i = 0; i < 15; ++i) add_text(out, number, fmt::format("app.attribute.{}", i), fmt::format("value {} of {}", i, index));
}

std::string backend_request(bool logs) {
  std::string text;
  otlp::MessageWriter out(text);
  for (int r = 0; r < kResources; ++r) {
    const size_t resource_items = out.open(field::kTracesResourceSpans);
    const size_t resource = out.open(field::kResourceSpansResource);
    add_text(out, field::kResourceAttributes, "service.name", fmt::format("service-{}", r % 14));
    add_text(out, field::kResourceAttributes, "telemetry.sdk.language", "java");
    add_text(out, field::kResourceAttributes, "os.type", "linux");
    add_text(out, field::kResourceAttributes, "os.description", "Debian GNU/Linux 12 (bookworm)");
    for (int i = 0; i < 12; ++i) {
      add_text(out, field::kResourceAttributes, fmt::format("k8s.attribute.{}", i), fmt::format("value-{}-of-{}", i, r));
    }
    out.close(resource);
    const size_t scope_items = out.open(field::kResourceSpansScopeSpans);
    for (int i = 0; i < kItems; ++i) {
      const size_t item = out.open(field::kScopeSpansSpans);
      if (logs) {
        out.add_fixed64(field::kLogTimeUnixNano, 1'795'219'300'000'000'000);
        add_attributes(out, field::kLogAttributes, i);
      } else {
        out.add_bytes(field::kSpanTraceId, "0123456789abcdef");
        out.add_bytes(field::kSpanSpanId, "01234567");
        out.add_bytes(field::kSpanName, "GET /api/orders/{id}");
        out.add_varint(field::kSpanKind, 2);
        out.add_fixed64(field::kSpanStartTimeUnixNano, 1'795'219'300'000'000'000);
        out.add_fixed64(field::kSpanEndTimeUnixNano, 1'795'219'300'001'000'000);
        add_attributes(out, field::kSpanAttributes, i);
      }
      out.close(item);
    }
    out.close(scope_items);
    out.close(resource_items);
  }
  return text;
}

void BM_BackendSpans(benchmark::State& state) {
  const std::string request = backend_request(false);
  for (auto _ : state) {
    if (has_device(request, false)) std::abort();
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * kResources * kItems);
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * request.size()));
}
BENCHMARK(BM_BackendSpans);

void BM_BackendLogs(benchmark::State& state) {
  const std::string request = backend_request(true);
  for (auto _ : state) {
    if (has_device(request, false) || has_sessions_without_device(request)) std::abort();
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * kResources * kItems);
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * request.size()));
}
BENCHMARK(BM_BackendLogs);

}  // namespace
}  // namespace clew::receive_rum
