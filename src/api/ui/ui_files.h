// The files of web/, compiled in (cmake/embed.cmake).
#pragma once

#include <span>
#include <string_view>

namespace clew::api_ui {

struct UiFile {
  std::string_view name;  // "page.css"
  std::string_view content;
};
std::span<const UiFile> ui_files();

}  // namespace clew::api_ui
