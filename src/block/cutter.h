// Turns sealed generations of the head into blocks, in its own thread, for as long as it takes.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "block/block_store.h"
#include "head/head.h"

namespace clew::block {

// A block that cannot be written (full or failing disk) is tried again until it can: the generation stays searchable in the
// head, and back-pressure keeps the head from growing meanwhile. One thread for all partitions; submit() from any.
class Cutter {
 public:
  // Called from the cutter's thread when cutting begins to fail (with why) and when it works again (nullptr).
  using Report = std::function<void(const stdx::Error* error)>;

  Cutter(BlockStore& store, Report report);
  ~Cutter();

  // `head` is told to drop the generation in the moment when its block becomes visible; then `stored` is called.
  void submit(std::shared_ptr<const head::SealedGeneration> sealed, head::Head& head, std::function<void()> stored);
  // Ends after the block being written; what waits is left to the replay of the next start.
  void stop();

 private:
  struct Job {
    std::shared_ptr<const head::SealedGeneration> sealed;  // Shared with the head's queries.
    head::Head* head;
    std::function<void()> stored;
  };
  void run();
  bool try_store(const Job& job);

  BlockStore& store_;
  const Report report_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;  // Under mutex_; at most one a partition, because a pump waits for its own.
  bool stopping_ = false;  // Under mutex_.
  bool failing_ = false;   // Cutter's thread.
  std::thread thread_;
};

}  // namespace clew::block
