#include "wire/content_coding.h"

#include <gtest/gtest.h>
#include <zstd.h>

#include <algorithm>
#include <random>

namespace clew::wire {
namespace {

using stdx::ErrorCode;

// Text that compresses about as telemetry does.
std::string sample(size_t size) {
  std::mt19937 random(11);
  std::string text;
  while (text.size() < size) text += "http.route=/cart/" + std::to_string(random() % 1000) + ";";
  text.resize(size);
  return text;
}

// A frame without its content size, as streaming encoders write it.
std::string encode_zstd_unsized(std::string_view bytes) {
  ZSTD_CCtx* tool = ZSTD_createCCtx();
  std::string out(ZSTD_compressBound(bytes.size()) + 64, '\0');
  ZSTD_outBuffer to{out.data(), out.size(), 0};
  for (size_t done = 0; done < bytes.size(); done += 1000) {
    ZSTD_inBuffer from{bytes.data() + done, std::min<size_t>(1000, bytes.size() - done), 0};
    ZSTD_compressStream2(tool, &to, &from, ZSTD_e_continue);
  }
  ZSTD_inBuffer none{nullptr, 0, 0};
  ZSTD_compressStream2(tool, &to, &none, ZSTD_e_end);
  ZSTD_freeCCtx(tool);
  out.resize(to.pos);
  return out;
}

struct Coder {
  const char* name;
  std::string (*encode)(std::string_view);
};
const Coder kCoders[] = {
    {"gzip", [](std::string_view bytes) { return encode_gzip(bytes); }},
    {"deflate", [](std::string_view bytes) { return encode_deflate(bytes); }},
    {"zstd", [](std::string_view bytes) { return encode_zstd(bytes); }},
    {"zstd", [](std::string_view bytes) { return encode_zstd_unsized(bytes); }},
};

TEST(ContentCoding, RoundTripAtTheCapAndBeyondIt) {
  for (const Coder& coder : kCoders) {
    for (const size_t size : {size_t{0}, size_t{1}, size_t{4095}, size_t{4096}, size_t{70000}, size_t{3000000}}) {
      const std::string text = sample(size);
      const std::string coded = coder.encode(text);
      const auto decoded = decode_content(coder.name, coded, size);
      ASSERT_TRUE(decoded.has_value()) << coder.name << " " << size << ": " << decoded.error().message;
      EXPECT_TRUE(*decoded == text) << coder.name << " " << size;
      if (size == 0) continue;
      const auto refused = decode_content(coder.name, coded, size - 1);
      ASSERT_FALSE(refused.has_value()) << coder.name << " " << size;
      EXPECT_EQ(refused.error().code, ErrorCode::kPayloadTooLarge) << coder.name << " " << size;
    }
  }
}

TEST(ContentCoding, EveryTruncationIsAnError) {
  const std::string text = sample(2000);
  for (const Coder& coder : kCoders) {
    const std::string coded = coder.encode(text);
    for (size_t size = 0; size < coded.size(); ++size) {
      const auto decoded = decode_content(coder.name, coded.substr(0, size), 1 << 20);
      ASSERT_FALSE(decoded.has_value()) << coder.name << " cut to " << size;
      EXPECT_EQ(decoded.error().code, ErrorCode::kInvalidArgument) << coder.name << " cut to " << size;
    }
  }
}

TEST(ContentCoding, DamageIsAnErrorOrOtherBytesButNeverMoreThanTheCap) {
  std::mt19937 random(3);
  const std::string text = sample(5000);
  for (const Coder& coder : kCoders) {
    const std::string coded = coder.encode(text);
    for (int round = 0; round < 500; ++round) {
      std::string bad = coded;
      bad[random() % bad.size()] ^= static_cast<char>(1 + random() % 255);
      const auto decoded = decode_content(coder.name, bad, 6000);
      EXPECT_LE(decoded.has_value() ? decoded->size() : 0, 6000u);
    }
  }
}

TEST(ContentCoding, SeveralMembersAndFrames) {
  EXPECT_EQ(decode_gzip(encode_gzip("ab") + encode_gzip("") + encode_gzip("cd"), 4).value(), "abcd");
  EXPECT_EQ(decode_gzip(encode_gzip("ab") + encode_gzip("cd"), 3).error().code, ErrorCode::kPayloadTooLarge);
  EXPECT_EQ(decode_gzip(encode_gzip("ab") + "tail", 100).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(decode_zstd(encode_zstd("ab") + encode_zstd_unsized("cd") + encode_zstd("ef"), 6).value(), "abcdef");
  const std::string skippable("\x50\x2A\x4D\x18\x03\x00\x00\x00xyz", 11);
  EXPECT_EQ(decode_zstd(skippable + encode_zstd("ab"), 2).value(), "ab");
  EXPECT_EQ(decode_zstd(encode_zstd("ab") + "tail", 100).error().code, ErrorCode::kInvalidArgument);
}

TEST(ContentCoding, Bombs) {
  const std::string zeros(64 << 20, '\0');
  for (const Coder& coder : kCoders) {
    const std::string bomb = coder.encode(zeros);
    ASSERT_LT(bomb.size(), zeros.size() / 500);
    EXPECT_EQ(decode_content(coder.name, bomb, 1 << 20).error().code, ErrorCode::kPayloadTooLarge) << coder.name;
  }
  // A frame header that claims 2^60 bytes.
  const std::string claim("\x28\xB5\x2F\xFD\xE0\x00\x00\x00\x00\x00\x00\x00\x10\x01\x00\x00", 16);
  EXPECT_EQ(decode_zstd(claim, 1 << 20).error().code, ErrorCode::kPayloadTooLarge);
  // A window of 2 GB without a content size: must not be allocated.
  const std::string window("\x28\xB5\x2F\xFD\x00\xA8\x01\x00\x00", 9);
  EXPECT_EQ(decode_zstd(window, 1 << 20).error().code, ErrorCode::kInvalidArgument);
}

TEST(ContentCoding, RawDeflateIsTakenForDeflate) {
  const std::string zlib = encode_deflate("hello hello hello");
  EXPECT_EQ(decode_deflate(zlib.substr(2, zlib.size() - 6), 100).value(), "hello hello hello");
  EXPECT_EQ(decode_deflate(zlib + "x", 100).error().code, ErrorCode::kInvalidArgument);
}

TEST(ContentCoding, Names) {
  EXPECT_EQ(decode_content("", "x", 1).value(), "x");
  EXPECT_EQ(decode_content(" Identity ", "x", 1).value(), "x");
  EXPECT_EQ(decode_content("identity", "xy", 1).error().code, ErrorCode::kPayloadTooLarge);
  EXPECT_EQ(decode_content("X-GZip", encode_gzip("x"), 1).value(), "x");
  const auto refused = decode_content("br", "x", 1);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnsupportedMediaType);
  EXPECT_EQ(refused.error().message, "content encoding \"br\" is not supported; use gzip, deflate, zstd or identity");
  EXPECT_EQ(decode_content("gzip, gzip", "x", 1).error().code, ErrorCode::kUnsupportedMediaType);
}

}  // namespace
}  // namespace clew::wire
