#include "query/rum/source_map_store.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <simdjson.h>

#include "otlp/value_json.h"
#include "query/rum/error_key.h"
#include "query/rum/error_limits.h"
#include "query/rum/source_scopes.h"

namespace clew::query_rum {
namespace {

constexpr std::string_view kListName = "maps.json";

std::string table_name(const std::string& id) { return id + ".map"; }

std::string json_text(std::string_view text) {
  std::string json;
  otlp::append_json_string(text, json);
  return json;
}

std::string list_json(const std::vector<SourceMapInfo>& maps) {
  std::string text = "[";
  for (const SourceMapInfo& map : maps) {
    text += fmt::format(R"({}{{"id":"{}","app":{},"version":{},"file":{},"debug_id":{},"bytes":{},"uploaded_ns":{}}})",
                        text.size() == 1 ? "" : ",\n", map.id, json_text(map.app), json_text(map.version),
                        json_text(map.file), json_text(map.debug_id), map.size_bytes, map.uploaded_ns);
  }
  return text + "]";
}

std::vector<SourceMapInfo> read_list(const std::string& json) {
  std::vector<SourceMapInfo> maps;
  simdjson::dom::parser parser;
  simdjson::dom::array list;
  if (parser.parse(json).get(list) != simdjson::SUCCESS) return maps;
  for (const simdjson::dom::element entry : list) {
    SourceMapInfo map;
    const auto text = [&](const char* name, std::string& place) {
      std::string_view value;
      if (entry[name].get(value) == simdjson::SUCCESS) place = value;
    };
    text("id", map.id), text("app", map.app), text("version", map.version), text("file", map.file),
        text("debug_id", map.debug_id);
    if (entry["bytes"].get(map.size_bytes) != simdjson::SUCCESS) continue;
    if (entry["uploaded_ns"].get(map.uploaded_ns) != simdjson::SUCCESS) continue;
    if (parse_group_id(map.id) != 0) maps.push_back(std::move(map));
  }
  return maps;
}

uint64_t map_hash(const SourceMapInfo& map) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const std::string* part : {&map.app, &map.version, &map.file, &map.debug_id}) {
    for (const char c : *part) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3u;
    hash = (hash ^ 0x0A) * 0x100000001b3u;
  }
  return hash == 0 ? 1 : hash;
}

// The path of what a map says it is for: "https://cdn/app.js", "~/app.js", "/app.js" and "app.js" are "app.js".
std::string_view script_path(std::string_view file) {
  std::string_view path = file.starts_with("~/") ? file.substr(2) : script_path_of(file);
  while (path.starts_with("/") || path.starts_with("./")) path.remove_prefix(path[0] == '/' ? 1 : 2);
  return path.ends_with(".map") ? path.substr(0, path.size() - 4) : path;
}

// The script at `url` may be the one that was uploaded as `path`: the same, or one of the two the end of the other.
bool is_end_of(std::string_view path, std::string_view end) {
  return !end.empty() && path.ends_with(end) &&
         (path.size() == end.size() || path[path.size() - end.size() - 1] == '/');
}

std::vector<SourceLine> context_of(std::string_view source, uint32_t line) {
  std::vector<SourceLine> lines;
  constexpr uint32_t kBefore = kContextLines / 2;
  const uint32_t first = line > kBefore ? line - kBefore : 0;
  for (uint32_t number = first; number < first + kContextLines; ++number) {
    std::string_view text = line_of(source, number);
    if (text.data() == nullptr) break;
    if (text.size() > kContextLineBytesMax) text = text.substr(0, kContextLineBytesMax);
    lines.push_back({number + 1, std::string(text)});
  }
  return lines;
}

}  // namespace

SourceMaps::SourceMaps(const stdx::Clock& clock, Store store) : clock_(clock), store_(std::move(store)) {
  if (!store_.load) return;
  if (auto saved = store_.load(std::string(kListName))) take(read_list(*saved));
}

void SourceMaps::take(std::vector<SourceMapInfo> maps) {
  maps_.clear();
  for (SourceMapInfo& map : maps) {
    Known known{std::move(map), {}, {}, false};
    known.path = script_path(known.info.file);
    const std::string name = known.path.substr(known.path.rfind('/') + 1);
    known.name = stable_file(name);
    known.has_hash = known.name.size() + 6 <= name.size();
    maps_.push_back(std::move(known));
  }
}

std::vector<SourceMapInfo> SourceMaps::infos() const {
  std::vector<SourceMapInfo> infos;
  std::lock_guard lock(mutex_);
  for (const Known& known : maps_) infos.push_back(known.info);
  return infos;
}

