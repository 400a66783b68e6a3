// Exceptions as each language's SDK records them, with stack traces as each runtime prints them.
#pragma once

#include <string_view>

namespace clew::demo {

struct Exception {
  std::string_view type;
  std::string_view message;
  std::string_view stacktrace;
};

extern const Exception kCardDeclined;       // Java, payment
extern const Exception kBankTimeout;        // Java, payment, with a cause
extern const Exception kStockLockTimeout;   // Java, inventory
extern const Exception kPaymentRefused;     // Go, checkout, what it makes of payment's answer
extern const Exception kFrontendUpstream;   // Node, frontend
extern const Exception kProductMissing;     // Python, catalogue
extern const Exception kCartConflict;       // .NET, cart

}  // namespace clew::demo
