#include "disk/real_file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "disk/system_error.h"

namespace clew::disk {
namespace {

// No close error matters to us: whatever had to be durable was synced before.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

class RealFile final : public File {
 public:
  RealFile(Descriptor fd, std::string path, bool direct) : fd_(std::move(fd)), path_(std::move(path)), direct_(direct) {}

  stdx::Result<void> write_at(uint64_t offset, std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t written = ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (written < 0) {
        if (errno == EINTR) continue;
        return fail_system("write", path_, errno);
      }
      // A full disk shows as a short write first; writing on gives the reason.
      if (written == 0) return fail_system("write", path_, ENOSPC);
      bytes.remove_prefix(static_cast<size_t>(written));
      offset += static_cast<uint64_t>(written);
    }
    return {};
  }

  stdx::Result<size_t> read_at(uint64_t offset, std::span<char> into) override {
    size_t done = 0;
    while (done < into.size()) {
      const ssize_t got =
          ::pread(fd_.get(), into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
      if (got < 0) {
        if (errno == EINTR) continue;
        return fail_system("read", path_, errno);
      }
      if (got == 0) break;
      done += static_cast<size_t>(got);
      // The file's end may leave a direct read unaligned; going on from there would be refused.
      if (direct_ && done % kDirectAlignment != 0) break;
    }
    return done;
  }

  stdx::Result<void> preallocate(uint64_t size) override {
    while (::fallocate(fd_.get(), 0, 0, static_cast<off_t>(size)) != 0) {
      if (errno == EINTR) continue;
      if (errno != EOPNOTSUPP) return fail_system("fallocate", path_, errno);
      // Nothing can be reserved here; a full disk will show at the write.
      const auto current = this->size();
      if (!current) return std::unexpected(current.error());
      return *current < size ? truncate(size) : stdx::Result<void>{};
    }
    return {};
  }

  stdx::Result<void> truncate(uint64_t size) override {
    if (::ftruncate(fd_.get(), static_cast<off_t>(size)) != 0) return fail_system("truncate", path_, errno);
    return {};
  }

  stdx::Result<void> sync_data() override {
    if (::fdatasync(fd_.get()) != 0) return fail_system("fdatasync", path_, errno);
    return {};
  }

  stdx::Result<uint64_t> size() override {
    struct stat status {};
    if (::fstat(fd_.get(), &status) != 0) return fail_system("stat", path_, errno);
    return static_cast<uint64_t>(status.st_size);
  }

  bool direct() const override { return direct_; }

 private:
  Descriptor fd_;
  std::string path_;
  bool direct_;
};

class RealFolderLock final : public FolderLock {
 public:
  explicit RealFolderLock(Descriptor fd) : fd_(std::move(fd)) {}

