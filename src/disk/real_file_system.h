// The file system of the machine, by Linux system calls.
#pragma once

#include "disk/file_system.h"

namespace clew::disk {

// Stateless; any thread. Real disks only: everything that tests want to go wrong is in lying_disk.h.
class RealFileSystem final : public FileSystem {
 public:
  stdx::Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
  stdx::Result<void> rename(const std::string& from, const std::string& to) override;
  stdx::Result<void> rename_if_absent(const std::string& from, const std::string& to) override;
  stdx::Result<void> remove(const std::string& path) override;
  stdx::Result<bool> remove_folder_if_empty(const std::string& path) override;
  stdx::Result<void> create_folders(const std::string& path) override;
  stdx::Result<void> sync_directory(const std::string& path) override;
  stdx::Result<std::vector<DirectoryEntry>> list(const std::string& path) override;
  stdx::Result<uint64_t> free_bytes(const std::string& path) override;
  stdx::Result<std::unique_ptr<FolderLock>> lock_folder(const std::string& path) override;
};

}  // namespace clew::disk
