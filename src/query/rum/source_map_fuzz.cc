// Source maps against any bytes: as JSON, as a table read back from a damaged store, as a source whose functions are
// looked for.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "query/rum/source_map.h"
#include "query/rum/source_scopes.h"

namespace {

void look_around(const clew::query_rum::SourceMapTable& table) {
  for (const uint32_t line : {0u, 1u, 2u, 7u, 100u, 0xFFFFFFFFu}) {
    for (const uint32_t column : {0u, 1u, 5u, 77u, 4000u, 0xFFFFFFFFu}) {
      const auto found = table.find(line, column);
      if (!found) continue;
      if (found->source >= table.source_count()) std::abort();
      (void)table.source_name(found->source);
      (void)table.is_ignored(found->source);
      if (found->name) (void)table.name(*found->name);
      (void)clew::query_rum::function_around(table.source_content(found->source), found->line, found->column);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace clew::query_rum;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto compiled = compile_source_map(text)) {
    const auto table = SourceMapTable::open(compiled->table);
    if (!table) std::abort();  // What we write we read.
    look_around(*table);
  }
  if (const auto table = SourceMapTable::open(std::string(text))) look_around(*table);
  (void)function_around(text, static_cast<uint32_t>(size % 5), static_cast<uint32_t>(size));
  return 0;
}
