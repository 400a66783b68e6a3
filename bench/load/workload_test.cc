#include "workload.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "otlp/traces_codec.h"

namespace clew::bench {
namespace {

WorkloadOptions options_of(uint32_t batch_size, uint64_t span_count) {
  WorkloadOptions options;
  options.batch_size = batch_size;
  options.span_count = span_count;
  options.begin_ns = 1'700'000'000'000'000'000;
  options.record_ids = true;
  return options;
}

TEST(Workload, IsTheLoadOfTheIssue) {
  Workload workload(options_of(512, 60'000));
  Batch batch;
  uint64_t bytes = 0, spans = 0, errors = 0, requests = 0, resources = 0, stack_bytes = 0;
  std::map<std::string, uint64_t> spans_of_trace;
  std::map<std::string, std::set<std::string>> traces_of_session;
  std::set<std::string> services;
  while (workload.next(batch)) {
    ++requests;
    bytes += batch.request.size();
    const auto data = otlp::decode_traces(batch.request);
    ASSERT_TRUE(data) << data.error().message;
    resources += data->resource_spans.size();
    uint64_t in_batch = 0;
    for (const auto& resource_spans : data->resource_spans) {
      EXPECT_EQ(resource_spans.resource.attributes.size(), 16u);
      services.insert(*otlp::find_string(resource_spans.resource.attributes, "service.name"));
      for (const auto& span : resource_spans.scope_spans.at(0).spans) {
        ++in_batch;
        EXPECT_EQ(span.attributes.size(), 16u);
        EXPECT_LE(span.start_time_unix_nano, span.end_time_unix_nano);
        ++spans_of_trace[otlp::to_hex(span.trace_id)];
        traces_of_session[*otlp::find_string(span.attributes, "session.id")].insert(otlp::to_hex(span.trace_id));
        if (span.status_code != otlp::StatusCode::kError) continue;
        ++errors;
        EXPECT_EQ(span.events.at(0).time_unix_nano, span.end_time_unix_nano);
        stack_bytes += otlp::find_string(span.events.at(0).attributes, "exception.stacktrace")->size();
      }
    }
    EXPECT_EQ(in_batch, batch.span_count);
    EXPECT_EQ(batch.ids.size(), batch.span_count);
    spans += in_batch;
  }
  EXPECT_EQ(spans, 60'000u);
  EXPECT_NEAR(static_cast<double>(bytes) / 60'000, 690, 15);
  EXPECT_NEAR(static_cast<double>(errors) / 60'000, 0.015, 0.002);
  EXPECT_EQ(stack_bytes, errors * 600);
  EXPECT_EQ(services.size(), kServices);
  EXPECT_GT(resources / requests, 30u) << "a request mixes most of the 36 resources";
  EXPECT_EQ(spans_of_trace.size(), workload.trace_count());
  size_t exactly_three = 0;
  for (const auto& [session, traces] : traces_of_session) exactly_three += traces.size() == 3;
  EXPECT_GE(exactly_three + 2, traces_of_session.size());
  EXPECT_TRUE(traces_of_session.contains(session_text(0)));
}

TEST(Workload, TheSameSeedGivesTheSameBytes) {
  Workload first(options_of(20, 500));
  Workload again(options_of(20, 500));
  Batch a, b;
  while (first.next(a)) {
    ASSERT_TRUE(again.next(b));
    EXPECT_EQ(a.request, b.request);
  }
  EXPECT_FALSE(again.next(b));
}

TEST(Workload, SpanIdsAreUniqueAndParentsExist) {
  Workload workload(options_of(100, 20'000));
  Batch batch;
  std::set<uint64_t> ids;
  std::set<uint64_t> parents;
  while (workload.next(batch)) {
    const auto data = otlp::decode_traces(batch.request);
    ASSERT_TRUE(data);
    for (const auto& resource_spans : data->resource_spans) {
      for (const auto& span : resource_spans.scope_spans.at(0).spans) {
        EXPECT_TRUE(ids.insert(span.span_id).second);
        if (span.parent_span_id != 0) parents.insert(span.parent_span_id);
      }
    }
  }
  for (uint64_t parent : parents) EXPECT_TRUE(ids.contains(parent));
}

}  // namespace
}  // namespace clew::bench
