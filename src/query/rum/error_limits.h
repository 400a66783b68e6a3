// Every limit of what is read from errors of browsers: stacks, source maps, groups. All of it is written by strangers.
#pragma once

#include <cstddef>
#include <cstdint>

namespace clew::query_rum {

// Stacks.
inline constexpr size_t kStackBytesMax = 64 << 10;  // Beyond, it is not read. The door keeps 32 kB of a value.
inline constexpr size_t kStackFramesMax = 100;
inline constexpr size_t kStackHeaderBytesMax = 4 << 10;  // Type and message before the first frame.
inline constexpr size_t kFunctionBytesMax = 256;
inline constexpr size_t kFileBytesMax = 1024;
inline constexpr uint32_t kLineMax = 100'000'000;  // Lines and columns beyond are no positions.

// What an error is told apart by.
inline constexpr size_t kKeyFramesMax = 3;
inline constexpr size_t kKeyPathPartsMax = 2;  // Folders and name of a script that is not mapped.

// Source maps.
inline constexpr size_t kMapBytesMax = 64 << 20;   // JSON, decompressed.
inline constexpr size_t kMapSourcesMax = 100'000;  // Over all sections.
inline constexpr size_t kMapNamesMax = 2'000'000;
inline constexpr size_t kMapSectionsMax = 10'000;  // Of an index map; sections do not nest.
inline constexpr size_t kMapLinesMax = 5'000'000;  // Of the generated file.
inline constexpr size_t kMapSegmentsMax = 8'000'000;
inline constexpr size_t kMapTextBytesMax = 1024;        // Of the name of a source or an identifier.
inline constexpr size_t kMapTableBytesMax = 128 << 20;  // As kept.
inline constexpr uint32_t kMapBlockSegments = 64;       // Decoded at most for one position.
inline constexpr size_t kContextLines = 5;              // Of the source, shown around a position.
inline constexpr size_t kContextLineBytesMax = 300;
inline constexpr size_t kScannedSourceBytesMax = 1 << 20;  // Of a source, read to find the function around a position.

// The store of maps.
inline constexpr size_t kMapStoredBytesMax = 160 << 20;  // A table, or the list of them.
inline constexpr size_t kMapsMax = 5'000;                // The oldest go first.
inline constexpr uint64_t kMapsBytesMax = 8ULL << 30;    // Decompressed, of all together.
inline constexpr size_t kMapCacheBytesMax = 192 << 20;   // Tables in memory.
inline constexpr size_t kMapParameterBytesMax = 1024;    // App, version, file, debug id.

// Groups of errors.
inline constexpr size_t kErrorVariantsMax =
    20'000;  // Kinds of errors told apart in one question; others are left out of it.
inline constexpr size_t kStackKeyBytesMax = 8 << 10;  // Of a stack, kept to tell variants apart.
inline constexpr size_t kDebugIdsMax = 200;           // Scripts of one event.
inline constexpr size_t kErrorPeopleMax = 4'000'000;  // Users and sessions remembered for it, over all groups.
inline constexpr size_t kGroupedFramesMax = 30;   // Innermost frames that are looked up in maps to tell groups apart.
inline constexpr size_t kErrorGroupsMax = 1'000;  // In an answer.
inline constexpr int64_t kErrorPointsMax = 500;
inline constexpr size_t kErrorSamplesMax = 50;
inline constexpr size_t kErrorCrumbsMax = 20;
inline constexpr int64_t kErrorCrumbsNs = 30LL * 60 * 1'000'000'000;
inline constexpr size_t kErrorSharesMax = 20;       // Rows of a distribution.
inline constexpr int64_t kCauseNs = 5'000'000'000;  // A request that failed so shortly before may be the cause.
inline constexpr int64_t kCauseRequestNs = 120'000'000'000;  // Requests that began earlier before that are not looked for.
inline constexpr size_t kCauseSightsMax = 100;      // Errors of a variant, the newest, whose cause is looked for.
inline constexpr size_t kFailedRequestsMax = 200'000;
inline constexpr size_t kCauseTracesMax = 40;  // Traces read for one answer.

// What is known of groups for ever.
inline constexpr size_t kKnownErrorsMax = 20'000;
inline constexpr size_t kKnownVersionsMax = 30;   // Of a group.
inline constexpr size_t kAppVersionsMax = 5'000;  // Of all applications.
inline constexpr size_t kErrorNoteBytesMax = 4'000;
inline constexpr int64_t kErrorLookBackNs = 30LL * 24 * 3600 * 1'000'000'000;  // Before the first question.
inline constexpr int64_t kErrorLookSliceNs = 6LL * 3600 * 1'000'000'000;  // Looked at in one go.
inline constexpr int64_t kErrorLookNs = 1'000'000'000;  // What a question waits for it, and the slice that it is in.
inline constexpr int64_t kErrorLateNs = 600LL * 1'000'000'000;  // Events may come in so much later than they happened.
inline constexpr int64_t kErrorSaveNs = 10LL * 1'000'000'000;   // Between saves of what can be found out again.

static_assert(kMapTableBytesMax <= kMapCacheBytesMax && kMapBytesMax <= kMapTableBytesMax);
static_assert(kStackHeaderBytesMax <= kStackBytesMax);

}  // namespace clew::query_rum
