// What makes two errors the same: their type and the innermost functions of the application, else their message.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "query/rum/source_positions.h"

namespace clew::query_rum {

struct ErrorFacts {
  std::string_view app;
  std::string_view kind;  // "error", "blank", "crash", "custom"
  std::string_view type;  // Exception type; a category such as SkyWalking's "js" gives way to the stack's own.
  std::string_view message;
  std::string_view file;  // Where the event says it happened; used without a stack.
  std::string_view stack_type;
};

struct ErrorKey {
  uint64_t id = 0;        // The same on every server, browser and release.
  uint64_t plain_id = 0;  // What the id was without source maps: states given before a map came stay with their group.
  std::string type;
  std::string message;  // Normalised.
  int culprit = -1;  // Of `frames`: the innermost of the application, else the innermost with an address; -1 without.
};
ErrorKey error_key(const ErrorFacts& facts, std::span<const ResolvedFrame> frames);

// The last part of a function's name: what all engines agree on ("Cart.total", "Object.total [as x]" and "total" are
// "total"). Empty where it has no name of its own, and for what a minifier leaves ("t", "e.n", "8423") unless its
// source told it.
std::string stable_function(std::string_view function, bool named_by_source = false);
// A script's path without what differs by release and place: "https://cdn/v2.3/app.3f2a1b.js?x=1" is "app.js".
std::string stable_file(std::string_view file);
// As 16 hex digits, and back; nullopt-like 0 for anything else.
std::string group_id_text(uint64_t id);
uint64_t parse_group_id(std::string_view text);

}  // namespace clew::query_rum
