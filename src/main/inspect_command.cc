#include "main/inspect_command.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "block/block_reader.h"
#include "block/inspect.h"
#include "main/query_command_text.h"
#include "main/settings_flags.h"
#include "stdx/time_text.h"

namespace clew::main {
namespace {

using stdx::ErrorCode;

constexpr size_t kCacheBytes = size_t{64} << 20;

// Only reads: the folder may belong to a running server, whose unfinished files a LocalObjectStore would remove on opening.
class ReadOnlyStore final : public disk::ObjectStore {
 public:
  explicit ReadOnlyStore(std::filesystem::path root) : root_(std::move(root)) {}

  stdx::Result<std::unique_ptr<disk::ObjectWriter>> create(const std::string&) override { return read_only(); }
  stdx::Result<void> put(const std::string&, std::string_view, bool) override { return read_only(); }
  stdx::Result<void> remove(const std::string&) override { return read_only(); }

  stdx::Result<std::string> get(const std::string& key, uint64_t offset, uint64_t length) override {
    std::ifstream file(root_ / key, std::ios::binary);
    if (!file) return stdx::fail(ErrorCode::kNotFound, fmt::format("{}: no such file", key));
    std::string bytes(length, '\0');
    file.seekg(static_cast<std::streamoff>(offset));
    file.read(bytes.data(), static_cast<std::streamsize>(length));
    if (static_cast<uint64_t>(file.gcount()) != length) {
      return stdx::fail(ErrorCode::kInvalidArgument, fmt::format("{}: {} bytes from {} are not there", key, length, offset));
    }
    return bytes;
  }
  stdx::Result<std::string> get_all(const std::string& key) override {
    const auto info = stat(key);
    if (!info) return std::unexpected(info.error());
    return get(key, 0, info->size);
  }
  stdx::Result<disk::ObjectInfo> stat(const std::string& key) override {
    std::error_code error;
    const uint64_t size = std::filesystem::file_size(root_ / key, error);
    if (error) return stdx::fail(ErrorCode::kNotFound, fmt::format("{}: {}", key, error.message()));
    return disk::ObjectInfo{key, size};
  }
  stdx::Result<std::vector<disk::ObjectInfo>> list(const std::string& prefix) override {
    std::vector<disk::ObjectInfo> found;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(root_ / prefix, error)) {
      if (entry.is_regular_file(error)) found.push_back({prefix + entry.path().filename().string(), entry.file_size(error)});
    }
    std::ranges::sort(found, {}, &disk::ObjectInfo::key);
    return found;
  }

 private:
  static std::unexpected<stdx::Error> read_only() { return stdx::fail(ErrorCode::kUnimplemented, "only reads"); }

  const std::filesystem::path root_;
};

struct InspectFlags {
  std::shared_ptr<SettingsFlags> settings;
  std::string block;
};

int fail_inspect(std::string_view why) {
  fmt::print(stderr, "clew inspect: {}\n", clean_text(why));
  return kExitFailed;
}

int list_blocks(ReadOnlyStore& store, const std::string& folder) {
  const auto manifests = store.list(block::manifest_prefix(block::kDefaultTenant));
  if (!manifests) return fail_inspect(manifests.error().message);
  fmt::print("{:<28}  {:>12}  {:>10}  {:>5}  {:<30}  {}\n", "block", "spans", "MB", "level", "first span", "last span");
  for (const disk::ObjectInfo& object : *manifests) {
    const auto manifest = block::load_manifest(store, object.key);
    if (!manifest) {
      fmt::print("{}: {}\n", object.key, manifest.error().message);
      continue;
    }
    uint64_t bytes = 0;
    for (const block::ManifestFile& file : manifest->files) bytes += file.size;
    fmt::print("{:<28}  {:>12}  {:>10.2f}  {:>5}  {:<30}  {}\n", manifest->name, manifest->span_count,
               static_cast<double>(bytes) / 1e6, manifest->compaction_level, stdx::rfc3339_text(manifest->start_min_ns),
               stdx::rfc3339_text(manifest->start_max_ns));
  }
  fmt::print("{} blocks in {}\n", manifests->size(), folder);
  return kExitOk;
}

int run_inspect(const InspectFlags& flags) {
  const auto settings = settings_or_exit_code(*flags.settings);
  if (!settings) return settings.error();
  const std::string folder = settings->data.folder + "/store";
  ReadOnlyStore store(folder);
  if (flags.block.empty()) return list_blocks(store, folder);
  if (flags.block.find('/') != std::string::npos) return fail_inspect("a block is named without its folder; --data says where");
  auto manifest = block::load_manifest(store, block::manifest_key(block::kDefaultTenant, flags.block));
  if (!manifest && manifest.error().code == ErrorCode::kNotFound) {
    return fail_inspect(fmt::format("no block {} in {}; `clew inspect` alone lists them", flags.block, folder));
  }
  if (!manifest) return fail_inspect(manifest.error().message);
  block::BlockCache cache(kCacheBytes);
  const auto opened = block::BlockSpanSet::open(store, cache, std::move(*manifest));
  if (!opened) return fail_inspect(opened.error().message);
  const auto text = block::inspect_block(**opened);
  if (!text) return fail_inspect(text.error().message);
  fmt::print("{}", *text);
  return kExitOk;
}

}  // namespace

RunCommand declare_inspect(CLI::App& command) {
  auto flags = std::make_shared<InspectFlags>();  // Shared because the parser writes into it before the command reads it.
  flags->settings = declare_settings_flags(command);
  command.add_option("block", flags->block, "Name of a block; without it all blocks are listed");
  command.footer("Reads the data folder itself, beside a running server or without one, and changes nothing. For a block it\n"
                 "shows the manifest and, for every column, type, encoding, size, dictionary and bloom filter.");
  return [flags] { return run_inspect(*flags); };
}

}  // namespace clew::main
