// The function around a place of a source in JavaScript or TypeScript.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace clew::query_rum {

// "total", "Cart.total" for a method, the class for its constructor; of code in a function without a name the nearest
// one around it; empty at the top of the file. Not a parser: it knows strings, comments, regular expressions, brackets
// and what stands before them. Reads at most kScannedSourceBytesMax; linear, any bytes. Line and column from 0. Guarded
// by source_map_fuzz.
std::string function_around(std::string_view source, uint32_t line, uint32_t column);

// Line `number` from 0, without its end; empty beyond the last.
std::string_view line_of(std::string_view source, uint32_t number);

}  // namespace clew::query_rum
