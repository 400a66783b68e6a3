// What the translation costs a span: samples of real clients, decoded and written as OTLP.
#include <benchmark/benchmark.h>

#include <fstream>
#include <iterator>

#include "otlp/traces_survey.h"
#include "receive/jaeger/jaeger_proto.h"
#include "receive/jaeger/jaeger_thrift.h"

namespace clew::receive_jaeger {
namespace {

const std::string kFolder = "src/receive/jaeger/testdata/";  // The bench runs where the tree begins.

std::string read(const std::string& name) {
  std::ifstream file(kFolder + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

template <class Translate>
void run(benchmark::State& state, const std::string& file, size_t span_count, Translate translate) {
  const std::string bytes = read(file);
  if (bytes.empty()) return state.SkipWithError("run it in the tree's folder");
  OtlpWriter writer;
  for (auto _ : state) {
    if (!translate(bytes, writer)) return state.SkipWithError("not taken");
    benchmark::DoNotOptimize(writer.size());
    writer.rollback(0);
  }
  state.counters["spans/s"] = benchmark::Counter(static_cast<double>(span_count * state.iterations()), benchmark::Counter::kIsRate);
  state.counters["ns/span"] = benchmark::Counter(static_cast<double>(span_count * state.iterations()) / 1e9,
                                                 benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void compact_datagram(benchmark::State& state) {
  ThriftTranslator translator{JaegerLimits()};
  run(state, "jaeger-udp-compact/go-jaeger-udp.01.datagram.thrift", 2, [&](const std::string& bytes, OtlpWriter& writer) {
    return translator.translate_call(bytes, wire::ThriftEncoding::kCompact, {}, writer).has_value();
  });
}
BENCHMARK(compact_datagram);

void binary_datagram(benchmark::State& state) {
  ThriftTranslator translator{JaegerLimits()};
  run(state, "jaeger-udp-binary/node-jaeger-udp.01.datagram.thrift", 2, [&](const std::string& bytes, OtlpWriter& writer) {
    return translator.translate_call(bytes, wire::ThriftEncoding::kBinary, {}, writer).has_value();
  });
}
BENCHMARK(binary_datagram);

void http_batch(benchmark::State& state) {
  ThriftTranslator translator{JaegerLimits()};
  run(state, "jaeger-http-thrift/java-jaeger-http.01.POST-api-traces.thrift", 2, [&](const std::string& bytes, OtlpWriter& writer) {
    return translator.translate_batch(bytes, wire::ThriftEncoding::kBinary, writer).has_value();
  });
}
BENCHMARK(http_batch);

void grpc_batch(benchmark::State& state) {
  ProtoTranslator translator{JaegerLimits()};
  run(state, "jaeger-grpc/java-otel-manual-jaeger-grpc.03.jaeger.api-v2.CollectorService-PostSpans.pb", 2,
      [&](const std::string& bytes, OtlpWriter& writer) { return translator.translate_post_spans(bytes, writer).has_value(); });
}
BENCHMARK(grpc_batch);

}  // namespace
}  // namespace clew::receive_jaeger
