#include "net/udp_queue.h"

#include <utility>

namespace clew::net {

namespace {

// A group that was once large gives its memory back; a flood would otherwise cost it for ever.
constexpr size_t kKeepBytes = 4 << 20;

}  // namespace

void UdpGroup::views(std::vector<std::string_view>& views) const {
  views.clear();
  size_t begin = 0;
  for (const size_t end : ends_) {
    views.emplace_back(bytes_.data() + begin, end - begin);
    begin = end;
  }
}

void UdpGroup::clear() {
  bytes_.clear();
  ends_.clear();
  if (bytes_.capacity() > kKeepBytes) {
    bytes_.shrink_to_fit();
    ends_.shrink_to_fit();
  }
}

bool UdpQueue::put(std::string_view datagram) {
  const std::lock_guard lock(mutex_);
  if (filling_.bytes() + datagram.size() > limits_.queue_bytes_max || filling_.count() >= limits_.queue_datagrams_max) {
    return false;
  }
  const bool was_empty = filling_.count() == 0;
  const bool was_small = filling_.bytes() < limits_.gather_bytes_max;
  filling_.add(datagram);
  if (was_empty || (was_small && filling_.bytes() >= limits_.gather_bytes_max)) changed_.notify_one();
  return true;
}

bool UdpQueue::take(UdpGroup& group) {
  group.clear();
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return filling_.count() > 0 || ended_; });
  changed_.wait_for(lock, limits_.gather_interval,
                    [this] { return filling_.bytes() >= limits_.gather_bytes_max || ended_; });
  std::swap(group, filling_);
  return group.count() > 0;
}

void UdpQueue::end() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_one();
}

size_t UdpQueue::bytes() const {
  const std::lock_guard lock(mutex_);
  return filling_.bytes();
}

}  // namespace clew::net
