// Small numbers for texts, the same over all segments of a scan.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <deque>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "query/rum/event_scan.h"

namespace clew::query_rum {

inline uint64_t hash_of_text(std::string_view text) {  // 0 for none, never 0 for a text.
  return text.empty() ? 0 : std::max<uint64_t>(1, std::hash<std::string_view>()(text));
}
inline uint64_t mixed_hash(uint64_t a, uint64_t b) {
  uint64_t hash = (a ^ (b * 0x9e3779b97f4a7c15u)) * 0xbf58476d1ce4e5b9u;
  hash ^= hash >> 29;
  return hash * 0x94d049bb133111ebu;
}

// 0 is no text. Owns copies of all. One thread.
class TextIds {
 public:
  static constexpr uint32_t kNone = 0;

  uint32_t of(std::string_view text) {
    if (text.empty()) return kNone;
    const auto found = ids_.find(text);
    if (found != ids_.end()) return found->second;
    texts_.emplace_back(text);
    const auto id = static_cast<uint32_t>(texts_.size());
    ids_.emplace(texts_.back(), id);
    return id;
  }
  // kNone if it never was given a number.
  uint32_t find(std::string_view text) const {
    const auto found = ids_.find(text);
    return found == ids_.end() ? kNone : found->second;
  }
  std::string_view text(uint32_t id) const { return id == kNone ? std::string_view() : std::string_view(texts_[id - 1]); }
  size_t size() const { return texts_.size(); }  // Ids are 1 … size().

 private:
  std::deque<std::string> texts_;  // A deque: the map's keys point into it.
  absl::flat_hash_map<std::string_view, uint32_t> ids_;
};

// A number for each code of a slot, made once for each dictionary: what `make(text)` says of its text. One thread.
template <class Value>
class PerCode {
 public:
  explicit PerCode(size_t slot) : slot_(slot) {}

  // May be written to: what is remembered of a code.
  template <class Make>
  Value& get(const EventBatch& batch, uint32_t i, Make&& make) {
    const uint32_t code = batch.code(slot_, i);
    if (code == table::kNullCode) {
      if (!known_none_) {
        none_ = make(std::string_view());
        known_none_ = true;
      }
      return none_;
    }
    const auto& dictionary = batch.dictionary(slot_);
    if (dictionary_ != dictionary) {
      dictionary_ = dictionary;
      values_.clear();
      known_.clear();
    }
    if (code >= known_.size()) {  // The head's dictionaries grow under the same address.
      known_.resize(dictionary->size());
      values_.resize(dictionary->size());
    }
    if (known_[code] == 0) {
      values_[code] = make(dictionary->at(code));
      known_[code] = 1;
    }
    return values_[code];
  }

 private:
  const size_t slot_;
  std::shared_ptr<const table::DictionaryView> dictionary_;  // Held, so that no other can get its address.
  std::vector<Value> values_;
  std::vector<uint8_t> known_;
  Value none_{};
  bool known_none_ = false;
};

// Codes of a slot → numbers of a TextIds.
class SlotIds {
 public:
  SlotIds(TextIds& ids, size_t slot) : ids_(ids), codes_(slot) {}
  uint32_t operator()(const EventBatch& batch, uint32_t i) {
    return codes_.get(batch, i, [this](std::string_view text) { return ids_.of(text); });
  }

 private:
  TextIds& ids_;
  PerCode<uint32_t> codes_;
};

}  // namespace clew::query_rum
