#include "api/native/opened_traces.h"

#include <algorithm>
#include <random>
#include <utility>

#include <fmt/format.h>

#include "api/native/native_limits.h"
#include "otlp/traces_codec.h"

namespace clew::api_native {
namespace {

constexpr int64_t kKeptNs = 3'600'000'000'000;

std::string new_token() {
  // Not a secret worth guarding, but not to be guessed by counting either.
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

}  // namespace

void OpenedTraces::forget_expired(int64_t now_ns) {
  std::erase_if(opened_, [&](const auto& entry) { return entry.second.expires_at_ns <= now_ns; });
  while (opened_.size() >= kOpenedMax) {
    opened_.erase(std::ranges::min_element(opened_, {}, [](const auto& entry) { return entry.second.expires_at_ns; }));
  }
}

stdx::Result<OpenedTraces::Opened> OpenedTraces::open(const otlp::TracesData& data) {
  auto catalog = make_(otlp::encode_traces(data));
  if (!catalog) return std::unexpected(std::move(catalog.error()));
  const int64_t now_ns = clock_.now_ns();
  Opened opened{new_token(), now_ns + kKeptNs, std::move(*catalog)};
  const std::lock_guard lock(mutex_);
  forget_expired(now_ns);
  opened_[opened.token] = opened;
  return opened;
}

stdx::Result<std::shared_ptr<const table::Catalog>> OpenedTraces::find(const std::string& token) const {
  const std::lock_guard lock(mutex_);
  const auto found = opened_.find(token);
  if (found == opened_.end() || found->second.expires_at_ns <= clock_.now_ns()) {
    return stdx::fail(stdx::ErrorCode::kNotFound, "the opened file is forgotten; open it again");
  }
  return found->second.catalog;
}

}  // namespace clew::api_native
