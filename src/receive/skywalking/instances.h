// What service instances say about themselves, put onto the resource of all that they send.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "receive/skywalking/skywalking_segment.h"

namespace clew::receive_skywalking {

// Agents report their properties (language, process, host) apart from segments, and some of them late or never; so this is
// knowledge, not a condition. Bounded: the instance that was silent longest is forgotten. Any thread may call; the lock is
// held for a look-up or the making of one resource.
class Instances {
 public:
  // Replaces what was known.
  void learn(std::string_view service, std::string_view instance, std::string_view layer,
             const std::vector<TextPair>& properties);

  // The encoded attributes of a resource (OTLP's Resource, field 1). `component_id` tells the language of an agent whose
  // properties are not known. Shared, as it is cached and may be forgotten while it is used.
  std::shared_ptr<const std::string> resource_of(std::string_view service, std::string_view instance, int32_t component_id);

  size_t size() const;

 private:
  struct Entry {
    std::string key;
    std::shared_ptr<const std::string> resource;
    bool is_learnt = false;
  };
  using Entries = std::list<Entry>;  // The most recent first.

  void keep(std::string key, std::shared_ptr<const std::string> resource, bool is_learnt);

  mutable std::mutex mutex_;
  Entries entries_;
  std::unordered_map<std::string_view, Entries::iterator> by_key_;  // Keys live in the entries.
};

// Pure: the attributes that an instance of these properties has. Guarded by skywalking_fuzz.
std::string encode_resource(std::string_view service, std::string_view instance, std::string_view layer,
                            std::string_view language, const std::vector<TextPair>& properties);

}  // namespace clew::receive_skywalking
