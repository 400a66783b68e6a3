#include "table/catalog.h"

#include <algorithm>

namespace clew::table {

Catalog::Sets Catalog::snapshot() const {
  std::lock_guard lock(mutex_);
  Sets sets = blocks_;
  if (live_ != nullptr) live_->append_live_sets(sets);
  return sets;
}

void Catalog::replace(const Sets& removed, const Sets& added) {
  std::lock_guard lock(mutex_);
  replace_locked(removed, added);
}

void Catalog::replace_locked(const Sets& removed, const Sets& added) {
  std::erase_if(blocks_, [&](const auto& set) { return std::ranges::find(removed, set) != removed.end(); });
  blocks_.insert(blocks_.end(), added.begin(), added.end());
}

void Catalog::set_live_source(const LiveSource* source) {
  std::lock_guard lock(mutex_);
  live_ = source;
}

}  // namespace clew::table
