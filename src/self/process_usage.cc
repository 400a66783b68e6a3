#include "self/process_usage.h"

#include <dirent.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <charconv>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace clew::self {
namespace {

double unix_seconds() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

// A line "VmRSS:   1234 kB" of /proc/self/status, in bytes.
uint64_t status_bytes(const std::string& status, std::string_view name) {
  const size_t at = status.find(name);
  if (at == std::string::npos) return 0;
  const size_t digits = status.find_first_of("0123456789", at);
  if (digits == std::string::npos) return 0;
  uint64_t value = 0;
  std::from_chars(status.data() + digits, status.data() + status.size(), value);
  return value;
}

uint64_t count_open_fds() {
  DIR* folder = opendir("/proc/self/fd");
  if (folder == nullptr) return 0;
  uint64_t count = 0;
  while (const dirent* entry = readdir(folder)) count += entry->d_name[0] != '.';
  closedir(folder);
  return count == 0 ? 0 : count - 1;  // Not the folder itself.
}

}  // namespace

ProcessUsage read_process_usage() {
  ProcessUsage usage;
  usage.now_unix_seconds = unix_seconds();
  rusage resources{};
  if (getrusage(RUSAGE_SELF, &resources) == 0) {
    usage.cpu_seconds = seconds_of(resources.ru_utime) + seconds_of(resources.ru_stime);
  }
  std::ifstream file("/proc/self/status");
  const std::string status{std::istreambuf_iterator<char>(file), {}};
  usage.resident_bytes = status_bytes(status, "VmRSS:") * 1024;
  usage.peak_resident_bytes = status_bytes(status, "VmHWM:") * 1024;
  usage.virtual_bytes = status_bytes(status, "VmSize:") * 1024;
  usage.threads = status_bytes(status, "Threads:");
  usage.open_fds = count_open_fds();
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) usage.max_fds = limit.rlim_cur;
  return usage;
}

double process_start_unix_seconds() {
  // Field 22 of /proc/self/stat, in clock ticks since boot; the name in field 2 may hold blanks, so count behind its ')'.
  std::ifstream file("/proc/self/stat");
  const std::string stat{std::istreambuf_iterator<char>(file), {}};
  const size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos) return unix_seconds();
  std::istringstream fields(stat.substr(name_end + 1));
  const std::vector<std::string> words{std::istream_iterator<std::string>(fields), {}};
  constexpr size_t kStartTime = 22 - 3;
  uint64_t ticks = 0;
  if (words.size() <= kStartTime) return unix_seconds();
  std::from_chars(words[kStartTime].data(), words[kStartTime].data() + words[kStartTime].size(), ticks);
  timespec since_boot{};
  clock_gettime(CLOCK_BOOTTIME, &since_boot);
  const double age = static_cast<double>(since_boot.tv_sec) + static_cast<double>(since_boot.tv_nsec) * 1e-9 -
                     static_cast<double>(ticks) / static_cast<double>(sysconf(_SC_CLK_TCK));
  return unix_seconds() - age;
}

}  // namespace clew::self
