#include "disk/lying_disk.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>

#include "disk/system_error.h"

namespace clew::disk {
namespace {

constexpr uint64_t kSector = 512;

bool aligned(uint64_t value) { return value % kDirectAlignment == 0; }

}  // namespace

class LyingFile final : public File {
 public:
  LyingFile(LyingDisk& disk, std::shared_ptr<LyingDisk::Node> node, std::string path, OpenMode mode, uint64_t boot)
      : disk_(disk), node_(std::move(node)), path_(std::move(path)), mode_(mode), boot_(boot) {}

  stdx::Result<void> write_at(uint64_t offset, std::string_view bytes) override {
    const std::scoped_lock lock(disk_.mutex_);
    if (auto usable = begin(DiskCall::kWrite, "write"); !usable) {
      // A failed write may have happened in part.
      if (boot_ == disk_.boot_ && !bytes.empty() && !node_->seen.empty()) write_part(offset, bytes);
      return usable;
    }
    if (!mode_.write) return fail_system("write", path_, EBADF);
    if (!transfer_allowed(offset, bytes.data(), bytes.size())) return fail_system("write", path_, EINVAL);
    if (!disk_.fits(*node_, offset + bytes.size())) return fail_system("write", path_, ENOSPC);
    put({false, offset, std::string(bytes)});
    return {};
  }

  stdx::Result<size_t> read_at(uint64_t offset, std::span<char> into) override {
    const std::scoped_lock lock(disk_.mutex_);
    if (auto usable = begin(DiskCall::kRead, "read"); !usable) return std::unexpected(usable.error());
    if (!transfer_allowed(offset, into.data(), into.size())) return fail_system("read", path_, EINVAL);
    if (offset >= node_->seen.size()) return size_t{0};
    return node_->seen.copy(into.data(), into.size(), offset);
  }

  stdx::Result<void> preallocate(uint64_t size) override {
    const std::scoped_lock lock(disk_.mutex_);
    if (auto usable = begin(DiskCall::kPreallocate, "fallocate"); !usable) return usable;
    if (!disk_.fits(*node_, size)) return fail_system("fallocate", path_, ENOSPC);
    if (size > node_->seen.size()) put({true, size, {}});
    return {};
  }

  stdx::Result<void> truncate(uint64_t size) override {
    const std::scoped_lock lock(disk_.mutex_);
    if (auto usable = begin(DiskCall::kTruncate, "truncate"); !usable) return usable;
    put({true, size, {}});
    return {};
  }

  stdx::Result<void> sync_data() override {
    const std::scoped_lock lock(disk_.mutex_);
    auto usable = begin(DiskCall::kSyncData, "fdatasync");
    if (boot_ != disk_.boot_) return usable;
    for (const auto& change : node_->unsynced) {
      if (usable) {
        LyingDisk::apply(change, node_->stored);
      } else {
        disk_.apply_torn(change, node_->stored);
      }
    }
    node_->unsynced.clear();
    return usable;
  }

  stdx::Result<uint64_t> size() override {
    const std::scoped_lock lock(disk_.mutex_);
    return node_->seen.size();
  }

  bool direct() const override { return mode_.direct; }

 private:
  stdx::Result<void> begin(DiskCall call, const char* name) {
    if (boot_ != disk_.boot_) return fail_system(name, path_, EIO);
    return disk_.begin(call, name, path_);
  }
  bool transfer_allowed(uint64_t offset, const char* address, size_t size) const {
    return !mode_.direct || (aligned(offset) && aligned(reinterpret_cast<uintptr_t>(address)) && aligned(size));
  }
  void put(LyingDisk::Change change) {
    LyingDisk::apply(change, node_->seen);
    node_->unsynced.push_back(std::move(change));
  }
  void write_part(uint64_t offset, std::string_view bytes) {
    bytes = bytes.substr(0, disk_.chance(bytes.size() / kSector + 1) * kSector);
    if (!bytes.empty() && disk_.fits(*node_, offset + bytes.size())) put({false, offset, std::string(bytes)});
  }

