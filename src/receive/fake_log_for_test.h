// A log in memory that accepts, refuses or waits, as a test wants.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "log/log.h"

namespace clew::receive {

class FakeLog final : public log::Log {
 public:
  enum class Mood { kAccept, kHold };

  uint32_t partition_count() const override { return partitions; }

  void append(uint32_t partition, log::RecordKind kind, int64_t receive_time_ns, stdx::SharedBytes payload,
              Acknowledge acknowledge) override {
    std::unique_lock lock(mutex_);
    if (refusal) {
      const stdx::Error error = *refusal;
      lock.unlock();
      return acknowledge(std::unexpected(error));
    }
    records.push_back({partition, kind, receive_time_ns, std::string(payload.view)});
    const uint64_t offset = records.size() - 1;
    if (mood == Mood::kHold) {
      held_.push_back([offset, acknowledge = std::move(acknowledge)](std::optional<stdx::Error> error) mutable {
        error ? acknowledge(std::unexpected(*error)) : acknowledge(offset);
      });
      changed_.notify_all();
      return;
    }
    lock.unlock();
    acknowledge(offset);
  }

  // Waits for `count` held appends and ends them from this thread.
  bool release(size_t count, std::optional<stdx::Error> error = {}) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::seconds(20), [&] { return held_.size() >= count; })) return false;
    auto held = std::move(held_);
    lock.unlock();
    for (auto& one : held) one(error);
    return true;
  }

  stdx::Result<void> read(uint32_t, uint64_t, size_t, std::chrono::milliseconds, std::vector<log::Record>&) override {
    return {};
  }
  stdx::Result<void> trim(uint32_t, uint64_t) override { return {}; }
  uint64_t first_offset(uint32_t) const override { return 0; }
  uint64_t next_offset(uint32_t) const override { return records.size(); }

  struct Appended {
    uint32_t partition;
    log::RecordKind kind;
    int64_t receive_time_ns;
    std::string payload;
  };
  std::vector<Appended> records;  // To be read once the request has been answered.
  uint32_t partitions = 1;
  Mood mood = Mood::kAccept;
  std::optional<stdx::Error> refusal;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::move_only_function<void(std::optional<stdx::Error>)>> held_;
};

}  // namespace clew::receive
