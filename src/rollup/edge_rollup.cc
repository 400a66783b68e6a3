#include <algorithm>
#include <bit>
#include <tuple>

#include <absl/container/flat_hash_map.h>

#include "rollup/histogram_builder.h"
#include "rollup/peer_columns.h"
#include "rollup/rollups.h"

namespace clew::rollup {
namespace {

using otlp::SpanKind;
using table::kNoRow;
using table::SpanTable;

// Span id → rows of one trace, rebuilt for each. Spans with one id (Zipkin's shared spans) are all kept.
class SpanIdIndex {
 public:
  void build(const SpanTable& table, std::span<const uint32_t> rows) {
    mask_ = std::bit_ceil(rows.size() * 2) - 1;
    slots_.assign(mask_ + 1, kNoRow);
    for (const uint32_t row : rows) {
      size_t index = hash(table.span_ids()[row]);
      while (slots_[index] != kNoRow) index = (index + 1) & mask_;
      slots_[index] = row;
    }
  }
  // The first row with this id for which `accept` says so, or kNoRow.
  template <class Accept>
  uint32_t find(const SpanTable& table, otlp::SpanId id, Accept&& accept) const {
    for (size_t index = hash(id); slots_[index] != kNoRow; index = (index + 1) & mask_) {
      const uint32_t row = slots_[index];
      if (table.span_ids()[row] == id && accept(row)) return row;
    }
    return kNoRow;
  }

 private:
  size_t hash(otlp::SpanId id) const { return (id * 0x9e3779b97f4a7c15ull >> 32) & mask_; }
  std::vector<uint32_t> slots_;
  size_t mask_ = 0;
};

struct EdgeKey {
  uint32_t caller_service;
  uint32_t caller_name;
  uint64_t callee_service;  // Service code, or the peer key of a virtual callee.
  uint32_t callee_name;
  bool callee_virtual;
  uint8_t type;
  int64_t minute_ns;

  bool operator==(const EdgeKey&) const = default;
  template <typename H>
  friend H AbslHashValue(H h, const EdgeKey& k) {
    return H::combine(std::move(h), k.caller_service, k.caller_name, k.callee_service, k.callee_name, k.callee_virtual,
                      k.type, k.minute_ns);
  }
};

struct EdgeCell {
  int64_t count = 0;
  int64_t error_count = 0;
  HistogramBuilder caller_durations;
  HistogramBuilder callee_durations;
};

class EdgeBuilder {
 public:
  EdgeBuilder(const SpanTable& table, const table::TraceOrder& order)
      : table_(table), order_(order), row_end_(row_end_of(order)), peers_(table, row_end_), answered_(row_end_) {}

  std::vector<table::EdgeRow> build() {
    for (const uint32_t index : order_.runs_by_arrival) {
      const table::TraceRun& run = order_.runs[index];
      add_trace(std::span(order_.rows).subspan(run.first, run.count));
    }
    return rows();
  }

 private:
  static uint32_t row_end_of(const table::TraceOrder& order) {
    return order.rows.empty() ? 0 : *std::ranges::max_element(order.rows) + 1;
  }
  SpanKind kind(uint32_t row) const { return static_cast<SpanKind>(table_.kinds()[row]); }
  bool is_error(uint32_t row) const {
    return table_.statuses()[row] == static_cast<uint8_t>(otlp::StatusCode::kError);
  }
  uint32_t service(uint32_t row) const {
    return table_.resource_services()[table_.resources()[row]].load(std::memory_order_acquire);
  }
  static bool calls(SpanKind kind) { return kind == SpanKind::kClient || kind == SpanKind::kProducer; }
  static bool answers(SpanKind kind) { return kind == SpanKind::kServer || kind == SpanKind::kConsumer; }

  void add_trace(std::span<const uint32_t> rows) {
    index_.build(table_, rows);
    for (const uint32_t row : rows) {
      const uint32_t caller = caller_of(row);
      if (caller == kNoRow) continue;
      const bool paired = calls(kind(caller)) && answers(kind(row));
      if (!paired && service(caller) == service(row)) continue;
      answered_[caller] = true;
      add_call(caller, row);
    }
    for (const uint32_t row : rows) {
      if (calls(kind(row)) && !answered_[row] && peers_.has_peer(row)) add_virtual_call(row);
    }
  }

