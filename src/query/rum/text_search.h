// Looks for a piece of text in the texts of events. Internal to the room.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "query/rum/event_scan.h"

namespace clew::query_rum {

// Whether a text has a needle in it; upper and lower case of Latin letters are the same. Looks for its first character eight at a
// time. Immutable once made; any thread.
class Needle {
 public:
  explicit Needle(std::string_view text) : text_(text) {
    std::ranges::transform(text_, text_.begin(), lower);
    const char first = text_.empty() ? '\0' : text_.front();
    // A letter's two cases differ in one bit; setting it also lets through a few others, which the comparison refuses.
    case_bits_ = first >= 'a' && first <= 'z' ? kEach * 0x20 : 0;
    first_ = kEach * static_cast<uint8_t>(first);
  }
  bool empty() const { return text_.empty(); }
  bool in(std::string_view text) const {
    if (text_.empty()) return true;
    if (text.size() < text_.size()) return false;
    const size_t last = text.size() - text_.size();
    size_t at = 0;
    for (; at + 8 <= text.size() && at <= last; at += 8) {
      uint64_t eight;
      std::memcpy(&eight, text.data() + at, 8);
      const uint64_t differs = (eight | case_bits_) ^ first_;
      // Some byte is zero; which ones is told by looking at each.
      if (((differs - kEach) & ~differs & (kEach * 0x80)) == 0) continue;
      for (size_t i = at; i < at + 8 && i <= last; ++i) {
        if (begins_at(text, i)) return true;
      }
    }
    for (; at <= last; ++at) {
      if (begins_at(text, at)) return true;
    }
    return false;
  }

 private:
  static constexpr uint64_t kEach = 0x0101010101010101u;

  static char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

  bool begins_at(std::string_view text, size_t at) const {
    return std::ranges::equal(text.substr(at, text_.size()), text_, {}, lower);
  }

  std::string text_;
  uint64_t case_bits_ = 0, first_ = 0;
};

// The codes of a slot whose text has the needle: each text of a dictionary is compared once. One thread.
class FoundTexts {
 public:
  explicit FoundTexts(size_t slot) : slot_(slot) {}

  // Before rows of a batch are asked: false if none of them has it.
  bool enter(const EventBatch& batch, const Needle& needle) {
    const auto& dictionary = batch.dictionary(slot_);
    if (dictionary == nullptr) return false;
    if (dictionary_ != dictionary) {
      dictionary_ = dictionary;
      found_.clear();
      any_ = false;
    }
    // The head's dictionaries grow under the same address.
    for (const uint32_t size = dictionary->size(); found_.size() < size;) {
      const bool found = needle.in(dictionary->at(static_cast<uint32_t>(found_.size())));
      found_.push_back(found ? 1 : 0);
      any_ |= found;
    }
    return any_;
  }
  bool holds(const EventBatch& batch, uint32_t i) const {
    const uint32_t code = batch.code(slot_, i);
    return code != table::kNullCode && found_[code] != 0;
  }

 private:
  const size_t slot_;
  std::shared_ptr<const table::DictionaryView> dictionary_;  // Held, so that no other can get its address.
  std::vector<uint8_t> found_;
  bool any_ = false;
};

}  // namespace clew::query_rum
