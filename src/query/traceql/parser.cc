#include "query/traceql/parser.h"

#include <cmath>
#include <limits>
#include <optional>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "query/traceql/fields.h"
#include "query/traceql/lexer.h"
#include "query/traceql/query_limits.h"
#include "query/traceql/type_check.h"

namespace clew::query_traceql {
namespace {

using stdx::ErrorCode;

std::string found(const Token& token) {
  switch (token.kind) {
    case TokenKind::kEnd: return "the end";
    case TokenKind::kSymbol: return fmt::format("\"{}\"", token.text);
    case TokenKind::kAttribute: return to_text(token.field);
    case TokenKind::kWord: return fmt::format("\"{}\"", token.text);
    case TokenKind::kLiteral: return to_text(token.literal);
  }
  return "";
}

// What stands beside an operator: a field, a value, or something that is already true or false.
using Operand = std::variant<Field, Literal, Expression>;

struct PlacedOperand {
  Operand operand;
  Place place;
};

std::optional<CompareOp> compare_op(const Token& token) {
  if (token.kind != TokenKind::kSymbol) return std::nullopt;
  for (int i = 0; i <= static_cast<int>(CompareOp::kNotMatch); ++i) {
    if (symbol(static_cast<CompareOp>(i)) == token.text) return static_cast<CompareOp>(i);
  }
  return std::nullopt;
}

Expression constant(bool value) {
  Expression expression;
  expression.constant = value;
  return expression;
}

Expression negation(Expression child) {
  if (child.kind == Expression::Kind::kConstant) return constant(!child.constant);
  // Also keeps `x = false = false = …` from nesting as deep as the query is long.
  if (child.kind == Expression::Kind::kNot) {
    Expression inner = std::move(child.children.front());
    return inner;
  }
  Expression expression;
  expression.kind = Expression::Kind::kNot;
  expression.children.push_back(std::move(child));
  return expression;
}

Expression comparison(Field field, CompareOp op, Literal literal, Place place) {
  Expression expression;
  expression.kind = Expression::Kind::kCompare;
  expression.field = std::move(field);
  expression.op = op;
  expression.literal = std::move(literal);
  expression.place = place;
  return expression;
}

// Errors travel as a Result through every level; `Parsed` keeps the signatures short.
template <class T>
using Parsed = stdx::Result<T>;

class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  Parsed<Expression> filter() {
    if (!accept("{")) return expected("\"{\"");
    if (accept("}")) return end_of_filter(constant(true));
    Parsed<Expression> body = chain(0);
    if (!body) return body;
    if (!accept("}")) return expected("\"&&\", \"||\" or \"}\"");
    return end_of_filter(std::move(*body));
  }

  Parsed<Field> lone_field() {
    const Token& token = tokens_[next_];
    std::optional<Field> field = field_of(token);
    if (!field) return expected("an attribute or an intrinsic");
    ++next_;
    if (tokens_[next_].kind != TokenKind::kEnd) return expected("the end");
    return std::move(*field);
  }

 private:
  Parsed<Expression> end_of_filter(Expression expression) {
    const Token& token = tokens_[next_];
    if (token.kind == TokenKind::kEnd) return expression;
    if (token.kind == TokenKind::kSymbol && token.text == "|") return unsupported(token, "a pipeline (\"|\")");
    if (token.kind == TokenKind::kSymbol && token.text != "}" && token.text != "{") {
      return unsupported(token, fmt::format("combining spansets (\"{}\")", token.text));
    }
    return expected("the end");
  }

  // operand { (&& or ||) operand }: one level of precedence, from the left.
  Parsed<Expression> chain(int depth) {
    Parsed<Expression> left = condition(depth);
    if (!left) return left;
    // Only a node that this chain made may grow: `a && (b && c)` and `(a && b) && c` keep the shape that was written.
    bool own = false;
    while (true) {
      Expression::Kind kind;
      if (accept("&&")) {
        kind = Expression::Kind::kAnd;
      } else if (accept("||")) {
        kind = Expression::Kind::kOr;
      } else {
        return left;
      }
      Parsed<Expression> right = condition(depth);
      if (!right) return right;
      if (own && left->kind == kind) {
        left->children.push_back(std::move(*right));
        continue;
      }
      Expression joined;
      joined.kind = kind;
      joined.children.push_back(std::move(*left));
      joined.children.push_back(std::move(*right));
      left = std::move(joined);
      own = true;
    }
  }

