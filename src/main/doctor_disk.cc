#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>

#include "main/doctor_findings.h"

namespace clew::main {
namespace {

constexpr size_t kProbeBlockBytes = 4096;
constexpr int kProbeWrites = 32;

std::string text_of_bytes(uint64_t bytes) {
  if (bytes >= uint64_t{1} << 30) return fmt::format("{:.1f} GiB", static_cast<double>(bytes) / (1 << 30));
  return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1 << 20));
}

// The folder itself, or the nearest above it that exists: that is where it would be made.
std::filesystem::path existing_folder(const std::string& folder) {
  std::error_code ignored;
  std::filesystem::path path = std::filesystem::absolute(folder, ignored);
  while (!std::filesystem::exists(path, ignored) && path.has_relative_path()) path = path.parent_path();
  return path;
}

// A file of the doctor's own, gone as soon as it is open.
class ProbeFile {
 public:
  ProbeFile(const std::filesystem::path& folder, int flags) {
    const std::string path = folder / fmt::format(".clew-doctor-{}", getpid());
    fd_ = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | flags, 0600);
    error_ = fd_ < 0 ? errno : 0;
    // With O_DIRECT some file systems make the file and only then refuse to open it.
    if (fd_ >= 0 || error_ == EINVAL) unlink(path.c_str());
  }
  ~ProbeFile() {
    if (fd_ >= 0) close(fd_);
  }
  ProbeFile(const ProbeFile&) = delete;
  ProbeFile& operator=(const ProbeFile&) = delete;

  bool is_open() const { return fd_ >= 0; }
  int fd() const { return fd_; }
  int error() const { return error_; }

 private:
  int fd_ = -1;
  int error_ = 0;
};

Finding examine_folder(const std::string& folder, const std::filesystem::path& existing) {
  std::error_code ignored;
  Finding finding{Verdict::kFail, "data folder", {}, "Choose another with --data, or change its owner or mode."};
  if (!std::filesystem::is_directory(existing, ignored)) {
    finding.detail = fmt::format("{}: {} is not a folder", folder, existing.string());
    return finding;
  }
  const ProbeFile probe(existing, 0);
  if (!probe.is_open()) {
    finding.detail = fmt::format("{}: cannot write in {}: {}", folder, existing.string(), std::strerror(probe.error()));
    return finding;
  }
  const bool exists = std::filesystem::exists(folder, ignored);
  return {Verdict::kOk, "data folder", fmt::format("{} {}", folder, exists ? "exists and can be written" : "can be made"), {}};
}

Finding examine_space(const Settings& settings, const std::filesystem::path& existing) {
  struct statvfs space{};
  if (statvfs(existing.c_str(), &space) != 0) {
    return {Verdict::kWarn, "free space", fmt::format("unknown: {}", std::strerror(errno)), {}};
  }
  const uint64_t free_bytes = space.f_bavail * space.f_frsize;
  const uint64_t inodes = space.f_favail;
  const std::string detail = fmt::format("{} of {}", text_of_bytes(free_bytes), text_of_bytes(space.f_blocks * space.f_frsize));
  if (free_bytes <= settings.log.free_bytes_min) {
    return {Verdict::kFail, "free space",
            detail + fmt::format("; new data is refused below {} (log.free_bytes_min)",
                                 text_of_bytes(settings.log.free_bytes_min)),
            "Free space, or shorten retention.age."};
  }
  // Log files in use, plus a block and its compaction.
  const uint64_t comfortable = settings.log.free_bytes_min + 16 * settings.log.segment_bytes + (uint64_t{1} << 30);
  if (free_bytes < comfortable) {
    return {Verdict::kWarn, "free space", detail + ", which is soon full",
            fmt::format("Have at least {} free.", text_of_bytes(comfortable))};
  }
  if (space.f_files != 0 && inodes < 10'000) {
    return {Verdict::kWarn, "free space", detail + fmt::format(", but only {} more files", inodes),
            "Use a file system with more inodes."};
  }
  return {Verdict::kOk, "free space", detail, {}};
}

