// Stacks against any text: they must end, stay within their limits, and be told apart the same way twice.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "query/rum/error_key.h"
#include "query/rum/error_limits.h"
#include "query/rum/stack_frames.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace clew::query_rum;
  const std::string_view raw(reinterpret_cast<const char*>(data), size);
  const Stack stack = parse_stack(raw);
  if (stack.frames.size() > kStackFramesMax || stack.message.size() > kStackHeaderBytesMax) std::abort();
  for (const StackFrame& frame : stack.frames) {
    if (frame.function.size() > kFunctionBytesMax || frame.file.size() > kFileBytesMax) std::abort();
    if (frame.line > kLineMax || frame.column > kLineMax) std::abort();
    if (stable_file(frame.file).size() > frame.file.size() + 1) std::abort();
  }
  const ErrorFacts facts{
      .app = "a", .kind = "error", .type = stack.type, .message = stack.message, .file = {}, .stack_type = stack.type};
  const auto frames = unresolved(stack.frames).frames;
  const ErrorKey key = error_key(facts, frames);
  if (key.id != error_key(facts, frames).id || key.culprit >= static_cast<int>(frames.size())) std::abort();
  if (parse_group_id(group_id_text(key.id)) != key.id) std::abort();
  return 0;
}
