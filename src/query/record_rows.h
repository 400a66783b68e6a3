// Records read back whole: every column of a few rows as plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "otlp/model.h"
#include "stdx/error.h"
#include "table/record_kind.h"
#include "table/segment.h"

namespace clew::query {

struct RecordRow {
  int64_t time_ns = 0;
  otlp::Resource resource;  // With service.name, where it has one, first.
  otlp::InstrumentationScope scope;
  otlp::Attributes attributes;
  // Fields of the kind in its order, then rare ones by name, as far as they have a value; ids as hex, JSON fields as the value they say.
  std::vector<std::pair<std::string, otlp::AnyValue>> fields;

  const otlp::AnyValue* find(std::string_view field) const;
  std::string_view text(std::string_view field) const;         // Empty where it has no value.
  std::optional<int64_t> number(std::string_view field) const;
  std::string_view service() const;
};

// `rows` ascending. Attributes are in order of their keys.
stdx::Result<std::vector<RecordRow>> read_records(const table::RecordKind& kind, const table::Segment& segment,
                                                  std::span<const uint32_t> rows);

}  // namespace clew::query
