// A trace as an indented waterfall for a terminal. Pure.
#pragma once

#include <string>

#include "main/query_command_text.h"
#include "otlp/model.h"

namespace clew::main {

// A line of figures, then one line a span: tree, service, name, duration, bar; under a failed span its message. Spans whose
// parent is missing stand at the left and say so.
std::string trace_text(const otlp::TracesData& data, const TerminalStyle& style);

}  // namespace clew::main
