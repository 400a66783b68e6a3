#include "self/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <thread>

#include "self/process_usage.h"

namespace clew::self {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(MetricList, NamesFollowTheRules) {
  std::set<std::string_view> names;
  for (const MetricDefinition* definition : metric_list()) {
    const std::string name(definition->name);
    EXPECT_TRUE(names.insert(definition->name).second) << name << " is there twice";
    EXPECT_TRUE(std::regex_match(name, std::regex("(clew|process)_[a-z_]+"))) << name;
    EXPECT_EQ(name.ends_with("_total"), definition->type == MetricType::kCounter) << name;
    EXPECT_TRUE(definition->help.ends_with(".")) << name << ": help is a sentence";
    EXPECT_EQ(name.ends_with("_seconds"), definition->type == MetricType::kHistogram || name.ends_with("uptime_seconds") ||
                                              name.ends_with("start_time_seconds"))
        << name;
  }
}

TEST(Metrics, TextExposition) {
  Metrics metrics;
  const Counter spans = metrics.counter(metric::kReceiveSpans, {"otlp_grpc"});
  spans.add(3);
  metrics.counter(metric::kReceiveSpans, {"otlp_grpc"}).add(4);
  metrics.histogram(metric::kLogSyncSeconds).observe(0.003);
  EXPECT_EQ(spans.value(), 7);
  const std::string text = metrics.render();
  EXPECT_THAT(text, HasSubstr("# TYPE clew_receive_spans_total counter\n"));
  EXPECT_THAT(text, HasSubstr("clew_receive_spans_total{door=\"otlp_grpc\"} 7\n"));
  EXPECT_THAT(text, HasSubstr("clew_log_sync_seconds_bucket{le=\"0.0025\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("clew_log_sync_seconds_bucket{le=\"0.005\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("\nclew_head_spans 0\n"));
}

TEST(Metrics, DefaultHandlesDoNothing) {
  Counter().add();
  Gauge().set(1);
  Histogram().observe(1);
  EXPECT_EQ(Counter().value(), 0);
}

TEST(Metrics, ScrapeUpdatesRunWhileTheirTokenLives) {
  Metrics metrics;
  int runs = 0;
  Metrics::ScrapeToken token = metrics.before_scrape([&] { metrics.gauge(metric::kHeadSpans).set(++runs); });
  EXPECT_THAT(metrics.render(), HasSubstr("\nclew_head_spans 1\n"));
  token.reset();
  EXPECT_THAT(metrics.render(), HasSubstr("\nclew_head_spans 1\n"));
  EXPECT_EQ(runs, 1);
}

TEST(Metrics, ATokenMayOutliveItsMetrics) {
  Metrics::ScrapeToken token;
  {
    Metrics metrics;
    token = metrics.before_scrape([] {});
  }
  token.reset();
}

TEST(Metrics, ManyThreadsLoseNothing) {
  Metrics metrics;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      const Counter spans = metrics.counter(metric::kIngestSpans);
      for (int j = 0; j < 10'000; ++j) spans.add();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(metrics.counter(metric::kIngestSpans).value(), 40'000);
}

TEST(ProcessMetrics, SayWhatTheKernelSays) {
  const ProcessUsage usage = read_process_usage();
  EXPECT_GT(usage.resident_bytes, 1'000'000u);
  EXPECT_GE(usage.peak_resident_bytes, usage.resident_bytes / 2);
  EXPECT_GE(usage.open_fds, 3u);
  EXPECT_GE(usage.threads, 1u);
  EXPECT_LE(process_start_unix_seconds(), usage.now_unix_seconds);
  EXPECT_GT(process_start_unix_seconds(), usage.now_unix_seconds - 600);
  const std::string text = process_metrics().render();
  EXPECT_THAT(text, HasSubstr("clew_build_info{"));
  EXPECT_THAT(text, Not(HasSubstr("\nprocess_resident_memory_bytes 0\n")));
  EXPECT_THAT(text, Not(HasSubstr("\nprocess_open_fds 0\n")));
}

}  // namespace
}  // namespace clew::self
