// Where the next page of a search begins, as text that a client sends back.
#pragma once

#include <string>
#include <string_view>

#include "query/engine.h"
#include "query/execute/top_traces.h"
#include "stdx/error.h"

namespace clew::query {

// The rank of the last trace of a page, and what the page was asked for: a cursor is only good for the same order.
// "1.s-.<key>.<trace id>": version, order and direction, key, id. Not signed: a forged one skips results, nothing else.
std::string encode_cursor(const query_execute::TraceRank& last, SortBy sort, bool descending);

// kInvalidArgument if it is not one of ours or belongs to another order.
stdx::Result<query_execute::TraceRank> decode_cursor(std::string_view cursor, SortBy sort, bool descending);

}  // namespace clew::query
