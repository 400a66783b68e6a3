// HTTP's content codings, bounded: gzip, deflate and zstd bodies in, gzip out.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "stdx/error.h"

namespace clew::wire {

// The largest back-reference window that an encoder may demand of us when it does not say how long its content is: what
// RFC 8878 asks decoders to support, and all that HTTP encoders may use (RFC 9659).
inline constexpr int kZstdWindowLog2Max = 23;

// True for the codings that leave the bytes as they are: none given, or "identity".
bool is_identity_coding(std::string_view encoding);

// Decodes a body by its Content-Encoding (case and blanks around it do not matter). Never returns, nor touches the memory of,
// more than `size_max` bytes, whatever the input claims; time is linear in input and output. Any thread.
// kUnsupportedMediaType: another or several codings; kPayloadTooLarge: over size_max; kInvalidArgument: damaged or cut short.
// Guarded by content_coding_fuzz.
stdx::Result<std::string> decode_content(std::string_view encoding, std::string bytes, size_t size_max);

// One or more gzip members (RFC 1952), checksums verified; nothing else may follow them.
stdx::Result<std::string> decode_gzip(std::string_view bytes, size_t size_max);
// HTTP's "deflate": a zlib stream (RFC 1950), or the bare deflate data (RFC 1951) that some clients send in its place.
stdx::Result<std::string> decode_deflate(std::string_view bytes, size_t size_max);
// One or more zstd frames (RFC 8878), with or without a declared content size; skippable frames are skipped.
stdx::Result<std::string> decode_zstd(std::string_view bytes, size_t size_max);

// Levels are those of libdeflate (1 to 12) and zstd.
std::string encode_gzip(std::string_view bytes, int level = 4);
std::string encode_deflate(std::string_view bytes, int level = 4);
std::string encode_zstd(std::string_view bytes, int level = 1);

}  // namespace clew::wire
