// Fields that many answers to the user interface's questions have, and the parts of ui_shapes().
#pragma once

#include "api/native/shape_fields.h"

namespace clew::api_native {

inline Field color_field() { return {"color", FieldType::kInteger, "Number of the service, see [colours](#colours-of-services)"}; }

inline Field gaps(std::string_view name, std::string_view description) {
  return {.name = name, .type = FieldType::kDuration, .description = description, .list = true, .nullable = true};
}
inline Field matrix(std::string_view name, std::string_view description) {
  return {.name = name, .type = FieldType::kInteger, .description = description, .list = true, .nested = true};
}
inline Field maybe_stats() { return maybe(one("stats", "QueryStats", "What the scan cost; absent when rollups answered")); }

// Ends of every computed answer.
inline std::vector<Field> with_source(std::vector<Field> fields, bool may_scan) {
  fields.push_back({"source", FieldType::kText, "rollups (whole minutes, quantiles within 4.4 %) or scan"});
  fields.push_back({"exact", FieldType::kFlag, "False where something was sampled or cut"});
  fields.push_back(one("range", "Range", "The time range that was asked, resolved"));
  if (may_scan) fields.push_back(maybe_stats());
  return fields;
}
inline std::vector<Field> with_numbers(std::vector<Field> fields, std::string_view count_name) {
  for (const Field& field : std::vector<Field>{{count_name, FieldType::kInteger, "Requests, or spans where that is asked"},
                                               {"error_count", FieldType::kInteger, "Those with status error"},
                                               {"rate", FieldType::kNumber, "A second"},
                                               {"error_share", FieldType::kNumber, "Share of errors; 0 without requests"},
                                               maybe("p50_ns", FieldType::kDuration, "Half are not longer"),
                                               maybe("p95_ns", FieldType::kDuration, "95 % are not longer"),
                                               maybe("p99_ns", FieldType::kDuration, "99 % are not longer")}) {
    fields.push_back(field);
  }
  return fields;
}

// Ends of answers that are always scans.
inline std::vector<Field> with_scan(std::vector<Field> fields) {
  fields.push_back({"source", FieldType::kText, "scan"});
  fields.push_back({"exact", FieldType::kFlag, "False where something was cut"});
  fields.push_back(one("range", "Range", "The time range that was asked, resolved"));
  fields.push_back(one("stats", "QueryStats", "What the question cost"));
  return fields;
}

// Of one trace, and of comparisons and charts.
std::vector<Shape> ui_trace_shapes();

}  // namespace clew::api_native