stdx::Result<void> SourceMaps::save_list(const std::vector<SourceMapInfo>& maps) const {
  return store_.save ? store_.save(std::string(kListName), list_json(maps)) : stdx::Result<void>{};
}

stdx::Result<SourceMapInfo> SourceMaps::add(const Upload& upload) {
  auto compiled = compile_source_map(upload.json);
  if (!compiled) return std::unexpected(std::move(compiled.error()));
  SourceMapInfo map{.id = {},
                    .app = upload.app,
                    .version = upload.version,
                    .file = upload.file.empty() ? compiled->file : upload.file,
                    .debug_id = upload.debug_id.empty() ? compiled->debug_id : upload.debug_id,
                    .size_bytes = compiled->table.size(),
                    .uploaded_ns = clock_.now_ns()};
  for (const std::string* text : {&map.app, &map.version, &map.file, &map.debug_id}) {
    if (text->size() > kMapParameterBytesMax) {
      return stdx::fail(stdx::ErrorCode::kInvalidArgument,
                        fmt::format("app, version, file and debug_id have at most {} bytes", kMapParameterBytesMax));
    }
  }
  if (map.file.empty() && map.debug_id.empty()) {
    return stdx::fail(stdx::ErrorCode::kInvalidArgument,
                      "file: the map does not say which script it is for, nor has it a debug id");
  }
  map.id = group_id_text(map_hash(map));

  std::lock_guard change(change_mutex_);
  std::vector<SourceMapInfo> maps = infos();
  std::erase_if(maps, [&](const SourceMapInfo& known) { return known.id == map.id; });
  maps.push_back(map);
  uint64_t bytes = 0;
  for (const SourceMapInfo& known : maps) bytes += known.size_bytes;
  std::vector<std::string> dropped;
  while (maps.size() > kMapsMax || (bytes > kMapsBytesMax && maps.size() > 1)) {
    bytes -= maps.front().size_bytes;
    dropped.push_back(maps.front().id);
    maps.erase(maps.begin());
  }
  // The table before the list that names it.
  if (store_.save) {
    if (auto saved = store_.save(table_name(map.id), compiled->table); !saved)
      return std::unexpected(std::move(saved.error()));
  }
  if (auto saved = save_list(maps); !saved) return std::unexpected(std::move(saved.error()));
  std::lock_guard lock(mutex_);
  take(std::move(maps));
  forget_table(map.id);
  if (!store_.save) kept_[map.id] = std::move(compiled->table);
  for (const std::string& id : dropped) {
    forget_table(id);
    kept_.erase(id);
    // What stays behind costs room, and nobody finds it.
    if (store_.remove) [[maybe_unused]]
      const auto removed = store_.remove(table_name(id));
  }
  return map;
}

stdx::Result<void> SourceMaps::remove(const std::string& id) {
  std::lock_guard change(change_mutex_);
  std::vector<SourceMapInfo> maps = infos();
  if (std::erase_if(maps, [&](const SourceMapInfo& map) { return map.id == id; }) == 0) {
    return stdx::fail(stdx::ErrorCode::kNotFound, "no source map has the id " + id);
  }
  if (auto saved = save_list(maps); !saved) return saved;
  {
    std::lock_guard lock(mutex_);
    take(std::move(maps));
    forget_table(id);
    kept_.erase(id);
  }
  return store_.remove ? store_.remove(table_name(id)) : stdx::Result<void>{};
}

std::vector<SourceMapInfo> SourceMaps::list(std::string_view app) const {
  std::vector<SourceMapInfo> list = infos();
  if (!app.empty()) std::erase_if(list, [&](const SourceMapInfo& map) { return map.app != app; });
  std::ranges::reverse(list);
  return list;
}

// With mutex_ held.
void SourceMaps::forget_table(const std::string& id) const {
  const auto known = cache_.find(id);
  if (known == cache_.end()) return;
  cached_bytes_ -= known->second.table->size_bytes();
  used_.erase(known->second.used);
  cache_.erase(known);
}

SourceMaps::Table SourceMaps::table_of(const std::string& id) const {
  std::string bytes;
  {
    std::lock_guard lock(mutex_);
    if (const auto known = cache_.find(id); known != cache_.end()) {
      used_.splice(used_.begin(), used_, known->second.used);
      return known->second.table;
    }
    if (const auto kept = kept_.find(id); kept != kept_.end()) bytes = kept->second;
  }
  if (bytes.empty() && store_.load) {
    if (auto loaded = store_.load(table_name(id))) bytes = std::move(*loaded);
  }
  auto opened = SourceMapTable::open(std::move(bytes));
  if (!opened) return nullptr;  // Damaged or gone: as if it had not been uploaded.
  const auto table = std::make_shared<const SourceMapTable>(std::move(*opened));
  std::lock_guard lock(mutex_);
  forget_table(id);
  used_.push_front(id);
  cache_.emplace(id, Cached{table, used_.begin()});
  cached_bytes_ += table->size_bytes();
  while (cached_bytes_ > kMapCacheBytesMax && used_.size() > 1) forget_table(std::string(used_.back()));
  return table;
}

