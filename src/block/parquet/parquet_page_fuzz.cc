// Any bytes as a page, a dictionary, a page index or a bloom filter: an error or values, never more.
#include <cstdint>
#include <memory>
#include <string_view>

#include "block/parquet/file_reader.h"
#include "block/parquet/page_decoder.h"
#include "block/parquet/parquet_limits.h"

using namespace clew::block::parquet;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 6) return 0;
  static const Leaf kLeaves[] = {
      {LeafSpec::string("s"), ""},      {LeafSpec::string("s", true), ""}, {LeafSpec::int64("i", true), ""},
      {LeafSpec::int32("n"), ""},       {LeafSpec::real("d", true), ""},   {LeafSpec::boolean("b", true), ""},
      {LeafSpec::fixed("f", 8, true), ""}, {LeafSpec::fixed("t", 16), ""}, {LeafSpec::string("s", true), "l"},
      {LeafSpec::int64("i"), "l"},
  };
  const Leaf& leaf = kLeaves[data[0] % std::size(kLeaves)];
  const Codec codec = data[1] % 2 == 0 ? Codec::kUncompressed : Codec::kZstd;
  const uint32_t rows = 1 + data[2] % 64 * 128;
  const uint32_t begin = data[3] * rows / 256, end = begin + data[4] * (rows - begin) / 255;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 6, size - 6);
  std::shared_ptr<const ValueList> dictionary;
  if (data[5] % 2 == 0) {
    auto list = ValueList::parse_plain(leaf.spec, std::string(bytes.substr(bytes.size() / 2)), data[5]);
    if (list) dictionary = std::make_shared<const ValueList>(std::move(*list));
  }
  auto page = decode_page(leaf, codec, bytes, rows, dictionary, {begin, end});
  if (page && !page->codes.empty()) {
    for (const uint32_t code : page->codes) {
      if (code != kNullIndex && page->values->text(code).size() > kPageBytesMax) __builtin_trap();
    }
  }
  (void)decode_offset_index(bytes);
  (void)decode_column_index(bytes);
  if (auto filter = BloomFilter::parse(std::string(bytes))) (void)filter->may_contain(size * 0x9e3779b97f4a7c15u);
  return 0;
}
