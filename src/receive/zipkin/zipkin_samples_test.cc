// What real clients sent, against what they meant.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>

#include "receive/zipkin/zipkin_dump_for_test.h"
#include "receive/zipkin/zipkin_translate.h"

namespace clew::receive_zipkin {
namespace {

namespace fs = std::filesystem;
namespace dom = simdjson::dom;

constexpr int64_t kReceiveTime = 1'800'000'000'000'000'000;

struct Row {
  const char* folder;
  const char* name;
  Format format;
};
const Row kRows[] = {
    {"zipkin-v1-json", "java-zipkin-v1-json", Format::kV1Json},
    {"zipkin-v1-json", "py-zipkin-v1-json", Format::kV1Json},
    {"zipkin-v1-thrift", "java-zipkin-v1-thrift", Format::kV1Thrift},
    {"zipkin-v1-thrift", "py-zipkin-v1-v1-thrift", Format::kV1Thrift},
    {"zipkin-v2-json", "go-otel-zipkin", Format::kV2Json},
    {"zipkin-v2-json", "go-zipkin-json", Format::kV2Json},
    {"zipkin-v2-json", "java-zipkin-json", Format::kV2Json},
    {"zipkin-v2-proto", "go-zipkin-proto", Format::kV2Proto},
};

std::vector<std::string> files_of(const Row& row) {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(testdata_folder() + row.folder)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(std::string(row.name) + ".") && name.find(".POST-") != std::string::npos) {
      files.push_back(entry.path().string());
    }
  }
  std::ranges::sort(files);
  return files;
}

struct Seen {
  std::string service;
  std::string kind;
  std::string name;
  bool error = false;
  otlp::TraceId trace_id;
  otlp::SpanId id = 0;
  otlp::SpanId parent = 0;
};

std::string text_of(const std::string& service, const std::string& kind, const std::string& name, bool error) {
  return service + " " + kind + " " + name + (error ? " error" : "");
}
std::string text_of(const Seen& span) { return text_of(span.service, span.kind, span.name, span.error); }
std::string text_of(dom::element span) {
  std::string_view kind = "internal";
  bool error = false;
  if (span["kind"].get(kind) != simdjson::SUCCESS) kind = "internal";  // null for Zipkin's local spans.
  if (span["error"].get(error) != simdjson::SUCCESS) error = false;
  std::string lower(kind);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text_of(std::string(std::string_view(span["service"])), lower, std::string(std::string_view(span["name"])), error);
}

class ZipkinSamples : public testing::TestWithParam<Row> {
 protected:
  void SetUp() override {
    constexpr const char* kKinds[] = {"-", "internal", "server", "client", "producer", "consumer"};
    for (const std::string& file : files_of(GetParam())) {
      const auto translated = translate(GetParam().format, read_sample(file), kReceiveTime);
      ASSERT_TRUE(translated.has_value()) << file << ": " << translated.error().message;
      const auto data = otlp::decode_traces(translated->request);
      ASSERT_TRUE(data.has_value()) << data.error().message;
      for (const auto& resource : data->resource_spans) {
        const std::string* service = otlp::find_string(resource.resource.attributes, "service.name");
        for (const auto& scope : resource.scope_spans) {
          for (const auto& span : scope.spans) {
            seen_.push_back({service == nullptr ? "" : *service, kKinds[static_cast<size_t>(span.kind)], span.name,
                             span.status_code == otlp::StatusCode::kError, span.trace_id, span.span_id, span.parent_span_id});
          }
        }
      }
    }
    const std::string path = testdata_folder() + GetParam().folder + "/" + GetParam().name + ".expect.json";
    ASSERT_EQ(parser_.load(path).get(expect_), simdjson::SUCCESS) << path;
  }

  std::vector<Seen> seen_;
  dom::parser parser_;
  dom::element expect_;
};

TEST_P(ZipkinSamples, SpansNamesKindsAndErrors) {
  std::vector<std::string> wanted;
  std::vector<std::string> found;
  for (const dom::element span : dom::array(expect_["expect"]["span_list"])) wanted.push_back(text_of(span));
  for (const Seen& span : seen_) found.push_back(text_of(span));
  EXPECT_THAT(found, testing::UnorderedElementsAreArray(wanted));
  std::set<otlp::SpanId> ids;
  for (const Seen& span : seen_) {
    ids.insert(span.id);
    EXPECT_EQ(otlp::to_hex(span.trace_id), std::string_view(expect_["trace_ids"].at(0)));
  }
  EXPECT_EQ(ids.size(), uint64_t(expect_["expect"]["distinct_span_ids"]));
}

TEST_P(ZipkinSamples, ParentsAndTheBrowsersSpan) {
  // A span hangs below its own id's client half if it is a server's, else below a span with its parent's id; of halves
  // the one in its service.
  const auto parent_of = [&](const Seen& child) -> const Seen* {
    const Seen* found = nullptr;
    for (const Seen& other : seen_) {
      if (&other == &child) continue;
      if (child.kind == "server" && other.kind == "client" && other.id == child.id) return &other;
      if (other.id == child.parent && (found == nullptr || other.service == child.service)) found = &other;
    }
    return found;
  };
  std::vector<std::string> found;
  std::vector<std::string> wanted;
  const std::string_view browser = expect_["requests"].at(0)["browser_span_id"];
  const otlp::SpanId browser_span = *otlp::parse_span_id(browser);
  for (const Seen& span : seen_) {
    if (const Seen* parent = parent_of(span)) {
      found.push_back(text_of(*parent) + " -> " + text_of(span));
    } else {
      EXPECT_TRUE(span.id == browser_span || span.parent == browser_span) << text_of(span);
    }
  }
  for (const dom::element edge : dom::array(expect_["expect"]["edges"])) {
    wanted.push_back(text_of(edge["parent"]) + " -> " + text_of(edge["child"]));
  }
  EXPECT_THAT(found, testing::UnorderedElementsAreArray(wanted));
}

std::string row_name(const testing::TestParamInfo<Row>& info) {
  std::string name = info.param.name;
  std::erase(name, '-');
  return name;
}
INSTANTIATE_TEST_SUITE_P(, ZipkinSamples, testing::ValuesIn(kRows), row_name);

// Every attribute, event and time of the samples, as a text that changes are seen in.
TEST(ZipkinSamplesTest, EverySampleIsWhatItWas) {
  std::string text;
  for (const Row& row : kRows) {
    for (const std::string& file : files_of(row)) {
      text += "=== " + fs::path(file).filename().string() + "\n";
      const auto translated = translate(row.format, read_sample(file), kReceiveTime);
      ASSERT_TRUE(translated.has_value()) << file;
      text += dump(translated->request);
    }
  }
  const std::string path = testdata_folder() + "samples.golden";
  if (std::getenv("CLEW_GOLDEN_REWRITE") != nullptr) std::ofstream(path) << text;
  EXPECT_EQ(read_whole(path), text) << "run receive_zipkin_test with CLEW_GOLDEN_REWRITE=1 if this is meant";
}

}  // namespace
}  // namespace clew::receive_zipkin
