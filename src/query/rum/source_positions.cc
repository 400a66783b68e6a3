#include "query/rum/source_positions.h"

namespace clew::query_rum {

std::string_view state_word(SourceMapState state) {
  switch (state) {
    case SourceMapState::kNone: return "none";
    case SourceMapState::kMissing: return "missing";
    case SourceMapState::kWrongVersion: return "wrong_version";
    case SourceMapState::kApplied: return "applied";
  }
  return "none";
}

ResolvedStack unresolved(std::span<const StackFrame> frames) {
  ResolvedStack stack;
  stack.frames.reserve(frames.size());
  for (const StackFrame& frame : frames) {
    stack.frames.push_back({frame, {}});
    if (frame.line > 0 && frame.in_app) stack.state = SourceMapState::kMissing;
  }
  return stack;
}

}  // namespace clew::query_rum
