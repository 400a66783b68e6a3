#include "query/traceql/fields.h"

#include <array>

#include <fmt/format.h>

namespace clew::query_traceql {
namespace {

constexpr std::array<IntrinsicInfo, static_cast<size_t>(Intrinsic::kCount)> kIntrinsics = {{
    {Intrinsic::kDuration, "span:duration", "duration", FieldType::kDuration, "end minus start of the span"},
    {Intrinsic::kName, "span:name", "name", FieldType::kString, "the span's name (operation)"},
    {Intrinsic::kStatus, "span:status", "status", FieldType::kStatus, "`unset`, `ok` or `error`"},
    {Intrinsic::kStatusMessage, "span:statusMessage", "statusMessage", FieldType::kString, "the status's text, or empty"},
    {Intrinsic::kKind, "span:kind", "kind", FieldType::kKind,
     "`unspecified`, `internal`, `server`, `client`, `producer` or `consumer`"},
    {Intrinsic::kSpanId, "span:id", "", FieldType::kString, "16 hex digits"},
    {Intrinsic::kParentId, "span:parentID", "", FieldType::kString, "16 hex digits; empty for a root"},
    {Intrinsic::kChildCount, "span:childCount", "", FieldType::kInt, "how many spans have this one as parent"},
    {Intrinsic::kNestedSetParent, "nestedSetParent", "nestedSetParent", FieldType::kInt,
     "−1 for a root, otherwise not negative; only comparisons that tell these two apart"},
    {Intrinsic::kTraceId, "trace:id", "", FieldType::kString, "32 hex digits; in = and != left-padded with zeros"},
    {Intrinsic::kTraceDuration, "trace:duration", "traceDuration", FieldType::kDuration,
     "latest end minus earliest start of the whole trace"},
    {Intrinsic::kRootName, "trace:rootName", "rootName", FieldType::kString, "the name of the trace's root span"},
    {Intrinsic::kRootService, "trace:rootService", "rootServiceName", FieldType::kString,
     "the service of the trace's root span"},
    {Intrinsic::kEventName, "event:name", "", FieldType::kString, "the name of an event of the span"},
    {Intrinsic::kEventTimeSinceStart, "event:timeSinceStart", "", FieldType::kDuration,
     "time of an event minus start of the span"},
    {Intrinsic::kLinkTraceId, "link:traceID", "", FieldType::kString, "32 hex digits"},
    {Intrinsic::kLinkSpanId, "link:spanID", "", FieldType::kString, "16 hex digits"},
    {Intrinsic::kInstrumentationName, "instrumentation:name", "", FieldType::kString,
     "the instrumentation scope's name, or empty"},
    {Intrinsic::kInstrumentationVersion, "instrumentation:version", "", FieldType::kString,
     "the instrumentation scope's version, or empty"},
}};

constexpr std::array<std::string_view, 3> kStatusWords = {"unset", "ok", "error"};
constexpr std::array<std::string_view, 6> kKindWords = {"unspecified", "internal", "server",
                                                        "client",      "producer", "consumer"};

// In attribute names only the quote and the backslash are escaped.
std::string quoted_key(std::string_view key) {
  std::string out = "\"";
  for (const char c : key) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

bool needs_quotes(std::string_view key) {
  if (key.empty()) return true;
  for (const char c : key) {
    if (static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '\\' || c == '`') return true;
    if (std::string_view("{}()=~!<>&|^,").find(c) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\t': out += "\\t"; break;
      case '\r': out += "\\r"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
          out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        } else {
          out += c;
        }
    }
  }
  return out + '"';
}

std::span<const IntrinsicInfo> intrinsics() { return kIntrinsics; }

const IntrinsicInfo& info(Intrinsic intrinsic) { return kIntrinsics[static_cast<size_t>(intrinsic)]; }

std::optional<Intrinsic> find_intrinsic(std::string_view name) {
  if (name.empty()) return std::nullopt;
  for (const IntrinsicInfo& candidate : kIntrinsics) {
    if (candidate.scoped == name || candidate.unscoped == name) return candidate.intrinsic;
  }
  return std::nullopt;
}

FieldType type_of(const Field& field) {
  return field.scope == FieldScope::kIntrinsic ? info(field.intrinsic).type : FieldType::kAttribute;
}

std::string_view scope_word(FieldScope scope) {
  switch (scope) {
    case FieldScope::kSpan: return "span";
    case FieldScope::kResource: return "resource";
    case FieldScope::kInstrumentation: return "instrumentation";
    case FieldScope::kEvent: return "event";
    case FieldScope::kLink: return "link";
    case FieldScope::kAny:
    case FieldScope::kIntrinsic: break;
  }
  return "";
}

std::string_view word(otlp::StatusCode status) {
  const auto index = static_cast<size_t>(status);
  return kStatusWords[index < kStatusWords.size() ? index : 0];
}
std::string_view word(otlp::SpanKind kind) {
  const auto index = static_cast<size_t>(kind);
  return kKindWords[index < kKindWords.size() ? index : 0];
}
std::optional<otlp::StatusCode> status_of_word(std::string_view text) {
  for (size_t i = 0; i < kStatusWords.size(); ++i) {
    if (kStatusWords[i] == text) return static_cast<otlp::StatusCode>(i);
  }
  return std::nullopt;
}
std::optional<otlp::SpanKind> kind_of_word(std::string_view text) {
  for (size_t i = 0; i < kKindWords.size(); ++i) {
    if (kKindWords[i] == text) return static_cast<otlp::SpanKind>(i);
  }
  return std::nullopt;
}

std::string_view symbol(CompareOp op) {
  static constexpr std::array<std::string_view, 8> kSymbols = {"=", "!=", "<", "<=", ">", ">=", "=~", "!~"};
  return kSymbols[static_cast<size_t>(op)];
}

std::string to_text(const Field& field) {
  if (field.scope == FieldScope::kIntrinsic) return std::string(info(field.intrinsic).scoped);
  return fmt::format("{}.{}", scope_word(field.scope), needs_quotes(field.key) ? quoted_key(field.key) : field.key);
}

std::string to_text(const Literal& literal) {
  struct Writer {
    std::string operator()(std::monostate) const { return "nil"; }
    std::string operator()(const std::string& text) const { return quoted(text); }
    std::string operator()(int64_t number) const { return fmt::format("{}", number); }
    std::string operator()(double number) const {
      std::string text = fmt::format("{}", number);
      if (text.find_first_of(".en") == std::string::npos) text += ".0";
      return text;
    }
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(Duration duration) const { return fmt::format("{}ns", duration.ns); }
    std::string operator()(otlp::StatusCode status) const { return std::string(word(status)); }
    std::string operator()(otlp::SpanKind kind) const { return std::string(word(kind)); }
  };
  return std::visit(Writer{}, literal);
}

std::string to_text(const Expression& expression) {
  std::string out;
  switch (expression.kind) {
    case Expression::Kind::kConstant: return expression.constant ? "true" : "false";
    case Expression::Kind::kCompare:
      return fmt::format("({} {} {})", symbol(expression.op), to_text(expression.field), to_text(expression.literal));
    case Expression::Kind::kNot: out = "(not"; break;
    case Expression::Kind::kAnd: out = "(and"; break;
    case Expression::Kind::kOr: out = "(or"; break;
  }
  for (const Expression& child : expression.children) out += " " + to_text(child);
  return out + ")";
}

}  // namespace clew::query_traceql