struct FileSystemType {
  int64_t magic;
  std::string_view name;
  Verdict verdict;
  std::string_view advice;
};
constexpr std::string_view kNetworkAdvice = "A network file system may not keep what a sync promises: use a local disk.";
constexpr FileSystemType kFileSystems[] = {
    {0xEF53, "ext4", Verdict::kOk, {}},
    {0x58465342, "xfs", Verdict::kOk, {}},
    {0x2FC12FC1, "zfs", Verdict::kOk, {}},
    {0xF2F52010, "f2fs", Verdict::kOk, {}},
    {0x9123683E, "btrfs", Verdict::kWarn, "Switch off copy-on-write for the log (chattr +C), or syncs are slow."},
    {0x01021994, "tmpfs", Verdict::kWarn, "Everything is gone after a restart of the machine: use a disk."},
    {0x858458F6, "ramfs", Verdict::kWarn, "Everything is gone after a restart of the machine: use a disk."},
    {0x794C7630, "overlayfs", Verdict::kWarn, "Data ends with the container: mount a volume there."},
    {0x6969, "nfs", Verdict::kWarn, kNetworkAdvice},
    {0xFF534D42, "cifs", Verdict::kWarn, kNetworkAdvice},
    {0xFE534D42, "smb2", Verdict::kWarn, kNetworkAdvice},
    {0x01021997, "9p", Verdict::kWarn, kNetworkAdvice},
    {0x65735546, "fuse", Verdict::kWarn, kNetworkAdvice},
};

Finding examine_file_system(const std::filesystem::path& existing) {
  struct statfs system{};
  if (statfs(existing.c_str(), &system) != 0) {
    return {Verdict::kWarn, "file system", fmt::format("unknown: {}", std::strerror(errno)), {}};
  }
  for (const FileSystemType& type : kFileSystems) {
    if (static_cast<uint32_t>(system.f_type) != static_cast<uint32_t>(type.magic)) continue;
    return {type.verdict, "file system", std::string(type.name), std::string(type.advice)};
  }
  return {Verdict::kOk, "file system", fmt::format("type 0x{:X}, not one we know", static_cast<uint32_t>(system.f_type)), {}};
}

// Writes blocks as the log does, each followed by fdatasync; microseconds of each, sorted. Empty if it fails.
std::vector<int64_t> measure_syncs(int fd, int* error) {
  alignas(kProbeBlockBytes) static char block[kProbeBlockBytes];
  std::memset(block, 0x5a, sizeof block);
  std::vector<int64_t> took_us;
  if (const int failed = posix_fallocate(fd, 0, kProbeWrites * kProbeBlockBytes); failed != 0) {
    *error = failed;
    return {};
  }
  for (int i = 0; i < kProbeWrites; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    const auto place = static_cast<off_t>(i) * static_cast<off_t>(sizeof block);
    if (pwrite(fd, block, sizeof block, place) != static_cast<ssize_t>(sizeof block) || fdatasync(fd) != 0) {
      *error = errno;
      return {};
    }
    took_us.push_back(std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin).count());
    if (took_us.size() >= 4 && took_us.back() > 100'000) break;  // Slow enough to know.
  }
  std::ranges::sort(took_us);
  return took_us;
}

Finding examine_direct_io(const ProbeFile& direct) {
  if (direct.is_open()) return {Verdict::kOk, "direct writes", "O_DIRECT works", {}};
  return {Verdict::kWarn, "direct writes", fmt::format("O_DIRECT does not work here: {}", std::strerror(direct.error())),
          "The log goes through the page cache, which costs several times the CPU; ext4 and xfs can do better."};
}

Finding examine_sync(const std::filesystem::path& existing, const ProbeFile& direct) {
  const ProbeFile buffered(existing, 0);
  const ProbeFile& probe = direct.is_open() ? direct : buffered;
  int error = probe.error();
  const std::vector<int64_t> took_us = probe.is_open() ? measure_syncs(probe.fd(), &error) : std::vector<int64_t>();
  if (took_us.empty()) {
    return {Verdict::kFail, "disk sync", fmt::format("write and fdatasync failed: {}", std::strerror(error)),
            "Nothing can be stored durably here: look at the disk."};
  }
  const int64_t median_us = took_us[took_us.size() / 2];
  const std::string detail = fmt::format("fdatasync takes {:.2f} ms, at worst {:.2f} ms",
                                         static_cast<double>(median_us) / 1000, static_cast<double>(took_us.back()) / 1000);
  if (median_us > 20'000) {
    return {Verdict::kWarn, "disk sync", detail, "Every request waits that long for its answer: use a faster disk."};
  }
  return {Verdict::kOk, "disk sync", detail, {}};
}

}  // namespace

std::vector<Finding> examine_disk(const Settings& settings) {
  const std::filesystem::path existing = existing_folder(settings.data.folder);
  std::vector<Finding> findings{examine_folder(settings.data.folder, existing)};
  if (findings.front().verdict == Verdict::kFail) return findings;
  findings.push_back(examine_space(settings, existing));
  findings.push_back(examine_file_system(existing));
  const ProbeFile direct(existing, O_DIRECT);
  findings.push_back(examine_direct_io(direct));
  findings.push_back(examine_sync(existing, direct));
  return findings;
}

}  // namespace clew::main
