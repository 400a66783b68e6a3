// TraceQL text → tokens.
//
// Source: Grafana's TraceQL (§ "Lexical" of docs/reference/traceql.md). Does not know the grammar; tokens that only the
// unsupported parts of the language use are recognised so that the parser can name them. Guarded by traceql_fuzz.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "query/traceql/ast.h"
#include "stdx/error.h"

namespace clew::query_traceql {

enum class TokenKind : uint8_t {
  kEnd,
  kSymbol,     // `text` is one of { } ( ) , = != < <= > >= =~ !~ ! && || + - * / % ^ | >> << ~ and the structural ones.
  kAttribute,  // `field`
  kWord,       // `text`: letters, digits and _; may hold one ':' (span:duration). Intrinsics, true, nil, error, server …
  kLiteral,    // `literal`: string, number or duration, never negative.
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  Place place;
  std::string text;
  Field field;
  Literal literal;
};

// The last token is kEnd. Errors: kInvalidArgument, "line 1, column 5: …".
stdx::Result<std::vector<Token>> tokenize(std::string_view query);

std::string at(Place place);  // "line 1, column 5"

}  // namespace clew::query_traceql
