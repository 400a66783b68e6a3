#include "receive/sampling/strategies_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "receive/sampling/sampling_limits.h"

namespace clew::receive_sampling {

stdx::Result<Strategies> StrategiesFile::read() const {
  const auto wrong = [this](std::string_view what) {
    return stdx::fail(stdx::ErrorCode::kInvalidArgument, fmt::format("the sampling strategies in {}: {}", path_, what));
  };
  std::ifstream file(path_, std::ios::binary);
  if (!file) return wrong(std::strerror(errno));
  std::string text(kStrategiesFileBytesMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return wrong("the file cannot be read");
  text.resize(static_cast<size_t>(file.gcount()));
  if (text.size() > kStrategiesFileBytesMax) return wrong("the file is larger than 4 MiB");
  auto parsed = Strategies::parse(std::move(text));
  if (!parsed) return wrong(parsed.error().message);
  return parsed;
}

void StrategiesFile::set(Strategies strategies) {
  auto fresh = std::make_shared<const Strategies>(std::move(strategies));
  const std::lock_guard lock(mutex_);
  current_ = std::move(fresh);
}

stdx::Result<void> StrategiesFile::load() {
  seen_ = stdx::file_version(path_);
  auto strategies = read();
  if (!strategies) return std::unexpected(std::move(strategies.error()));
  set(std::move(*strategies));
  return {};
}

void StrategiesFile::refresh() {
  const stdx::FileVersion now = stdx::file_version(path_);
  if (now == seen_) return;
  // Before reading: what changes meanwhile is noticed the next time.
  seen_ = now;
  auto strategies = read();
  if (!strategies) return report_(&strategies.error());
  set(std::move(*strategies));
  report_(nullptr);
}

std::shared_ptr<const Strategies> StrategiesFile::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

}  // namespace clew::receive_sampling
