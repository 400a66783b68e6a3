#include <fmt/format.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <thread>

#include "main/doctor_findings.h"

namespace clew::main {
namespace {

constexpr int64_t kSane = 1'767'225'600;   // 2026-01-01: this program is not older.
constexpr int64_t kInsane = 4'102'444'800;   // 2100-01-01.

int64_t nanoseconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

Finding examine_time() {
  const int64_t seconds = time(nullptr);
  char text[40] = {};
  const time_t now = seconds;
  tm parts{};
  gmtime_r(&now, &parts);
  strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &parts);
  if (seconds > kSane && seconds < kInsane) return {Verdict::kOk, "time", text, {}};
  return {Verdict::kFail, "time", fmt::format("{}: that cannot be", text), "Set the clock: retention goes by it."};
}

// A wall clock that is being stepped or slewed hard runs apart from the monotonic one.
Finding examine_steadiness() {
  constexpr auto kWatch = std::chrono::milliseconds(50);
  constexpr int64_t kApartNsMax = 5'000'000;
  const int64_t apart_before = nanoseconds(CLOCK_REALTIME) - nanoseconds(CLOCK_MONOTONIC);
  std::this_thread::sleep_for(kWatch);
  const int64_t apart = nanoseconds(CLOCK_REALTIME) - nanoseconds(CLOCK_MONOTONIC) - apart_before;
  const std::string detail =
      fmt::format("wall and monotonic time moved {:.3f} ms apart in 50 ms", std::abs(static_cast<double>(apart)) / 1e6);
  if (std::abs(apart) < kApartNsMax) return {Verdict::kOk, "clock steadiness", detail, {}};
  return {Verdict::kWarn, "clock steadiness", detail, "Something is stepping the clock: look at the time service."};
}

Finding examine_synchronisation() {
  timex state{};
  const int result = adjtimex(&state);
  if (result < 0) return {Verdict::kOk, "clock sync", "not for us to see", {}};
  if (result != TIME_ERROR && (state.status & STA_UNSYNC) == 0) {
    return {Verdict::kOk, "clock sync", fmt::format("synchronised, off by at most {} ms", state.maxerror / 1000), {}};
  }
  return {Verdict::kWarn, "clock sync", "the kernel's clock is not synchronised",
          "Run an NTP client (chrony, systemd-timesyncd); a virtual machine may rely on its host."};
}

Finding examine_source() {
  std::ifstream file("/sys/devices/system/clocksource/clocksource0/current_clocksource");
  std::string source;
  file >> source;
  if (source.empty()) return {Verdict::kOk, "clock source", "not for us to see", {}};
  if (source != "hpet" && source != "acpi_pm" && source != "jiffies") return {Verdict::kOk, "clock source", source, {}};
  return {Verdict::kWarn, "clock source", source + " is slow to read", "Boot with clocksource=tsc if the machine has a steady one."};
}

}  // namespace

std::vector<Finding> examine_clock() {
  return {examine_time(), examine_steadiness(), examine_synchronisation(), examine_source()};
}

std::vector<Finding> examine_processor() {
  const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
#if defined(__x86_64__)
  const bool enough = __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("popcnt");
  const std::string detail = fmt::format("{} cores; SSE4.2 {}, AVX2 {}", cores, enough ? "yes" : "no",
                                         __builtin_cpu_supports("avx2") ? "yes" : "no");
  if (!enough) return {{Verdict::kFail, "processor", detail, "Clew needs SSE4.2 and POPCNT (x86-64-v2)."}};
#else
  const std::string detail = fmt::format("{} cores", cores);
#endif
  if (cores < 2) return {{Verdict::kWarn, "processor", detail, "Blocks are written beside the work of receiving: give it two."}};
  return {{Verdict::kOk, "processor", detail, {}}};
}

}  // namespace clew::main
