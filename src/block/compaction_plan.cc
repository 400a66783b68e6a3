#include "block/compaction_plan.h"

#include <algorithm>
#include <bit>
#include <span>
#include <tuple>

namespace clew::block {
namespace {

int size_class(uint64_t span_count) { return (static_cast<int>(std::bit_width(span_count)) + 2) / 3; }

// The longest prefix of a run of neighbours that stays within the limits.
std::vector<std::string> take(std::span<const CompactionCandidate> run, uint32_t inputs_min,
                              const CompactionOptions& options) {
  std::vector<std::string> names;
  uint64_t spans = 0;
  uint64_t bytes = 0;
  for (const CompactionCandidate& candidate : run) {
    spans += candidate.span_count;
    bytes += candidate.stored_bytes;
    if (names.size() == options.inputs_max || spans > options.target_spans || bytes > options.target_bytes) break;
    names.push_back(candidate.name);
  }
  if (names.size() < inputs_min) names.clear();
  return names;
}

}  // namespace

std::vector<std::string> plan_compaction(std::vector<CompactionCandidate> candidates, const std::string& today,
                                         const CompactionOptions& options) {
  std::erase_if(candidates, [&](const CompactionCandidate& c) {
    return c.span_count >= options.target_spans / 2 || c.stored_bytes >= options.target_bytes / 2;
  });
  const auto group = [&](const CompactionCandidate& c) {
    return std::pair(c.date, c.date < today ? 0 : size_class(c.span_count));
  };
  std::ranges::sort(candidates, {}, [&](const CompactionCandidate& c) {
    return std::tuple(group(c), c.cut_time_ns, c.name);
  });
  for (size_t begin = 0; begin < candidates.size();) {
    size_t end = begin;
    while (end < candidates.size() && group(candidates[end]) == group(candidates[begin])) ++end;
    const uint32_t inputs_min = candidates[begin].date < today ? 2 : options.inputs_min;
    // A block that fits with none of its followers must not keep the followers from being joined.
    for (; begin + 1 < end; ++begin) {
      const std::span run(candidates.data() + begin, end - begin);
      if (auto names = take(run, inputs_min, options); !names.empty()) return names;
    }
    begin = end;
  }
  return {};
}

}  // namespace clew::block
