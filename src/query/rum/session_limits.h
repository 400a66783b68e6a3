// Every limit and threshold of questions about single sessions.
#pragma once

#include <cstddef>
#include <cstdint>

namespace clew::query_rum {

// ---- What counts as what ----
inline constexpr int64_t kLiveNs = 120'000'000'000;         // A session with an event so lately may go on.
inline constexpr int64_t kRageWindowNs = 1'000'000'000;     // So many clicks on one target in so short a time …
inline constexpr uint32_t kRageClicks = 3;                  // … are an angry user's.
inline constexpr int64_t kCauseOfRequestNs = 1'000'000'000;  // A click so shortly before caused it.
inline constexpr int64_t kCauseOfErrorNs = 2'000'000'000;    // A request that failed so shortly before.
inline constexpr int64_t kBackendPendingNs = 60'000'000'000;  // Backends send their spans in batches.

// ---- The list ----
inline constexpr uint32_t kSessionRowsMax = 200;           // Of an answer.
inline constexpr size_t kListedSessionsMax = 500'000;      // Told apart in the range, about 250 bytes each.
inline constexpr size_t kListedClicksMax = 2'000'000;      // 24 bytes each, to find rage.
inline constexpr size_t kListedEventsMax = 200'000;        // Of the rows of an answer, read for strip, worst moment and traces.
inline constexpr size_t kSessionCursorBytesMax = 1024;
inline constexpr size_t kCursorIdBytesMax = 256;           // Of a session's id in it; longer ones by their hash.
inline constexpr size_t kStripMarksMax = 80;

// ---- One session ----
inline constexpr size_t kSessionEventsMax = 5'000;         // Told whole.
inline constexpr size_t kSessionScannedMax = 200'000;      // Counted.
inline constexpr size_t kSessionTracesMax = 5'000;         // Whose presence is looked up …
inline constexpr size_t kSessionTracesReadMax = 300;       // … and that are read, those of slow and failed requests first.
inline constexpr uint32_t kReadTraceSpansMax = 20'000;     // A larger one is not read for a session.
inline constexpr int64_t kSessionReachNs = 86'400'000'000'000;       // Around a hint: a session lasts a day at most.
inline constexpr int64_t kNeighboursReachNs = 900'000'000'000;       // Around a session, to see what its application traces.
inline constexpr int64_t kUserReachNs = 7 * 86'400'000'000'000;      // To either side, for other sessions of the user.
inline constexpr size_t kUserSessionsMax = 10;
inline constexpr size_t kOriginsMax = 1'000;               // Told apart around a session …
inline constexpr size_t kTracesPerOriginMax = 8;           // … of each so many traces are looked up.
inline constexpr size_t kRequestsOfTraceMax = 100;

}  // namespace clew::query_rum