 private:
  Descriptor fd_;
};

// The lock file holds the owner's process id as text; it is information only, the flock is the lock.
std::string holder_of(int fd) {
  char text[32] = {};
  const ssize_t got = ::pread(fd, text, sizeof(text) - 1, 0);
  std::string pid(text, got > 0 ? static_cast<size_t>(got) : 0);
  std::erase_if(pid, [](char c) { return c < '0' || c > '9'; });
  return pid.empty() ? "of unknown id" : pid;
}

}  // namespace

stdx::Result<std::unique_ptr<File>> RealFileSystem::open(const std::string& path, OpenMode mode) {
  int flags = O_CLOEXEC | (mode.write ? O_RDWR : O_RDONLY);
  if (mode.create) flags |= O_CREAT;
  if (mode.exclusive) flags |= O_EXCL;
  const auto try_open = [&](int extra) {
    int fd = -1;
    do {
      fd = ::open(path.c_str(), flags | extra, 0644);
    } while (fd < 0 && errno == EINTR);
    return fd;
  };
  bool direct = mode.direct;
  int fd = try_open(direct ? O_DIRECT : 0);
  if (fd < 0 && direct && errno == EINVAL) {
    // tmpfs and some FUSE file systems have no direct transfers. The failed open may have created the file already.
    direct = false;
    flags &= ~O_EXCL;
    fd = try_open(0);
  }
  if (fd < 0) return fail_system("open", path, errno);
  Descriptor opened(fd);
  struct stat status {};
  if (::fstat(fd, &status) != 0) return fail_system("stat", path, errno);
  // A folder can be opened for reading; nobody who calls this wants that.
  if (S_ISDIR(status.st_mode)) return fail_system("open", path, EISDIR);
  return std::make_unique<RealFile>(std::move(opened), path, direct);
}

stdx::Result<void> RealFileSystem::rename(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return fail_system("rename to", to, errno);
  return {};
}

stdx::Result<void> RealFileSystem::rename_if_absent(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return {};
  if (errno != EINVAL && errno != ENOSYS) return fail_system("rename to", to, errno);
  // Network file systems may lack the flag; a hard link is as exclusive. A crash in between leaves both names, which is
  // harmless: the first one is a leftover that its owner removes.
  if (::link(from.c_str(), to.c_str()) != 0) return fail_system("link to", to, errno);
  ::unlink(from.c_str());
  return {};
}

stdx::Result<void> RealFileSystem::remove(const std::string& path) {
  if (::unlink(path.c_str()) != 0) return fail_system("remove", path, errno);
  return {};
}

stdx::Result<bool> RealFileSystem::remove_folder_if_empty(const std::string& path) {
  if (::rmdir(path.c_str()) == 0) return true;
  if (errno == ENOTEMPTY || errno == EEXIST) return false;
  return fail_system("remove folder", path, errno);
}

stdx::Result<void> RealFileSystem::create_folders(const std::string& path) {
  if (::mkdir(path.c_str(), 0755) == 0) return sync_directory(folder_of(path));
  if (errno == EEXIST) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return fail_system("stat", path, errno);
    if (!S_ISDIR(status.st_mode)) return fail_system("create folder", path, EEXIST);
    return {};
  }
  const std::string parent = folder_of(path);
  if (errno != ENOENT || parent == path) return fail_system("create folder", path, errno);
  if (auto made = create_folders(parent); !made) return made;
  if (::mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) return fail_system("create folder", path, errno);
  return sync_directory(parent);
}

stdx::Result<void> RealFileSystem::sync_directory(const std::string& path) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0) return fail_system("open folder", path, errno);
  if (::fsync(fd.get()) != 0) return fail_system("fsync folder", path, errno);
  return {};
}

stdx::Result<std::vector<DirectoryEntry>> RealFileSystem::list(const std::string& path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path.c_str()), ::closedir);
  if (!directory) return fail_system("list", path, errno);
  std::vector<DirectoryEntry> entries;
  while (true) {
    errno = 0;
    const dirent* entry = ::readdir(directory.get());
    if (entry == nullptr) {
      if (errno != 0) return fail_system("list", path, errno);
      return entries;
    }
    std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    bool is_directory = entry->d_type == DT_DIR;
    if (entry->d_type == DT_UNKNOWN) {
      struct stat status {};
      if (::fstatat(::dirfd(directory.get()), entry->d_name, &status, 0) != 0) continue;  // Removed meanwhile.
      is_directory = S_ISDIR(status.st_mode);
    }
    entries.push_back({std::move(name), is_directory});
  }
}

stdx::Result<uint64_t> RealFileSystem::free_bytes(const std::string& path) {
  struct statvfs status {};
  if (::statvfs(path.c_str(), &status) != 0) return fail_system("statvfs", path, errno);
  return static_cast<uint64_t>(status.f_bavail) * status.f_frsize;
}

stdx::Result<std::unique_ptr<FolderLock>> RealFileSystem::lock_folder(const std::string& path) {
  const std::string lock_path = path + "/lock";
  Descriptor fd(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (fd.get() < 0) return fail_system("open", lock_path, errno);
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return fail_system("lock", lock_path, errno);
    return stdx::fail(stdx::ErrorCode::kUnavailable,
                      fmt::format("data folder {} is in use by process {}", path, holder_of(fd.get())));
  }
  const std::string pid = fmt::format("{}\n", ::getpid());
  if (::ftruncate(fd.get(), 0) != 0 || ::pwrite(fd.get(), pid.data(), pid.size(), 0) < 0) {
    return fail_system("write", lock_path, errno);
  }
  return std::make_unique<RealFolderLock>(std::move(fd));
}

}  // namespace clew::disk
