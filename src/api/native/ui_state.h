// What the server keeps so that all viewers see the same: which colour a service has, where a node of the topology stands.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "stdx/error.h"

namespace clew::api_native {

// Kept in memory and written through. Any thread. A store that fails to save costs only what a restart forgets, so colours go
// on without it; a layout that cannot be saved is refused.
class UiState {
 public:
  // Small documents by name; `load` gives kNotFound for one that was never saved. Any thread.
  struct Store {
    std::function<stdx::Result<std::string>(const std::string& name)> load;
    std::function<stdx::Result<void>(const std::string& name, std::string_view bytes)> save;
  };
  UiState() = default;
  // Documents that cannot be read count as never saved.
  explicit UiState(Store store);

  // The number of each service, in the order of first sight. New ones get theirs in the order given.
  std::vector<uint32_t> colors_of(std::span<const std::string> services);
  uint32_t color_of(const std::string& service) { return colors_of({&service, 1}).front(); }
  std::vector<std::pair<std::string, uint32_t>> all_colors() const;  // By number.

  struct LayoutNode {
    std::string id;
    double rank = 0;
    double slot = 0;
    bool pinned = false;
    std::string lane;  // May be empty.
    std::optional<int64_t> last_seen_ns;
  };
  struct Layout {
    uint64_t version = 0;  // Counts up with each change; 0 before the first.
    std::vector<LayoutNode> nodes;
  };
  Layout layout() const;
  // `layout.version` is the one that the change began from. kAlreadyExists if somebody was faster; kInvalidArgument names
  // what cannot be kept. Gives the new version.
  stdx::Result<uint64_t> put_layout(Layout layout);

 private:
  void save_colors();

  Store store_;
  mutable std::mutex mutex_;
  std::vector<std::string> services_;  // By number.
  absl::flat_hash_map<std::string, uint32_t> colors_;
  Layout layout_;
};

// Layouts as JSON, as the API and the store have them: {"version":7,"nodes":[{"id":…,"rank":2,"slot":3.5,"pinned":false}]}.
std::string layout_json(const UiState::Layout& layout);
stdx::Result<UiState::Layout> parse_layout(std::string_view json);

}  // namespace clew::api_native
