#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "main/doctor_findings.h"

namespace clew::main {
namespace {

using ::testing::HasSubstr;

class Doctor : public ::testing::Test {
 protected:
  Doctor() {
    char pattern[] = "/tmp/clew-doctor-XXXXXX";
    folder_ = mkdtemp(pattern);
    settings_.data.folder = folder_ / "data";
  }
  ~Doctor() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_;
  Settings settings_;
};

const Finding& about(const std::vector<Finding>& findings, std::string_view subject) {
  static const Finding kNone{Verdict::kFail, "(none)", {}, {}};
  for (const Finding& finding : findings) {
    if (finding.subject == subject) return finding;
  }
  return kNone;
}

TEST_F(Doctor, AFolderThatCanBeMade) {
  const std::vector<Finding> findings = examine_disk(settings_);
  EXPECT_EQ(about(findings, "data folder").verdict, Verdict::kOk);
  EXPECT_THAT(about(findings, "data folder").detail, HasSubstr("can be made"));
  EXPECT_NE(about(findings, "disk sync").verdict, Verdict::kFail);
  EXPECT_THAT(about(findings, "disk sync").detail, HasSubstr("fdatasync takes"));
  EXPECT_FALSE(std::filesystem::exists(settings_.data.folder)) << "the doctor only looks";
  EXPECT_TRUE(std::filesystem::is_empty(folder_)) << "and leaves nothing";
}

TEST_F(Doctor, AFileInTheWay) {
  std::ofstream(settings_.data.folder) << "x";
  const std::vector<Finding> findings = examine_disk(settings_);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].verdict, Verdict::kFail);
  EXPECT_THAT(findings[0].detail, HasSubstr(settings_.data.folder + " is not a folder"));
  EXPECT_TRUE(any_failure(findings));
}

TEST_F(Doctor, AFullDisk) {
  settings_.log.free_bytes_min = uint64_t{1} << 60;
  const std::vector<Finding> findings = examine_disk(settings_);
  EXPECT_EQ(about(findings, "free space").verdict, Verdict::kFail);
  EXPECT_THAT(about(findings, "free space").detail, HasSubstr("log.free_bytes_min"));
}

// Free ports, so that a test depends on none; the doors of other protocols are off.
Settings::Listen only_otlp_and_apis(std::string address) {
  Settings::Listen listen;
  listen.address = std::move(address);
  listen.main = listen.otlp_grpc = listen.otlp_http = listen.jaeger = 0;
  listen.zipkin = listen.skywalking_grpc = listen.skywalking_http = Settings::kPortOff;
  listen.jaeger_http = listen.jaeger_grpc = listen.jaeger_sampling = Settings::kPortOff;
  listen.jaeger_compact_udp = listen.jaeger_binary_udp = Settings::kPortOff;
  return listen;
}

TEST_F(Doctor, ATakenUdpPortIsNamedWithItsHolder) {
  const int taken = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(bind(taken, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(getsockname(taken, reinterpret_cast<sockaddr*>(&address), &size), 0);
  settings_.listen = only_otlp_and_apis("127.0.0.1");
  settings_.listen.jaeger_binary_udp = ntohs(address.sin_port);
  const std::vector<Finding> findings = examine_ports(settings_);
  close(taken);
  ASSERT_EQ(findings.size(), 5u);
  EXPECT_EQ(findings[4].verdict, Verdict::kFail) << findings[4].detail;
  EXPECT_THAT(findings[4].detail, HasSubstr("is taken by"));
  EXPECT_THAT(findings[4].advice, HasSubstr("listen.jaeger_binary_udp"));
}

TEST_F(Doctor, ATakenPortIsNamedWithItsHolder) {
  const int taken = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(bind(taken, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(taken, 1), 0);
  ASSERT_EQ(getsockname(taken, reinterpret_cast<sockaddr*>(&address), &size), 0);
  settings_.listen = only_otlp_and_apis("127.0.0.1");
  settings_.listen.otlp_http = ntohs(address.sin_port);
  const std::vector<Finding> findings = examine_ports(settings_);
  close(taken);
  ASSERT_EQ(findings.size(), 4u);
  EXPECT_EQ(findings[0].verdict, Verdict::kOk);
  EXPECT_EQ(findings[2].verdict, Verdict::kFail) << findings[2].detail;
  EXPECT_THAT(findings[2].detail, HasSubstr(std::to_string(settings_.listen.otlp_http)));
  EXPECT_THAT(findings[2].advice, HasSubstr("listen.otlp_http"));
}

TEST_F(Doctor, AnAddressOfAnotherMachine) {
  settings_.listen = only_otlp_and_apis("192.0.2.1");
  EXPECT_EQ(examine_ports(settings_)[0].verdict, Verdict::kFail);
}

TEST_F(Doctor, MemoryThatTheSettingsExceed) {
  settings_.head.cut_bytes = uint64_t{1} << 50;
  EXPECT_EQ(about(examine_limits(settings_), "memory").verdict, Verdict::kFail);
}

TEST_F(Doctor, ClockAndProcessorAreLookedAt) {
  EXPECT_EQ(about(examine_clock(), "time").verdict, Verdict::kOk);
  EXPECT_NE(about(examine_processor(), "processor").verdict, Verdict::kFail);
}

const std::vector<Finding> kSample = {{Verdict::kOk, "data folder", "fine", ""},
                                      {Verdict::kWarn, "x", "a \"quote\"", "Do this."},
                                      {Verdict::kFail, "port 1", "taken", "Do that."}};

TEST(DoctorReport, LinesAreAligned) {
  EXPECT_EQ(findings_text(kSample),
            "OK    data folder  fine\n"
            "WARN  x            a \"quote\"\n"
            "                   -> Do this.\n"
            "FAIL  port 1       taken\n"
            "                   -> Do that.\n"
            "\n3 checks: 1 ok, 1 to look at, 1 failed\n");
}

TEST(DoctorReport, JsonSaysTheSame) {
  EXPECT_EQ(findings_json({kSample[1]}),
            "{\"ok\":true,\"checks\":[{\"verdict\":\"warn\",\"subject\":\"x\",\"detail\":\"a \\\"quote\\\"\","
            "\"advice\":\"Do this.\"}]}\n");
  EXPECT_THAT(findings_json(kSample), ::testing::StartsWith("{\"ok\":false,"));
}

}  // namespace
}  // namespace clew::main
