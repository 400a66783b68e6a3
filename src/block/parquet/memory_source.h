// A Parquet file in memory.
#pragma once

#include <string>
#include <string_view>

#include "block/parquet/file_reader.h"

namespace clew::block::parquet {

// For small files read whole, and for tests. Does not own the bytes. Any thread.
class MemorySource final : public ByteSource {
 public:
  MemorySource(std::string name, std::string_view bytes) : name_(std::move(name)), bytes_(bytes) {}
  const std::string& name() const override { return name_; }
  uint64_t size() const override { return bytes_.size(); }
  stdx::Result<std::string> read(uint64_t offset, uint64_t length) const override {
    if (offset > bytes_.size() || length > bytes_.size() - offset) {
      return stdx::fail(stdx::ErrorCode::kDataLoss, name_ + ": read beyond the end");
    }
    return std::string(bytes_.substr(offset, length));
  }

 private:
  std::string name_;
  std::string_view bytes_;
};

}  // namespace clew::block::parquet
