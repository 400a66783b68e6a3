// gzip and zlib by libdeflate, which works on whole buffers: it is told how much room there is, and asks for more.
#include <fmt/format.h>
#include <libdeflate.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>

#include "wire/content_coding.h"

namespace clew::wire {

namespace {

// Deflate cannot expand by more than this, so a claim beyond it is a lie.
constexpr size_t kDeflateRatioMax = 1032;
// First guess of the expansion where the input does not say; doubled until it fits or the cap is reached.
constexpr size_t kRatioGuess = 8;
constexpr size_t kRoomMin = 4096;

struct Free {
  void operator()(libdeflate_decompressor* tool) const { libdeflate_free_decompressor(tool); }
  void operator()(libdeflate_compressor* tool) const { libdeflate_free_compressor(tool); }
};

// One for each thread, as they are costly to make and hold no state between calls.
libdeflate_decompressor* decompressor() {
  thread_local const std::unique_ptr<libdeflate_decompressor, Free> tool(libdeflate_alloc_decompressor());
  if (!tool) throw std::bad_alloc();
  return tool.get();
}

using DecompressCall = decltype(&libdeflate_gzip_decompress_ex);

std::unexpected<stdx::Error> too_large(size_t size_max) {
  return stdx::fail(stdx::ErrorCode::kPayloadTooLarge,
                    fmt::format("body decompresses to more than the limit of {} bytes", size_max));
}

// Decodes one member at the start of `bytes`, appending to `out`, whose size never passes size_max. Returns the bytes taken.
// `room` is the first guess. Each retry at least doubles it, so the work stays linear.
stdx::Result<size_t> decode_member(DecompressCall call, const char* format, std::string_view bytes, size_t room,
                                   size_t size_max, std::string& out) {
  const size_t before = out.size();
  room = std::clamp(room, std::min(kRoomMin, size_max - before), size_max - before);
  for (;;) {
    size_t taken = 0;
    size_t produced = 0;
    libdeflate_result result = LIBDEFLATE_BAD_DATA;
    out.resize_and_overwrite(before + room, [&](char* data, size_t) {
      result = call(decompressor(), bytes.data(), bytes.size(), data + before, room, &taken, &produced);
      return before + (result == LIBDEFLATE_SUCCESS ? produced : 0);
    });
    if (result == LIBDEFLATE_SUCCESS) return taken;
    if (result != LIBDEFLATE_INSUFFICIENT_SPACE) {
      return stdx::fail(stdx::ErrorCode::kInvalidArgument,
                        fmt::format("{} data of {} bytes is damaged or cut short", format, bytes.size()));
    }
    if (room == size_max - before) return too_large(size_max);
    room = std::min(room * 2, size_max - before);
  }
}

// Guesses the decoded size from gzip's last four bytes (the size modulo 2^32), where that is plausible.
size_t gzip_room(std::string_view bytes) {
  const size_t guess = bytes.size() * kRatioGuess;
  if (bytes.size() < 18) return guess;
  uint32_t claimed;
  std::memcpy(&claimed, bytes.data() + bytes.size() - sizeof claimed, sizeof claimed);
  return claimed <= bytes.size() * 64 && claimed <= bytes.size() * kDeflateRatioMax ? claimed : guess;
}

template <class Bound, class Compress>
std::string encode(std::string_view bytes, int level, Bound bound, Compress compress) {
  thread_local std::unique_ptr<libdeflate_compressor, Free> tool;
  thread_local int tool_level = 0;
  if (!tool || tool_level != level) {
    tool.reset(libdeflate_alloc_compressor(level));
    if (!tool) throw std::bad_alloc();
    tool_level = level;
  }
  std::string out;
  out.resize_and_overwrite(bound(tool.get(), bytes.size()), [&](char* data, size_t room) {
    return compress(tool.get(), bytes.data(), bytes.size(), data, room);
  });
  return out;
}

}  // namespace

stdx::Result<std::string> decode_gzip(std::string_view bytes, size_t size_max) {
  std::string out;
  do {
    auto taken = decode_member(libdeflate_gzip_decompress_ex, "gzip", bytes, gzip_room(bytes), size_max, out);
    if (!taken) return std::unexpected(std::move(taken.error()));
    bytes.remove_prefix(*taken);
  } while (!bytes.empty());
  return out;
}

stdx::Result<std::string> decode_deflate(std::string_view bytes, size_t size_max) {
  // RFC 1950: the method is 8 and the first two bytes, big-endian, divide by 31.
  const bool zlib = bytes.size() >= 2 && (bytes[0] & 0x0F) == 8 &&
                    (static_cast<unsigned char>(bytes[0]) * 256u + static_cast<unsigned char>(bytes[1])) % 31 == 0;
  std::string out;
  auto taken = decode_member(zlib ? libdeflate_zlib_decompress_ex : libdeflate_deflate_decompress_ex,
                             zlib ? "zlib" : "deflate", bytes, bytes.size() * kRatioGuess, size_max, out);
  if (!taken) return std::unexpected(std::move(taken.error()));
  if (*taken != bytes.size()) {
    return stdx::fail(stdx::ErrorCode::kInvalidArgument,
                      fmt::format("{} bytes follow the end of the deflate data", bytes.size() - *taken));
  }
  return out;
}

std::string encode_gzip(std::string_view bytes, int level) {
  return encode(bytes, level, libdeflate_gzip_compress_bound, libdeflate_gzip_compress);
}

std::string encode_deflate(std::string_view bytes, int level) {
  return encode(bytes, level, libdeflate_zlib_compress_bound, libdeflate_zlib_compress);
}

}  // namespace clew::wire
