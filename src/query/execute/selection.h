// Which rows of a batch are meant: one bit a row.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

#include "table/column_window.h"

namespace clew::query_execute {

inline constexpr uint32_t kSelectionWords = table::kWindowRows / 64;

// Fixed size, so that it lives on the stack; bits at and beyond row_count() are always zero.
class Selection {
 public:
  static Selection none(uint32_t rows) { return Selection(rows); }
  static Selection all(uint32_t rows) {
    Selection selection(rows);
    for (uint32_t word = 0; word < selection.word_count(); ++word) selection.words_[word] = selection.full_word(word);
    return selection;
  }

  uint32_t row_count() const { return rows_; }
  uint32_t word_count() const { return (rows_ + 63) / 64; }
  uint64_t word(uint32_t index) const { return words_[index]; }
  void set_word(uint32_t index, uint64_t bits) { words_[index] = bits; }
  // All rows that the word stands for.
  uint64_t full_word(uint32_t index) const {
    const uint32_t rows = std::min(64u, rows_ - index * 64);
    return rows == 64 ? ~uint64_t{0} : (uint64_t{1} << rows) - 1;
  }

  bool has(uint32_t row) const { return (words_[row / 64] >> (row % 64) & 1) != 0; }
  void set(uint32_t row) { words_[row / 64] |= uint64_t{1} << (row % 64); }

  bool any() const {
    for (uint32_t word = 0; word < word_count(); ++word) {
      if (words_[word] != 0) return true;
    }
    return false;
  }
  uint32_t count() const {
    uint32_t count = 0;
    for (uint32_t word = 0; word < word_count(); ++word) count += static_cast<uint32_t>(std::popcount(words_[word]));
    return count;
  }

  Selection& operator|=(const Selection& other) {
    for (uint32_t word = 0; word < word_count(); ++word) words_[word] |= other.words_[word];
    return *this;
  }
  Selection& operator&=(const Selection& other) {
    for (uint32_t word = 0; word < word_count(); ++word) words_[word] &= other.words_[word];
    return *this;
  }
  Selection& remove(const Selection& other) {
    for (uint32_t word = 0; word < word_count(); ++word) words_[word] &= ~other.words_[word];
    return *this;
  }

  // visit(row), ascending.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (uint32_t word = 0; word < word_count(); ++word) {
      for (uint64_t bits = words_[word]; bits != 0; bits &= bits - 1) {
        visit(word * 64 + static_cast<uint32_t>(std::countr_zero(bits)));
      }
    }
  }

 private:
  explicit Selection(uint32_t rows) : rows_(rows) {
    for (uint32_t word = 0; word < word_count(); ++word) words_[word] = 0;
  }

  uint32_t rows_;
  std::array<uint64_t, kSelectionWords> words_;  // Words at and beyond word_count() are not initialised.
};

// Keeps of `selection` the rows for which test(row) holds. Full words go through a loop without branches.
template <class Test>
Selection filter(const Selection& selection, Test&& test) {
  Selection out = Selection::none(selection.row_count());
  for (uint32_t word = 0; word < selection.word_count(); ++word) {
    const uint64_t bits = selection.word(word);
    if (bits == 0) continue;
    const uint32_t first = word * 64;
    uint64_t passed = 0;
    if (bits == ~uint64_t{0}) {
      for (uint32_t i = 0; i < 64; ++i) passed |= static_cast<uint64_t>(static_cast<bool>(test(first + i))) << i;
    } else {
      for (uint64_t left = bits; left != 0; left &= left - 1) {
        const auto i = static_cast<uint32_t>(std::countr_zero(left));
        passed |= static_cast<uint64_t>(static_cast<bool>(test(first + i))) << i;
      }
    }
    out.set_word(word, passed);
  }
  return out;
}

}  // namespace clew::query_execute
