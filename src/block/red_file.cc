#include "block/red_file.h"

#include "block/red_file_histogram.h"
#include "block/trace_file_rows.h"

namespace clew::block {
namespace {

using parquet::FieldSpec;
using parquet::LeafSpec;
using table::RedRow;

enum Leaf : uint32_t { kService, kOperation, kKind, kStatus, kMinute, kCount, kErrors, kDurationSum, kBucket };

parquet::Schema schema() {
  return parquet::Schema({FieldSpec::flat(LeafSpec::string("service")), FieldSpec::flat(LeafSpec::string("operation")),
                          FieldSpec::flat(LeafSpec::int32("kind")), FieldSpec::flat(LeafSpec::int32("status_code")),
                          FieldSpec::flat(LeafSpec::timestamp("minute")), FieldSpec::flat(LeafSpec::int64("count")),
                          FieldSpec::flat(LeafSpec::int64("error_count")),
                          FieldSpec::flat(LeafSpec::int64("duration_sum")),
                          FieldSpec::list("durations", histogram_leaves())});
}

}  // namespace

stdx::Result<parquet::WrittenFile> write_red_file(std::span<const RedRow> rows, int zstd_level, disk::ObjectWriter& out) {
  RowsBuilder builder(schema());
  for (const RedRow& row : rows) {
    builder.add_text(kService, row.service);
    builder.add_text(kOperation, row.operation);
    builder.add_number(kKind, static_cast<int64_t>(row.kind));
    builder.add_number(kStatus, static_cast<int64_t>(row.status));
    builder.add_number(kMinute, row.minute_ns);
    builder.add_number(kCount, row.count);
    builder.add_number(kErrors, row.error_count);
    builder.add_number(kDurationSum, row.duration_sum_ns);
    add_histogram(builder, kBucket, row.durations);
    builder.end_row();
  }
  return builder.write({kService, kMinute}, {}, {.zstd_level = zstd_level}, out);
}

stdx::Result<std::vector<RedRow>> read_red_file(const BlockFile& file, table::TimeRange range) {
  std::vector<RedRow> rows;
  if (auto fits = check_schema(file, schema()); !fits) return std::unexpected(fits.error());
  auto done = for_each_page(file, [&](const RowsPage& page) {
    for (uint32_t at = 0; at < page.row_count(); ++at) {
      if (!minute_overlaps(page.number(kMinute, at), range)) continue;
      rows.push_back({std::string(page.text(kService, at)), std::string(page.text(kOperation, at)),
                      static_cast<otlp::SpanKind>(page.number(kKind, at)),
                      static_cast<otlp::StatusCode>(page.number(kStatus, at)), page.number(kMinute, at),
                      page.number(kCount, at), page.number(kErrors, at), page.number(kDurationSum, at),
                      histogram_at(page, kBucket, at)});
    }
  });
  if (!done) return std::unexpected(done.error());
  return rows;
}

}  // namespace clew::block
