// Which blocks to join next. Pure: a list of blocks in, a list of inputs out.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace clew::block {

struct CompactionOptions {
  bool enabled = true;
  int64_t interval_ns = 30'000'000'000;
  // Blocks of at least half of this are left alone. All inputs of a join are in memory at once, as the head's rows are: about
  // 300 bytes a span, so this is also what a join costs.
  uint64_t target_spans = 400'000;
  uint64_t target_bytes = uint64_t{24} << 20;  // The same, by stored bytes, for spans that are larger.
  uint32_t inputs_max = 16;
  uint32_t inputs_min = 4;            // Of one size class, within today.
};

struct CompactionCandidate {
  std::string name;
  std::string date;  // The block's folder, YYYY-MM-DD.
  uint64_t span_count = 0;  // Rows of all tables.
  uint64_t stored_bytes = 0;
  int64_t cut_time_ns = 0;
};

// Names of the blocks to join, oldest first; empty if there is nothing to do. Only blocks of one date are joined, so that
// retention by age stays exact to a day. Of the current date, blocks of one size class (a power of eight spans) are joined
// once `inputs_min` of them are there, so that a span is written again only a few times; of dates gone by, all that together
// stay below the target.
std::vector<std::string> plan_compaction(std::vector<CompactionCandidate> candidates, const std::string& today,
                                         const CompactionOptions& options);

}  // namespace clew::block
