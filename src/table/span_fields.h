// Names of the rare fixed fields that are stored like attributes (scopes kSpanField, kResourceField,
// kInstrumentationField) and have columns only where they occur. The Parquet column has the same name.
#pragma once

#include <string_view>

namespace clew::table::field {

// kSpanField
inline constexpr std::string_view kTraceState = "trace_state";                                  // string
inline constexpr std::string_view kStatusMessage = "status_message";                            // string
inline constexpr std::string_view kFlags = "flags";                                             // int64
inline constexpr std::string_view kDroppedAttributesCount = "dropped_attributes_count";         // int64
inline constexpr std::string_view kDroppedEventsCount = "dropped_events_count";                 // int64
inline constexpr std::string_view kDroppedLinksCount = "dropped_links_count";                   // int64
// JSON object of attributes beyond the column limit: "span.<key>", "resource.<key>" or "scope.<key>" to the value.
inline constexpr std::string_view kAttributesOverflow = "attributes_overflow";                  // json
// kResourceField
inline constexpr std::string_view kResourceSchemaUrl = "resource_schema_url";                   // string
inline constexpr std::string_view kResourceDroppedAttributesCount = "resource_dropped_attributes_count";  // int64
inline constexpr std::string_view kResourceOverflow = "resource_attributes_overflow";           // json
// kInstrumentationField
inline constexpr std::string_view kScopeSchemaUrl = "scope_schema_url";                         // string
inline constexpr std::string_view kScopeDroppedAttributesCount = "scope_dropped_attributes_count";        // int64
inline constexpr std::string_view kScopeOverflow = "scope_attributes_overflow";                 // json

}  // namespace clew::table::field
