#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>

#include "main/doctor_findings.h"

namespace clew::main {
namespace {

constexpr double kMiB = 1 << 20;

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::optional<uint64_t> leading_number(std::string_view text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() ? std::optional(number) : std::nullopt;
}

Finding examine_open_files(const Settings& settings) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return {Verdict::kWarn, "open files", "unknown", {}};
  // Connections of four ports, files of blocks, log segments.
  const uint64_t needed = 2 * settings.limits.connections + 1024;
  const std::string detail = fmt::format("at most {}", limit.rlim_cur);
  if (limit.rlim_cur >= needed) return {Verdict::kOk, "open files", detail, {}};
  const std::string advice = fmt::format("Raise it to {} (ulimit -n, LimitNOFILE=), or lower limits.connections.", needed);
  return {limit.rlim_cur < 256 ? Verdict::kFail : Verdict::kWarn, "open files", detail, advice};
}

// The tightest memory.max on the way from our group to the root (cgroup v2).
std::optional<uint64_t> group_memory_bytes() {
  const std::string groups = text_of("/proc/self/cgroup");
  const size_t at = groups.find("0::");
  if (at == std::string::npos) return std::nullopt;
  std::string path = groups.substr(at + 3, groups.find('\n', at) - at - 3);
  std::optional<uint64_t> least;
  for (int depth = 0; depth < 32; ++depth) {
    if (const auto bytes = leading_number(text_of("/sys/fs/cgroup" + path + "/memory.max"))) {
      least = std::min(least.value_or(*bytes), *bytes);
    }
    if (path.empty() || path == "/") break;
    path.resize(path.rfind('/'));
  }
  return least;
}

std::optional<uint64_t> available_bytes() {
  const std::string memory = text_of("/proc/meminfo");
  const size_t at = memory.find("MemAvailable:");
  if (at == std::string::npos) return std::nullopt;
  const size_t digits = memory.find_first_of("0123456789", at);
  const auto kib = leading_number(std::string_view(memory).substr(digits));
  return kib ? std::optional(*kib * 1024) : std::nullopt;
}

Finding examine_memory(const Settings& settings) {
  // One generation grows while another is written; the rest are the bounds of the doors, the log and the queries.
  const uint64_t needed = 2 * settings.head.cut_bytes + settings.log.window_bytes + settings.log.queued_bytes +
                          settings.limits.in_flight_bytes + settings.query.cache_bytes;
  const std::optional<uint64_t> group = group_memory_bytes();
  const std::optional<uint64_t> available = available_bytes();
  const uint64_t have = std::min(group.value_or(std::numeric_limits<uint64_t>::max()),
                                 available.value_or(std::numeric_limits<uint64_t>::max()));
  if (!group && !available) return {Verdict::kWarn, "memory", "unknown", {}};
  const std::string detail = fmt::format("{:.0f} MiB available{}; the settings allow for {:.0f} MiB",
                                         static_cast<double>(have) / kMiB, group && *group == have ? " to our group" : "",
                                         static_cast<double>(needed) / kMiB);
  if (have < needed / 2) {
    return {Verdict::kFail, "memory", detail, "Give it more, or lower head.cut_bytes, log.window_bytes, query.cache_bytes."};
  }
  if (have < needed) {
    return {Verdict::kWarn, "memory", detail, "Under full load it may not be enough: lower head.cut_bytes or query.cache_bytes."};
  }
  return {Verdict::kOk, "memory", detail, {}};
}

}  // namespace

std::vector<Finding> examine_limits(const Settings& settings) {
  return {examine_open_files(settings), examine_memory(settings)};
}

}  // namespace clew::main
