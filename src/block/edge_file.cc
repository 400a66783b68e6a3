#include "block/edge_file.h"

#include <algorithm>
#include <array>

#include "block/red_file_histogram.h"
#include "block/trace_file_rows.h"

namespace clew::block {
namespace {

using parquet::FieldSpec;
using parquet::LeafSpec;
using table::ConnectionType;
using table::EdgeRow;

constexpr std::array<std::string_view, 7> kConnectionNames = {"http",      "rpc",     "db",     "cache",
                                                              "messaging", "browser", "unknown"};
static_assert(kConnectionNames.size() == static_cast<size_t>(ConnectionType::kUnknown) + 1);

enum Leaf : uint32_t {
  kCallerService, kCallerOperation, kCalleeService, kCalleeOperation, kType, kVirtual, kMinute, kCount, kErrors,
  kCallerBucket, kCallerBucketCount, kCalleeBucket,
};

parquet::Schema schema() {
  return parquet::Schema(
      {FieldSpec::flat(LeafSpec::string("caller_service")), FieldSpec::flat(LeafSpec::string("caller_operation")),
       FieldSpec::flat(LeafSpec::string("callee_service")), FieldSpec::flat(LeafSpec::string("callee_operation")),
       FieldSpec::flat(LeafSpec::string("connection_type")), FieldSpec::flat(LeafSpec::boolean("callee_virtual")),
       FieldSpec::flat(LeafSpec::timestamp("minute")), FieldSpec::flat(LeafSpec::int64("count")),
       FieldSpec::flat(LeafSpec::int64("error_count")), FieldSpec::list("caller_durations", histogram_leaves()),
       FieldSpec::list("callee_durations", histogram_leaves())});
}

ConnectionType type_of(std::string_view name) {
  const auto found = std::ranges::find(kConnectionNames, name);
  return found == kConnectionNames.end() ? ConnectionType::kUnknown
                                         : static_cast<ConnectionType>(found - kConnectionNames.begin());
}

}  // namespace

std::string_view connection_name(ConnectionType type) { return kConnectionNames[static_cast<size_t>(type)]; }

stdx::Result<parquet::WrittenFile> write_edge_file(std::span<const EdgeRow> rows, int zstd_level,
                                                   disk::ObjectWriter& out) {
  RowsBuilder builder(schema());
  for (const EdgeRow& row : rows) {
    builder.add_text(kCallerService, row.caller_service);
    builder.add_text(kCallerOperation, row.caller_operation);
    builder.add_text(kCalleeService, row.callee_service);
    builder.add_text(kCalleeOperation, row.callee_operation);
    builder.add_text(kType, connection_name(row.type));
    builder.add_boolean(kVirtual, row.callee_virtual);
    builder.add_number(kMinute, row.minute_ns);
    builder.add_number(kCount, row.count);
    builder.add_number(kErrors, row.error_count);
    add_histogram(builder, kCallerBucket, row.caller_durations);
    add_histogram(builder, kCalleeBucket, row.callee_durations);
    builder.end_row();
  }
  return builder.write({kCallerService, kMinute}, {}, {.zstd_level = zstd_level}, out);
}

stdx::Result<std::vector<EdgeRow>> read_edge_file(const BlockFile& file, table::TimeRange range) {
  std::vector<EdgeRow> rows;
  if (auto fits = check_schema(file, schema()); !fits) return std::unexpected(fits.error());
  auto done = for_each_page(file, [&](const RowsPage& page) {
    for (uint32_t at = 0; at < page.row_count(); ++at) {
      if (!minute_overlaps(page.number(kMinute, at), range)) continue;
      rows.push_back({std::string(page.text(kCallerService, at)), std::string(page.text(kCallerOperation, at)),
                      std::string(page.text(kCalleeService, at)), std::string(page.text(kCalleeOperation, at)),
                      type_of(page.text(kType, at)), page.boolean(kVirtual, at), page.number(kMinute, at),
                      page.number(kCount, at), page.number(kErrors, at), histogram_at(page, kCallerBucket, at),
                      histogram_at(page, kCalleeBucket, at)});
    }
  });
  if (!done) return std::unexpected(done.error());
  return rows;
}

}  // namespace clew::block
