#include "block/parquet/page_compressor.h"

#include <algorithm>
#include <memory>

#include <libdeflate.h>
#include <zstd.h>

#include "block/parquet/parquet_limits.h"

namespace clew::block::parquet {
namespace {

ZSTD_DCtx* thread_context() {
  struct Free {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };
  thread_local std::unique_ptr<ZSTD_DCtx, Free> context(ZSTD_createDCtx());
  return context.get();
}

}  // namespace

uint32_t page_crc(std::string_view bytes) { return page_crc(0, bytes); }
uint32_t page_crc(uint32_t crc, std::string_view bytes) { return libdeflate_crc32(crc, bytes.data(), bytes.size()); }

PageCompressor::PageCompressor(int level) : context_(ZSTD_createCCtx()) {
  ZSTD_CCtx_setParameter(context_, ZSTD_c_compressionLevel, level);
}
PageCompressor::~PageCompressor() { ZSTD_freeCCtx(context_); }

std::string_view PageCompressor::compress(std::string_view bytes) {
  buffer_.resize(std::max(buffer_.size(), ZSTD_compressBound(bytes.size())));
  const size_t size = ZSTD_compress2(context_, buffer_.data(), buffer_.size(), bytes.data(), bytes.size());
  // With a buffer of the bound's size nothing can fail but memory; then the page stays uncompressed.
  if (ZSTD_isError(size)) return bytes;
  return std::string_view(buffer_).substr(0, size);
}

stdx::Result<void> decompress_page(std::string_view bytes, size_t size, std::string& out) {
  if (size > kPageBytesMax || size / kExpansionMax > bytes.size()) {
    return stdx::fail(stdx::ErrorCode::kDataLoss, "page claims an absurd decompressed size");
  }
  // libstdc++ 12 tells the function of more bytes than it was asked for.
  out.resize_and_overwrite(size, [size](char*, size_t) { return size; });
  const size_t done = ZSTD_decompressDCtx(thread_context(), out.data(), size, bytes.data(), bytes.size());
  if (ZSTD_isError(done)) {
    return stdx::fail(stdx::ErrorCode::kDataLoss, std::string("page does not decompress: ") + ZSTD_getErrorName(done));
  }
  if (done != size) return stdx::fail(stdx::ErrorCode::kDataLoss, "page decompresses to another size than its header says");
  return {};
}

PagePrefix::PagePrefix(std::string_view bytes, size_t size) : input_(bytes), size_(size) {
  failed_ = size > kPageBytesMax || size / kExpansionMax > bytes.size();
  if (failed_) return;
  context_ = thread_context();
  ZSTD_DCtx_reset(context_, ZSTD_reset_session_only);
}
PagePrefix::~PagePrefix() = default;

std::string_view PagePrefix::upto(size_t length) {
  length = std::min(length, size_);
  if (length > have_ && !failed_) {
    // Blocks of zstd are at most 128 KiB, so asking for less saves nothing.
    buffer_.resize(std::max(buffer_.size(), length));
    ZSTD_inBuffer in{input_.data(), input_.size(), input_at_};
    ZSTD_outBuffer out{buffer_.data(), length, have_};
    while (out.pos < length) {
      const size_t before_in = in.pos, before_out = out.pos;
      const size_t result = ZSTD_decompressStream(context_, &out, &in);
      if (ZSTD_isError(result) || (in.pos == before_in && out.pos == before_out)) {
        failed_ = true;
        break;
      }
    }
    input_at_ = in.pos;
    have_ = out.pos;
  }
  return std::string_view(buffer_).substr(0, std::min(have_, length));
}

}  // namespace clew::block::parquet
