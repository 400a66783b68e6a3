// zstd and CRC32 for pages.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "stdx/error.h"

struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;

namespace clew::block::parquet {

// CRC32 as in gzip, which the format prescribes for pages.
uint32_t page_crc(std::string_view bytes);
uint32_t page_crc(uint32_t crc, std::string_view bytes);  // Continues.

// Holds a context that is reused from page to page. One thread.
class PageCompressor {
 public:
  explicit PageCompressor(int level);
  ~PageCompressor();
  PageCompressor(const PageCompressor&) = delete;
  PageCompressor& operator=(const PageCompressor&) = delete;

  // The compressed bytes, valid until the next call.
  std::string_view compress(std::string_view bytes);

 private:
  ZSTD_CCtx_s* context_;
  std::string buffer_;
};

// Decompresses all of `bytes`, which must yield exactly `size` bytes. Uses a context of the calling thread.
stdx::Result<void> decompress_page(std::string_view bytes, size_t size, std::string& out);

// Decompresses from the front only as far as asked, so that a point read does not pay for a whole page of strings.
class PagePrefix {
 public:
  // `bytes` must stay; `size` is what they decompress to.
  PagePrefix(std::string_view bytes, size_t size);
  ~PagePrefix();
  PagePrefix(const PagePrefix&) = delete;
  PagePrefix& operator=(const PagePrefix&) = delete;

  // At least the first `length` bytes (at most `size`), or less where the data are damaged. Invalidates earlier views.
  std::string_view upto(size_t length);

 private:
  ZSTD_DCtx_s* context_ = nullptr;
  std::string_view input_;
  size_t input_at_ = 0;
  size_t size_;
  size_t have_ = 0;
  bool failed_ = false;
  std::string buffer_;
};

}  // namespace clew::block::parquet
