#include "disk/local_object_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

namespace clew::disk {
namespace {

constexpr const char* kIncomplete = "/.incomplete";

bool key_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
         c == '=' || c == '-' || c == '/';
}

stdx::Result<void> check_key(std::string_view key) {
  const std::string fault = key_fault(key);
  if (fault.empty()) return {};
  return stdx::fail(stdx::ErrorCode::kInvalidArgument, fmt::format("object key '{}': {}", key, fault));
}

stdx::Error not_found(const std::string& key) {
  return {stdx::ErrorCode::kNotFound, fmt::format("no object '{}'", key)};
}

}  // namespace

std::string key_fault(std::string_view key) {
  if (key.empty()) return "is empty";
  if (key.size() > kKeyLengthMax) return fmt::format("is longer than {} bytes", kKeyLengthMax);
  const auto bad = std::find_if_not(key.begin(), key.end(), key_character);
  if (bad != key.end()) return "has characters outside [A-Za-z0-9._=/-]";
  size_t begin = 0;
  while (begin <= key.size()) {
    const size_t end = std::min(key.find('/', begin), key.size());
    if (end == begin) return "has an empty part";
    if (key[begin] == '.') return "has a part that starts with a dot";
    if (end - begin > kKeyPartLengthMax) return fmt::format("has a part longer than {} bytes", kKeyPartLengthMax);
    begin = end + 1;
  }
  return {};
}

// Gathers small pieces, so that a block's thousands of pages are not thousands of system calls.
class LocalObjectWriter final : public ObjectWriter {
 public:
  LocalObjectWriter(LocalObjectStore& store, std::string key, std::string path, std::unique_ptr<File> file)
      : store_(store), key_(std::move(key)), path_(std::move(path)), file_(std::move(file)) {}
  ~LocalObjectWriter() override {
    if (!file_) return;
    file_.reset();
    // What cannot be removed now is removed when the store opens next.
    (void)store_.files_.remove(path_);
  }

  stdx::Result<void> append(std::string_view bytes) override {
    assert(file_ != nullptr);
    if (!failed_.message.empty()) return std::unexpected(failed_);
    size_ += bytes.size();
    if (pending_.size() + bytes.size() < kWriteBufferBytes) {
      pending_ += bytes;
      return {};
    }
    if (auto written = flush(); !written) return written;
    if (bytes.size() >= kWriteBufferBytes) return write(bytes);
    pending_ += bytes;
    return {};
  }

  uint64_t size() const override { return size_; }

  stdx::Result<void> commit() override { return commit(false); }

  stdx::Result<void> commit(bool only_if_absent) {
    assert(file_ != nullptr);
    if (!failed_.message.empty()) return std::unexpected(failed_);
    if (auto written = flush(); !written) return written;
    if (auto synced = file_->sync_data(); !synced) return remember(synced);
    auto published = store_.publish(path_, key_, only_if_absent);
    if (published) file_.reset();
    return remember(published);
  }

 private:
  stdx::Result<void> flush() {
    auto written = write(pending_);
    pending_.clear();
    return written;
  }
  stdx::Result<void> write(std::string_view bytes) {
    if (bytes.empty()) return {};
    auto written = file_->write_at(written_, bytes);
    written_ += bytes.size();
    return remember(written);
  }
  // After a failure the content is unknown; every later call repeats the error.
  stdx::Result<void> remember(stdx::Result<void> result) {
    if (!result) failed_ = result.error();
    return result;
  }

  LocalObjectStore& store_;
  const std::string key_;
  const std::string path_;
  std::unique_ptr<File> file_;  // Null once committed.
  std::string pending_;
  uint64_t written_ = 0;
  uint64_t size_ = 0;
  stdx::Error failed_;
};

stdx::Result<std::unique_ptr<LocalObjectStore>> LocalObjectStore::open(FileSystem& files, std::string root,
                                                                       size_t open_files_max) {
  while (root.size() > 1 && root.ends_with('/')) root.pop_back();
  const std::string incomplete = root + kIncomplete;
  if (auto made = files.create_folders(incomplete); !made) return std::unexpected(made.error());
  const auto leftovers = files.list(incomplete);
  if (!leftovers) return std::unexpected(leftovers.error());
  for (const auto& leftover : *leftovers) {
    auto removed = files.remove(incomplete + "/" + leftover.name);
    if (!removed && removed.error().code != stdx::ErrorCode::kNotFound) return std::unexpected(removed.error());
  }
  return std::unique_ptr<LocalObjectStore>(
      new LocalObjectStore(files, std::move(root), std::max<size_t>(open_files_max, 1)));
}

