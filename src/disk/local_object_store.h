// Objects as files below one folder.
#pragma once

#include <atomic>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "disk/disk_limits.h"
#include "disk/file_system.h"
#include "disk/object_store.h"

namespace clew::disk {

// The object `a/b.parquet` is the file `<root>/a/b.parquet`, so other tools find and read it. Objects are written under
// `<root>/.incomplete/`, synced, renamed to their key, and the folder is synced; whatever a crash leaves in `.incomplete` is
// removed by open(). No part of a key starts with a dot. One store a folder (main/ holds the folder's lock). Any thread.
class LocalObjectStore final : public ObjectStore {
 public:
  // `files` must outlive the store and its writers; the store must outlive its writers.
  static stdx::Result<std::unique_ptr<LocalObjectStore>> open(FileSystem& files, std::string root,
                                                              size_t open_files_max = kOpenFilesMax);

  stdx::Result<std::unique_ptr<ObjectWriter>> create(const std::string& key) override;
  stdx::Result<void> put(const std::string& key, std::string_view bytes, bool only_if_absent) override;
  stdx::Result<std::string> get(const std::string& key, uint64_t offset, uint64_t length) override;
  stdx::Result<std::string> get_all(const std::string& key) override;
  stdx::Result<ObjectInfo> stat(const std::string& key) override;
  stdx::Result<std::vector<ObjectInfo>> list(const std::string& prefix) override;
  stdx::Result<void> remove(const std::string& key) override;

 private:
  friend class LocalObjectWriter;
  // Shared by the cache and the reads under way, so that closing an entry never cuts off a reader.
  using SharedFile = std::shared_ptr<File>;
  using OpenFiles = std::list<std::pair<std::string, SharedFile>>;

  LocalObjectStore(FileSystem& files, std::string root, size_t open_files_max)
      : files_(files), root_(std::move(root)), open_files_max_(open_files_max) {}
  std::string path_of(std::string_view key) const { return root_ + "/" + std::string(key); }
  stdx::Result<SharedFile> open_cached(const std::string& key);
  void forget(const std::string& key);
  stdx::Result<void> publish(const std::string& incomplete, const std::string& key, bool only_if_absent);
  stdx::Result<void> list_below(const std::string& folder_key, const std::string& prefix, std::vector<ObjectInfo>& found);

  FileSystem& files_;
  const std::string root_;
  const size_t open_files_max_;
  std::atomic<uint64_t> next_incomplete_{0};

  std::mutex mutex_;  // Guards what follows.
  OpenFiles open_files_;  // Most recently used first.
  std::unordered_map<std::string, OpenFiles::iterator> open_by_key_;
  uint64_t forgotten_count_ = 0;  // Grows with each forget(), so that an open that raced with it is not cached.
};

// Empty if the key is well-formed, else what is wrong with it.
std::string key_fault(std::string_view key);

}  // namespace clew::disk
