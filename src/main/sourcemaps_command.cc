#include "main/sourcemaps_command.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "main/query_command_ask.h"
#include "main/query_command_text.h"
#include "query/rum/error_limits.h"
#include "wire/content_coding.h"

namespace clew::main {
namespace {

namespace fs = std::filesystem;

constexpr size_t kFilesMax = 20'000;
constexpr size_t kScriptEndBytes = 2048;  // Of a script, where its debug id stands.

struct UploadFlags {
  std::string url{kServerDefault};
  std::string app, version, folder, prefix;
};

// Maps of scripts below the folder, by path. Style sheets have maps, too, but no stacks.
stdx::Result<std::vector<fs::path>> maps_below(const std::string& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error))
    return stdx::fail(stdx::ErrorCode::kNotFound, fmt::format("{} is no folder", folder));
  std::vector<fs::path> maps;
  size_t seen = 0;
  for (fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied, error), end;
       at != end && !error; at.increment(error)) {
    if (++seen > kFilesMax)
      return stdx::fail(stdx::ErrorCode::kInvalidArgument,
                        fmt::format("{} holds more than {} files", folder, kFilesMax));
    if (at->path().filename() == "node_modules") at.disable_recursion_pending();
    const std::string name = at->path().filename().string();
    if (at->is_regular_file(error) && name.ends_with(".map") && !name.ends_with(".css.map")) maps.push_back(at->path());
  }
  if (error) return stdx::fail(stdx::ErrorCode::kUnavailable, fmt::format("{}: {}", folder, error.message()));
  std::ranges::sort(maps);
  return maps;
}

// "//# debugId=…" near the end of the script that the map is for; the map often has it as well.
std::string debug_id_of(fs::path script) {
  std::ifstream file(script, std::ios::binary | std::ios::ate);
  if (!file) return {};
  const auto size = static_cast<size_t>(file.tellg());
  const size_t begin = size > kScriptEndBytes ? size - kScriptEndBytes : 0;
  std::string end(size - begin, '\0');
  file.seekg(static_cast<std::streamoff>(begin));
  file.read(end.data(), static_cast<std::streamsize>(end.size()));
  constexpr std::string_view kMark = "//# debugId=";
  const size_t at = end.rfind(kMark);
  if (at == std::string::npos) return {};
  const std::string rest = end.substr(at + kMark.size());
  return rest.substr(0, rest.find_first_of(" \t\r\n"));
}

stdx::Result<void> upload(const UploadFlags& flags, const fs::path& map, const std::string& script) {
  std::error_code error;
  const uint64_t size = fs::file_size(map, error);
  if (error) return stdx::fail(stdx::ErrorCode::kUnavailable, error.message());
  if (size > query_rum::kMapBytesMax) {
    return stdx::fail(stdx::ErrorCode::kPayloadTooLarge,
                      fmt::format("has {} bytes, more than {}", size, query_rum::kMapBytesMax));
  }
  std::string json(size, '\0');
  std::ifstream file(map, std::ios::binary);
  if (!file.read(json.data(), static_cast<std::streamsize>(size)))
    return stdx::fail(stdx::ErrorCode::kUnavailable, "cannot be read");
  fs::path beside = map;
  auto answer = send_to_server(flags.url, "/api/v1/rum/source-maps",
                               {{"app", flags.app},
                                {"version", flags.version},
                                {"file", script},
                                {"debug_id", debug_id_of(beside.replace_extension())}},
                               wire::encode_gzip(json, 6));
  if (!answer) return std::unexpected(std::move(answer.error()));
  return {};
}

int run_upload(const UploadFlags& flags) {
  const auto maps = maps_below(flags.folder);
  if (!maps) {
    fmt::print(stderr, "clew sourcemaps: {}\n", maps.error().message);
    return kExitFailed;
  }
  if (maps->empty()) {
    fmt::print(stderr,
               "clew sourcemaps: {} holds no source maps; does the build write them (`build.sourcemap` of Vite, "
               "`devtool` of webpack)?\n",
               flags.folder);
    return kExitFailed;
  }
  std::string prefix = flags.prefix;
  if (!prefix.empty() && !prefix.ends_with('/')) prefix += '/';
  size_t failed = 0;
  for (const fs::path& map : *maps) {
    std::string script = map.lexically_relative(flags.folder).generic_string();
    script.resize(script.size() - 4);  // ".map"
    if (const auto sent = upload(flags, map, prefix + script); sent) {
      fmt::print("{}\n", clean_text(prefix + script));
    } else {
      ++failed;
      fmt::print(stderr, "clew sourcemaps: {}: {}\n", clean_text(map.string()), sent.error().message);
    }
  }
  fmt::print("{} of {} source maps uploaded for {} {}\n", maps->size() - failed, maps->size(), clean_text(flags.app),
             clean_text(flags.version));
  return failed == 0 ? kExitOk : kExitFailed;
}

}  // namespace

RunCommand declare_sourcemaps(CLI::App& command) {
  auto flags =
      std::make_shared<UploadFlags>();  // Shared because the parser writes into it before the command reads it.
  command.require_subcommand(1);
  CLI::App* upload = command.add_subcommand("upload", "Send the source maps of a build");
  upload->add_option("folder", flags->folder, "What the build wrote: every .map below it is sent")->required();
  upload->add_option("--app", flags->app, "The application: what its SDK has as pid")->required();
  upload->add_option("--version", flags->version, "Its release: what its SDK has as version")->required();
  upload->add_option("--url", flags->url, "Address of the server")->envname("CLEW_SERVER")->capture_default_str();
  upload->add_option(
      "--prefix", flags->prefix,
      "Where the folder is served: https://cdn.example/shop/; without it scripts are told by the end of their path");
  upload->footer(
      "  clew sourcemaps upload dist/ --app shop@1 --version 2.4.0\n\n"
      "Run it in the pipeline after the build, and do not publish the maps. Exit code 1 when a map was not taken.");
  return [flags] { return run_upload(*flags); };
}

}  // namespace clew::main
