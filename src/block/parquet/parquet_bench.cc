// CPU of encoding and decoding one value, by kind of column; a row group of 65 536 rows.
#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "block/parquet/file_reader.h"
#include "block/parquet/file_writer.h"
#include "block/parquet/memory_source.h"
#include "block/parquet/page_decoder.h"
#include "block/parquet/parquet_limits.h"

namespace clew::block::parquet {
namespace {

constexpr uint32_t kRows = 65536;

class Strings final : public StringSource {
 public:
  std::vector<std::string> values;
  uint32_t code_count() const override { return static_cast<uint32_t>(values.size()); }
  void views(std::span<const uint32_t> codes, std::string_view* out) const override {
    for (const uint32_t code : codes) *out++ = values[code];
  }
};

// What a bench writes; `kind` picks it.
enum Kind { kConstant, kFewStrings, kManyStrings, kDistinctStrings, kAllNull, kSparse, kTimes, kSpanIds, kSmallInts };
constexpr const char* kNames[] = {"constant", "8 strings", "4096 strings", "distinct strings", "all null",
                                  "1 % of 8 strings", "times", "span ids", "small ints"};

struct Column {
  LeafSpec leaf;
  Strings strings;
  std::vector<uint32_t> codes;
  std::vector<int64_t> ints;
  std::vector<uint64_t> ids;

  explicit Column(Kind kind) {
    std::mt19937_64 random(7);
    const size_t distinct = kind == kConstant ? 1 : kind == kManyStrings ? 4096 : kind == kDistinctStrings ? kRows : 8;
    leaf = LeafSpec::string("column", true);
    for (size_t i = 0; i < distinct; ++i) strings.values.push_back("https://shop.example/item/" + std::to_string(random()));
    for (uint32_t i = 0; i < kRows; ++i) {
      const auto code = static_cast<uint32_t>(kind == kDistinctStrings ? i : random() % distinct);
      const bool null = kind == kAllNull || (kind == kSparse && random() % 100 != 0);
      codes.push_back(null ? kNullIndex : code);
    }
    int64_t time = 1'767'322'800'000'000'000;
    if (kind == kTimes) leaf = LeafSpec::timestamp("column");
    if (kind == kSmallInts) leaf = LeafSpec::int64("column");
    for (uint32_t i = 0; i < kRows; ++i) {
      if (kind == kTimes) ints.push_back(time += i % 20 == 0 ? static_cast<int64_t>(random() % 600'000'000'000) - 300'000'000'000
                                                            : static_cast<int64_t>(random() % 10'000'000));
      if (kind == kSmallInts) ints.push_back(200 + static_cast<int64_t>(random() % 5));
    }
    if (kind == kSpanIds) leaf = LeafSpec::fixed("column", 8);
    for (uint32_t i = 0; i < kRows; ++i) ids.push_back(random());
  }

  std::string write() const {
    std::string bytes;
    FileWriter writer(Schema({FieldSpec::flat(leaf)}), {kRows}, EncoderOptions{},
                      [&](std::string_view part) -> stdx::Result<void> {
                        bytes.append(part);
                        return {};
                      });
    ColumnInput input;
    input.row_count = kRows;
    input.codes = codes;
    input.strings = &strings;
    input.ints = ints;
    input.ids8 = ids;
    (void)writer.write_chunk(0, 0, input, true);
    (void)writer.finish();
    return bytes;
  }
};

void encode(benchmark::State& state) {
  const Column column(static_cast<Kind>(state.range(0)));
  size_t size = 0;
  for (auto _ : state) size = column.write().size();
  state.SetItemsProcessed(state.iterations() * kRows);
  state.counters["bytes_a_value"] = static_cast<double>(size) / kRows;
  state.SetLabel(kNames[state.range(0)]);
}
BENCHMARK(encode)->DenseRange(kConstant, kSmallInts);

// `rows`: of each page, from its middle.
void decode_rows(benchmark::State& state, uint32_t rows) {
  const Column column(static_cast<Kind>(state.range(0)));
  const std::string bytes = column.write();
  const MemorySource source("bench", bytes);
  const auto meta = read_footer(source, std::nullopt);
  const ChunkPlace place{source, meta->schema.leaves()[0], meta->row_groups[0].chunks[0], 0, kRows};
  const auto index = read_chunk_index(place);
  const auto dictionary = read_dictionary(place, *index);
  const RowRange range = rows == kPageRows ? RowRange{0, rows} : RowRange{kPageRows / 2, kPageRows / 2 + rows};
  for (auto _ : state) {
    for (uint32_t page = 0; page < index->pages.size(); ++page) {
      const auto body = read_page_bytes(place, *index, page);
      benchmark::DoNotOptimize(decode_page(place.leaf, place.meta.codec, *body, kPageRows, *dictionary, range));
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(index->pages.size() * rows));
  state.SetLabel(kNames[state.range(0)]);
}
void decode_page_whole(benchmark::State& state) { decode_rows(state, kPageRows); }
void decode_20_rows_of_a_page(benchmark::State& state) { decode_rows(state, 20); }
BENCHMARK(decode_page_whole)->DenseRange(kConstant, kSmallInts);
BENCHMARK(decode_20_rows_of_a_page)->DenseRange(kConstant, kSmallInts);

}  // namespace
}  // namespace clew::block::parquet
