// Cost of what every request pays before it is logged, and of JSON. Spans of about 690 bytes, as the load of `make bench`.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "otlp/random_traces.h"
#include "otlp/traces_codec.h"
#include "otlp/traces_survey.h"

namespace clew::otlp {
namespace {

constexpr size_t kSpans = 512;

// 16 attributes and an event now and then; resources shared by 14 spans.
TracesData sample() {
  RandomTracesOptions options;
  options.odd_strings = false;
  RandomTraces random(1, options);
  TracesData data;
  for (size_t made = 0; made < kSpans;) {
    ResourceSpans& resource_spans = data.resource_spans.emplace_back();
    for (int i = 0; i < 16; ++i) {
      resource_spans.resource.attributes.push_back({fmt::format("resource.key.{}", i), {fmt::format("{:016x}", random.bits())}});
    }
    ScopeSpans& scope_spans = resource_spans.scope_spans.emplace_back();
    for (int i = 0; i < 14 && made < kSpans; ++i, ++made) {
      Span span = random.span();
      span.attributes.clear();
      span.events.clear();
      span.links.clear();
      for (int j = 0; j < 16; ++j) {
        AnyValue value = j % 4 == 0 ? AnyValue{static_cast<int64_t>(random.below(1000))}
                                    : AnyValue{fmt::format("{:016x}", random.bits())};
        span.attributes.push_back({fmt::format("attribute.key.{}", j), std::move(value)});
      }
      scope_spans.spans.push_back(std::move(span));
    }
  }
  return data;
}

void report(benchmark::State& state, size_t bytes) {
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kSpans));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(bytes));
  state.counters["span_bytes"] = static_cast<double>(bytes) / kSpans;
}

void BM_Survey(benchmark::State& state) {
  const std::string request = encode_traces(sample());
  for (auto _ : state) benchmark::DoNotOptimize(survey_traces(request));
  report(state, request.size());
}
BENCHMARK(BM_Survey);

void BM_JsonToProtobuf(benchmark::State& state) {
  const std::string json = traces_to_json(sample());
  for (auto _ : state) benchmark::DoNotOptimize(traces_json_to_protobuf(json));
  report(state, json.size());
}
BENCHMARK(BM_JsonToProtobuf);

void BM_Decode(benchmark::State& state) {
  const std::string request = encode_traces(sample());
  for (auto _ : state) benchmark::DoNotOptimize(decode_traces(request));
  report(state, request.size());
}
BENCHMARK(BM_Decode);

}  // namespace
}  // namespace clew::otlp
