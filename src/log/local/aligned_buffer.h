// Memory that a direct transfer accepts.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <span>

#include "log/local/log_limits.h"

namespace clew::log_local {

// Aligned to a block and a whole number of blocks long. Not initialised. Movable; one owner.
class AlignedBuffer {
 public:
  explicit AlignedBuffer(size_t size)
      : size_((size + kBlockBytes - 1) / kBlockBytes * kBlockBytes),
        bytes_(static_cast<char*>(std::aligned_alloc(kBlockBytes, size_))) {
    if (bytes_ == nullptr) throw std::bad_alloc();
  }
  char* data() { return bytes_.get(); }
  const char* data() const { return bytes_.get(); }
  size_t size() const { return size_; }

 private:
  struct Free {
    void operator()(char* bytes) const { std::free(bytes); }
  };
  size_t size_;
  std::unique_ptr<char, Free> bytes_;
};

}  // namespace clew::log_local
