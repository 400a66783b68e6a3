#include "table/attribute_column.h"

namespace clew::table {

size_t AttributeColumn::lower_bound(uint32_t owner, size_t entry_count) const {
  size_t low = 0, high = entry_count;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (owners_[middle] < owner) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace clew::table
