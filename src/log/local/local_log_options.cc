#include "log/local/local_log_options.h"

#include <fmt/format.h>

#include <charconv>

namespace clew::log_local {

stdx::Result<SyncMode> parse_sync_mode(std::string_view text) {
  if (text == "sync") return SyncMode{};
  if (text == "none") return SyncMode{.kind = SyncMode::Kind::kNone};
  constexpr std::string_view kPrefix = "interval:";
  if (text.starts_with(kPrefix)) {
    const std::string_view digits = text.substr(kPrefix.size());
    uint32_t milliseconds = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), milliseconds);
    if (error == std::errc{} && end == digits.data() + digits.size() && milliseconds > 0 && milliseconds <= 3'600'000) {
      return SyncMode{.kind = SyncMode::Kind::kInterval, .interval = std::chrono::milliseconds(milliseconds)};
    }
  }
  return stdx::fail(stdx::ErrorCode::kInvalidArgument,
                    fmt::format("log sync mode '{}' is none of sync, none, interval:<1 to 3600000 milliseconds>", text));
}

}  // namespace clew::log_local
