#include "table/dictionary.h"

#include <algorithm>
#include <cstring>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "otlp/utf8.h"

namespace clew::table {
namespace {

constexpr size_t kSlotsFirst = 64;
constexpr size_t kArenaSizeFirst = 512;
constexpr size_t kArenaSizeMax = size_t{256} << 10;
// From this many values on, a column of which more than kDistinctShare are distinct is no longer deduplicated.
constexpr size_t kDistinctDecisionCount = 8192;
constexpr double kDistinctShare = 0.6;

uint32_t stored_hash(uint64_t hash) { return static_cast<uint32_t>(hash >> 32); }

}  // namespace

Dictionary::Dictionary() : arena_size_next_(kArenaSizeFirst) {}
Dictionary::~Dictionary() = default;

uint32_t Dictionary::intern(std::string_view value) {
  const uint64_t hash = XXH3_64bits(value.data(), value.size());
  ++intern_count_;
  if (!deduplicates_) return intern_new(value, hash);
  if (slots_.empty()) slots_.resize(kSlotsFirst);
  const size_t mask = slots_.size() - 1;
  for (size_t index = hash & mask;; index = (index + 1) & mask) {
    const uint64_t slot = slots_[index];
    if (slot == 0) return intern_new(value, hash);
    if (slot >> 32 != stored_hash(hash)) continue;
    const uint32_t code = static_cast<uint32_t>(slot) - 1;
    if (at(code) == value) return code;
  }
}

uint32_t Dictionary::intern_new(std::string_view value, uint64_t hash) {
  if (!otlp::is_valid_utf8(value)) {
    ++repaired_count_;
    const std::string repaired = otlp::repaired_utf8(value);
    return intern(repaired);
  }
  if (!deduplicates_) return add(value, stored_hash(hash));
  if ((entries_.size() + 1) * 4 > slots_.size() * 3) {
    grow();
    if (!deduplicates_) return add(value, stored_hash(hash));
  }
  const uint32_t code = add(value, stored_hash(hash));
  const size_t mask = slots_.size() - 1;
  size_t index = hash & mask;
  while (slots_[index] != 0) index = (index + 1) & mask;
  slots_[index] = uint64_t{stored_hash(hash)} << 32 | (code + 1);
  return code;
}

uint32_t Dictionary::add(std::string_view value, uint32_t hash) {
  const auto code = static_cast<uint32_t>(entries_.size());
  entries_.push(Entry{copy(value), static_cast<uint32_t>(value.size()), hash});
  used_bytes_ += sizeof(Entry) + value.size();
  return code;
}

const char* Dictionary::copy(std::string_view value) {
  if (value.empty()) return "";
  if (value.size() > arena_left_) {
    const size_t size = std::max(value.size(), arena_size_next_);
    arenas_.push_back(std::make_unique_for_overwrite<char[]>(size));
    arena_cursor_ = arenas_.back().get();
    arena_left_ = size;
    arena_size_next_ = std::min(arena_size_next_ * 2, kArenaSizeMax);
  }
  char* place = arena_cursor_;
  std::memcpy(place, value.data(), value.size());
  arena_cursor_ += value.size();
  arena_left_ -= value.size();
  return place;
}

void Dictionary::grow() {
  const size_t entry_count = entries_.size();
  if (entry_count >= kDistinctDecisionCount &&
      static_cast<double>(entry_count) > kDistinctShare * static_cast<double>(intern_count_)) {
    deduplicates_ = false;
    used_bytes_ -= slots_.size() * sizeof(uint64_t);
    slots_ = {};
    return;
  }
  std::vector<uint64_t> slots(slots_.size() * 2);
  const size_t mask = slots.size() - 1;
  for (uint32_t code = 0; code < entry_count; ++code) {
    const Entry& entry = entries_[code];
    size_t index = XXH3_64bits(entry.data, entry.length) & mask;
    while (slots[index] != 0) index = (index + 1) & mask;
    slots[index] = uint64_t{entry.hash} << 32 | (code + 1);
  }
  used_bytes_ += (slots.size() - slots_.size()) * sizeof(uint64_t);
  slots_ = std::move(slots);
}

void Dictionary::find(std::string_view value, std::vector<uint32_t>& codes) const {
  const uint32_t hash = stored_hash(XXH3_64bits(value.data(), value.size()));
  entries_.for_each_run(0, entries_.size(), [&](size_t first, std::span<const Entry> run) {
    for (size_t i = 0; i < run.size(); ++i) {
      if (run[i].hash == hash && std::string_view(run[i].data, run[i].length) == value) {
        codes.push_back(static_cast<uint32_t>(first + i));
      }
    }
  });
}

}  // namespace clew::table
