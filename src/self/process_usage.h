// What this process uses of the machine, as the kernel says.
#pragma once

#include <cstdint>

namespace clew::self {

// What cannot be read is 0. Linux only (/proc).
struct ProcessUsage {
  double cpu_seconds = 0;  // User and system.
  double now_unix_seconds = 0;
  uint64_t resident_bytes = 0;
  uint64_t peak_resident_bytes = 0;
  uint64_t virtual_bytes = 0;
  uint64_t open_fds = 0;
  uint64_t max_fds = 0;
  uint64_t threads = 0;
};
ProcessUsage read_process_usage();

// When the process began, by the wall clock.
double process_start_unix_seconds();

}  // namespace clew::self
