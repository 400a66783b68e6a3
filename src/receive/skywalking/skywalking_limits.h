// Every limit of the SkyWalking doors, beside those of the servers in net/ and of the intake.
#pragma once

#include <cstddef>
#include <cstdint>

namespace clew::receive_skywalking {

// Of one segment. Agents themselves stop at 300 spans.
inline constexpr size_t kSpansMax = 65'536;      // More: the segment is refused.
inline constexpr size_t kIdBytesMax = 512;       // Trace and segment ids, which every span repeats: refused.
inline constexpr size_t kNameBytesMax = 4'096;   // Service and instance: refused.
inline constexpr size_t kTagsMax = 10'000;       // Of a span; more are dropped and counted in the span.
inline constexpr size_t kLogsMax = 10'000;
inline constexpr size_t kRefsMax = 1'000;
inline constexpr size_t kPairsMax = 1'000;       // Of a log.
// What a message may become: most of it repeats the segment's ids. More is refused.
inline constexpr size_t kOtlpBytesMax = 64 << 20;

// Segments of a stream that go to the log together: no more than this once it is reached.
inline constexpr size_t kGatheredBytesMax = 1 << 20;

// Of what instances say about themselves.
inline constexpr size_t kInstancesMax = 20'000;          // The longest silent makes room.
inline constexpr size_t kPropertyCountMax = 64;
inline constexpr size_t kPropertyBytesMax = 512;         // Longer ones (lists of jars) are left out.
inline constexpr size_t kInstanceBytesMax = 8'192;       // All of an instance's.

// Of v2's names (name_book.h).
inline constexpr size_t kNamesMax = 500'000;            // Services, instances, endpoints and addresses together.
inline constexpr size_t kNameRecordBytesMax = 64 << 10;
inline constexpr size_t kNameFileBytesMax = size_t{4} << 30;
inline constexpr size_t kWishesMax = 10'000;            // Of one call.
static_assert(kNameRecordBytesMax > kNameBytesMax + 2 * kInstanceBytesMax);

// A meter without a name of its service belongs to the one before it in the stream.
inline constexpr size_t kMetersMax = 100'000;  // Of a message.
inline constexpr size_t kHttpBodyBytesMax = 32 << 20;  // After decompression.

}  // namespace clew::receive_skywalking
