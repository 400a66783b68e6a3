// Seeded randomness with the shapes that the simulated shop needs; the same seed gives the same shop everywhere.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>

namespace clew::demo {

// One thread. The distributions are our own because those of the C++ library differ between implementations.
class Chance {
 public:
  // Runs with the same seed and other salts tell the same story under other ids.
  explicit Chance(uint64_t seed, uint64_t id_salt = 0) : generator_(seed), id_salt_(id_salt) {}

  // Another one for a part of the story, so that what happens in one part does not change the others.
  Chance fork() { return Chance(bits(), id_salt_); }

  uint64_t bits() { return generator_(); }
  uint64_t id_bits() { return generator_() ^ id_salt_; }
  // In [0, 1).
  double uniform() { return static_cast<double>(bits() >> 11) * 0x1.0p-53; }
  // In [0, count).
  size_t below(size_t count) { return static_cast<size_t>(uniform() * static_cast<double>(count)); }
  bool happens(double probability) { return uniform() < probability; }

  // Durations of real systems are close to log-normal: most near the median, a long tail above.
  int64_t duration_ns(double median_ms, double spread = 0.35) {
    const double normal = std::sqrt(-2.0 * std::log(1.0 - uniform())) * std::cos(2.0 * M_PI * uniform());
    return static_cast<int64_t>(median_ms * 1e6 * std::exp(spread * normal)) + 1;
  }

  template <class T, size_t kCount>
  const T& pick(const T (&choices)[kCount]) {
    return choices[below(kCount)];
  }

 private:
  std::mt19937_64 generator_;
  const uint64_t id_salt_;
};

}  // namespace clew::demo
