#include "block/trace_file.h"

#include <algorithm>

#include "block/trace_file_rows.h"

namespace clew::block {
namespace {

using parquet::FieldSpec;
using parquet::LeafSpec;
using table::TracePart;

enum Leaf : uint32_t {
  kTraceId, kFirstRow, kSpanCount, kErrorCount, kStartTime, kDuration, kHasRoot, kRootService, kRootName, kSessionId,
  kServiceName, kServiceSpans, kServiceErrors,
};

parquet::Schema schema() {
  return parquet::Schema({FieldSpec::flat(LeafSpec::fixed("trace_id", 16)), FieldSpec::flat(LeafSpec::int64("first_row")),
                          FieldSpec::flat(LeafSpec::int64("span_count")), FieldSpec::flat(LeafSpec::int64("error_count")),
                          FieldSpec::flat(LeafSpec::timestamp("start_time")), FieldSpec::flat(LeafSpec::int64("duration")),
                          FieldSpec::flat(LeafSpec::boolean("has_root")), FieldSpec::flat(LeafSpec::string("root_service")),
                          FieldSpec::flat(LeafSpec::string("root_name")),
                          FieldSpec::flat(LeafSpec::string("session_id", true)),
                          FieldSpec::list("services", {LeafSpec::string("name"), LeafSpec::int64("span_count"),
                                                       LeafSpec::int64("error_count")})});
}

TracePart part_at(const RowsPage& page, uint32_t row) {
  TracePart part;
  part.trace_id = page.id16(kTraceId, row);
  part.first_row = static_cast<uint32_t>(page.number(kFirstRow, row));
  part.span_count = static_cast<uint32_t>(page.number(kSpanCount, row));
  part.error_count = static_cast<uint32_t>(page.number(kErrorCount, row));
  part.start_ns = page.number(kStartTime, row);
  part.end_ns = part.start_ns + page.number(kDuration, row);
  part.has_root = page.boolean(kHasRoot, row);
  part.root_service = page.text(kRootService, row);
  part.root_name = page.text(kRootName, row);
  part.session_id = page.text(kSessionId, row);
  for (const uint32_t at : page.elements(kServiceName, row)) {
    part.services.push_back({std::string(page.text(kServiceName, at)),
                             static_cast<uint32_t>(page.number(kServiceSpans, at)),
                             static_cast<uint32_t>(page.number(kServiceErrors, at))});
  }
  return part;
}

}  // namespace

stdx::Result<parquet::WrittenFile> write_trace_file(std::span<const TracePart> traces, int zstd_level,
                                                    disk::ObjectWriter& out) {
  RowsBuilder rows(schema());
  for (const TracePart& part : traces) {
    rows.add_id16(kTraceId, part.trace_id);
    rows.add_number(kFirstRow, part.first_row);
    rows.add_number(kSpanCount, part.span_count);
    rows.add_number(kErrorCount, part.error_count);
    rows.add_number(kStartTime, part.start_ns);
    rows.add_number(kDuration, part.end_ns - part.start_ns);
    rows.add_boolean(kHasRoot, part.has_root);
    rows.add_text(kRootService, part.root_service);
    rows.add_text(kRootName, part.root_name);
    if (part.session_id.empty()) {
      rows.add_null(kSessionId);
    } else {
      rows.add_text(kSessionId, part.session_id);
    }
    for (const table::ServiceCount& service : part.services) {
      rows.add_text(kServiceName, service.name);
      rows.add_number(kServiceSpans, service.span_count);
      rows.add_number(kServiceErrors, service.error_count);
    }
    rows.end_row();
  }
  return rows.write({kTraceId}, {kTraceId, kSessionId}, {.zstd_level = zstd_level, .for_point_reads = true}, out);
}

stdx::Result<std::vector<TracePart>> read_trace_parts(const BlockFile& file, std::span<const otlp::TraceId> trace_ids) {
  std::vector<TracePart> parts;
  if (auto fits = check_schema(file, schema()); !fits) return std::unexpected(fits.error());
  size_t next = 0;
  std::string id;
  for (uint32_t group = 0; group < file.group_count() && next < trace_ids.size(); ++group) {
    auto index = file.index(group, kTraceId);
    if (!index) return std::unexpected(index.error());
    const auto& bounds = (*index)->bounds;
    if (bounds.size() != (*index)->pages.size()) {
      return stdx::fail(stdx::ErrorCode::kDataLoss, file.name() + ": column trace_id has no column index");
    }
    for (uint32_t page = 0; page < bounds.size() && next < trace_ids.size(); ++page) {
      while (next < trace_ids.size() && otlp::to_bytes(trace_ids[next]) < bounds[page].low) ++next;
      if (next == trace_ids.size() || otlp::to_bytes(trace_ids[next]) > bounds[page].high) continue;
      auto ids = file.read_page(group, kTraceId, page, {0, file.page_rows(group, page)});
      if (!ids) return std::unexpected(ids.error());
      std::vector<uint32_t> wanted;
      const auto& all = ids->decoded.ids16;
      for (; next < trace_ids.size() && otlp::to_bytes(trace_ids[next]) <= bounds[page].high; ++next) {
        const auto at = std::lower_bound(all.begin(), all.end(), trace_ids[next]);
        if (at != all.end() && *at == trace_ids[next]) wanted.push_back(static_cast<uint32_t>(at - all.begin()));
      }
      // A few rows of a page are read one by one; many share the decoding.
      constexpr size_t kSingleRowsMax = 3;
      const bool single = wanted.size() <= kSingleRowsMax;
      for (size_t i = 0; i < wanted.size();) {
        const uint32_t first = wanted[i], last = single ? first : wanted.back();
        auto rows = RowsPage::read(file, group, page, {first, last + 1});
        if (!rows) return std::unexpected(rows.error());
        for (; i < wanted.size() && wanted[i] <= last; ++i) parts.push_back(part_at(*rows, wanted[i] - first));
      }
    }
  }
  return parts;
}

stdx::Result<std::vector<TracePart>> read_all_trace_parts(const BlockFile& file) {
  std::vector<TracePart> parts;
  if (auto fits = check_schema(file, schema()); !fits) return std::unexpected(fits.error());
  auto done = for_each_page(file, [&](const RowsPage& page) {
    for (uint32_t row = 0; row < page.row_count(); ++row) parts.push_back(part_at(page, row));
  });
  if (!done) return std::unexpected(done.error());
  return parts;
}

}  // namespace clew::block