stdx::Result<std::unique_ptr<ObjectWriter>> LocalObjectStore::create(const std::string& key) {
  if (auto checked = check_key(key); !checked) return std::unexpected(checked.error());
  std::string path = fmt::format("{}{}/{}", root_, kIncomplete, next_incomplete_.fetch_add(1));
  auto file = files_.open(path, {.write = true, .create = true, .exclusive = true});
  if (!file) return std::unexpected(file.error());
  return std::make_unique<LocalObjectWriter>(*this, key, std::move(path), std::move(*file));
}

stdx::Result<void> LocalObjectStore::put(const std::string& key, std::string_view bytes, bool only_if_absent) {
  auto writer = create(key);
  if (!writer) return std::unexpected(writer.error());
  if (auto appended = (*writer)->append(bytes); !appended) return appended;
  return static_cast<LocalObjectWriter&>(**writer).commit(only_if_absent);
}

stdx::Result<void> LocalObjectStore::publish(const std::string& incomplete, const std::string& key,
                                             bool only_if_absent) {
  const std::string path = path_of(key);
  const std::string folder = folder_of(path);
  for (int attempt = 1;; ++attempt) {
    if (auto made = files_.create_folders(folder); !made) {
      if (made.error().code != stdx::ErrorCode::kAlreadyExists) return made;
      return stdx::fail(stdx::ErrorCode::kInvalidArgument, fmt::format("part of key '{}' is itself an object", key));
    }
    auto renamed = only_if_absent ? files_.rename_if_absent(incomplete, path) : files_.rename(incomplete, path);
    if (renamed) break;
    if (renamed.error().code == stdx::ErrorCode::kAlreadyExists) {
      return stdx::fail(stdx::ErrorCode::kAlreadyExists, fmt::format("object '{}' exists already", key));
    }
    // The folder was empty, and remove() of its last object took it away just now.
    if (renamed.error().code != stdx::ErrorCode::kNotFound || attempt == kCommitAttemptsMax) return renamed;
  }
  forget(key);
  auto synced = files_.sync_directory(folder);
  // The caller hears of a failure and will try under this or another key, so this one must not stay: the next sync of the
  // folder would make both durable. Nothing can be undone where an older object was replaced.
  if (!synced && only_if_absent) (void)files_.remove(path);
  return synced;
}

stdx::Result<LocalObjectStore::SharedFile> LocalObjectStore::open_cached(const std::string& key) {
  if (auto checked = check_key(key); !checked) return std::unexpected(checked.error());
  uint64_t forgotten_before = 0;
  {
    const std::scoped_lock lock(mutex_);
    const auto found = open_by_key_.find(key);
    if (found != open_by_key_.end()) {
      open_files_.splice(open_files_.begin(), open_files_, found->second);
      return found->second->second;
    }
    forgotten_before = forgotten_count_;
  }
  auto opened = files_.open(path_of(key), {});
  if (!opened) {
    const bool is_folder = opened.error().code == stdx::ErrorCode::kInvalidArgument;
    if (is_folder || opened.error().code == stdx::ErrorCode::kNotFound) return std::unexpected(not_found(key));
    return std::unexpected(opened.error());
  }
  SharedFile file = std::move(*opened);
  SharedFile evicted;  // Closed after the lock is released.
  const std::scoped_lock lock(mutex_);
  if (forgotten_count_ != forgotten_before || open_by_key_.contains(key)) return file;
  open_files_.emplace_front(key, file);
  open_by_key_[key] = open_files_.begin();
  if (open_files_.size() > open_files_max_) {
    evicted = std::move(open_files_.back().second);
    open_by_key_.erase(open_files_.back().first);
    open_files_.pop_back();
  }
  return file;
}

void LocalObjectStore::forget(const std::string& key) {
  const std::scoped_lock lock(mutex_);
  ++forgotten_count_;
  const auto found = open_by_key_.find(key);
  if (found == open_by_key_.end()) return;
  open_files_.erase(found->second);
  open_by_key_.erase(found);
}

