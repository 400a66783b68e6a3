// Every limit of the RUM receiver, beside those of the server in net/. What operators may set is in the settings.
#pragma once

#include <cstddef>
#include <cstdint>

namespace clew::receive_rum {

struct RumLimits {
  size_t bundle_bytes_max = 1 << 20;      // As sent: 413. The SDK's own bundles reach some 100 kB.
  uint32_t events_per_second_max = 5000;  // Of one application, averaged over ten seconds; beyond: 429.
  uint32_t events_per_second_of_address_max = 200;  // The same of one client address.
};

inline constexpr size_t kEventsPerBundleMax = 1000;  // The SDK sends 100 at most; further ones are dropped and counted.
inline constexpr size_t kBundlesPerBodyMax = 100;  // Of an SDK that sends several at once.
inline constexpr size_t kEventBytesGuessed = 1024;   // Of an event in a body that another door takes: for the rate of an address.
inline constexpr size_t kAttributesPerEventMax = 128;
inline constexpr size_t kTextBytesMax = 32 << 10;    // Of one value; the rest is cut off.
inline constexpr size_t kNameBytesMax = 1024;        // Of ids, names and keys.
inline constexpr int kValueDepthMax = 8;             // Of objects and arrays that are kept as they are.
// Of what one report or request becomes. Whatever is said once of a device or a resource comes with each event, so that a small
// report of many small events could ask for gigabytes: events beyond are dropped and counted, of OTLP they stay what they were.
inline constexpr size_t kTranslatedBytesMax = 16 << 20;
inline constexpr size_t kSessionEventBytesMax = 64 << 20;
inline constexpr int64_t kDurationMsMax = 24LL * 3600 * 1000;

// Clients' clocks are wrong by hours. A bundle is sent within seconds of its newest event, so one that lies in our future, or
// far back, tells how wrong. What is within these bounds is taken for waiting and left alone.
inline constexpr int64_t kClockAheadMsMax = 1000;
inline constexpr int64_t kClockBehindMsMax = 10 * 60 * 1000;
// What lies beyond these is no time of an event: apps keep for a month what they could not send, and clocks are wrong by hours.
inline constexpr int64_t kEventBehindMsMax = 60LL * 24 * 3600 * 1000;
inline constexpr int64_t kEventAheadMsMax = 2LL * 24 * 3600 * 1000;
inline constexpr size_t kClocksMax = 50'000;         // Sessions whose offset is remembered.

// Records or spans of a scope that are looked at for a session before it is taken to have none: SDKs put it on all.
inline constexpr int kWithoutSessionMax = 8;
inline constexpr int kWithoutSessionOfBackendMax = 4;
inline constexpr size_t kSessionViewsMax = 20'000;    // Sessions of OpenTelemetry clients whose page is remembered.

inline constexpr size_t kRecentEventsMax = 500'000;  // Event ids remembered, in each of two generations, to drop repeats.
inline constexpr size_t kRateBucketsMax = 50'000;    // Applications and addresses whose rate is watched.

inline constexpr size_t kInnerJsonBytesKept = 64 << 10;  // A thread's parser of JSON in strings that has grown larger is given up.
inline constexpr int kForwardedHopsMax = 16;         // Of X-Forwarded-For and the like.
inline constexpr size_t kGeoDatabaseBytesMax = 2ULL << 30;

}  // namespace clew::receive_rum
