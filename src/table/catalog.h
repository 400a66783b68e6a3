// The list of span sets that make up everything searchable, replaced atomically.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "table/span_set.h"

namespace clew::table {

// A query takes one snapshot and asks all of its sets, so a span is in exactly one of them: the head's generation before
// its block's manifest is written, the block after. Shared ownership: a set lives as long as the last query that took it.
class Catalog {
 public:
  using Sets = std::vector<std::shared_ptr<const SpanSet>>;

  // Live sets answer for the moment of the call, so the head gives a fresh view for each snapshot.
  class LiveSource {
   public:
    virtual ~LiveSource() = default;
    virtual void append_live_sets(Sets& sets) const = 0;
  };

  // Blocks first, then live sets. Any thread.
  Sets snapshot() const;

  // Removes `removed` (those that are present) and adds `added` in one step; `with_live`, if given, runs inside that step
  // so that the head can drop what just became a block.
  void replace(const Sets& removed, const Sets& added);
  template <class WithLive>
  void replace(const Sets& removed, const Sets& added, WithLive&& with_live) {
    std::lock_guard lock(mutex_);
    replace_locked(removed, added);
    with_live();
  }

  // The source must outlive the catalog or be cleared with nullptr.
  void set_live_source(const LiveSource* source);

 private:
  void replace_locked(const Sets& removed, const Sets& added);

  mutable std::mutex mutex_;
  Sets blocks_;
  const LiveSource* live_ = nullptr;
};

}  // namespace clew::table
