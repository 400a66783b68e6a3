// Which attribute values occur in the traces of two groups. Internal to query/.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include "otlp/ids.h"
#include "query/analyse/distribution.h"
#include "query/compare.h"
#include "query/engine.h"
#include "query/execute/batch.h"
#include "query/execute/value_table.h"
#include "stdx/error.h"
#include "table/catalog.h"

namespace clew::query {

// Reads every attribute column of span and resource for the rows of the traces given, and counts in how many traces of each
// group a value occurs. One thread.
class TraceAttributes {
 public:
  // `ids` of both groups; sides[i] is 0 or 1.
  stdx::Result<void> read(const table::Catalog::Sets& sets, const std::vector<otlp::TraceId>& ids, const std::vector<uint8_t>& sides,
                          const QueryControl& control);
  // Ranks the attributes; keys in `ignored` are what the groups were chosen by.
  void rank(const absl::flat_hash_set<std::string>& ignored, uint32_t limit, Comparison& comparison) const;

 private:
  struct Attribute {
    absl::flat_hash_map<uint32_t, query_analyse::ValueCount> values;
    query_analyse::ValueCount with;
    // Largest number of each trace, for attributes that are measurements.
    absl::flat_hash_map<uint32_t, double> numbers;  // By trace.
  };
  stdx::Result<void> read_rows(query_execute::Batch& batch, const std::vector<uint32_t>& trace_of_row);
  void add(const std::string& key, uint32_t value, uint32_t trace);
  void rank_numbers(const std::string& key, const Attribute& attribute, std::vector<ComparedAttribute>& ranked) const;

  query_execute::ValueTable values_;
  std::map<std::string, Attribute> attributes_;
  absl::flat_hash_set<std::pair<uint64_t, uint32_t>> met_;  // (hash of key and value, trace)
  std::vector<uint8_t> sides_;
  query_analyse::ValueCount total_;
};

}  // namespace clew::query