stdx::Result<std::string> LocalObjectStore::get(const std::string& key, uint64_t offset, uint64_t length) {
  auto file = open_cached(key);
  if (!file) return std::unexpected(file.error());
  // The size is asked first: a damaged footer may ask for absurd lengths, and nothing is allocated for them.
  const auto size = (*file)->size();
  if (!size) return std::unexpected(size.error());
  if (offset > *size || length > *size - offset) {
    return stdx::fail(stdx::ErrorCode::kInvalidArgument,
                      fmt::format("object '{}' has {} bytes; {} from {} were asked for", key, *size, length, offset));
  }
  std::string bytes;  // Not zeroed first: all of it is read over.
  bytes.resize_and_overwrite(length, [length](char*, size_t) { return length; });
  const auto got = (*file)->read_at(offset, bytes);
  if (!got) return std::unexpected(got.error());
  if (*got != length) {
    return stdx::fail(stdx::ErrorCode::kDataLoss,
                      fmt::format("object '{}' ended at {} while being read", key, offset + *got));
  }
  return bytes;
}

stdx::Result<std::string> LocalObjectStore::get_all(const std::string& key) {
  auto info = stat(key);
  if (!info) return std::unexpected(info.error());
  return get(key, 0, info->size);
}

stdx::Result<ObjectInfo> LocalObjectStore::stat(const std::string& key) {
  auto file = open_cached(key);
  if (!file) return std::unexpected(file.error());
  const auto size = (*file)->size();
  if (!size) return std::unexpected(size.error());
  return ObjectInfo{key, *size};
}

stdx::Result<void> LocalObjectStore::list_below(const std::string& folder_key, const std::string& prefix,
                                                std::vector<ObjectInfo>& found) {
  const auto entries = files_.list(folder_key.empty() ? root_ : path_of(folder_key));
  if (!entries) {
    // Its last object was removed meanwhile, or it never was.
    if (entries.error().code == stdx::ErrorCode::kNotFound) return {};
    return std::unexpected(entries.error());
  }
  for (const auto& entry : *entries) {
    if (entry.name.starts_with('.')) continue;
    std::string key = folder_key.empty() ? entry.name : folder_key + "/" + entry.name;
    if (entry.is_directory) {
      const std::string folder = key + "/";
      if (!folder.starts_with(prefix) && !prefix.starts_with(folder)) continue;
      if (auto listed = list_below(key, prefix, found); !listed) return listed;
    } else if (key.starts_with(prefix) && key_fault(key).empty()) {
      // Opened past the cache: a listing must not push out the files that queries use.
      auto file = files_.open(path_of(key), {});
      if (!file && file.error().code == stdx::ErrorCode::kNotFound) continue;
      if (!file) return std::unexpected(file.error());
      const auto size = (*file)->size();
      if (!size) return std::unexpected(size.error());
      found.push_back({std::move(key), *size});
    }
  }
  return {};
}

stdx::Result<std::vector<ObjectInfo>> LocalObjectStore::list(const std::string& prefix) {
  std::vector<ObjectInfo> found;
  const size_t slash = prefix.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : prefix.substr(0, slash);
  if (!folder.empty()) {
    if (auto checked = check_key(folder); !checked) return std::unexpected(checked.error());
  }
  if (auto listed = list_below(folder, prefix, found); !listed) return std::unexpected(listed.error());
  std::ranges::sort(found, {}, &ObjectInfo::key);
  return found;
}

stdx::Result<void> LocalObjectStore::remove(const std::string& key) {
  if (auto checked = check_key(key); !checked) return checked;
  const std::string path = path_of(key);
  auto removed = files_.remove(path);
  forget(key);
  // What is not there may be a removal whose sync failed, so it is synced (again) as well.
  if (!removed && removed.error().code != stdx::ErrorCode::kNotFound) return removed;
  // Durable, so that no crash brings back a manifest whose data went after it.
  std::string folder = folder_of(path);
  if (auto synced = files_.sync_directory(folder); !synced && synced.error().code != stdx::ErrorCode::kNotFound) {
    return synced;
  }
  // Folders of days long gone go too.
  while (folder.size() > root_.size()) {
    const auto gone = files_.remove_folder_if_empty(folder);
    if (!gone || !*gone) break;
    folder = folder_of(folder);
  }
  return {};
}

}  // namespace clew::disk
