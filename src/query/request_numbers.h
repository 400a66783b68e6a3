// Requests summed up: how many, how many failed, how long they took.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "table/rollup_rows.h"

namespace clew::query {

struct RequestNumbers {
  int64_t count = 0;
  int64_t error_count = 0;
  int64_t total_ns = 0;
  table::Histogram durations;
  table::Histogram good_durations;  // Of those that did not fail.

  void add(const table::RedRow& row) {
    count += row.count;
    error_count += row.error_count;
    total_ns += row.duration_sum_ns;
    table::merge_into(durations, row.durations);
    if (row.error_count == 0) table::merge_into(good_durations, row.durations);
  }
  void add(const RequestNumbers& other) {
    count += other.count;
    error_count += other.error_count;
    total_ns += other.total_ns;
    table::merge_into(durations, other.durations);
    table::merge_into(good_durations, other.good_durations);
  }
  double error_share() const { return count == 0 ? 0.0 : static_cast<double>(error_count) / static_cast<double>(count); }
  int64_t quantile_ns(double quantile) const;
  // Satisfied (not longer than the threshold) plus half of the tolerated (not longer than four times that), of all; what
  // failed satisfies nobody. nullopt without requests.
  std::optional<double> apdex(int64_t threshold_ns) const;
};

// Sum of the durations, each taken for the middle of its bucket: within 4.4 % of what a sum would say.
int64_t estimated_total_ns(const table::Histogram& durations);

// What counts as a request of a service: spans that answer somebody; where a service has none, what it does of itself.
enum class Basis : uint8_t { kEntry, kInternal, kAll };
std::string_view word(Basis basis);

// Which kinds of spans a service has been seen to send.
class KindsSeen {
 public:
  void add(otlp::SpanKind kind) { bits_ |= uint8_t{1} << (static_cast<uint8_t>(kind) & 7); }
  bool has(otlp::SpanKind kind) const { return (bits_ >> (static_cast<uint8_t>(kind) & 7) & 1) != 0; }
  Basis basis() const;
  bool operator==(const KindsSeen&) const = default;

 private:
  uint8_t bits_ = 0;
};
bool counts_as_request(Basis basis, otlp::SpanKind kind);

}  // namespace clew::query