  // operand [op operand]…, which must come out as true or false.
  Parsed<Expression> condition(int depth) {
    if (++condition_count_ > query::kConditionsMax) {
      return fail_at(tokens_[next_].place,
                     fmt::format("the query has more than {} conditions", query::kConditionsMax));
    }
    Parsed<PlacedOperand> left = operand(depth);
    if (!left) return std::unexpected(left.error());
    while (const std::optional<CompareOp> op = compare_op(tokens_[next_])) {
      const Place op_place = tokens_[next_].place;
      ++next_;
      Parsed<PlacedOperand> right = operand(depth);
      if (!right) return std::unexpected(right.error());
      Parsed<Expression> result = compare(std::move(*left), *op, op_place, std::move(*right));
      if (!result) return result;
      left = PlacedOperand{std::move(*result), op_place};
    }
    if (const Token& token = tokens_[next_]; token.kind == TokenKind::kSymbol && token.text.size() == 1 &&
                                             std::string_view("+-*/%^").find(token.text[0]) != std::string_view::npos) {
      return unsupported(token, fmt::format("arithmetic (\"{}\")", token.text));
    }
    return as_condition(std::move(*left));
  }

  Parsed<Expression> as_condition(PlacedOperand operand) {
    if (auto* expression = std::get_if<Expression>(&operand.operand)) return std::move(*expression);
    if (auto* field = std::get_if<Field>(&operand.operand)) {
      if (type_of(*field) == FieldType::kAttribute) {
        return comparison(std::move(*field), CompareOp::kEqual, true, operand.place);
      }
      return fail_at(tokens_[next_].place, fmt::format("expected a comparison after {}, found {}", to_text(*field),
                                                       found(tokens_[next_])));
    }
    const Literal& literal = std::get<Literal>(operand.operand);
    if (const bool* flag = std::get_if<bool>(&literal)) return constant(*flag);
    return fail_at(operand.place, fmt::format("expected a condition; {} alone is neither true nor false", to_text(literal)));
  }

  // field | value | ( chain ) | ! operand
  Parsed<PlacedOperand> operand(int depth) {
    const Token& token = tokens_[next_];
    if (depth >= query::kExpressionDepthMax) {
      return fail_at(token.place, fmt::format("parentheses and \"!\" are nested more than {} deep",
                                              query::kExpressionDepthMax));
    }
    const Place place = token.place;
    if (accept("(")) {
      Parsed<Expression> inner = chain(depth + 1);
      if (!inner) return std::unexpected(inner.error());
      if (!accept(")")) return expected("\"&&\", \"||\" or \")\"");
      return PlacedOperand{std::move(*inner), place};
    }
    if (accept("!")) {
      Parsed<PlacedOperand> inner = operand(depth + 1);
      if (!inner) return inner;
      // `!span.flag` asks for a span whose flag is false, so one without the flag does not match.
      if (auto* field = std::get_if<Field>(&inner->operand); field && type_of(*field) == FieldType::kAttribute) {
        return PlacedOperand{comparison(std::move(*field), CompareOp::kEqual, false, inner->place), place};
      }
      Parsed<Expression> condition = as_condition(std::move(*inner));
      if (!condition) return std::unexpected(condition.error());
      return PlacedOperand{negation(std::move(*condition)), place};
    }
    if (accept("-")) return negative(place);
    if (token.kind == TokenKind::kLiteral) {
      ++next_;
      return PlacedOperand{token.literal, place};
    }
    if (std::optional<Field> field = field_of(token)) {
      ++next_;
      return PlacedOperand{std::move(*field), place};
    }
    if (token.kind == TokenKind::kWord) return value_word(token);
    return expected("an attribute, an intrinsic or a value");
  }

  Parsed<PlacedOperand> negative(Place place) {
    const Token& token = tokens_[next_];
    if (token.kind == TokenKind::kLiteral) {
      ++next_;
      if (const int64_t* number = std::get_if<int64_t>(&token.literal)) return PlacedOperand{Literal(-*number), place};
      if (const double* number = std::get_if<double>(&token.literal)) {
        if (*number == 9223372036854775808.0) return PlacedOperand{Literal(std::numeric_limits<int64_t>::min()), place};
        return PlacedOperand{Literal(-*number), place};
      }
      if (const Duration* span = std::get_if<Duration>(&token.literal)) {
        return PlacedOperand{Literal(Duration{-span->ns}), place};
      }
      --next_;
    }
    return expected("a number or a duration after \"-\"");
  }

