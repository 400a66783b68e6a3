// An array that one thread appends to while any number of threads read what is already there.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <span>
#include <type_traits>

namespace clew::stdx {

// Elements live in chunks whose sizes double and never move, so a pointer to an element stays good
// for the array's life and a scan sees a few long runs. One writer calls push(); readers call size()
// and then touch only elements below it. Elements are trivially destructible. Nothing is ever removed.
template <class T>
class AppendOnly {
  static_assert(std::is_trivially_destructible_v<T>);
  static constexpr unsigned kFirstChunkLog2 = 6;
  static constexpr size_t kFirstChunk = size_t{1} << kFirstChunkLog2;
  static constexpr size_t kChunksMax = 27;  // 64 << 26 elements: over four billion.

 public:
  AppendOnly() = default;
  AppendOnly(const AppendOnly&) = delete;
  AppendOnly& operator=(const AppendOnly&) = delete;
  ~AppendOnly() {
    for (auto& chunk : chunks_) std::free(static_cast<void*>(chunk.load(std::memory_order_relaxed)));
  }

  // Writer only. Returns the element, at index size() - 1.
  template <class... Args>
  T& push(Args&&... args) {
    if (cursor_ == chunk_end_) grow();
    T* slot = std::construct_at(cursor_++, std::forward<Args>(args)...);
    size_.store(size_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
    return *slot;
  }

  size_t size() const { return size_.load(std::memory_order_acquire); }
  bool empty() const { return size() == 0; }

  const T& operator[](size_t index) const {
    const Place place = place_of(index);
    return chunks_[place.chunk].load(std::memory_order_acquire)[place.offset];
  }
  T& operator[](size_t index) {
    const Place place = place_of(index);
    return chunks_[place.chunk].load(std::memory_order_acquire)[place.offset];
  }

  // Calls visit(first_index, std::span<const T>) for each run of [begin, end), in order; end must not exceed size().
  template <class Visit>
  void for_each_run(size_t begin, size_t end, Visit&& visit) const {
    while (begin < end) {
      const Place place = place_of(begin);
      const size_t length = std::min(end - begin, chunk_size(place.chunk) - place.offset);
      visit(begin, std::span<const T>(chunks_[place.chunk].load(std::memory_order_acquire) + place.offset, length));
      begin += length;
    }
  }

  // Bytes of elements in use (not of reserved, untouched memory).
  size_t used_bytes() const { return size() * sizeof(T); }

 private:
  struct Place {
    size_t chunk;
    size_t offset;
  };
  static constexpr size_t chunk_size(size_t chunk) { return chunk == 0 ? kFirstChunk : kFirstChunk << (chunk - 1); }
  static constexpr Place place_of(size_t index) {
    if (index < kFirstChunk) return {0, index};
    const unsigned top = std::bit_width(index) - 1;  // index is in [2^top, 2^(top+1)).
    return {top - kFirstChunkLog2 + 1, index - (size_t{1} << top)};
  }
  void grow() {
    assert(chunk_count_ < kChunksMax);
    const size_t elements = chunk_size(chunk_count_);
    T* chunk = static_cast<T*>(std::malloc(elements * sizeof(T)));
    if (chunk == nullptr) throw std::bad_alloc();
    chunks_[chunk_count_++].store(chunk, std::memory_order_release);
    cursor_ = chunk;
    chunk_end_ = chunk + elements;
  }

  T* cursor_ = nullptr;     // Writer only.
  T* chunk_end_ = nullptr;  // Writer only.
  size_t chunk_count_ = 0;  // Writer only.
  std::atomic<size_t> size_{0};
  std::array<std::atomic<T*>, kChunksMax> chunks_{};
};

}  // namespace clew::stdx
