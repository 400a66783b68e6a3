// The strings of one column of the head: codes in the order of first appearance.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "stdx/append_only.h"
#include "table/column_window.h"

namespace clew::table {

// One writer interns, any number of readers look at codes that were published to them. A value has one code as long as
// values repeat; once most values prove to be distinct the writer stops looking for repetitions, because the look-up
// would cost more than it saves, and every value gets a code of its own. Owns copies of all strings.
class Dictionary final : public DictionaryView {
 public:
  Dictionary();
  ~Dictionary() override;

  // Writer only.
  uint32_t intern(std::string_view value);
  uint64_t repaired_count() const { return repaired_count_; }  // Values whose invalid UTF-8 became U+FFFD.
  bool deduplicates() const { return deduplicates_; }
  size_t used_bytes() const { return used_bytes_; }

  uint32_t size() const override { return static_cast<uint32_t>(entries_.size()); }
  std::string_view at(uint32_t code) const override {
    const Entry& entry = entries_[code];
    return {entry.data, entry.length};
  }
  void find(std::string_view value, std::vector<uint32_t>& codes) const override;
  // Calls visit(first_code, span of entries with data and length) for runs of codes below `end`.
  struct Entry {
    const char* data;
    uint32_t length;
    uint32_t hash;
  };
  const stdx::AppendOnly<Entry>& entries() const { return entries_; }

 private:
  uint32_t add(std::string_view value, uint32_t hash);
  uint32_t intern_new(std::string_view value, uint64_t hash);
  const char* copy(std::string_view value);
  void grow();

  stdx::AppendOnly<Entry> entries_;
  // Open addressing: high half of a slot is the entry's hash, low half its code plus one; zero is free. Writer only.
  std::vector<uint64_t> slots_;
  std::vector<std::unique_ptr<char[]>> arenas_;
  char* arena_cursor_ = nullptr;
  size_t arena_left_ = 0;
  size_t arena_size_next_;
  size_t used_bytes_ = 0;
  uint64_t intern_count_ = 0;
  uint64_t repaired_count_ = 0;
  bool deduplicates_ = true;
};

}  // namespace clew::table
