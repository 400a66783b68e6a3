#include "block/parquet/page_batch.h"

namespace clew::block::parquet {

void PageBatch::clear() {
  bytes.clear();
  pages.clear();
  value_count = null_count = 0;
  any_compressed = false;
}

EncodedPage& append_page(PageBatch& batch, PageCompressor& compressor, std::string_view levels, std::string_view values,
                         bool try_compress) {
  constexpr size_t kCompressedSizeMin = 48;  // Below it zstd's frame eats what it saves.
  EncodedPage& page = batch.pages.emplace_back();
  page.body_at = batch.bytes.size();
  page.header.uncompressed_size = static_cast<uint32_t>(levels.size() + values.size());
  page.header.is_compressed = false;
  batch.bytes.append(levels);
  if (try_compress && values.size() >= kCompressedSizeMin) {
    const std::string_view compressed = compressor.compress(values);
    if (static_cast<double>(compressed.size()) < static_cast<double>(values.size()) * (1 - kCompressionSavingMin)) {
      page.header.is_compressed = true;
      batch.any_compressed = true;
      values = compressed;
    }
  }
  batch.bytes.append(values);
  page.header.compressed_size = static_cast<uint32_t>(batch.bytes.size() - page.body_at);
  page.header.crc = page_crc(std::string_view(batch.bytes).substr(page.body_at));
  return page;
}

}  // namespace clew::block::parquet
