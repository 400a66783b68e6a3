#include "head/head.h"

#include <algorithm>
#include <atomic>

#include "table/row_copy.h"

namespace clew::head {
namespace {

// A busy head fills in less time than the window: then all traces would stay behind, so at most this part of the time
// that a generation covers does.
constexpr int64_t kLeftBehindShare = 8;
// And a trace that never falls silent is cut at the third chance.
constexpr uint8_t kLeftBehindCountMax = 2;
// Rows copied at once when traces are carried over.
constexpr size_t kCarryRows = 16'384;

std::pair<uint64_t, uint64_t> key_of(otlp::TraceId id) { return {id.hi, id.lo}; }

}  // namespace

uint64_t LogPosition::replay_offset() const {
  uint64_t offset = end_offset;
  for (const LeftTrace& trace : left_behind) offset = std::min(offset, trace.first_offset);
  return offset;
}

struct Head::Current {
  std::shared_ptr<Generation> generation;  // Shared with queries.
  std::unique_ptr<ingest::SpanDecoder> decoder;
  std::unique_ptr<ingest::LogDecoder> log_decoder;
  std::unique_ptr<ingest::LogDecoder> event_decoder;
  std::unique_ptr<ingest::MetricDecoder> metric_decoder;
  uint64_t first_offset = 0;
  int64_t begin_ns = 0;  // When the first row came.
  std::atomic<size_t> used_bytes{0};
};

Head::Head(HeadOptions options, uint32_t partition, LogPosition stored, const stdx::Clock& clock)
    : options_(options),
      partition_(partition),
      clock_(clock),
      next_offset_(stored.replay_offset()),
      stored_end_(stored.end_offset) {
  for (const LeftTrace& trace : stored.left_behind) replay_traces_.emplace(key_of(trace.trace_id), trace.first_offset);
  current_ = make_current();
}

Head::~Head() = default;

std::unique_ptr<Head::Current> Head::make_current() {
  auto current = std::make_unique<Current>();
  current->generation = std::make_shared<Generation>();
  current->generation->name = "head-" + std::to_string(partition_) + "-" + std::to_string(generation_number_++);
  current->generation->table = std::make_shared<table::SpanTable>();
  current->decoder = std::make_unique<ingest::SpanDecoder>(*current->generation->table);
  for (size_t i = 0; i < table::kRecordTableCount; ++i) {
    current->generation->records[i] =
        std::make_shared<table::RecordTable>(table::record_kind(static_cast<table::RecordTableId>(i)));
  }
  current->log_decoder =
      std::make_unique<ingest::LogDecoder>(current->generation->record_table(table::RecordTableId::kLogs));
  current->event_decoder =
      std::make_unique<ingest::LogDecoder>(current->generation->record_table(table::RecordTableId::kEvents));
  current->metric_decoder =
      std::make_unique<ingest::MetricDecoder>(current->generation->record_table(table::RecordTableId::kMetrics));
  current->first_offset = next_offset_;
  return current;
}

void Head::ingest(const log::Record& record) {
  if (current_->begin_ns == 0) current_->begin_ns = clock_.now_ns();
  if (record.kind == log::RecordKind::kTraces) {
    ingest_spans(record);
  } else if (record.offset >= stored_end_) {  // Nothing but spans is ever left behind.
    ingest_records(record);
  }
  next_offset_ = record.offset + 1;
  current_->used_bytes.store(current_->generation->used_bytes(), std::memory_order_relaxed);
}

void Head::ingest_spans(const log::Record& record) {
  ingest::DecodeCounts counts;
  const table::SpanOrigin origin{record.offset, record.receive_time_ns};
  if (record.offset < stored_end_) {
    const ingest::SpanDecoder::ReplayFilter filter = [this](otlp::TraceId id, uint64_t offset) {
      const auto found = replay_traces_.find(key_of(id));
      return found != replay_traces_.end() && offset >= found->second;
    };
    counts = current_->decoder->decode(record.payload.view, origin, &filter);
  } else {
    counts = current_->decoder->decode(record.payload.view, origin);
  }
  std::lock_guard lock(mutex_);
  totals_.decoded.spans += counts.spans;
  totals_.decoded.refused += counts.refused;
  totals_.decoded.skipped += counts.skipped;
}

void Head::ingest_records(const log::Record& record) {
  const auto decode = [&](table::RecordTableId id, auto& decoder) {
    const ingest::RecordCounts counts = decoder.decode(record.payload.view, record.receive_time_ns);
    std::lock_guard lock(mutex_);
    ingest::RecordCounts& totals = totals_.records[static_cast<size_t>(id)];
    totals.written += counts.written;
    totals.refused += counts.refused;
  };
  if (record.kind == log::RecordKind::kMetrics) return decode(table::RecordTableId::kMetrics, *current_->metric_decoder);
  // A request holds logs or events, nearly always: the other decoder only walks past them.
  decode(table::RecordTableId::kLogs, *current_->log_decoder);
  decode(table::RecordTableId::kEvents, *current_->event_decoder);
}

bool Head::empty() const { return current_row_count() == 0; }
uint32_t Head::current_row_count() const { return current_->generation->row_count(); }
size_t Head::current_used_bytes() const { return current_->used_bytes.load(std::memory_order_relaxed); }

bool Head::wants_cut() const {
  if (empty()) return false;
  return current_row_count() >= options_.cut_spans || current_used_bytes() >= options_.cut_bytes ||
         clock_.now_ns() - current_->begin_ns >= options_.cut_interval_ns;
}

std::vector<bool> Head::choose_left_behind(const table::SpanTable& table, uint32_t row_end, int64_t now_ns) const {
  const uint32_t trace_count = table.trace_index().trace_count();
  std::vector<bool> left(trace_count);
  const int64_t window_ns = std::min(options_.left_behind_window_ns, (now_ns - current_->begin_ns) / kLeftBehindShare);
  // Never more than the share of the rows either, whatever the clients' pace.
  uint64_t rows_left = row_end / kLeftBehindShare;
  for (uint32_t trace = trace_count; trace-- > 0 && rows_left > 0;) {
    if (table.trace_last_receive_ns(trace) <= now_ns - window_ns) continue;
    if (table.trace_left_behind_count(trace) >= kLeftBehindCountMax) continue;
    uint64_t rows = 0;
    const table::TraceIndex& index = table.trace_index();
    for (uint32_t row = index.last_row(trace); row != table::kNoRow; row = index.previous_row(row)) ++rows;
    if (rows > rows_left) continue;
    rows_left -= rows;
    left[trace] = true;
  }
  return left;
}

stdx::Result<std::shared_ptr<const SealedGeneration>> Head::seal(bool everything) {
  Current& current = *current_;
  const table::SpanTable& table = *current.generation->table;
  auto sealed = std::make_shared<SealedGeneration>();
  sealed->generation = current.generation;
  sealed->partition = partition_;
  sealed->first_offset = current.first_offset;
  sealed->position.end_offset = std::max(next_offset_, stored_end_);

  std::vector<bool> left;
  if (!everything) left = choose_left_behind(table, table.published_row_count(), clock_.now_ns());
  auto next = make_current();
  if (std::ranges::find(left, true) != left.end()) {
    if (auto carried = carry_over(*sealed, left, *next, sealed->position); !carried) {
      return std::unexpected(std::move(carried.error()));
    }
    current.generation->left_behind = std::make_shared<const std::vector<bool>>(std::move(left));
  }
  // While a replay is still below the stored end, traces left behind by the older block may have spans to come.
  if (next_offset_ < stored_end_) {
    auto& left_behind = sealed->position.left_behind;
    const size_t carried = left_behind.size();
    for (const auto& [key, first_offset] : replay_traces_) {
      const otlp::TraceId id{key.first, key.second};
      const std::span known(left_behind.data(), carried);
      const auto found = std::ranges::lower_bound(known, id, {}, &LeftTrace::trace_id);
      if (found != known.end() && found->trace_id == id) continue;
      left_behind.push_back({id, std::max(first_offset, next_offset_)});
    }
    std::ranges::sort(left_behind, {}, &LeftTrace::trace_id);
  }
  repairs_before_ += current.decoder->repairs();
  repairs_before_ += current.log_decoder->repairs();
  repairs_before_ += current.event_decoder->repairs();
  repairs_before_ += current.metric_decoder->repairs();
  auto set = std::make_shared<const HeadSet>(current.generation);
  std::lock_guard lock(mutex_);
  totals_.repairs = repairs_before_;
  sealed_.push_back({current.generation, std::move(set)});
  current_ = std::move(next);
  return sealed;
}

stdx::Result<void> Head::carry_over(const SealedGeneration& sealed, const std::vector<bool>& left, Current& next,
                                    LogPosition& position) const {
  const table::SpanTable& from = *sealed.generation->table;
  table::SpanTable& to = *next.generation->table;
  std::vector<uint32_t> rows;
  for (uint32_t row = 0; row < from.published_row_count(); ++row) {
    if (left[from.traces()[row]]) rows.push_back(row);
  }
  const HeadSegment segment(sealed.generation->table, nullptr);
  table::RowCopier copier(segment, to);
  for (size_t begin = 0; begin < rows.size(); begin += kCarryRows) {
    const std::span part = std::span(rows).subspan(begin, std::min(kCarryRows, rows.size() - begin));
    auto copied = copier.copy(part, [&](size_t index) {
      const uint32_t trace = from.traces()[part[index]];
      return table::SpanOrigin{from.trace_first_offset(trace), from.trace_last_receive_ns(trace)};
    });
    if (!copied) return copied;
  }
  for (uint32_t trace = 0; trace < left.size(); ++trace) {
    if (!left[trace]) continue;
    const otlp::TraceId id = from.trace_index().id(trace);
    to.set_trace_carried(to.trace_index().find(id), from.trace_first_offset(trace),
                         static_cast<uint8_t>(from.trace_left_behind_count(trace) + 1));
    position.left_behind.push_back({id, from.trace_first_offset(trace)});
  }
  std::ranges::sort(position.left_behind, {}, &LeftTrace::trace_id);
  next.begin_ns = clock_.now_ns();
  next.used_bytes.store(to.used_bytes(), std::memory_order_relaxed);
  return {};
}

void Head::drop(const SealedGeneration& sealed) {
  std::lock_guard lock(mutex_);
  std::erase_if(sealed_, [&](const SealedEntry& entry) { return entry.generation == sealed.generation; });
}

void Head::append_live_sets(table::Catalog::Sets& sets) const {
  std::lock_guard lock(mutex_);
  for (const SealedEntry& entry : sealed_) sets.push_back(entry.set);
  if (current_->generation->row_count() != 0) {
    sets.push_back(std::make_shared<const HeadSet>(current_->generation));
  }
}

uint64_t Head::span_count() const {
  std::lock_guard lock(mutex_);
  uint64_t count = current_->generation->table->published_row_count();
  for (const SealedEntry& entry : sealed_) count += entry.set->span_count();
  return count;
}

size_t Head::used_bytes() const {
  std::lock_guard lock(mutex_);
  size_t bytes = current_->used_bytes.load(std::memory_order_relaxed);
  for (const SealedEntry& entry : sealed_) bytes += entry.generation->used_bytes();
  return bytes;
}

Head::Totals Head::totals() const {
  std::lock_guard lock(mutex_);
  return totals_;
}

}  // namespace clew::head
