// zstd frames, bounded by the caller's cap and by the window that RFC 8878 asks for.
#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>
#include <memory>
#include <new>

#include "wire/content_coding.h"

namespace clew::wire {

namespace {

constexpr size_t kRoomMin = 4096;
constexpr size_t kRatioGuess = 8;

struct Free {
  void operator()(ZSTD_DCtx* tool) const { ZSTD_freeDCtx(tool); }
  void operator()(ZSTD_CCtx* tool) const { ZSTD_freeCCtx(tool); }
};
using Decompressor = std::unique_ptr<ZSTD_DCtx, Free>;

std::unexpected<stdx::Error> damaged(size_t size, const char* why) {
  return stdx::fail(stdx::ErrorCode::kInvalidArgument, fmt::format("zstd data of {} bytes: {}", size, why));
}

std::unexpected<stdx::Error> too_large(size_t size_max) {
  return stdx::fail(stdx::ErrorCode::kPayloadTooLarge,
                    fmt::format("body decompresses to more than the limit of {} bytes", size_max));
}

// A frame that says how long its content is: in one step, the output being the window. Returns the bytes taken.
stdx::Result<size_t> decode_sized_frame(std::string_view bytes, size_t content_size, std::string& out) {
  thread_local const Decompressor tool(ZSTD_createDCtx());
  if (!tool) throw std::bad_alloc();
  const size_t frame_size = ZSTD_findFrameCompressedSize(bytes.data(), bytes.size());
  if (ZSTD_isError(frame_size)) return damaged(bytes.size(), "cut short");
  const size_t before = out.size();
  size_t result = 0;
  out.resize_and_overwrite(before + content_size, [&](char* data, size_t) {
    result = ZSTD_decompressDCtx(tool.get(), data + before, content_size, bytes.data(), frame_size);
    return before + (ZSTD_isError(result) ? 0 : result);
  });
  if (ZSTD_isError(result)) return damaged(bytes.size(), ZSTD_getErrorName(result));
  return frame_size;
}

// A frame that does not: streamed, with a window of its own that is freed at once. Returns the bytes taken.
stdx::Result<size_t> decode_unsized_frame(std::string_view bytes, size_t size_max, std::string& out) {
  const Decompressor tool(ZSTD_createDCtx());
  if (!tool) throw std::bad_alloc();
  ZSTD_DCtx_setParameter(tool.get(), ZSTD_d_windowLogMax, kZstdWindowLog2Max);
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  size_t room = std::max(bytes.size() * kRatioGuess, kRoomMin);
  for (;;) {
    const size_t before = out.size();
    // One byte more than allowed, so that content of exactly size_max bytes is told from too much.
    room = std::min(room, size_max - before + 1);
    size_t result = 0;
    ZSTD_outBuffer produced{nullptr, room, 0};
    out.resize_and_overwrite(before + room, [&](char* data, size_t) {
      produced.dst = data + before;
      result = ZSTD_decompressStream(tool.get(), &produced, &in);
      return before + produced.pos;
    });
    if (ZSTD_isError(result)) return damaged(bytes.size(), ZSTD_getErrorName(result));
    if (out.size() > size_max) return too_large(size_max);
    if (result == 0) return in.pos;
    // Room is left over, all input is taken, and the frame still is not at its end.
    if (in.pos == in.size && produced.pos < produced.size) return damaged(bytes.size(), "cut short");
    room = std::max(out.size(), kRoomMin);
  }
}

}  // namespace

stdx::Result<std::string> decode_zstd(std::string_view bytes, size_t size_max) {
  std::string out;
  do {
    const unsigned long long content_size = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
    if (content_size == ZSTD_CONTENTSIZE_ERROR) return damaged(bytes.size(), "not a zstd frame, or its header is cut short");
    stdx::Result<size_t> taken = 0;
    if (content_size == ZSTD_CONTENTSIZE_UNKNOWN) {
      taken = decode_unsized_frame(bytes, size_max, out);
    } else if (content_size > size_max - out.size()) {
      return too_large(size_max);
    } else {
      taken = decode_sized_frame(bytes, content_size, out);
    }
    if (!taken) return std::unexpected(std::move(taken.error()));
    bytes.remove_prefix(*taken);
  } while (!bytes.empty());
  return out;
}

std::string encode_zstd(std::string_view bytes, int level) {
  thread_local const std::unique_ptr<ZSTD_CCtx, Free> tool(ZSTD_createCCtx());
  if (!tool) throw std::bad_alloc();
  std::string out;
  out.resize_and_overwrite(ZSTD_compressBound(bytes.size()), [&](char* data, size_t room) {
    const size_t size = ZSTD_compressCCtx(tool.get(), data, room, bytes.data(), bytes.size(), level);
    return ZSTD_isError(size) ? 0 : size;
  });
  return out;
}

}  // namespace clew::wire
