// Where code was before a bundler made one file of many: positions in original sources.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "query/rum/stack_frames.h"

namespace clew::query_rum {

struct SourceLine {
  uint32_t line = 0;  // From 1.
  std::string text;
};

struct SourcePosition {
  std::string file;                 // As the map names it, without "webpack://" and leading "../".
  uint32_t line = 0;                // From 1.
  uint32_t column = 0;              // From 1.
  std::string function;             // Around the position; empty where not known.
  std::vector<SourceLine> context;  // Lines around it where the map holds the source; the one at `line` among them.
};

struct ResolvedFrame {
  StackFrame frame;  // As it was sent, but `in_app` is told by the source where there is one.
  std::optional<SourcePosition> source;

  // What a reader is shown and what groups are told apart by.
  const std::string& function() const {
    return source && !source->function.empty() ? source->function : frame.function;
  }
  const std::string& file() const { return source ? source->file : frame.file; }
  uint32_t line() const { return source ? source->line : frame.line; }
  uint32_t column() const { return source ? source->column : frame.column; }
};

enum class SourceMapState : uint8_t {
  kNone,          // Nothing that a map could be for.
  kMissing,       // No map for these scripts.
  kWrongVersion,  // There are maps of other versions only.
  kApplied,       // At least one frame stands in its source.
};
std::string_view state_word(SourceMapState state);  // "none", "missing", "wrong_version", "applied"

struct ResolvedStack {
  std::vector<ResolvedFrame> frames;
  SourceMapState state = SourceMapState::kNone;
};

// Script addresses and their debug ids, as events have them in `rum.binary_images`.
using DebugIds = std::vector<std::pair<std::string, std::string>>;

// Any thread; may read storage.
class SourcePositions {
 public:
  virtual ~SourcePositions() = default;
  // As many frames as given, in their order. `app` is the id of the application, `version` its release; either may be
  // empty.
  virtual ResolvedStack resolve(std::span<const StackFrame> frames, std::string_view app, std::string_view version,
                                const DebugIds& debug_ids) const = 0;
};

// Frames without maps.
ResolvedStack unresolved(std::span<const StackFrame> frames);

}  // namespace clew::query_rum
