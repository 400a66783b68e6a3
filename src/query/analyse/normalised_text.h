// Statements and error messages without what differs from call to call, so that equal ones can be counted together.
#pragma once

#include <string>
#include <string_view>

namespace clew::query_analyse {

// SQL and its relatives: literals and parameters become ?, lists of them (?), comments go, white space is one blank.
// With `system` "redis" and its relatives: the command stays, of a key what stands before the first digit-like part.
// Not a parser: unknown languages lose their numbers and quoted texts and keep the rest. Linear, any bytes.
std::string normalise_statement(std::string_view statement, std::string_view system);

// Numbers, ids (UUIDs, hex, anything long with digits in it), quoted texts and addresses become <num>, <id>, <text>, so that
// "order 17 of 'bob' failed" and "order 9 of 'eve' failed" are the same message. Only the first line counts.
std::string normalise_message(std::string_view message);

}  // namespace clew::query_analyse
