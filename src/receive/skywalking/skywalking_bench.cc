// What a segment of a real agent costs to translate, without the log.
#include <benchmark/benchmark.h>

#include "receive/skywalking/instances.h"
#include "receive/skywalking/segment_json.h"
#include "receive/skywalking/segment_translate.h"
#include "receive/skywalking/segment_v2.h"
#include "receive/skywalking/segment_v3.h"
#include "receive/skywalking/skywalking_dump_for_test.h"

namespace clew::receive_skywalking {
namespace {

void report(benchmark::State& state, size_t span_count) {
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * static_cast<int64_t>(span_count));
}

void BM_SegmentV3(benchmark::State& state) {
  const std::string segment = read_whole(testdata_folder() + "v3-grpc/py-skywalking-full.13.skywalking.v3.TraceSegmentReportService-collect.pb");
  const std::string resource = encode_resource("stock", "stock-1", {}, "python", {});
  size_t span_count = 0;
  for (auto _ : state) {
    std::string request;
    request.reserve(segment.size() * 2);
    const auto head = read_segment_head(segment);
    if (!head) return state.SkipWithError("run it in the source folder");
    SegmentTranslator translator(request);
    span_count = translate_segment_v3(segment, *head, resource, translator)->span_count;
    translator.finish();
    benchmark::DoNotOptimize(request);
  }
  report(state, span_count);
}
BENCHMARK(BM_SegmentV3);

void BM_SegmentV2(benchmark::State& state) {
  const std::string segment = read_whole(testdata_folder() + "v2-grpc/go-sw6-grpc.11.TraceSegmentReportService-collect.pb");
  NameBook names;
  size_t span_count = 0;
  for (auto _ : state) {
    std::string request;
    std::string service;
    SegmentTranslator translator(request);
    const auto translated = translate_segment_v2(segment, names, translator, service);
    translator.finish();
    if (!translated) return state.SkipWithError("run it in the source folder");
    span_count = translated->span_count;
    benchmark::DoNotOptimize(request);
  }
  report(state, span_count);
}
BENCHMARK(BM_SegmentV2);

void BM_SegmentJson(benchmark::State& state) {
  const std::string json = read_whole(testdata_folder() + "v3-http/py-skywalking-http.10.POST-v3-segment.json");
  for (auto _ : state) {
    std::string messages;
    if (!json_to_messages(JsonMessageKind::kSegment, json, messages)) return state.SkipWithError("run it in the source folder");
    benchmark::DoNotOptimize(messages);
  }
  report(state, 2);
}
BENCHMARK(BM_SegmentJson);

}  // namespace
}  // namespace clew::receive_skywalking
