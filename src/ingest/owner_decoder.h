// Resources and instrumentation scopes from the wire into a table: what all signals of OTLP share.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include <absl/container/flat_hash_map.h>

#include "ingest/attribute_writer.h"
#include "table/row_table.h"

namespace clew::ingest {

// Resources and scopes are recognised by the hash of their bytes and decoded once per table. One thread; table and counts
// must outlive it. Guarded by the fuzzers of the decoders that use it.
class OwnerDecoder {
 public:
  OwnerDecoder(table::RowTable& table, RepairCounts& repairs);

  // `message` is an encoded Resource (InstrumentationScope), `schema_url` the one that came with it.
  uint32_t resource_ordinal(std::string_view message, std::string_view schema_url);
  uint32_t instrumentation_ordinal(std::string_view message, std::string_view schema_url);

  // Rare fixed fields, which have a value only where they are not empty.
  void set_text(table::Scope scope, std::string_view name, uint32_t owner, std::string_view text);
  void set_count(table::Scope scope, std::string_view name, uint32_t owner, uint64_t count);

 private:
  using BytesHash = std::pair<uint64_t, uint64_t>;
  uint32_t add_resource(std::string_view message, std::string_view schema_url);
  uint32_t add_instrumentation(std::string_view message, std::string_view schema_url);

  table::RowTable& table_;
  RepairCounts& repairs_;
  AttributeWriter resource_attributes_;
  AttributeWriter scope_attributes_;
  absl::flat_hash_map<BytesHash, uint32_t> resources_;
  absl::flat_hash_map<BytesHash, uint32_t> instrumentations_;
};

}  // namespace clew::ingest
