// Whose code a frame is, as far as its address tells.
#include <algorithm>
#include <array>

#include "query/rum/stack_frames.h"

namespace clew::query_rum {
namespace {

// Pages of others' code in the browser: extensions, the browser's own pages, automation.
constexpr std::array<std::string_view, 12> kForeignSchemes = {"chrome-extension:",
                                                              "moz-extension:",
                                                              "safari-extension:",
                                                              "safari-web-extension:",
                                                              "ms-browser-extension:",
                                                              "edge-extension:",
                                                              "chrome:",
                                                              "resource:",
                                                              "about:",
                                                              "webkit-masked-url:",
                                                              "pptr:",
                                                              "node:"};

// Hosts that serve libraries, advertisements and measurement for everybody. A host ends with one of these.
constexpr std::array<std::string_view, 34> kForeignHosts = {"jsdelivr.net",
                                                            "unpkg.com",
                                                            "cdnjs.cloudflare.com",
                                                            "esm.sh",
                                                            "skypack.dev",
                                                            "ajax.googleapis.com",
                                                            "ajax.aspnetcdn.com",
                                                            "code.jquery.com",
                                                            "bootstrapcdn.com",
                                                            "staticfile.org",
                                                            "bootcdn.net",
                                                            "bootcss.com",
                                                            "googletagmanager.com",
                                                            "google-analytics.com",
                                                            "googlesyndication.com",
                                                            "googleadservices.com",
                                                            "doubleclick.net",
                                                            "gstatic.com",
                                                            "maps.googleapis.com",
                                                            "connect.facebook.net",
                                                            "hm.baidu.com",
                                                            "cnzz.com",
                                                            "g.alicdn.com",
                                                            "res.wx.qq.com",
                                                            "js.stripe.com",
                                                            "paypalobjects.com",
                                                            "recaptcha.net",
                                                            "hotjar.com",
                                                            "clarity.ms",
                                                            "segment.com",
                                                            "intercomcdn.com",
                                                            "static.cloudflareinsights.com",
                                                            "browser.sentry-cdn.com",
                                                            "cdn.polyfill.io"};

// Folders and bundles of code that came with a package manager.
constexpr std::array<std::string_view, 9> kLibraryPaths = {"node_modules/",     "bower_components/", "/~/",
                                                           "webpack/bootstrap", "webpack/runtime",   "(webpack)",
                                                           "/@vite/",           "@react-refresh",    "/jspm_packages/"};
constexpr std::array<std::string_view, 16> kLibraryNames = {
    "vendor",    "vendors", "chunk-vendors", "chunk-libs", "polyfill", "polyfills", "jquery",      "react",
    "react-dom", "vue",     "angular",       "lodash",     "zone",     "arms-rum",  "browser-sdk", "zone-evergreen"};

constexpr std::array<std::string_view, 14> kPlatformPackages = {
    "java.",    "javax.",       "jdk.",         "sun.",    "kotlin.",  "kotlinx.",
    "android.", "androidx.",    "com.android.", "dalvik.", "libcore.", "com.google.android.",
    "okhttp3.", "io.reactivex."};
constexpr std::array<std::string_view, 12> kPlatformModules = {
    "UIKit",   "Foundation", "CoreFoundation", "GraphicsServices", "libsystem", "libdispatch",
    "libobjc", "dyld",       "CFNetwork",      "Security",         "SwiftUI",   "QuartzCore"};

template <class List>
bool begins_with_any(std::string_view text, const List& list) {
  return std::ranges::any_of(list, [&](std::string_view word) { return text.starts_with(word); });
}

bool is_foreign_host(std::string_view host) {
  host = host.substr(0, std::min(host.find(':'), host.size()));
  return std::ranges::any_of(kForeignHosts, [&](std::string_view known) {
    return host.ends_with(known) && (host.size() == known.size() || host[host.size() - known.size() - 1] == '.');
  });
}

// "vendors.3f2a1b.js", "jquery-3.6.0.min.js", "vendors~main.js": the name up to the first sign that is no letter of it.
bool is_library_name(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return std::ranges::any_of(kLibraryNames, [&](std::string_view library) {
    if (!name.starts_with(library) || name.size() == library.size()) return false;
    const std::string_view rest = name.substr(library.size());
    if (rest[0] == '~') return true;
    if (rest[0] != '.' && rest[0] != '-' && rest[0] != '_') return false;
    // "vendor-form.js" is the application's: after "-" a version or hash must come.
    return rest[0] == '.' || (rest.size() > 1 && std::ranges::any_of(rest.substr(0, rest.find('.')),
                                                                     [](char c) { return c >= '0' && c <= '9'; }));
  });
}

}  // namespace

bool is_in_app(std::string_view function, std::string_view file) {
  if (file.empty() || file == "<eval>") return false;
  if (begins_with_any(file, kForeignSchemes)) return false;
  if (is_foreign_host(script_host_of(file))) return false;
  for (const std::string_view library : kLibraryPaths) {
    if (file.find(library) != std::string_view::npos) return false;
  }
  if (is_library_name(script_path_of(file))) return false;
  // Java and Kotlin say their package in the function, Apple's systems the library in place of a file.
  if (file.ends_with(".java") || file.ends_with(".kt")) return !begins_with_any(function, kPlatformPackages);
  return file.find('/') != std::string_view::npos || !begins_with_any(file, kPlatformModules);
}

}  // namespace clew::query_rum
