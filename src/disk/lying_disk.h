// A disk that lies, for tests: it fails, fills up, tears writes and forgets what was never synced.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "disk/file_system.h"

namespace clew::disk {

// The calls that can be made to fail, as a bit mask.
enum class DiskCall : uint32_t {
  kOpen = 1 << 0,
  kWrite = 1 << 1,
  kRead = 1 << 2,
  kPreallocate = 1 << 3,
  kSyncData = 1 << 4,
  kSyncDirectory = 1 << 5,
  kRename = 1 << 6,
  kRemove = 1 << 7,
  kTruncate = 1 << 8,
  kAny = 0xffffffff,
};
constexpr uint32_t operator|(DiskCall a, DiskCall b) { return static_cast<uint32_t>(a) | static_cast<uint32_t>(b); }

// A whole file system in memory with two states: what running programs see, and what has reached the platters. What a call
// did reaches the platters when it is synced; a crash() keeps a random part of the rest: of each unsynced write all, nothing,
// a prefix or random sectors of 512 bytes; of the folder changes a prefix in order. After a failed sync a random part of the
// data is on disk and no later sync brings the rest (as Linux does). Every choice comes from the seed, so a test that prints
// its seed can be replayed as far as its threads allow. Direct transfers that are not aligned fail as on a real disk.
//
// crash() is the end of the machine: until power_on() every call fails, and files opened before it fail for ever, so a log
// that still runs cannot touch the disk its successor will open. Any thread may call anything. The disk must outlive the files opened on it.
class LyingDisk final : public FileSystem {
 public:
  static constexpr uint64_t kUnlimited = UINT64_MAX;

  explicit LyingDisk(uint64_t seed);
  ~LyingDisk() override;

  // Each call in `calls` (bits of DiskCall) fails with EIO with this probability; 0 heals the disk.
  void set_fault_rate(uint32_t calls, double probability);
  // The next `count` calls in `calls` succeed and the one after them fails, once.
  void fail_once_after(uint32_t calls, uint64_t count);
  // Space for all files together; ENOSPC beyond it.
  void set_capacity_bytes(uint64_t bytes);
  void set_direct_supported(bool supported);
  void crash();
  // Only the process ends: as crash(), but nothing is forgotten, until the next crash() comes.
  void kill_process();
  void power_on();
  // Inverts the bits of a stored range, past and future readers alike: bit rot.
  void damage(const std::string& path, uint64_t offset, uint64_t length);
  // Calls of these kinds so far, failed ones included.
  uint64_t calls(DiskCall call) const;
  uint64_t used_bytes() const;

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

 private:
  friend class LyingFile;
  friend class LyingLock;

  struct Change {  // Of a file's content, not yet synced. A resize has no bytes.
    bool resize = false;
    uint64_t offset = 0;  // Or the new size.
    std::string bytes;
  };
  struct Node {  // Shared by names and open files, as an inode is.
    bool is_folder = false;
    std::string seen;
    std::string stored;
    std::vector<Change> unsynced;
  };
  using Names = std::map<std::string, std::shared_ptr<Node>>;
  struct NameChange {  // A name appears, goes, or moves; not yet synced.
    std::string removed;
    std::string added;
    std::shared_ptr<Node> node;
  };

  stdx::Result<void> begin(DiskCall call, const char* name, const std::string& path);
  stdx::Result<void> move_name(const std::string& from, const std::string& to, bool only_if_absent);
  stdx::Result<void> make_folder(const std::string& path);
  static void apply(const Change& change, std::string& content);
  static void apply(const NameChange& change, Names& names);
  void apply_torn(const Change& change, std::string& content);
  void change_names(NameChange change);
  void store_names_of(const std::string& folder);
  uint64_t used_bytes_locked() const;
  bool fits(const Node& node, uint64_t new_size) const;
  uint64_t chance(uint64_t below) { return std::uniform_int_distribution<uint64_t>(0, below - 1)(random_); }

  mutable std::mutex mutex_;  // Guards everything below.
  std::mt19937_64 random_;
  Names seen_;
  Names stored_;
  std::deque<NameChange> unsynced_names_;
  std::map<std::string, uint64_t> locks_;  // Folder → lock's serial number.
  uint64_t next_lock_ = 1;
  bool powered_ = true;
  uint64_t boot_ = 0;  // Grows with each crash; files of an earlier boot are dead.
  uint64_t capacity_bytes_ = kUnlimited;
  bool direct_supported_ = true;
  uint32_t faulty_calls_ = 0;
  double fault_probability_ = 0;
  uint32_t fail_once_calls_ = 0;
  uint64_t fail_once_after_ = 0;
  std::map<uint32_t, uint64_t> calls_;
};

}  // namespace clew::disk
