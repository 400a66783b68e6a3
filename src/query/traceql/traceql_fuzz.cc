// The lexer and parser against any text: they must end, stay within their limits, and what they accept must print to text
// that is accepted again where it is a field or a value.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "query/traceql/fields.h"
#include "query/traceql/parser.h"

namespace {

void check_fields(const clew::query_traceql::Expression& expression) {
  using namespace clew::query_traceql;
  if (expression.kind == Expression::Kind::kCompare) {
    const auto again = parse_field(to_text(expression.field));
    if (!again || !(*again == expression.field)) std::abort();
  }
  for (const Expression& child : expression.children) check_fields(child);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace clew::query_traceql;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto filter = parse_filter(text)) {
    check_fields(*filter);
    (void)to_text(*filter);
  }
  (void)parse_field(text);
  return 0;
}
