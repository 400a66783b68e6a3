// Source maps that build pipelines upload, and frames told by them.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "query/rum/source_map.h"
#include "query/rum/source_positions.h"
#include "stdx/clock.h"
#include "stdx/error.h"

namespace clew::query_rum {

struct SourceMapInfo {
  std::string id;  // 16 hex digits, of the members below: an upload for the same script replaces the one before.
  std::string app, version;
  std::string file;      // The script: its URL, or the end of its path.
  std::string debug_id;  // May be empty.
  uint64_t size_bytes = 0;
  int64_t uploaded_ns = 0;
};

// Keeps tables in the store, a list of them beside, and the tables used last in memory. Any thread; lookups read
// storage outside of the lock. A map is found by its debug id, else by application, version and script.
class SourceMaps final : public SourcePositions {
 public:
  // Documents by name; `load` gives kNotFound for one that is not there. Any thread.
  struct Store {
    std::function<stdx::Result<std::string>(const std::string& name)> load;
    std::function<stdx::Result<void>(const std::string& name, std::string_view bytes)> save;
    std::function<stdx::Result<void>(const std::string& name)> remove;
  };
  // Without a store they are forgotten with the process.
  explicit SourceMaps(const stdx::Clock& clock, Store store = {});

  struct Upload {
    std::string app, version, file, debug_id;  // The last two: what the map itself says where empty.
    std::string_view json;
  };
  // Durable when it returns. Beyond kMapsMax and kMapsBytesMax the maps uploaded first are forgotten.
  stdx::Result<SourceMapInfo> add(const Upload& upload);
  stdx::Result<void> remove(const std::string& id);
  std::vector<SourceMapInfo> list(std::string_view app) const;  // Newest first; empty: of all applications.

  ResolvedStack resolve(std::span<const StackFrame> frames, std::string_view app, std::string_view version,
                        const DebugIds& debug_ids) const override;

 private:
  using Table = std::shared_ptr<const SourceMapTable>;  // Shared with lookups that outlive its place in the cache.
  struct Found {
    SourceMapState state = SourceMapState::kMissing;
    Table table;
  };
  Found find(std::string_view app, std::string_view version, std::string_view file, std::string_view debug_id) const;
  Table table_of(const std::string& id) const;
  void forget_table(const std::string& id) const;
  stdx::Result<void> save_list(const std::vector<SourceMapInfo>& maps) const;

  const stdx::Clock& clock_;
  const Store store_;
  std::mutex change_mutex_;  // Of add() and remove(), which write to the store; taken before mutex_.
  mutable std::mutex mutex_;
  struct Known {
    SourceMapInfo info;
    std::string path;  // Of the script.
    std::string name;  // The last part of it, as stable_file() has it.
    bool has_hash = false;
  };
  void take(std::vector<SourceMapInfo> maps);  // With mutex_ held.
  std::vector<SourceMapInfo> infos() const;
  std::vector<Known> maps_;  // Oldest first.
  struct Cached {
    Table table;
    std::list<std::string>::iterator used;
  };
  mutable absl::flat_hash_map<std::string, Cached> cache_;
  mutable std::list<std::string> used_;  // Newest first.
  mutable size_t cached_bytes_ = 0;
  absl::flat_hash_map<std::string, std::string> kept_;  // Tables by name where there is no store.
};

// "webpack://shop/./src/a.ts?x" and "../../src/a.ts" are "src/a.ts".
std::string source_path(std::string_view name);

}  // namespace clew::query_rum