SourceMaps::Found SourceMaps::find(std::string_view app, std::string_view version, std::string_view file,
                                   std::string_view debug_id) const {
  const std::string_view path = script_path(file);
  std::string id;
  bool others = false;
  {
    std::lock_guard lock(mutex_);
    size_t best = 0;
    const std::string name = stable_file(path.substr(path.rfind('/') + 1));
    for (const Known& known : maps_) {
      const SourceMapInfo& map = known.info;
      const bool of_app = map.app.empty() || app.empty() || map.app == app;
      if (of_app && !debug_id.empty() && map.debug_id == debug_id) {
        id = map.id;
        break;
      }
      if (!of_app || known.path.empty() || path.empty() || known.name != name) continue;
      const bool same = is_end_of(path, known.path) || is_end_of(known.path, path);
      // A name with a hash of the content is the same file in whatever version; two debug ids say that it is not.
      const bool contradicts = !debug_id.empty() && !map.debug_id.empty();
      const bool fits = map.version.empty() || version.empty() || map.version == version || known.has_hash;
      if (!same || !fits || contradicts) {
        others = true;
        continue;
      }
      // The version first, then who says most of the path; of equals the one uploaded last.
      const size_t rank = (map.version == version ? 2 * kMapParameterBytesMax : 0) + known.path.size();
      if (rank >= best) {
        best = rank;
        id = map.id;
      }
    }
  }
  if (!id.empty()) {
    if (Table table = table_of(id)) return {SourceMapState::kApplied, std::move(table)};
  }
  return {others ? SourceMapState::kWrongVersion : SourceMapState::kMissing, nullptr};
}

ResolvedStack SourceMaps::resolve(std::span<const StackFrame> frames, std::string_view app, std::string_view version,
                                  const DebugIds& debug_ids) const {
  ResolvedStack stack;
  absl::flat_hash_map<std::string_view, Found> found_by_file;  // A stack names few scripts.
  for (const StackFrame& frame : frames) {
    stack.frames.push_back({frame, {}});
    if (frame.line == 0 || frame.file.empty()) continue;
    const auto [known, is_new] = found_by_file.try_emplace(frame.file);
    if (is_new) {
      const auto debug =
          std::ranges::find(debug_ids, frame.file, [](const auto& entry) -> const std::string& { return entry.first; });
      known->second = find(app, version, frame.file, debug == debug_ids.end() ? std::string_view() : debug->second);
    }
    const Found& found = known->second;
    if (found.table == nullptr) {
      if (frame.in_app) stack.state = std::max(stack.state, found.state);
      continue;
    }
    const auto position = found.table->find(frame.line - 1, frame.column == 0 ? 0 : frame.column - 1);
    if (!position) continue;
    stack.state = SourceMapState::kApplied;
    ResolvedFrame& resolved = stack.frames.back();
    const std::string_view content = found.table->source_content(position->source);
    SourcePosition source{.file = source_path(found.table->source_name(position->source)),
                          .line = position->line + 1,
                          .column = position->column + 1,
                          .function = function_around(content, position->line, position->column),
                          .context = context_of(content, position->line)};
    resolved.frame.in_app = !found.table->is_ignored(position->source) && is_in_app(frame.function, source.file);
    resolved.source = std::move(source);
  }
  return stack;
}

std::string source_path(std::string_view name) {
  if (name.starts_with("webpack://") || name.starts_with("ng://") || name.starts_with("turbopack://")) {
    name = name.substr(name.find("://") + 3);
    const size_t slash = name.find('/');
    if (slash != std::string_view::npos) name = name.substr(slash + 1);
  } else if (name.find("://") != std::string_view::npos) {
    name = script_path_of(name);
  }
  name = name.substr(0, name.find('?'));
  for (bool again = true; again;) {
    again = false;
    for (const std::string_view prefix : {std::string_view("./"), std::string_view("../"), std::string_view("/")}) {
      if (!name.starts_with(prefix)) continue;
      name.remove_prefix(prefix.size());
      again = true;
    }
  }
  return std::string(name);
}

}  // namespace clew::query_rum