  uint32_t caller_of(uint32_t row) const {
    if (kind(row) == SpanKind::kServer) {
      const uint32_t shared = index_.find(table_, table_.span_ids()[row],
                                          [&](uint32_t other) { return kind(other) == SpanKind::kClient; });
      if (shared != kNoRow) return shared;
    }
    const otlp::SpanId parent = table_.parent_span_ids()[row];
    if (parent == 0) return kNoRow;
    const auto is_other = [&](uint32_t other) { return other != row; };
    // Below a shared id hang the children of the server's half, which runs in their service.
    const uint32_t same_service = index_.find(
        table_, parent, [&](uint32_t other) { return other != row && service(other) == service(row); });
    return same_service != kNoRow ? same_service : index_.find(table_, parent, is_other);
  }

  void add_call(uint32_t caller, uint32_t callee) {
    table::ConnectionType type = peers_.type(caller);
    if (type == table::ConnectionType::kUnknown) type = peers_.type(callee);
    const EdgeKey key{service(caller),        table_.names()[caller], service(callee), table_.names()[callee], false,
                      static_cast<uint8_t>(type), minute_of(table_.starts()[caller])};
    EdgeCell& found = cell(key);
    ++found.count;
    found.error_count += is_error(caller) || is_error(callee);
    found.caller_durations.add(pool_, table_.durations()[caller]);
    found.callee_durations.add(pool_, table_.durations()[callee]);
  }

  void add_virtual_call(uint32_t caller) {
    const EdgeKey key{service(caller),        table_.names()[caller], peers_.peer_key(caller), table_.names()[caller],
                      true, static_cast<uint8_t>(peers_.type(caller)), minute_of(table_.starts()[caller])};
    EdgeCell& found = cell(key);
    ++found.count;
    found.error_count += is_error(caller);
    found.caller_durations.add(pool_, table_.durations()[caller]);
  }

  EdgeCell& cell(const EdgeKey& key) {
    const auto [found, added] = cell_by_key_.try_emplace(key, static_cast<uint32_t>(cells_.size()));
    if (added) cells_.emplace_back();
    return cells_[found->second];
  }

  std::string service_name(uint32_t code) const {
    return code == table::kNullCode ? std::string() : std::string(table_.service_dictionary().at(code));
  }

  std::vector<table::EdgeRow> rows() const;

  const SpanTable& table_;
  const table::TraceOrder& order_;
  const uint32_t row_end_;
  const PeerColumns peers_;
  std::vector<bool> answered_;
  SpanIdIndex index_;
  absl::flat_hash_map<EdgeKey, uint32_t> cell_by_key_;
  std::vector<EdgeCell> cells_;
  HistogramPool pool_;
};

auto sort_key(const table::EdgeRow& row) {
  return std::tie(row.caller_service, row.minute_ns, row.caller_operation, row.callee_service, row.callee_operation,
                  row.type, row.callee_virtual);
}

std::vector<table::EdgeRow> EdgeBuilder::rows() const {
  std::vector<table::EdgeRow> rows;
  rows.reserve(cells_.size());
  for (const auto& [key, index] : cell_by_key_) {
    const EdgeCell& cell = cells_[index];
    table::EdgeRow& row = rows.emplace_back();
    row.caller_service = service_name(key.caller_service);
    row.caller_operation = table_.name_dictionary().at(key.caller_name);
    row.callee_service = key.callee_virtual ? std::string(peers_.peer_name(key.callee_service))
                                            : service_name(static_cast<uint32_t>(key.callee_service));
    row.callee_operation = table_.name_dictionary().at(key.callee_name);
    row.type = static_cast<table::ConnectionType>(key.type);
    row.callee_virtual = key.callee_virtual;
    row.minute_ns = key.minute_ns;
    row.count = cell.count;
    row.error_count = cell.error_count;
    row.caller_durations = cell.caller_durations.build(pool_);
    row.callee_durations = cell.callee_durations.build(pool_);
  }
  std::ranges::sort(rows, {}, sort_key);
  // Peers of one name may come from different attributes or codes; they are one edge.
  std::vector<table::EdgeRow> merged;
  for (table::EdgeRow& row : rows) {
    if (merged.empty() || sort_key(merged.back()) != sort_key(row)) {
      merged.push_back(std::move(row));
      continue;
    }
    table::EdgeRow& same = merged.back();
    same.count += row.count;
    same.error_count += row.error_count;
    table::merge_into(same.caller_durations, row.caller_durations);
    table::merge_into(same.callee_durations, row.callee_durations);
  }
  return merged;
}

}  // namespace

std::vector<table::EdgeRow> build_edges(const SpanTable& table, const table::TraceOrder& order) {
  return EdgeBuilder(table, order).build();
}

}  // namespace clew::rollup
