#include "receive/skywalking/name_book.h"

#include <fmt/format.h>
#include <xxhash.h>

#include "receive/skywalking/skywalking_limits.h"
#include "self/log_line.h"
#include "stdx/thread_name.h"

namespace clew::receive_skywalking {

using stdx::ErrorCode;

namespace {

uint64_t number_key(NameKind kind, int32_t number) {
  return static_cast<uint64_t>(kind) << 32 | static_cast<uint32_t>(number);
}

std::string name_key(NameKind kind, int32_t owner, std::string_view text) {
  return fmt::format("{}/{}/{}", static_cast<int>(kind), owner, text);
}

// 31 bits, from 2 on.
int32_t hashed_number(std::string_view key, uint64_t attempt) {
  return static_cast<int32_t>(XXH3_64bits_withSeed(key.data(), key.size(), attempt) % (INT32_MAX - 2)) + 2;
}

}  // namespace

NameBook::NameBook() = default;

stdx::Result<std::unique_ptr<NameBook>> NameBook::open(disk::FileSystem& files, const std::string& path) {
  auto book = std::make_unique<NameBook>();
  book->files_ = &files;
  book->path_ = path;
  auto opened = files.open(path, {.write = true, .create = true});
  if (!opened) return std::unexpected(std::move(opened.error()));
  book->file_ = std::move(*opened);
  const auto size = book->file_->size();
  if (!size) return std::unexpected(size.error());
  if (*size > kNameFileBytesMax) {
    return stdx::fail(ErrorCode::kDataLoss, fmt::format("{} is over {} bytes and cannot be ours", path, kNameFileBytesMax));
  }
  std::string bytes(*size, '\0');
  if (auto read = book->file_->read_at(0, bytes); !read) return std::unexpected(std::move(read.error()));
  NamesRead names = decode_names(bytes);
  for (Name& name : names.names) book->keep(std::make_shared<const Name>(std::move(name)));
  book->file_size_ = names.good_bytes;
  if (names.good_bytes < bytes.size() || names.damaged_count > 0) {
    self::log_warn("the file of SkyWalking's names was torn or damaged and is written anew",
                   {{"file", path}, {"damaged", fmt::format("{}", names.damaged_count)},
                    {"cut_bytes", fmt::format("{}", bytes.size() - names.good_bytes)}});
    if (auto written = book->rewrite(); !written) return std::unexpected(std::move(written.error()));
  }
  book->durable_sequence_ = book->sequence_;
  if (auto synced = files.sync_directory(disk::folder_of(path)); !synced) return std::unexpected(std::move(synced.error()));
  book->thread_ = std::thread([raw = book.get()] { raw->write_names(); });
  return book;
}

NameBook::~NameBook() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void NameBook::keep(std::shared_ptr<const Name> name) {
  ++sequence_;
  by_name_.emplace(name_key(name->kind, name->owner, name->text), std::pair{name->number, sequence_});
  by_number_.emplace(number_key(name->kind, name->number), std::move(name));
}

int32_t NameBook::number_of(const NameWish& wish) {
  if (wish.name.empty() || wish.name.size() > kNameBytesMax) return 0;
  const std::string key = name_key(wish.kind, wish.owner, wish.name);
  if (const auto known = by_name_.find(key); known != by_name_.end()) return known->second.first;
  if (by_name_.size() >= kNamesMax) return 0;
  uint64_t attempt = 0;
  int32_t number = hashed_number(key, attempt);
  while (by_number_.contains(number_key(wish.kind, number))) number = hashed_number(key, ++attempt);
  auto name = std::make_shared<const Name>(Name{wish.kind, number, wish.owner, wish.name, wish.resource});
  if (files_ != nullptr) unwritten_ += encode_name(*name);
  keep(std::move(name));
  return number;
}

void NameBook::register_names(std::vector<NameWish> wishes, Done done) {
  std::vector<int32_t> numbers;
  {
    const std::lock_guard lock(mutex_);
    uint64_t needed = 0;
    for (const NameWish& wish : wishes) {
      numbers.push_back(number_of(wish));
      if (numbers.back() == 0) continue;
      needed = std::max(needed, by_name_.at(name_key(wish.kind, wish.owner, wish.name)).second);
    }
    if (files_ == nullptr) durable_sequence_ = sequence_;
    if (needed > durable_sequence_) {
      waiting_.push_back({needed, std::move(numbers), std::move(done)});
      changed_.notify_all();
      return;
    }
  }
  done(std::move(numbers));
}

std::shared_ptr<const Name> NameBook::find(NameKind kind, int32_t number) const {
  const std::lock_guard lock(mutex_);
  const auto found = by_number_.find(number_key(kind, number));
  return found == by_number_.end() ? nullptr : found->second;
}

size_t NameBook::size() const {
  const std::lock_guard lock(mutex_);
  return by_name_.size();
}

void NameBook::write_names() {
  stdx::name_this_thread("sw-names");
  for (;;) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const std::string records = std::exchange(unwritten_, {});
    const uint64_t sequence = sequence_;
    std::vector<Waiting> waiting = std::exchange(waiting_, {});
    lock.unlock();
    const auto written = file_ != nullptr ? write(records) : rewrite();
    if (written) {
      lock.lock();
      durable_sequence_ = std::max(durable_sequence_, sequence);
      lock.unlock();
    } else {
      file_.reset();  // Nothing is known of what is in it; the next attempt writes all names into a new one.
      self::log_error("SkyWalking's names cannot be written", {{"file", path_}, {"why", written.error().message}});
    }
    answer(std::move(waiting), written);
  }
}

stdx::Result<void> NameBook::write(std::string_view records) {
  if (auto written = file_->write_at(file_size_, records); !written) return written;
  if (auto synced = file_->sync_data(); !synced) return synced;
  file_size_ += records.size();
  return {};
}

stdx::Result<void> NameBook::rewrite() {
  std::string records;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [number, name] : by_number_) records += encode_name(*name);
    unwritten_.clear();
  }
  const std::string fresh = path_ + ".new";
  auto opened = files_->open(fresh, {.write = true, .create = true});
  if (!opened) return std::unexpected(std::move(opened.error()));
  if (auto cut = (*opened)->truncate(0); !cut) return cut;
  if (auto written = (*opened)->write_at(0, records); !written) return written;
  if (auto synced = (*opened)->sync_data(); !synced) return synced;
  if (auto renamed = files_->rename(fresh, path_); !renamed) return renamed;
  if (auto synced = files_->sync_directory(disk::folder_of(path_)); !synced) return synced;
  file_ = std::move(*opened);
  file_size_ = records.size();
  return {};
}

void NameBook::answer(std::vector<Waiting> waiting, const stdx::Result<void>& written) {
  for (Waiting& one : waiting) {
    if (written) {
      one.done(std::move(one.numbers));
    } else {
      one.done(stdx::fail(ErrorCode::kUnavailable, "names cannot be written: " + written.error().message));
    }
  }
}

}  // namespace clew::receive_skywalking
