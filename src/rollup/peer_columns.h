// Per row: whom a client or producer span says it talks to, and over what.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "table/rollup_rows.h"
#include "table/span_table.h"

namespace clew::rollup {

// Reads the attribute columns that matter once, front to back, instead of looking rows up in them. The attributes are
// OpenTelemetry's, old and new names; of several, the one listed last in peer_columns.cc wins.
class PeerColumns {
 public:
  PeerColumns(const table::SpanTable& table, uint32_t row_end);

  table::ConnectionType type(uint32_t row) const { return static_cast<table::ConnectionType>(types_[row]); }
  bool has_peer(uint32_t row) const { return peers_[row].column != kNoColumn; }
  // Identifies the peer's name in this table: equal keys are equal names of one attribute.
  uint64_t peer_key(uint32_t row) const { return uint64_t{peers_[row].column} << 32 | peers_[row].code; }
  std::string_view peer_name(uint64_t peer_key) const;

 private:
  static constexpr uint32_t kNoColumn = 0xffffffffu;
  struct Peer {
    uint32_t column = kNoColumn;  // Index into the table's attribute columns.
    uint32_t code = 0;
  };
  const table::SpanTable& table_;
  std::vector<uint8_t> types_;
  std::vector<Peer> peers_;
};

}  // namespace clew::rollup
