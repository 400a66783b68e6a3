// The values of one attribute of one type, for the rows (or resources, or scopes) that have it.
#pragma once

#include <bit>
#include <cstdint>
#include <string_view>

#include "otlp/ids.h"
#include "stdx/append_only.h"
#include "table/dictionary.h"
#include "table/segment.h"

namespace clew::table {

// Entry i says that owner owners()[i] has the value codes()[i] (strings, JSON), numbers()[i] (ints; doubles as their bits;
// span ids), numbers()[2 * i] and the next (trace ids, high half first) or codes()[i] (booleans). An owner is a row for span columns, otherwise the ordinal of a resource or instrumentation
// scope; owners ascend and occur once. One writer; readers see entries below owners().size(), whose values are complete.
class AttributeColumn {
 public:
  explicit AttributeColumn(ColumnInfo info) : info_(std::move(info)) {}

  const ColumnInfo& info() const { return info_; }
  size_t entry_count() const { return owners_.size(); }
  const stdx::AppendOnly<uint32_t>& owners() const { return owners_; }
  const stdx::AppendOnly<uint32_t>& codes() const { return codes_; }
  const stdx::AppendOnly<uint64_t>& numbers() const { return numbers_; }
  const Dictionary& dictionary() const { return dictionary_; }

  // Index of the first entry whose owner is `owner` or later, among the first `entry_count` entries.
  size_t lower_bound(uint32_t owner, size_t entry_count) const;

  // Writer only. False if the owner has a value already; the first one stays.
  bool append_text(uint32_t owner, std::string_view text) {
    if (owner + 1 == owner_next_) return false;
    codes_.push(dictionary_.intern(text));
    owners_.push(owner);
    owner_next_ = owner + 1;
    return true;
  }
  // For values interned with intern() before; copying many rows looks each value up once.
  uint32_t intern(std::string_view text) { return dictionary_.intern(text); }
  bool append_code(uint32_t owner, uint32_t code) {
    if (owner + 1 == owner_next_) return false;
    codes_.push(code);
    owners_.push(owner);
    owner_next_ = owner + 1;
    return true;
  }
  bool append_bool(uint32_t owner, bool value) {
    if (owner + 1 == owner_next_) return false;
    codes_.push(value ? 1u : 0u);
    owners_.push(owner);
    owner_next_ = owner + 1;
    return true;
  }
  bool append_int(uint32_t owner, int64_t value) { return append_number(owner, std::bit_cast<uint64_t>(value)); }
  bool append_double(uint32_t owner, double value) { return append_number(owner, std::bit_cast<uint64_t>(value)); }
  bool append_span_id(uint32_t owner, otlp::SpanId id) { return append_number(owner, id); }
  bool append_trace_id(uint32_t owner, otlp::TraceId id) {
    if (owner + 1 == owner_next_) return false;
    numbers_.push(id.hi);
    return append_number(owner, id.lo);
  }
  otlp::TraceId trace_id(size_t entry) const { return {numbers_[2 * entry], numbers_[2 * entry + 1]}; }
  uint64_t repaired_count() const { return dictionary_.repaired_count(); }

  size_t used_bytes() const {
    return owners_.used_bytes() + codes_.used_bytes() + numbers_.used_bytes() + dictionary_.used_bytes();
  }

 private:
  bool append_number(uint32_t owner, uint64_t bits) {
    if (owner + 1 == owner_next_) return false;
    numbers_.push(bits);
    owners_.push(owner);
    owner_next_ = owner + 1;
    return true;
  }

  const ColumnInfo info_;
  uint64_t owner_next_ = 0;  // One past the newest owner; writer only.
  stdx::AppendOnly<uint32_t> owners_;
  stdx::AppendOnly<uint32_t> codes_;
  stdx::AppendOnly<uint64_t> numbers_;
  Dictionary dictionary_;
};

}  // namespace clew::table
