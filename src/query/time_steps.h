// A time range cut into equal steps for a chart.
#pragma once

#include <algorithm>
#include <cstdint>

#include "query/rollup_visit.h"
#include "table/span_set.h"

namespace clew::query {

// Floor for times before 1970, too.
constexpr int64_t floor_to_step(int64_t time_ns, int64_t step_ns) {
  const int64_t rest = time_ns % step_ns;
  return time_ns - (rest < 0 ? rest + step_ns : rest);
}

// Steps begin at multiples of their length, so that charts of a moving range do not flicker.
struct TimeSteps {
  int64_t start_ns = 0;
  int64_t step_ns = 1;
  int64_t count = 0;

  // At most `points` + 1 steps, each a multiple of `unit_ns` and of a length that people have words for.
  static TimeSteps of(table::TimeRange range, int64_t points, int64_t unit_ns) {
    const auto width = static_cast<uint64_t>(range.end_ns) - static_cast<uint64_t>(range.begin_ns);
    const uint64_t least = std::max<uint64_t>(static_cast<uint64_t>(unit_ns), (width - 1) / static_cast<uint64_t>(points) + 1);
    int64_t step = 1;
    for (const int64_t nice : kNiceNs) {
      step = nice;
      if (static_cast<uint64_t>(nice) >= least && nice % unit_ns == 0) break;
    }
    // Beyond the longest nice one: whole days.
    while (static_cast<uint64_t>(step) < least) step += kNiceNs[std::size(kNiceNs) - 1];
    return with_step(range, step);
  }
  static TimeSteps with_step(table::TimeRange range, int64_t step_ns) {
    TimeSteps steps;
    steps.step_ns = step_ns;
    steps.start_ns = floor_to_step(range.begin_ns, step_ns);
    steps.count = (floor_to_step(range.end_ns - 1, step_ns) - steps.start_ns) / step_ns + 1;
    return steps;
  }

  int64_t index_of(int64_t time_ns) const { return std::clamp<int64_t>((time_ns - start_ns) / step_ns, 0, count - 1); }

 private:
  static constexpr int64_t kSecondNs = 1'000'000'000;
  static constexpr int64_t kNiceNs[] = {
      1'000'000,          2'000'000,          5'000'000,          10'000'000,         20'000'000,        50'000'000,
      100'000'000,        200'000'000,        500'000'000,        kSecondNs,          2 * kSecondNs,     5 * kSecondNs,
      10 * kSecondNs,     15 * kSecondNs,     30 * kSecondNs,     60 * kSecondNs,     120 * kSecondNs,   300 * kSecondNs,
      600 * kSecondNs,    900 * kSecondNs,    1'800 * kSecondNs,  3'600 * kSecondNs,  7'200 * kSecondNs, 10'800 * kSecondNs,
      21'600 * kSecondNs, 43'200 * kSecondNs, 86'400 * kSecondNs};
};

}  // namespace clew::query
