#include "block/cutter.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "stdx/thread_name.h"

namespace clew::block {
namespace {

using namespace std::chrono_literals;

constexpr auto kRetryWaitFirst = 200ms;
constexpr auto kRetryWaitMax = 10'000ms;

}  // namespace

Cutter::Cutter(BlockStore& store, Report report)
    : store_(store), report_(std::move(report)), thread_([this] { run(); }) {}

Cutter::~Cutter() { stop(); }

void Cutter::submit(std::shared_ptr<const head::SealedGeneration> sealed, head::Head& head,
                    std::function<void()> stored) {
  std::lock_guard lock(mutex_);
  jobs_.push_back({std::move(sealed), &head, std::move(stored)});
  changed_.notify_all();
}

void Cutter::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void Cutter::run() {
  stdx::name_this_thread("cut");
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (stopping_) return;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    auto wait = kRetryWaitFirst;
    lock.unlock();
    while (!try_store(job)) {
      lock.lock();
      if (changed_.wait_for(lock, wait, [this] { return stopping_; })) return;
      lock.unlock();
      wait = std::min<std::chrono::milliseconds>(wait * 2, kRetryWaitMax);
    }
    job.stored();
    lock.lock();
  }
}

bool Cutter::try_store(const Job& job) {
  auto stored = store_.cut(*job.sealed, [&job] { job.head->drop(*job.sealed); });
  if (stored) {
    if (std::exchange(failing_, false)) report_(nullptr);
    return true;
  }
  failing_ = true;
  report_(&stored.error());
  return false;
}

}  // namespace clew::block
