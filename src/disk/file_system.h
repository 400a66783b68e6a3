// The narrow waist between Clew and the file system, so that tests can put a disk that lies under the log and the store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stdx/error.h"

namespace clew::disk {

// Offsets, sizes and addresses of direct transfers are multiples of this.
inline constexpr size_t kDirectAlignment = 4096;

// How an open is to behave. `direct` is a wish: where the file system has no O_DIRECT the file is opened buffered.
struct OpenMode {
  bool write = false;
  bool create = false;     // Create if absent; with `exclusive`, refuse (kAlreadyExists) if present.
  bool exclusive = false;
  bool direct = false;
};

// An open file, closed by its destructor. Any thread may call; overlapping writes are the caller's affair.
class File {
 public:
  virtual ~File() = default;
  // All of `bytes` or an error; after an error any part of them may be in the file.
  virtual stdx::Result<void> write_at(uint64_t offset, std::string_view bytes) = 0;
  // Reads until `into` is full or the file ends; returns the number of bytes read.
  virtual stdx::Result<size_t> read_at(uint64_t offset, std::span<char> into) = 0;
  // Makes the file `size` bytes long with all its space reserved; never shrinks it.
  virtual stdx::Result<void> preallocate(uint64_t size) = 0;
  virtual stdx::Result<void> truncate(uint64_t size) = 0;
  // Content and size are durable on return. After an error nothing is known of what was written since the last success, and
  // calling again proves nothing (the kernel drops the pages it failed to write): give the file up.
  virtual stdx::Result<void> sync_data() = 0;
  virtual stdx::Result<uint64_t> size() = 0;
  virtual bool direct() const = 0;
};

// Holds a folder for one process; released by its destructor and by the end of the process.
class FolderLock {
 public:
  virtual ~FolderLock() = default;
};

struct DirectoryEntry {
  std::string name;
  bool is_directory = false;
};

// Names become durable only with sync_directory() of the folder that holds them. Any thread may call. Implementations:
// RealFileSystem (real_file_system.h), LyingDisk (lying_disk.h). Errors: kNotFound, kAlreadyExists, kUnavailable (full,
// failing, too many open files: try again later), kInternal; each message names the call and the path.
class FileSystem {
 public:
  virtual ~FileSystem() = default;
  virtual stdx::Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) = 0;
  // Replaces `to` if it is there.
  virtual stdx::Result<void> rename(const std::string& from, const std::string& to) = 0;
  // Leaves `to` alone and fails with kAlreadyExists if it is there; of several callers one wins.
  virtual stdx::Result<void> rename_if_absent(const std::string& from, const std::string& to) = 0;
  virtual stdx::Result<void> remove(const std::string& path) = 0;
  // True if the folder was removed, false if it is not empty.
  virtual stdx::Result<bool> remove_folder_if_empty(const std::string& path) = 0;
  // Creates what is missing of the path and makes it durable.
  virtual stdx::Result<void> create_folders(const std::string& path) = 0;
  virtual stdx::Result<void> sync_directory(const std::string& path) = 0;
  virtual stdx::Result<std::vector<DirectoryEntry>> list(const std::string& path) = 0;
  virtual stdx::Result<uint64_t> free_bytes(const std::string& path) = 0;
  // kUnavailable, naming folder and holder's process id, while another holds it.
  virtual stdx::Result<std::unique_ptr<FolderLock>> lock_folder(const std::string& path) = 0;
};

// The folder part of a path: "a/b" for "a/b/c", "." for "c", "/" for "/c".
std::string folder_of(std::string_view path);

}  // namespace clew::disk
