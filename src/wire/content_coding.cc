#include "wire/content_coding.h"

#include <fmt/format.h>

#include "wire/ascii.h"

namespace clew::wire {

namespace {

enum class Coding { kIdentity, kGzip, kDeflate, kZstd, kOther };

Coding coding_of(std::string_view encoding) {
  const std::string_view name = trim_blanks(encoding);
  if (name.empty() || equal_ignoring_case(name, "identity")) return Coding::kIdentity;
  if (equal_ignoring_case(name, "gzip") || equal_ignoring_case(name, "x-gzip")) return Coding::kGzip;
  if (equal_ignoring_case(name, "deflate")) return Coding::kDeflate;
  if (equal_ignoring_case(name, "zstd")) return Coding::kZstd;
  return Coding::kOther;
}

}  // namespace

bool is_identity_coding(std::string_view encoding) { return coding_of(encoding) == Coding::kIdentity; }

stdx::Result<std::string> decode_content(std::string_view encoding, std::string bytes, size_t size_max) {
  switch (coding_of(encoding)) {
    case Coding::kGzip: return decode_gzip(bytes, size_max);
    case Coding::kDeflate: return decode_deflate(bytes, size_max);
    case Coding::kZstd: return decode_zstd(bytes, size_max);
    case Coding::kIdentity: break;
    case Coding::kOther:
      return stdx::fail(stdx::ErrorCode::kUnsupportedMediaType,
                        fmt::format("content encoding \"{:.40}\" is not supported; use gzip, deflate, zstd or identity",
                                    trim_blanks(encoding)));
  }
  if (bytes.size() > size_max) {
    return stdx::fail(stdx::ErrorCode::kPayloadTooLarge,
                      fmt::format("body of {} bytes is over the limit of {} bytes", bytes.size(), size_max));
  }
  return bytes;
}

}  // namespace clew::wire
