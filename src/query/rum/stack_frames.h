// What engines write into error.stack, as frames: V8 (Chrome, Edge, Node), Gecko, WebKit/JavaScriptCore; also Java's
// and Apple's traces of mobile applications.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace clew::query_rum {

struct StackFrame {
  std::string function;  // As the engine names it, without "async", "new" and "[as x]"; empty where it does not.
  std::string
      file;  // URL or path; empty for the engine's own code. "<eval>" for code made from text somewhere unknown.
  uint32_t line = 0;    // From 1; 0: not known.
  uint32_t column = 0;  // From 1; 0: not known.
  bool in_app = false;  // Written by the authors of the application, as far as its address tells.

  bool operator==(const StackFrame&) const = default;
};

struct Stack {
  std::string type;                // Of the line before the frames ("TypeError"); empty where there is none.
  std::string message;             // The rest of that line and those after it.
  std::vector<StackFrame> frames;  // Innermost first.
  size_t frames_at = 0;            // Where the first frame's line begins in the text; its size where there is none.
  bool cut = false;                // There was more than kStackFramesMax or kStackBytesMax.
};

// Any bytes, linear, bounded by error_limits.h. Lines that are no frames are skipped. Guarded by stack_frames_fuzz.
Stack parse_stack(std::string_view raw);

// False for libraries, browser extensions, well-known hosts of libraries and measurement, the engine's own code.
bool is_in_app(std::string_view function, std::string_view file);

// Path of a URL without scheme, host, query and fragment; other text without query and fragment.
std::string_view script_path_of(std::string_view url);
// What stands between "://" and the path; empty for what is no such URL.
std::string_view script_host_of(std::string_view url);

}  // namespace clew::query_rum
