#include "log/local/record_window.h"

#include <cassert>

namespace clew::log_local {

void RecordWindow::push(log::Record record, Dropped& dropped) {
  assert(records_.empty() || record.offset == records_.back().offset + 1);
  bytes_ += record.payload.size();
  records_.push_back(std::move(record));
  while (bytes_ > bytes_max_ && !records_.empty()) drop_oldest(dropped);
}

void RecordWindow::drop_below(uint64_t offset, Dropped& dropped) {
  while (!records_.empty() && records_.front().offset < offset) drop_oldest(dropped);
}

void RecordWindow::drop_oldest(Dropped& dropped) {
  bytes_ -= records_.front().payload.size();
  dropped.push_back(std::move(records_.front()));
  records_.pop_front();
}

void RecordWindow::copy(uint64_t offset, size_t bytes_max, std::vector<log::Record>& records) const {
  assert(holds(offset));
  size_t copied_bytes = 0;
  for (size_t i = offset - records_.front().offset; i < records_.size(); ++i) {
    copied_bytes += records_[i].payload.size();
    if (copied_bytes > bytes_max && records_[i].offset != offset) return;
    records.push_back(records_[i]);
  }
}

uint64_t RecordWindow::bytes_from(uint64_t offset) const {
  uint64_t bytes = 0;
  for (auto record = records_.rbegin(); record != records_.rend() && record->offset >= offset; ++record) {
    bytes += record->payload.size();
  }
  return bytes;
}

}  // namespace clew::log_local
