// SkyWalking v2's numbers for services, instances, endpoints and network addresses, which its agents ask us for.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "disk/file_system.h"
#include "stdx/error.h"

namespace clew::receive_skywalking {

enum class NameKind : uint8_t { kService = 1, kInstance = 2, kEndpoint = 3, kAddress = 4 };

struct NameWish {
  NameKind kind = NameKind::kService;
  int32_t owner = 0;  // Of an instance or endpoint: its service's number.
  std::string name;
  std::string resource;  // Of an instance: encoded attributes of what it says of itself, kept with the first registration.
};

// A registered name. Never changes and never goes away.
struct Name {
  NameKind kind;
  int32_t number;
  int32_t owner;
  std::string text;
  std::string resource;
};

// An agent registers once, then sends numbers only, also after we were restarted; so a number must lead to its name for as
// long as data may come. Numbers are derived by hash, hence the same on every node; where two names meet, the later one takes
// another. Each name is written to a file and synced before its number is given out. Numbers are positive, never 1, which
// browsers use. Bounded by kNamesMax: then services and instances are refused, and the others stay without numbers, which
// agents can live with (they send the text).
//
// Any thread may call. One thread of its own writes and calls back. Format of the file: docs/internals/skywalking-names.md.
// The reader of the file is guarded by skywalking_names_fuzz.
class NameBook {
 public:
  // In the order of the wishes; 0: no number can be had. Called once, from the caller's thread if there is nothing to write.
  using Done = std::move_only_function<void(stdx::Result<std::vector<int32_t>>)>;

  // Names in memory only: for tests, and if a door is to work without a disk.
  NameBook();
  // Reads the file, or makes it. What a crash has torn or time has damaged costs those names only: numbers without a name are
  // shown as numbers, and a name that is registered again gets the number it had.
  static stdx::Result<std::unique_ptr<NameBook>> open(disk::FileSystem& files, const std::string& path);
  ~NameBook();  // What waits is written first.
  NameBook(const NameBook&) = delete;
  NameBook& operator=(const NameBook&) = delete;

  void register_names(std::vector<NameWish> wishes, Done done);
  std::shared_ptr<const Name> find(NameKind kind, int32_t number) const;
  size_t size() const;

 private:
  struct Waiting {
    uint64_t sequence;  // Of the last name that must be durable.
    std::vector<int32_t> numbers;
    Done done;
  };

  int32_t number_of(const NameWish& wish);  // Under the lock.
  void keep(std::shared_ptr<const Name> name);
  void write_names();
  stdx::Result<void> write(std::string_view records);
  stdx::Result<void> rewrite();
  void answer(std::vector<Waiting> waiting, const stdx::Result<void>& written);

  disk::FileSystem* files_ = nullptr;  // Null: in memory only.
  std::string path_;
  std::unique_ptr<disk::File> file_;  // The writing thread's, once it runs. Null after an error: written anew.
  uint64_t file_size_ = 0;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::unordered_map<uint64_t, std::shared_ptr<const Name>> by_number_;
  std::unordered_map<std::string, std::pair<int32_t, uint64_t>> by_name_;  // Number and sequence.
  uint64_t sequence_ = 0;          // Of the newest name.
  uint64_t durable_sequence_ = 0;  // Up to this one they are in the file.
  std::string unwritten_;          // Encoded, in order.
  std::vector<Waiting> waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

// One record of the file, and all of its names. Pure.
std::string encode_name(const Name& name);
struct NamesRead {
  std::vector<Name> names;
  size_t good_bytes = 0;     // Where the last whole record ends.
  size_t damaged_count = 0;  // Whole records that are not what was written.
};
NamesRead decode_names(std::string_view file);

}  // namespace clew::receive_skywalking
