#include "main/trace_command_text.h"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "stdx/time_text.h"

namespace clew::main {
namespace {

constexpr size_t kDepthShown = 16;  // Deeper spans are not indented further.

struct Row {
  const otlp::Span* span;
  std::string service;
  std::vector<size_t> children;
  bool orphan = false;
  bool drawn = false;
};

uint64_t end_of(const otlp::Span& span) { return std::max(span.start_time_unix_nano, span.end_time_unix_nano); }

std::vector<Row> rows_of(const otlp::TracesData& data) {
  std::vector<Row> rows;
  for (const otlp::ResourceSpans& resource_spans : data.resource_spans) {
    const std::string* service = otlp::find_string(resource_spans.resource.attributes, "service.name");
    for (const otlp::ScopeSpans& scope_spans : resource_spans.scope_spans) {
      for (const otlp::Span& span : scope_spans.spans) {
        rows.push_back({.span = &span, .service = clean_text(service == nullptr ? "(no service)" : *service), .children = {}});
      }
    }
  }
  std::ranges::sort(rows, {}, [](const Row& row) { return std::pair(row.span->start_time_unix_nano, row.span->span_id); });
  return rows;
}

// Connects children and returns the roots, by start.
std::vector<size_t> connect(std::vector<Row>& rows) {
  std::unordered_map<otlp::SpanId, size_t> by_id;
  for (size_t i = 0; i < rows.size(); ++i) by_id.emplace(rows[i].span->span_id, i);
  std::vector<size_t> roots;
  for (size_t i = 0; i < rows.size(); ++i) {
    const otlp::SpanId parent_id = rows[i].span->parent_span_id;
    const auto parent = by_id.find(parent_id);
    if (parent != by_id.end() && parent->second != i) {
      rows[parent->second].children.push_back(i);
    } else {
      rows[i].orphan = parent_id != 0;
      roots.push_back(i);
    }
  }
  return roots;
}

std::string label_of(const Row& row) {
  return row.service + "  " + clean_text(row.span->name) + (row.orphan ? "  (parent not received)" : "");
}

std::string painted(std::string_view text, std::string_view code, const TerminalStyle& style) {
  return style.colour && !text.empty() ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

// The span's time in `width` columns, to an eighth of a column at its end.
std::string bar(uint64_t begin, uint64_t end, uint64_t total, size_t width) {
  static constexpr const char* kEighths[] = {"", "\u258f", "\u258e", "\u258d", "\u258c", "\u258b", "\u258a", "\u2589"};
  const double scale = total == 0 ? 0 : static_cast<double>(width) / static_cast<double>(total);
  const auto first = std::min(width - 1, static_cast<size_t>(static_cast<double>(begin) * scale));
  const double exact = static_cast<double>(end) * scale - static_cast<double>(first);
  const auto eighths = std::clamp<size_t>(static_cast<size_t>(exact * 8), 1, (width - first) * 8);
  std::string text(first, ' ');
  for (size_t i = 0; i < eighths / 8; ++i) text += "\u2588";
  return text + kEighths[eighths % 8];
}

// Why the span failed: its status message, or what its exception says.
std::string failure_text(const otlp::Span& span) {
  std::string text = span.status_message;
  for (const otlp::SpanEvent& event : span.events) {
    if (event.name != "exception") continue;
    const std::string* type = otlp::find_string(event.attributes, "exception.type");
    const std::string* message = otlp::find_string(event.attributes, "exception.message");
    std::string exception = type == nullptr ? std::string() : *type;
    if (message != nullptr && *message != span.status_message) exception += (exception.empty() ? "" : ": ") + *message;
    if (!exception.empty()) text += (text.empty() ? "" : " \u2014 ") + exception;
  }
  return clean_text(text);
}

class Waterfall {
 public:
  Waterfall(const otlp::TracesData& data, const TerminalStyle& style) : style_(style), rows_(rows_of(data)) {}

  std::string draw() {
    if (rows_.empty()) return "no spans\n";
    const std::vector<size_t> roots = connect(rows_);
    for (const Row& row : rows_) {
      begin_ = std::min(begin_, row.span->start_time_unix_nano);
      end_ = std::max(end_, end_of(*row.span));
      name_width_ = std::max(name_width_, text_width(label_of(row)) + 4);
    }
    name_width_ = std::min(name_width_ + 8, style_.width * 55 / 100);
    bar_width_ = std::max<size_t>(8, style_.width - name_width_ - kDurationWidth - 3);
    draw_figures();
    for (const size_t root : roots) draw_tree(root);
    // Spans whose parents form a circle hang below no root.
    for (size_t i = 0; i < rows_.size(); ++i) {
      if (rows_[i].drawn) continue;
      rows_[i].orphan = true;
      draw_tree(i);
    }
    return std::move(text_);
  }

 private:
  static constexpr size_t kDurationWidth = 10;

  void draw_figures() {
    std::set<std::string> services;
    size_t error_count = 0;
    for (const Row& row : rows_) {
      services.insert(row.service);
      error_count += row.span->status_code == otlp::StatusCode::kError ? 1 : 0;
    }
    const auto plural = [](size_t count, std::string_view word) {
      return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s");
    };
    text_ += fmt::format("trace {}  {}  {}  {}", otlp::to_hex(rows_.front().span->trace_id),
                         stdx::short_duration_text(static_cast<int64_t>(end_ - begin_)), plural(rows_.size(), "span"),
                         plural(services.size(), "service"));
    if (error_count > 0) text_ += "  " + painted("\u2717 " + plural(error_count, "error"), "31", style_);
    text_ += fmt::format("  {}\n\n", stdx::rfc3339_text(static_cast<int64_t>(begin_)));
  }

  // Depth first with a stack of our own: a trace may be a chain of any length.
  void draw_tree(size_t root) {
    struct Step {
      size_t index;
      std::string lead;  // What stands left of the span's own branch.
      std::string branch;
      size_t depth;
    };
    std::vector<Step> steps = {{root, "", "", 0}};
    while (!steps.empty()) {
      const Step step = std::move(steps.back());
      steps.pop_back();
      Row& row = rows_[step.index];
      if (row.drawn) continue;
      row.drawn = true;
      std::string below = step.lead;
      if (step.depth > 0 && step.depth <= kDepthShown) below += step.branch == "\u2514 " ? "  " : "\u2502 ";
      draw_span(row, step.lead + (step.depth <= kDepthShown ? step.branch : "\u2026 "), below);
      for (size_t i = row.children.size(); i-- > 0;) {
        steps.push_back({row.children[i], below, i + 1 == row.children.size() ? "\u2514 " : "\u251c ", step.depth + 1});
      }
    }
  }

  void draw_span(const Row& row, const std::string& lead, const std::string& below) {
    const otlp::Span& span = *row.span;
    const bool failed = span.status_code == otlp::StatusCode::kError;
    const std::string mark = failed ? "\u2717 " : "";
    const size_t used = text_width(lead) + text_width(mark);
    const std::string name = fitted(label_of(row), name_width_ > used + 8 ? name_width_ - used : 8);
    const std::string duration = stdx::short_duration_text(static_cast<int64_t>(end_of(span) - span.start_time_unix_nano));
    const size_t blanks = kDurationWidth - std::min(kDurationWidth, text_width(duration));
    text_ += fmt::format("{}{}{} {}{}  {}\n", painted(lead, "2", style_), painted(mark, "31", style_), name,
                         std::string(blanks, ' '), duration,
                         painted(bar(span.start_time_unix_nano - begin_, end_of(span) - begin_, end_ - begin_, bar_width_),
                                 failed ? "31" : "36", style_));
    if (!failed) return;
    const std::string why = failure_text(span);
    const size_t room = style_.width - std::min(style_.width - 20, text_width(below) + 4);
    if (why.empty()) return;
    text_ += painted(below, "2", style_) + "    " +
             painted(text_width(why) > room ? fitted(why, room) : why, "31", style_) + "\n";
  }

  const TerminalStyle& style_;
  std::vector<Row> rows_;
  uint64_t begin_ = UINT64_MAX;
  uint64_t end_ = 0;
  size_t name_width_ = 20;
  size_t bar_width_ = 20;
  std::string text_;
};

}  // namespace

std::string trace_text(const otlp::TracesData& data, const TerminalStyle& style) { return Waterfall(data, style).draw(); }

}  // namespace clew::main
