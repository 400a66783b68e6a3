// What real agents sent, through the doors and against what they meant.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "net/grpc_client.h"
#include "otlp/foreign_ids.h"
#include "receive/fake_log_for_test.h"
#include "receive/skywalking/skywalking_dump_for_test.h"
#include "receive/skywalking/skywalking_receiver.h"

namespace clew::receive_skywalking {
namespace {

namespace fs = std::filesystem;
namespace dom = simdjson::dom;

struct Row {
  const char* folder;
  const char* name;
};
const Row kRows[] = {
    {"v3-grpc", "go-sw8-grpc"},
    {"v3-grpc", "java-skywalking-agent-grpc"},
    {"v3-grpc", "node-sw-grpc"},
    {"v3-grpc", "py-skywalking-full"},
};

std::vector<std::string> files_of(const Row& row) {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(testdata_folder() + row.folder)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(std::string(row.name) + ".") && !name.ends_with(".expect.json")) files.push_back(name);
  }
  std::ranges::sort(files);
  return files;
}

// "go-sw8-grpc.01.skywalking.v3.ManagementService-keepAlive.pb" → "/skywalking.v3.ManagementService/keepAlive"
std::string method_of(std::string file, std::string_view row) {
  file = file.substr(row.size() + 4, file.size() - row.size() - 4 - 3);
  file[file.rfind('-')] = '/';
  return "/" + file;
}

// The doors on a port, with a log in memory behind.
class Doors {
 public:
  Doors() {
    auto started = net::GrpcServer::start({.addresses = {{"127.0.0.1", 0}}}, receiver_.grpc_methods());
    if (!started) std::abort();
    grpc_ = std::move(*started);
    client_.emplace(net::GrpcClientOptions{.target = "127.0.0.1:" + std::to_string(grpc_->ports().at(0))});
  }

  void replay(const Row& row) {
    for (const std::string& file : files_of(row)) {
      const std::string bytes = read_whole(testdata_folder() + row.folder + "/" + file);
      const auto answer = client_->call(method_of(file, row.name), bytes);
      EXPECT_EQ(answer.code, 0) << file << ": " << answer.message;
      EXPECT_EQ(answer.message, "") << file << ": there are no commands";
    }
  }
  std::vector<receive::FakeLog::Appended>& records() { return log_.records; }

 private:
  stdx::SystemClock clock_;
  receive::FakeLog log_;
  receive::Intake intake_{log_, clock_};
  SkyWalkingReceiver receiver_{intake_, clock_};
  std::unique_ptr<net::GrpcServer> grpc_;
  std::optional<net::GrpcClient> client_;
};

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
  bool error = false;
  if (span["error"].get(error) != simdjson::SUCCESS) error = false;
  return text_of(std::string(std::string_view(span["service"])), std::string(std::string_view(span["kind"])),
                 std::string(std::string_view(span["name"])), error);
}

class SkyWalkingSamples : public testing::TestWithParam<Row> {
 protected:
  void SetUp() override {
    constexpr const char* kKinds[] = {"-", "Local", "Entry", "Exit", "Exit", "Entry"};
    const std::string path = testdata_folder() + GetParam().folder + "/" + GetParam().name + ".expect.json";
    ASSERT_EQ(parser_.load(path).get(expect_), simdjson::SUCCESS) << path;
    trace_id_ = otlp::trace_id_of_text(std::string_view(expect_["trace_ids"].at(0)));
    Doors doors;
    doors.replay(GetParam());
    for (const auto& record : doors.records()) {
      if (record.kind != log::RecordKind::kTraces) continue;
      const auto data = otlp::decode_traces(record.payload);
      ASSERT_TRUE(data.has_value()) << data.error().message;
      for (const auto& resource : data->resource_spans) {
        const std::string* service = otlp::find_string(resource.resource.attributes, "service.name");
        for (const auto& scope : resource.scope_spans) {
          for (const auto& span : scope.spans) {
            // The agents trace the harness's health checks as well.
            if (span.trace_id != trace_id_) continue;
            seen_.push_back({service == nullptr ? "" : *service, kKinds[static_cast<size_t>(span.kind)], span.name,
                             span.status_code == otlp::StatusCode::kError, span.trace_id, span.span_id, span.parent_span_id});
          }
        }
      }
    }
  }

  std::vector<Seen> seen_;
  otlp::TraceId trace_id_;
  dom::parser parser_;
  dom::element expect_;
};

TEST_P(SkyWalkingSamples, SpansNamesKindsAndErrors) {
  std::vector<std::string> wanted;
  std::vector<std::string> found;
  for (const dom::element span : dom::array(expect_["expect"]["span_list"])) wanted.push_back(text_of(span));
  for (const Seen& span : seen_) found.push_back(text_of(span));
  EXPECT_THAT(found, testing::UnorderedElementsAreArray(wanted));
  std::set<otlp::SpanId> ids;
  for (const Seen& span : seen_) ids.insert(span.id);
  EXPECT_EQ(ids.size(), uint64_t(expect_["expect"]["distinct_span_ids"]));
}

TEST_P(SkyWalkingSamples, ParentsAndTheBrowsersSegment) {
  std::vector<std::string> found;
  std::vector<std::string> wanted;
  const otlp::SpanId browser_span = otlp::span_id_of_segment(std::string_view(expect_["requests"].at(0)["browser_span_id"]), 0);
  for (const Seen& span : seen_) {
    const auto parent = std::ranges::find(seen_, span.parent, &Seen::id);
    if (parent != seen_.end()) {
      found.push_back(text_of(*parent) + " -> " + text_of(span));
    } else {
      EXPECT_EQ(span.parent, browser_span) << text_of(span);
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
INSTANTIATE_TEST_SUITE_P(, SkyWalkingSamples, testing::ValuesIn(kRows), row_name);

// Every attribute, event and time of the samples, as a text that changes are seen in.
TEST(SkyWalkingSamplesTest, EverySampleIsWhatItWas) {
  std::string text;
  for (const Row& row : kRows) {
    text += fmt::format("=== {}\n", row.name);
    Doors doors;
    doors.replay(row);
    for (const auto& record : doors.records()) {
      if (record.kind == log::RecordKind::kTraces) text += dump(record.payload);
    }
  }
  const std::string path = testdata_folder() + "samples.golden";
  if (std::getenv("CLEW_GOLDEN_REWRITE") != nullptr) std::ofstream(path) << text;
  EXPECT_EQ(read_whole(path), text) << "run receive_skywalking_test with CLEW_GOLDEN_REWRITE=1 if this is meant";
}

}  // namespace
}  // namespace clew::receive_skywalking
