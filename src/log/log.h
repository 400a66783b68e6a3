// The durable log: what is acknowledged is here first. One interface for the local segments and, in a cluster, Kafka.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "stdx/error.h"
#include "stdx/shared_bytes.h"

namespace clew::log {

// What a record's payload is; stored, so numbers are never reused.
enum class RecordKind : uint8_t {
  kTraces = 1,   // opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest
  kLogs = 2,     // …logs.v1.ExportLogsServiceRequest
  kMetrics = 3,  // …metrics.v1.ExportMetricsServiceRequest
};

struct Record {
  uint64_t offset = 0;           // Position in its partition: ascending by one, never reused.
  int64_t receive_time_ns = 0;   // Unix ns.
  RecordKind kind = RecordKind::kTraces;
  stdx::SharedBytes payload;
};

// Appends are durable when acknowledged; records come back in offset order, also after a crash. Implementations:
// log/local (segments on disk), later log/kafka. The same acceptance suite (log_acceptance.h) runs against each.
class Log {
 public:
  // Called once, from a thread of the log, when the record is durable (its offset) or refused (an error); must be quick and
  // must not call back into append(). kResourceExhausted and kUnavailable mean that the client may retry.
  using Acknowledge = std::move_only_function<void(stdx::Result<uint64_t>)>;

  virtual ~Log() = default;

  virtual uint32_t partition_count() const = 0;

  // Any thread; does not block on the disk. Refuses at once (through `acknowledge`) when its bounded queue is full.
  virtual void append(uint32_t partition, RecordKind kind, int64_t receive_time_ns, stdx::SharedBytes payload,
                      Acknowledge acknowledge) = 0;

  // Appends to `records` durable records from `offset` on, in order, at least one unless `wait` passes without any, about
  // `bytes_max` at most (but always one). Offsets below first_offset() are kNotFound. One reader thread a partition.
  virtual stdx::Result<void> read(uint32_t partition, uint64_t offset, size_t bytes_max, std::chrono::milliseconds wait,
                                  std::vector<Record>& records) = 0;

  // Everything below `offset` has been stored elsewhere and may be deleted. Never blocks for long.
  virtual stdx::Result<void> trim(uint32_t partition, uint64_t offset) = 0;

  virtual uint64_t first_offset(uint32_t partition) const = 0;  // Oldest record still readable.
  virtual uint64_t next_offset(uint32_t partition) const = 0;   // Offset after the newest durable record.
};

}  // namespace clew::log
