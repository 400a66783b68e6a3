// For tests: a trace in a few lines of text.
//
//   web GET /a 0 100 server            service, name, start and end in ms, kind
//     cart load 10 40 client            two blanks deeper: a child
//
// The name may hold blanks; start and end are the two numbers after it, then words: a kind, "error", "error:Type:message",
// "db:statement", "cache:statement", "calls:peer", "orphan" (its parent is missing), "x20" (repeated, one after another,
// each as long as given; "failing" makes all but the last of them errors), "webjs".
#pragma once

#include <algorithm>
#include <cctype>
#include <sstream>
#include <string>
#include <vector>

#include "query/analyse/trace_columns.h"

namespace clew::query_analyse {

class StoryReader {
 public:
  static TraceColumns read(const std::string& text) {
    StoryReader reader;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) reader.line(line);
    TraceColumns trace = arrange(std::move(reader.raw_));
    mark_critical_path(trace);
    return trace;
  }

 private:
  static constexpr int64_t kMs = 1'000'000;

  static bool is_number(const std::string& word) {
    size_t from = word.starts_with('-') ? 1 : 0;
    return word.size() > from && std::all_of(word.begin() + static_cast<ptrdiff_t>(from), word.end(), [](unsigned char c) { return std::isdigit(c) != 0 || c == '.'; });
  }

  void line(const std::string& text) {
    const size_t indent = text.find_first_not_of(' ');
    if (indent == std::string::npos) return;
    const size_t depth = indent / 2;
    std::istringstream words(text);
    std::vector<std::string> all;
    for (std::string word; words >> word;) all.push_back(word);
    size_t at = 1;
    std::string name;
    while (at + 1 < all.size() && !(is_number(all[at]) && is_number(all[at + 1]))) name += (name.empty() ? "" : " ") + all[at++];
    RawSpan span;
    span.service = raw_.services.add(all.at(0));
    span.name = raw_.names.add(name);
    span.start_ns = 1'000'000'000'000 + static_cast<int64_t>(std::stod(all.at(at)) * kMs);
    span.duration_ns = static_cast<int64_t>((std::stod(all.at(at + 1)) - std::stod(all.at(at))) * kMs);
    parents_.resize(depth);
    span.parent_span_id = depth == 0 ? 0 : parents_.back();
    size_t repeat = 1;
    bool failing = false;
    for (size_t i = at + 2; i < all.size(); ++i) {
      // A statement goes on to the end of the line.
      if (all[i].starts_with("db:") || all[i].starts_with("cache:")) {
        std::string statement = all[i].substr(all[i].find(':') + 1);
        for (size_t rest = i + 1; rest < all.size(); ++rest) statement += " " + all[rest];
        span.connection = all[i].starts_with("db:") ? table::ConnectionType::kDb : table::ConnectionType::kCache;
        span.system = raw_.texts.add(all[i].starts_with("db:") ? "postgresql" : "redis");
        span.statement = raw_.texts.add(statement);
        break;
      }
      word(all[i], span, repeat, failing);
    }
    for (size_t i = 0; i < repeat; ++i) {
      RawSpan copy = span;
      copy.span_id = next_id_++;
      copy.start_ns += static_cast<int64_t>(i) * span.duration_ns;
      if (failing && i + 1 < repeat) copy.status = otlp::StatusCode::kError;
      parents_.resize(depth);
      parents_.push_back(copy.span_id);
      raw_.spans.push_back(copy);
    }
  }

  void word(const std::string& word, RawSpan& span, size_t& repeat, bool& failing) {
    using otlp::SpanKind;
    if (word == "server") span.kind = SpanKind::kServer;
    if (word == "client") span.kind = SpanKind::kClient;
    if (word == "producer") span.kind = SpanKind::kProducer;
    if (word == "consumer") span.kind = SpanKind::kConsumer;
    if (word == "internal") span.kind = SpanKind::kInternal;
    if (word == "orphan") span.parent_span_id = 0xdead;
    if (word == "failing") failing = true;
    if (word == "webjs") {
      raw_.service_is_browser.resize(raw_.services.texts().size());
      raw_.service_is_browser[span.service] = true;
    }
    if (word.starts_with("calls:")) span.peer = raw_.texts.add(word.substr(6));
    if (word.starts_with('x') && is_number(word.substr(1))) repeat = std::stoul(word.substr(1));
    if (!word.starts_with("error")) return;
    span.status = otlp::StatusCode::kError;
    std::istringstream parts(word);
    std::string part;
    std::getline(parts, part, ':');
    if (std::getline(parts, part, ':')) {
      span.has_exception = true;
      span.exception_type = raw_.texts.add(part);
    }
    if (std::getline(parts, part)) span.error_message = raw_.texts.add(part);
  }

  RawTrace raw_;
  std::vector<otlp::SpanId> parents_;
  otlp::SpanId next_id_ = 1;
};

}  // namespace clew::query_analyse
