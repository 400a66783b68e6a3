// Answers of a server as text for a terminal. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "stdx/error.h"

namespace clew::main {

struct TerminalStyle {
  size_t width = 120;  // Columns.
  bool colour = false;
};
// Of standard output: its width (of a pipe COLUMNS, if set), and colour if it is a terminal and NO_COLOR is not set.
TerminalStyle terminal_style();

// Spans come from strangers: control characters, which could drive the terminal, become "·", and invalid UTF-8 U+FFFD.
std::string clean_text(std::string_view text);
// Columns that clean text takes: two for wide East Asian letters and emoji.
size_t text_width(std::string_view text);
// Cut with "…" or filled with blanks to exactly `width` columns.
std::string fitted(std::string_view text, size_t width);

// A table of the traces in an answer of /api/v1/search. kDataLoss if the answer is not one.
stdx::Result<std::string> search_text(std::string_view json, const TerminalStyle& style);

}  // namespace clew::main
