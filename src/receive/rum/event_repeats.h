// Which events of a request came before, by their own ids or by ids made of their content.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "receive/rum/bundle.h"

namespace clew::receive_rum {

// What RecentEvents knows an event by. The attribute rum.event.id holds the id itself.
uint64_t event_key_of(std::string_view event_id);

// Counts the repeats of one request and collects the keys of its new events. What it is given outlives it. One thread.
class Repeats {
 public:
  Repeats(const IsRepeated& is_repeated, uint32_t& repeated_count, std::vector<uint64_t>& event_keys)
      : is_repeated_(is_repeated), repeated_count_(repeated_count), event_keys_(event_keys) {}

  // An event without id is always new.
  bool is_new(std::string_view event_id);

 private:
  const IsRepeated& is_repeated_;
  uint32_t& repeated_count_;
  std::vector<uint64_t>& event_keys_;
};

// Ids for events of clients that give them none, so that one that is sent again is told by its content. One object for each
// request: equal events of one request are as many events, and its retry has as many. Bounded by the request. One thread.
class ContentIds {
 public:
  // 16 hex digits. `content` is what the client sent of the event. Empty, so never a repeat, without a session or a time of the
  // client: then nobody can tell a second try from a second event like the first.
  std::string id_of(std::string_view session, int64_t time_ns, std::string_view content);

 private:
  std::unordered_map<uint64_t, uint32_t> seen_;  // By hash: how often.
};

}  // namespace clew::receive_rum
