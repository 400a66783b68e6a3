// Who sends the bench's load: 14 services in 36 instances, each with a resource of 16 attributes and its operations.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace clew::bench {

inline constexpr size_t kServices = 14;
inline constexpr size_t kInstances = 36;
inline constexpr size_t kOperations = 8;  // Of each service.

struct Instance {
  size_t service;
  std::string resource;  // An encoded Resource message.
};

const char* service_name(size_t service);
const char* operation_method(size_t operation);
const char* operation_route(size_t operation);

// 36 instances; services 0…7 have three, the others two. Ids follow from `seed`.
std::vector<Instance> make_fleet(uint64_t seed);

}  // namespace clew::bench
