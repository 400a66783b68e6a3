// What goes wrong in the shop's pages, with messages and stacks as each browser engine prints them.
#pragma once

#include <string>
#include <string_view>

#include "demo/visitor.h"

namespace clew::demo {

enum class BrowserError {
  kVoucherMissing,   // Since release 2.4.0: the handler of the cart's voucher button throws.
  kReviewDate,       // A promise that nobody waits for.
  kChunkGone,        // An old page asks for a script that the new release replaced.
  kPaymentDeclined,  // Reported by the application itself.
};

struct BrowserErrorText {
  std::string source;  // onError, onUnhandledRejection, console.error, custom
  std::string type = "error";
  std::string name;
  std::string message;
  std::string stack;
  std::string file;  // Only of errors that the window saw, with line and column.
  int line = 0;
  int column = 0;
  std::string debug_id;  // Of `file`, as a bundler's plugin puts it there.
  std::string script;    // What the debug id is of.
};

BrowserErrorText text_of(BrowserError error, Engine engine, std::string_view version);

}  // namespace clew::demo
