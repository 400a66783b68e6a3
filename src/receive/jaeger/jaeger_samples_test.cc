// What real clients sent (testdata/jaeger-*, with what it must become in *.expect.json), translated; the whole result is in
// samples.golden, rewritten with CLEW_GOLDEN_REWRITE=1.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "otlp/traces_survey.h"
#include "receive/jaeger/jaeger_proto.h"
#include "receive/jaeger/jaeger_thrift.h"
#include "receive/jaeger/otlp_text_for_test.h"

namespace clew::receive_jaeger {
namespace {

namespace fs = std::filesystem;

const std::string kFolder = CLEW_SOURCE_DIR "/src/receive/jaeger/testdata/";

stdx::Result<std::string> translated(const std::string& file) {
  const std::string bytes = read_file(file);
  const JaegerLimits limits;
  OtlpWriter writer;
  stdx::Result<void> done;
  if (file.ends_with(".pb")) {
    done = ProtoTranslator(limits).translate_post_spans(bytes, writer);
  } else if (file.find("http-thrift") != std::string::npos) {
    done = ThriftTranslator(limits).translate_batch(bytes, wire::ThriftEncoding::kBinary, writer);
  } else {
    wire::ThriftEncoding encoding{};
    EXPECT_TRUE(recognise_call(bytes, encoding)) << file;
    done = ThriftTranslator(limits).translate_call(bytes, encoding, {}, writer);
  }
  if (!done) return std::unexpected(done.error());
  return writer.take();
}

std::vector<std::string> sample_files() {
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(kFolder)) {
    const std::string path = entry.path();
    if (path.find("_fuzz/") != std::string::npos) continue;  // Seeds: some of the same files.
    if (path.ends_with(".thrift") || path.ends_with(".pb")) files.push_back(path);
  }
  std::ranges::sort(files);
  return files;
}

TEST(JaegerSamples, BecomeWhatTheGoldenFileSays) {
  std::string text;
  for (const std::string& file : sample_files()) {
    const auto request = translated(file);
    ASSERT_TRUE(request) << file << ": " << request.error().message;
    const auto survey = otlp::survey_traces(*request);
    ASSERT_TRUE(survey);
    EXPECT_EQ(survey->refused_count, 0u) << file;
    text += "== " + file.substr(kFolder.size()) + "\n" + otlp_text(*request);
  }
  expect_golden(kFolder + "samples.golden", text);
}

// "frontend client HTTP GET!" with a mark for an error.
std::string described(std::string_view service, std::string_view kind, std::string_view name, bool error) {
  return std::string(service) + " " + std::string(kind) + " " + std::string(name) + (error ? "!" : "");
}
std::string described(simdjson::dom::element span) {
  bool error = false;
  if (span["error"].get(error) != simdjson::SUCCESS) error = false;
  return described(std::string_view(span["service"]), std::string_view(span["kind"]), std::string_view(span["name"]), error);
}

constexpr std::string_view kKindNames[] = {"unspecified", "internal", "server", "client", "producer", "consumer"};

void check_expectations(const std::string& expect_file) {
  SCOPED_TRACE(expect_file);
  simdjson::dom::parser parser;
  const simdjson::dom::element document = parser.load(expect_file);
  const simdjson::dom::element expect = document["expect"];
  const std::string prefix = expect_file.substr(0, expect_file.size() - std::string(".expect.json").size());
  std::map<uint64_t, std::string> by_id;
  std::map<uint64_t, uint64_t> parent_of;
  for (const std::string& file : sample_files()) {
    if (!file.starts_with(prefix + ".")) continue;
    const auto data = otlp::decode_traces(*translated(file));
    ASSERT_TRUE(data);
    for (const auto& resource : data->resource_spans) {
      const std::string* service = otlp::find_string(resource.resource.attributes, "service.name");
      ASSERT_NE(service, nullptr);
      for (const auto& scope : resource.scope_spans) {
        for (const otlp::Span& span : scope.spans) {
          EXPECT_EQ(otlp::to_hex(span.trace_id), std::string_view(document["trace_ids"].at(0)));
          by_id[span.span_id] = described(*service, kKindNames[static_cast<size_t>(span.kind)], span.name,
                                          span.status_code == otlp::StatusCode::kError);
          parent_of[span.span_id] = span.parent_span_id;
        }
      }
    }
  }
  EXPECT_EQ(by_id.size(), uint64_t(expect["distinct_span_ids"]));
  std::multiset<std::string> spans, wanted_spans, edges, wanted_edges;
  for (const auto& [id, text] : by_id) {
    spans.insert(text);
    if (by_id.contains(parent_of[id])) edges.insert(by_id[parent_of[id]] + " > " + text);
    if (!by_id.contains(parent_of[id])) {
      EXPECT_EQ(otlp::span_id_hex(parent_of[id]), std::string_view(document["requests"].at(0)["browser_span_id"])) << text;
    }
  }
  for (const simdjson::dom::element span : simdjson::dom::array(expect["span_list"])) wanted_spans.insert(described(span));
  for (const simdjson::dom::element edge : simdjson::dom::array(expect["edges"])) {
    wanted_edges.insert(described(edge["parent"]) + " > " + described(edge["child"]));
  }
  EXPECT_EQ(spans, wanted_spans);
  EXPECT_EQ(edges, wanted_edges);
}

TEST(JaegerSamples, AreWhatTheirClientsMeant) {
  size_t count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(kFolder)) {
    const std::string path = entry.path();
    if (!path.ends_with(".expect.json")) continue;
    ++count;
    check_expectations(path);
  }
  EXPECT_EQ(count, 8u);
}

// A truncated sample is an error, never a part of a batch.
TEST(JaegerSamples, CutAnywhereAreRefusedWhole) {
  for (const std::string& file : sample_files()) {
    if (!file.ends_with(".thrift")) continue;
    const std::string bytes = read_file(file);
    const JaegerLimits limits;
    ThriftTranslator translator(limits);
    for (size_t size = 0; size < bytes.size(); ++size) {
      OtlpWriter writer;
      const std::string_view cut = std::string_view(bytes).substr(0, size);
      wire::ThriftEncoding encoding{};
      const bool bare = file.find("http-thrift") != std::string::npos;
      if (!bare && !recognise_call(cut, encoding)) continue;
      const auto done = bare ? translator.translate_batch(cut, wire::ThriftEncoding::kBinary, writer)
                             : translator.translate_call(cut, encoding, {}, writer);
      // The last byte only ends the struct of the arguments, which hold nothing more of interest.
      if (!bare && size + 1 == bytes.size()) continue;
      EXPECT_FALSE(done) << file << " at " << size;
      EXPECT_TRUE(writer.empty());
    }
  }
}

}  // namespace
}  // namespace clew::receive_jaeger