  Parsed<PlacedOperand> value_word(const Token& token) {
    ++next_;
    const std::string& word = token.text;
    if (word == "true" || word == "false") return PlacedOperand{Literal(word == "true"), token.place};
    if (word == "nil") return PlacedOperand{Literal(std::monostate()), token.place};
    if (word == "minInt") return PlacedOperand{Literal(std::numeric_limits<int64_t>::min()), token.place};
    if (word == "maxInt") return PlacedOperand{Literal(std::numeric_limits<int64_t>::max()), token.place};
    if (const auto status = status_of_word(word)) return PlacedOperand{Literal(*status), token.place};
    if (const auto kind = kind_of_word(word)) return PlacedOperand{Literal(*kind), token.place};
    for (const std::string_view known : {"nestedSetLeft", "nestedSetRight", "parent", "span:parent"}) {
      if (word == known) return unsupported(token, fmt::format("the intrinsic {}", word));
    }
    return fail_at(token.place, fmt::format("unknown word \"{}\"; strings need quotes, and an attribute begins with a scope "
                                            "or a point, as in span.{} or .{}",
                                            word, word, word));
  }

  static std::optional<Field> field_of(const Token& token) {
    if (token.kind == TokenKind::kAttribute) return token.field;
    if (token.kind != TokenKind::kWord) return std::nullopt;
    const std::optional<Intrinsic> intrinsic = find_intrinsic(token.text);
    if (!intrinsic) return std::nullopt;
    return Field{FieldScope::kIntrinsic, *intrinsic, ""};
  }

  Parsed<Expression> compare(PlacedOperand left, CompareOp op, Place op_place, PlacedOperand right) {
    // Conditions can be compared with true and false only.
    for (auto [a, b] : {std::pair{&left, &right}, std::pair{&right, &left}}) {
      auto* expression = std::get_if<Expression>(&a->operand);
      if (expression == nullptr) continue;
      const auto* literal = std::get_if<Literal>(&b->operand);
      const bool* flag = literal != nullptr ? std::get_if<bool>(literal) : nullptr;
      if (flag == nullptr || (op != CompareOp::kEqual && op != CompareOp::kNotEqual)) {
        return fail_at(op_place, fmt::format("a condition can only be compared by = or != with true or false; here it is {}",
                                             symbol(op)));
      }
      if (*flag == (op == CompareOp::kEqual)) return std::move(*expression);
      return negation(std::move(*expression));
    }
    auto* left_field = std::get_if<Field>(&left.operand);
    auto* right_field = std::get_if<Field>(&right.operand);
    if (left_field != nullptr && right_field != nullptr) {
      return fail_at(op_place, "comparing two fields with each other is not supported; one side must be a value");
    }
    if (right_field != nullptr) {
      if (op == CompareOp::kMatch || op == CompareOp::kNotMatch) {
        return fail_at(op_place, fmt::format("the right side of {} must be a string", symbol(op)));
      }
      std::swap(left, right);
      left_field = std::get_if<Field>(&left.operand);
      op = mirrored(op);
    }
    Literal& literal = std::get<Literal>(right.operand);
    if (left_field == nullptr) {
      const std::expected<bool, std::string> folded = fold(std::get<Literal>(left.operand), op, literal);
      if (!folded) return fail_at(op_place, folded.error());
      return constant(*folded);
    }
    if (std::optional<std::string> problem = check_types(*left_field, op, literal)) {
      return fail_at(op_place, std::move(*problem));
    }
    return comparison(std::move(*left_field), op, std::move(literal), right.place);
  }

  bool accept(std::string_view symbol) {
    if (tokens_[next_].kind != TokenKind::kSymbol || tokens_[next_].text != symbol) return false;
    ++next_;
    return true;
  }

  static std::unexpected<stdx::Error> fail_at(Place place, std::string message) {
    return stdx::fail(ErrorCode::kInvalidArgument, at(place) + ": " + std::move(message));
  }
  std::unexpected<stdx::Error> expected(std::string_view what) const {
    return fail_at(tokens_[next_].place, fmt::format("expected {}, found {}", what, found(tokens_[next_])));
  }
  static std::unexpected<stdx::Error> unsupported(const Token& token, std::string_view what) {
    return fail_at(token.place, fmt::format("{} is not supported here; only one filter {{ … }} is", what));
  }

  std::vector<Token> tokens_;
  size_t next_ = 0;
  size_t condition_count_ = 0;
};

}  // namespace

stdx::Result<Expression> parse_filter(std::string_view query) {
  stdx::Result<std::vector<Token>> tokens = tokenize(query);
  if (!tokens) return std::unexpected(std::move(tokens.error()));
  return Parser(std::move(*tokens)).filter();
}

stdx::Result<Field> parse_field(std::string_view text) {
  stdx::Result<std::vector<Token>> tokens = tokenize(text);
  if (!tokens) return std::unexpected(std::move(tokens.error()));
  return Parser(std::move(*tokens)).lone_field();
}

}  // namespace clew::query_traceql
