// Datagrams between the thread that reads and the one that handles. Internal to net/.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <vector>

#include "net/udp_limits.h"

namespace clew::net {

// Some datagrams, put end to end.
class UdpGroup {
 public:
  void add(std::string_view datagram) {
    bytes_.insert(bytes_.end(), datagram.begin(), datagram.end());
    ends_.push_back(bytes_.size());
  }
  size_t bytes() const { return bytes_.size(); }
  size_t count() const { return ends_.size(); }
  void views(std::vector<std::string_view>& views) const;
  void clear();

 private:
  std::vector<char> bytes_;
  std::vector<size_t> ends_;
};

// Two groups that change places: one fills while the other is handled. One thread puts, one takes, any may end it.
class UdpQueue {
 public:
  explicit UdpQueue(const UdpLimits& limits) : limits_(limits) {}

  // False: full, the datagram is dropped.
  bool put(std::string_view datagram);
  // Waits until the oldest has waited long enough, or much has come, or the end. `group` is given back empty and comes
  // full. False after the end when nothing is left.
  bool take(UdpGroup& group);
  void end();

  size_t bytes() const;

 private:
  const UdpLimits& limits_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  UdpGroup filling_;
  bool ended_ = false;
};

}  // namespace clew::net