  LyingDisk& disk_;
  std::shared_ptr<LyingDisk::Node> node_;  // Shared with the disk's names: a removed file lives while it is open.
  std::string path_;
  OpenMode mode_;
  uint64_t boot_;
};

class LyingLock final : public FolderLock {
 public:
  LyingLock(LyingDisk& disk, std::string path, uint64_t serial) : disk_(disk), path_(std::move(path)), serial_(serial) {}
  ~LyingLock() override {
    const std::scoped_lock lock(disk_.mutex_);
    const auto held = disk_.locks_.find(path_);
    if (held != disk_.locks_.end() && held->second == serial_) disk_.locks_.erase(held);
  }

 private:
  LyingDisk& disk_;
  std::string path_;
  uint64_t serial_;
};

LyingDisk::LyingDisk(uint64_t seed) : random_(seed) {
  for (const char* root : {".", "/"}) {
    auto node = std::make_shared<Node>();
    node->is_folder = true;
    seen_[root] = node;
    stored_[root] = node;
  }
}
LyingDisk::~LyingDisk() = default;

void LyingDisk::set_fault_rate(uint32_t calls, double probability) {
  const std::scoped_lock lock(mutex_);
  faulty_calls_ = calls;
  fault_probability_ = probability;
}

void LyingDisk::fail_once_after(uint32_t calls, uint64_t count) {
  const std::scoped_lock lock(mutex_);
  fail_once_calls_ = calls;
  fail_once_after_ = count;
}

void LyingDisk::set_capacity_bytes(uint64_t bytes) {
  const std::scoped_lock lock(mutex_);
  capacity_bytes_ = bytes;
}

void LyingDisk::set_direct_supported(bool supported) {
  const std::scoped_lock lock(mutex_);
  direct_supported_ = supported;
}

void LyingDisk::crash() {
  const std::scoped_lock lock(mutex_);
  ++boot_;
  powered_ = false;
  locks_.clear();
  const uint64_t kept_names = chance(unsynced_names_.size() + 1);
  std::set<std::shared_ptr<Node>> nodes;
  for (const auto& [path, node] : seen_) nodes.insert(node);
  for (const auto& [path, node] : stored_) nodes.insert(node);
  for (uint64_t i = 0; i < kept_names; ++i) apply(unsynced_names_[i], stored_);
  unsynced_names_.clear();
  for (const auto& node : nodes) {
    for (const auto& change : node->unsynced) apply_torn(change, node->stored);
    node->unsynced.clear();
    node->seen = node->stored;
  }
  seen_ = stored_;
}

void LyingDisk::kill_process() {
  const std::scoped_lock lock(mutex_);
  ++boot_;
  powered_ = false;
  locks_.clear();
}

void LyingDisk::power_on() {
  const std::scoped_lock lock(mutex_);
  powered_ = true;
}

void LyingDisk::damage(const std::string& path, uint64_t offset, uint64_t length) {
  const std::scoped_lock lock(mutex_);
  const auto found = seen_.find(path);
  if (found == seen_.end()) return;
  for (std::string* content : {&found->second->seen, &found->second->stored}) {
    for (uint64_t i = offset; i < std::min<uint64_t>(offset + length, content->size()); ++i) {
      (*content)[i] = static_cast<char>(~(*content)[i]);
    }
  }
}

uint64_t LyingDisk::calls(DiskCall call) const {
  const std::scoped_lock lock(mutex_);
  const auto found = calls_.find(static_cast<uint32_t>(call));
  return found == calls_.end() ? 0 : found->second;
}

uint64_t LyingDisk::used_bytes() const {
  const std::scoped_lock lock(mutex_);
  return used_bytes_locked();
}

stdx::Result<std::unique_ptr<File>> LyingDisk::open(const std::string& path, OpenMode mode) {
  const std::scoped_lock lock(mutex_);
  if (auto usable = begin(DiskCall::kOpen, "open", path); !usable) return std::unexpected(usable.error());
  mode.direct = mode.direct && direct_supported_;
  const auto found = seen_.find(path);
  if (found != seen_.end()) {
    if (mode.create && mode.exclusive) return fail_system("open", path, EEXIST);
    if (found->second->is_folder) return fail_system("open", path, EISDIR);
    return std::make_unique<LyingFile>(*this, found->second, path, mode, boot_);
  }
  if (!mode.create || !seen_.contains(folder_of(path))) return fail_system("open", path, ENOENT);
  auto node = std::make_shared<Node>();
  change_names({{}, path, node});
  return std::make_unique<LyingFile>(*this, node, path, mode, boot_);
}

stdx::Result<void> LyingDisk::rename(const std::string& from, const std::string& to) {
  return move_name(from, to, false);
}

stdx::Result<void> LyingDisk::rename_if_absent(const std::string& from, const std::string& to) {
  return move_name(from, to, true);
}

stdx::Result<void> LyingDisk::move_name(const std::string& from, const std::string& to, bool only_if_absent) {
  const std::scoped_lock lock(mutex_);
  if (auto usable = begin(DiskCall::kRename, "rename to", to); !usable) return usable;
  const auto found = seen_.find(from);
  if (found == seen_.end() || !seen_.contains(folder_of(to))) return fail_system("rename to", to, ENOENT);
  const auto target = seen_.find(to);
  if (target != seen_.end() && only_if_absent) return fail_system("rename to", to, EEXIST);
  if (target != seen_.end() && target->second->is_folder) return fail_system("rename to", to, EISDIR);
  change_names({from, to, found->second});
  return {};
}

stdx::Result<void> LyingDisk::remove(const std::string& path) {
  const std::scoped_lock lock(mutex_);
  if (auto usable = begin(DiskCall::kRemove, "remove", path); !usable) return usable;
  const auto found = seen_.find(path);
  if (found == seen_.end()) return fail_system("remove", path, ENOENT);
  if (found->second->is_folder) return fail_system("remove", path, EISDIR);
  change_names({path, {}, nullptr});
  return {};
}

stdx::Result<bool> LyingDisk::remove_folder_if_empty(const std::string& path) {
  const std::scoped_lock lock(mutex_);
  if (auto usable = begin(DiskCall::kRemove, "remove folder", path); !usable) return std::unexpected(usable.error());
  if (!seen_.contains(path)) return fail_system("remove folder", path, ENOENT);
  const auto inside = seen_.lower_bound(path + "/");
  if (inside != seen_.end() && inside->first.starts_with(path + "/")) return false;
  change_names({path, {}, nullptr});
  return true;
}

stdx::Result<void> LyingDisk::create_folders(const std::string& path) {
  const std::scoped_lock lock(mutex_);
  if (auto usable = begin(DiskCall::kSyncDirectory, "create folder", path); !usable) return usable;
  return make_folder(path);
}

stdx::Result<void> LyingDisk::make_folder(const std::string& path) {
  const auto found = seen_.find(path);
  if (found != seen_.end()) {
    if (!found->second->is_folder) return fail_system("create folder", path, EEXIST);
    return {};
  }
  const std::string parent = folder_of(path);
  if (parent != path && !seen_.contains(parent)) {
    if (auto made = make_folder(parent); !made) return made;
  }
  auto node = std::make_shared<Node>();
  node->is_folder = true;
  change_names({{}, path, node});
  store_names_of(parent);
  return {};
}

stdx::Result<void> LyingDisk::sync_directory(const std::string& path) {
  const std::scoped_lock lock(mutex_);
  if (auto usable = begin(DiskCall::kSyncDirectory, "fsync folder", path); !usable) return usable;
  if (!seen_.contains(path)) return fail_system("fsync folder", path, ENOENT);
  store_names_of(path);
  return {};
}

stdx::Result<std::vector<DirectoryEntry>> LyingDisk::list(const std::string& path) {
  const std::scoped_lock lock(mutex_);
  if (!powered_) return fail_system("list", path, EIO);
  if (!seen_.contains(path)) return fail_system("list", path, ENOENT);
  std::vector<DirectoryEntry> entries;
  const std::string prefix = path + "/";
  for (auto entry = seen_.lower_bound(prefix); entry != seen_.end() && entry->first.starts_with(prefix); ++entry) {
    std::string name = entry->first.substr(prefix.size());
    if (name.find('/') == std::string::npos) entries.push_back({std::move(name), entry->second->is_folder});
  }
  return entries;
}

stdx::Result<uint64_t> LyingDisk::free_bytes(const std::string& path) {
  const std::scoped_lock lock(mutex_);
  if (!powered_) return fail_system("statvfs", path, EIO);
  const uint64_t used = used_bytes_locked();
  return capacity_bytes_ > used ? capacity_bytes_ - used : 0;
}

stdx::Result<std::unique_ptr<FolderLock>> LyingDisk::lock_folder(const std::string& path) {
  const std::scoped_lock lock(mutex_);
  if (!powered_) return fail_system("lock", path, EIO);
  const uint64_t serial = next_lock_;
  if (!locks_.emplace(path, serial).second) {
    return stdx::fail(stdx::ErrorCode::kUnavailable, fmt::format("data folder {} is in use by process 1", path));
  }
  ++next_lock_;
  return std::make_unique<LyingLock>(*this, path, serial);
}

stdx::Result<void> LyingDisk::begin(DiskCall call, const char* name, const std::string& path) {
  if (!powered_) return fail_system(name, path, EIO);
  const uint32_t bit = static_cast<uint32_t>(call);
  ++calls_[bit];
  if ((fail_once_calls_ & bit) != 0 && fail_once_after_-- == 0) {
    fail_once_calls_ = 0;
    return fail_system(name, path, EIO);
  }
  if ((faulty_calls_ & bit) != 0 && std::bernoulli_distribution(fault_probability_)(random_)) {
    return fail_system(name, path, EIO);
  }
  return {};
}

void LyingDisk::apply(const Change& change, std::string& content) {
  if (change.resize) {
    content.resize(change.offset);
    return;
  }
  if (content.size() < change.offset + change.bytes.size()) content.resize(change.offset + change.bytes.size());
  std::memcpy(content.data() + change.offset, change.bytes.data(), change.bytes.size());
}

void LyingDisk::apply(const NameChange& change, Names& names) {
  if (!change.removed.empty()) names.erase(change.removed);
  if (!change.added.empty()) names[change.added] = change.node;
}

void LyingDisk::apply_torn(const Change& change, std::string& content) {
  const uint64_t sectors = (change.bytes.size() + kSector - 1) / kSector;
  switch (chance(4)) {
    case 0:
      return;
    case 1:
      return apply(change, content);
    case 2:  // A prefix.
      if (!change.resize) apply({false, change.offset, change.bytes.substr(0, chance(sectors + 1) * kSector)}, content);
      return;
    default:  // Random sectors.
      for (uint64_t sector = 0; sector < sectors; ++sector) {
        if (chance(2) == 0) continue;
        apply({false, change.offset + sector * kSector, change.bytes.substr(sector * kSector, kSector)}, content);
      }
  }
}

void LyingDisk::change_names(NameChange change) {
  apply(change, seen_);
  unsynced_names_.push_back(std::move(change));
}

void LyingDisk::store_names_of(const std::string& folder) {
  // Changes of other folders stay unsynced: journals usually bring them along, but nobody promises it.
  std::erase_if(unsynced_names_, [&](const NameChange& change) {
    const bool touches = (!change.added.empty() && folder_of(change.added) == folder) ||
                         (!change.removed.empty() && folder_of(change.removed) == folder);
    if (touches) apply(change, stored_);
    return touches;
  });
}

uint64_t LyingDisk::used_bytes_locked() const {
  uint64_t used = 0;
  std::set<const Node*> counted;
  for (const auto& [path, node] : seen_) {
    if (counted.insert(node.get()).second) used += node->seen.size();
  }
  return used;
}

bool LyingDisk::fits(const Node& node, uint64_t new_size) const {
  if (capacity_bytes_ == kUnlimited || new_size <= node.seen.size()) return true;
  return used_bytes_locked() + (new_size - node.seen.size()) <= capacity_bytes_;
}

}  // namespace clew::disk
