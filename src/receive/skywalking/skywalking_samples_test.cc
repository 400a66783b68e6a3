// What real agents sent, through the doors and against what they meant.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <span>

#include "net/grpc_client.h"
#include "net/http_client.h"
#include "net/http_server.h"
#include "otlp/foreign_ids.h"
#include "otlp/message_reader.h"
#include "otlp/message_writer.h"
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
  // skyapm-nodejs sends neither tags nor isError for this failure, and holds ids as doubles: the browser's segment
  // …86260001 went on as …86260000.
  bool is_lossy = false;
};
const Row kRows[] = {
    {"v3-grpc", "go-sw8-grpc"},
    {"v3-grpc", "java-skywalking-agent-grpc"},
    {"v3-grpc", "node-sw-grpc"},
    {"v3-grpc", "py-skywalking-full"},
    {"v3-http", "py-skywalking-http"},
    {"v2-grpc", "go-sw6-grpc"},
    {"v2-grpc", "node-skyapm-grpc", true},
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

// The backend at which v2's samples were taken numbered its names in the order in which they came; ours does not. Where the
// numbers stand in a message, as fields that hold nothing else.
struct NumberField {
  std::string_view call;
  std::vector<uint32_t> path;  // From the message inwards.
  NameKind kind;
};
const std::vector<NumberField>& number_fields() {
  static const std::vector<NumberField> fields = {
      {"/Register/doServiceInstanceRegister", {1, 1}, NameKind::kService},
      {"/ServiceInstancePing/doPing", {1}, NameKind::kInstance},
      {"/TraceSegmentReportService/collect", {2, 3}, NameKind::kService},
      {"/TraceSegmentReportService/collect", {2, 4}, NameKind::kInstance},
      {"/TraceSegmentReportService/collect", {2, 2, 5, 4}, NameKind::kInstance},
      {"/TraceSegmentReportService/collect", {2, 2, 5, 7}, NameKind::kInstance},
  };
  return fields;
}

// Copies a message with each number at `path` replaced.
std::string with_numbers(std::string_view message, std::span<const uint32_t> path, const std::map<int32_t, int32_t>& numbers) {
  std::string out;
  otlp::MessageWriter writer(out);
  otlp::MessageReader reader(message);
  while (reader.next()) {
    const bool on_path = reader.field() == path.front();
    switch (reader.tag() & 7) {
      case 0: {
        const auto ours = numbers.find(static_cast<int32_t>(reader.number()));
        const bool replaced = on_path && path.size() == 1 && ours != numbers.end();
        writer.add_varint(reader.field(), replaced ? static_cast<uint64_t>(ours->second) : reader.number());
        break;
      }
      case 1: writer.add_fixed64(reader.field(), reader.number()); break;
      case 2:
        writer.add_bytes(reader.field(), on_path && path.size() > 1 ? with_numbers(reader.bytes(), path.subspan(1), numbers)
                                                                    : std::string(reader.bytes()));
        break;
      default: writer.add_fixed32(reader.field(), reader.as_uint32()); break;
    }
  }
  EXPECT_TRUE(reader.ok());
  return out;
}

// The doors on a port, with a log in memory behind.
class Doors {
 public:
  Doors() {
    auto started = net::GrpcServer::start({.addresses = {{"127.0.0.1", 0}}}, receiver_.grpc_methods());
    if (!started) std::abort();
    grpc_ = std::move(*started);
    auto http = net::HttpServer::start({.addresses = {{"127.0.0.1", 0}}}, receiver_.http_routes());
    if (!http) std::abort();
    http_ = std::move(*http);
    client_.emplace(net::GrpcClientOptions{.target = "127.0.0.1:" + std::to_string(grpc_->ports().at(0))});
  }

  void replay(const Row& row) {
    for (const std::string& file : files_of(row)) {
      std::string bytes = read_whole(testdata_folder() + row.folder + "/" + file);
      if (file.ends_with(".json")) {
        post(file, row.name, bytes);
        continue;
      }
      const std::string method = method_of(file, row.name);
      const bool is_v2 = !method.starts_with("/skywalking.");
      if (is_v2) use_our_numbers(method, bytes);
      const auto answer = client_->call(method, bytes);
      EXPECT_EQ(answer.code, 0) << file << ": " << answer.message;
      if (method.starts_with("/Register/")) {
        EXPECT_TRUE(note_numbers(answer.message)) << file << ": agents wait for a number";
      } else {
        EXPECT_EQ(answer.message, "") << file << ": there are no commands";
      }
    }
  }
  std::vector<receive::FakeLog::Appended>& records() { return log_.records; }

 private:
  // "py-skywalking-http.05.POST-v3-segment.json" → "/v3/segment"
  void post(const std::string& file, std::string_view row, const std::string& bytes) {
    std::string path = file.substr(row.size() + 4 + 4, file.size() - row.size() - 8 - 5);
    std::ranges::replace(path, '-', '/');
    net::HttpClient client({.host = "127.0.0.1", .port = http_->ports().at(0)});
    const auto answer = client.post(path, "application/json", bytes);
    ASSERT_TRUE(answer.has_value()) << file;
    EXPECT_EQ(answer->status, 200) << file << ": " << answer->body;
    EXPECT_EQ(answer->body, "{}");
  }
  // KeyIntValuePair in field 1: what we call whom the samples' backend called otherwise.
  bool note_numbers(std::string_view mapping) {
    static const std::map<std::string, int32_t, std::less<>> theirs = {
        {"stock", 2},       {"pricing", 4},      {"frontend", 6},       {"pricing-1", 8},       {"frontend-1", 9},
        {"stock-1", 10},    {"stock-14705", 11}, {"pricing-14704", 12}, {"frontend-14703", 13},
    };
    bool any = false;
    otlp::MessageReader reader(mapping);
    while (reader.next()) {
      std::string_view name;
      int32_t number = 0;
      otlp::MessageReader pair(reader.bytes());
      while (pair.next()) {
        if (pair.field() == 1) name = pair.bytes();
        if (pair.field() == 2) number = static_cast<int32_t>(pair.number());
      }
      const auto found = theirs.find(name);
      EXPECT_NE(found, theirs.end()) << name;
      EXPECT_GT(number, 1) << name;
      const NameKind kind = name.find('-') == std::string_view::npos ? NameKind::kService : NameKind::kInstance;
      numbers_[kind][found->second] = number;
      any = true;
    }
    return any && reader.ok();
  }
  void use_our_numbers(const std::string& method, std::string& bytes) {
    for (const NumberField& field : number_fields()) {
      if (field.call == method) bytes = with_numbers(bytes, field.path, numbers_[field.kind]);
    }
  }

  stdx::SystemClock clock_;
  receive::FakeLog log_;
  receive::Intake intake_{log_, clock_};
  NameBook names_;
  SkyWalkingReceiver receiver_{intake_, clock_, names_};
  std::map<NameKind, std::map<int32_t, int32_t>> numbers_;
  std::unique_ptr<net::GrpcServer> grpc_;
  std::unique_ptr<net::HttpServer> http_;
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

  static std::string as_sent(std::string span) {
    if (GetParam().is_lossy && span.ends_with(" error")) span.resize(span.size() - 6);
    return span;
  }

  std::vector<Seen> seen_;
  otlp::TraceId trace_id_;
  dom::parser parser_;
  dom::element expect_;
};

TEST_P(SkyWalkingSamples, SpansNamesKindsAndErrors) {
  std::vector<std::string> wanted;
  std::vector<std::string> found;
  for (const dom::element span : dom::array(expect_["expect"]["span_list"])) wanted.push_back(as_sent(text_of(span)));
  for (const Seen& span : seen_) found.push_back(text_of(span));
  EXPECT_THAT(found, testing::UnorderedElementsAreArray(wanted));
  std::set<otlp::SpanId> ids;
  for (const Seen& span : seen_) ids.insert(span.id);
  EXPECT_EQ(ids.size(), uint64_t(expect_["expect"]["distinct_span_ids"]));
}

TEST_P(SkyWalkingSamples, ParentsAndTheBrowsersSegment) {
  std::vector<std::string> found;
  std::vector<std::string> wanted;
  std::string segment(std::string_view(expect_["requests"].at(0)["browser_span_id"]));
  if (GetParam().is_lossy) segment.back() = '0';
  const otlp::SpanId browser_span = otlp::span_id_of_segment(segment, 0);
  for (const Seen& span : seen_) {
    const auto parent = std::ranges::find(seen_, span.parent, &Seen::id);
    if (parent != seen_.end()) {
      found.push_back(text_of(*parent) + " -> " + text_of(span));
    } else {
      EXPECT_EQ(span.parent, browser_span) << text_of(span);
    }
  }
  for (const dom::element edge : dom::array(expect_["expect"]["edges"])) {
    wanted.push_back(text_of(edge["parent"]) + " -> " + as_sent(text_of(edge["child"])));
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
