// The built files of web/, compiled in (web/tool/embed_files.mjs).
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace clew::api_ui {

struct UiFile {
  std::string_view name;     // "index.html", "ui/index-C0UtILUd.css"; all but the first are named by their content.
  std::string_view zipped;   // gzip
  size_t size;               // Unpacked.
  std::string_view tag;      // For ETag, with its quotes; by content.
};
// By name. Empty in a build without UI.
std::span<const UiFile> ui_files();

}  // namespace clew::api_ui
