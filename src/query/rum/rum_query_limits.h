// Every limit and threshold of questions about users' sessions.
#pragma once

#include <cstddef>
#include <cstdint>

namespace clew::query_rum {

// ---- What counts as what ----
inline constexpr double kSlowRequestMs = 2000;

// ---- Told apart while scanning; beyond it the answer says that it is not exact ----
inline constexpr size_t kViewsMax = 4'000'000;         // 56 bytes each.
inline constexpr size_t kSessionsMax = 4'000'000;      // 24 bytes each, for every value of a breakdown.
inline constexpr size_t kUsersMax = 4'000'000;
inline constexpr size_t kValuesMax = 20'000;           // Values of a breakdown, requests, resources.
inline constexpr size_t kAppsMax = 1'000;
inline constexpr size_t kVersionsMax = 200;            // Of an application; the newest are kept.
inline constexpr size_t kPageViewsMax = 500'000;       // Of one page.
inline constexpr size_t kRequestsPerViewMax = 12;      // The longest are kept.
inline constexpr size_t kPagesPerRequestMax = 200;

// ---- Values of which quantiles are asked ----
// Kept one by one up to this number; then counted in buckets, which keeps quantiles within 0.4 %.
inline constexpr size_t kExactSamplesMax = 32'768;

// ---- Answers ----
inline constexpr int64_t kRumPointsMax = 500;
inline constexpr uint32_t kRumRowsMax = 1'000;
inline constexpr size_t kPageRows = 20;       // Requests, resources, errors and slow views of one page.
inline constexpr size_t kTopPages = 3;        // Of a request.
inline constexpr size_t kStatusesMax = 20;    // Of a request.

// ---- Traces looked into ----
inline constexpr size_t kViewsSampled = 30;        // Slow views of a page whose time is taken apart …
inline constexpr size_t kViewCandidates = 150;     // … out of so many, those of which a backend is known first …
inline constexpr size_t kTracesPerPage = 160;      // … by the traces of their requests …
inline constexpr size_t kTracesPerView = 4;        // … the longest of each.
inline constexpr size_t kTracesPerShownView = 1;   // Of views that are shown, but not among those.
inline constexpr size_t kTracesPerRequests = 300;  // Of one question for requests …
inline constexpr size_t kPageRequestTraces = 140;  // … of a page's requests …
inline constexpr size_t kTracesPerRequest = 25;    // … for each of those of most time …
inline constexpr size_t kTracesAtLeast = 2;        // … and of every other.
inline constexpr size_t kTraceCandidates = 80;     // Kept of a request: not every trace has come.
inline constexpr size_t kSuspectsMax = 20;

}  // namespace clew::query_rum
