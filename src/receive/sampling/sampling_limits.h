// Every limit of remote sampling.
#pragma once

#include <cstddef>
#include <cstdint>

namespace clew::receive_sampling {

inline constexpr size_t kStrategiesFileBytesMax = 4 << 20;
// What adaptive sampling keeps a probability for; further ones get the initial probability. About 200 bytes an operation.
inline constexpr size_t kServicesMax = 1000;
inline constexpr size_t kOperationsOfServiceMax = 2000;  // Clients take no more either.
inline constexpr size_t kNameBytesMax = 500;             // Of a service or operation; longer ones are not counted.
// An operation that was not seen for so many intervals is forgotten.
inline constexpr int kForgetAfterIntervals = 60;

}  // namespace clew::receive_sampling
