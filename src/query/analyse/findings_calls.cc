// Calls that are made too often, or one after another without need.
#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <span>
#include <set>

#include "query/analyse/findings_rules.h"

namespace clew::query_analyse {
namespace {

using otlp::SpanKind;

// The children of one parent that were waited for, by corrected start.
std::vector<uint32_t> waited_children(const TraceColumns& trace, uint32_t parent) {
  std::vector<uint32_t> children;
  trace.for_each_child(parent, [&](uint32_t child) {
    if (!trace.has(child, flag::kAsync)) children.push_back(child);
  });
  std::ranges::sort(children, {}, [&](uint32_t row) { return std::pair(trace.corrected_start(row), row); });
  return children;
}

// Does each begin only after the one before has ended? A few overlaps (a page of a stream, a clock's grain) do not matter.
bool is_in_series(const TraceColumns& trace, const std::vector<uint32_t>& rows) {
  size_t overlaps = 0;
  for (size_t i = 1; i < rows.size(); ++i) {
    overlaps += trace.corrected_start(rows[i]) + kClockGrainNs < trace.corrected_end(rows[i - 1]);
  }
  return overlaps * 10 <= rows.size();
}

bool is_call(const TraceColumns& trace, uint32_t row) {
  return trace.kind[row] == SpanKind::kClient || trace.has(row, flag::kDatabase | flag::kCache | flag::kExternal);
}

// The call itself, or the call that a span of the loop's body consists of; nullopt if the row calls nobody or several.
std::optional<uint32_t> call_within(const TraceColumns& trace, uint32_t row) {
  if (is_call(trace, row)) return row;
  if (trace.kind[row] != SpanKind::kInternal && trace.kind[row] != SpanKind::kUnspecified) return std::nullopt;
  std::optional<uint32_t> call;
  uint32_t calls = 0;
  trace.for_each_child(row, [&](uint32_t child) {
    if (!is_call(trace, child)) return;
    call = child;
    ++calls;
  });
  return calls == 1 ? call : std::nullopt;
}

int64_t total_of(const TraceColumns& trace, const std::vector<uint32_t>& rows) {
  int64_t total = 0;
  for (const uint32_t row : rows) total += trace.duration_ns_of[row];
  return total;
}
int64_t longest_of(const TraceColumns& trace, const std::vector<uint32_t>& rows) {
  int64_t longest = 0;
  for (const uint32_t row : rows) longest = std::max(longest, trace.duration_ns_of[row]);
  return longest;
}

Finding repeated(const TraceColumns& trace, uint32_t parent, const std::vector<uint32_t>& rows, uint32_t call) {
  Finding finding;
  set_rows(finding, rows);
  finding.arguments.service = trace.service_of(call);
  finding.arguments.operation = trace.name_of(call);
  finding.arguments.callee = callee_of(trace, call);
  finding.arguments.statement = trace.groups[trace.group[call]];
  finding.arguments.count = static_cast<int64_t>(rows.size());
  finding.arguments.total_ns = total_of(trace, rows);
  finding.arguments.max_ns = longest_of(trace, rows);
  finding.arguments.share = share_of(trace, *finding.arguments.total_ns);
  set_parent(trace, parent, finding.arguments);
  return finding;
}

void add_n_plus_one(const TraceColumns& trace, uint32_t parent, const std::vector<uint32_t>& rows, uint32_t call,
                    std::vector<Finding>& findings) {
  const int64_t total = total_of(trace, rows);
  if (rows.size() < kRepeatedCallsMin || total < kRepeatedTotalMinNs || !is_in_series(trace, rows)) return;
  Finding finding = repeated(trace, parent, rows, call);
  finding.code = FindingCode::kNPlusOne;
  finding.severity = severity_of_share(share_of(trace, total));
  finding.saved_ns = total - *finding.arguments.max_ns;
  findings.push_back(std::move(finding));
}

// The longest run of attempts in which each but the last failed. A loop over items that all fail looks the same; that is a
// storm, too.
void add_retries(const TraceColumns& trace, uint32_t parent, const std::vector<uint32_t>& rows, std::vector<Finding>& findings) {
  std::vector<uint32_t> run, best;
  for (const uint32_t row : rows) {
    const bool continues = !run.empty() && trace.failed(run.back()) &&
                           trace.corrected_start(row) + kClockGrainNs >= trace.corrected_end(run.back());
    if (!continues) run.clear();
    run.push_back(row);
    if (run.size() > best.size()) best = run;
  }
  if (best.size() < kRetryAttemptsMin) return;
  Finding finding = repeated(trace, parent, best, best.front());
  finding.code = FindingCode::kRetryStorm;
  const bool in_vain = trace.failed(best.back());
  const int64_t waited = trace.corrected_end(best.back()) - trace.corrected_start(best.front());
  finding.arguments.total_ns = waited;
  finding.arguments.share = share_of(trace, waited);
  finding.arguments.attempts = static_cast<int64_t>(best.size());
  finding.severity = in_vain ? Severity::kHigh : severity_of_share(share_of(trace, waited));
  finding.saved_ns = waited - (in_vain ? 0 : trace.duration_ns_of[best.back()]);
  findings.push_back(std::move(finding));
}

// ---- Calls in series ----

enum class Effect : uint8_t { kReads, kWrites, kUnknown };

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

bool begins_with_any(std::string_view text, std::span<const std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return text.starts_with(word); });
}

// By the name alone: HTTP method, SQL verb, or the verb that an RPC's name begins with.
Effect effect_of(const TraceColumns& trace, uint32_t row) {
  static constexpr std::array<std::string_view, 16> kReads = {"get", "list", "find", "query", "read", "search", "fetch", "lookup",
                                                              "describe", "count", "load", "select", "head", "check", "options",
                                                              "resolve"};
  static constexpr std::array<std::string_view, 28> kWrites = {
      "post", "put",  "patch",  "delete", "insert", "update", "set",  "create", "add",    "remove", "send",   "publish", "reserve", "charge",
      "book", "save", "commit", "begin",  "lock",   "write",  "upsert", "merge",  "replace", "cancel", "start",  "stop",    "execute", "process"};
  const std::string statement = lower(trace.text(trace.statement[row]));
  if (!statement.empty() && trace.has(row, flag::kDatabase)) {
    if (statement.starts_with("select") || statement.starts_with("with")) {
      return statement.find("for update") == std::string::npos ? Effect::kReads : Effect::kWrites;
    }
    return Effect::kWrites;
  }
  const std::string name = lower(trace.name_of(row));
  if (begins_with_any(name, kWrites)) return Effect::kWrites;
  if (begins_with_any(name, kReads)) return Effect::kReads;
  const size_t last = name.find_last_of("/.");
  const std::string_view verb = std::string_view(name).substr(last == std::string::npos ? 0 : last + 1);
  if (begins_with_any(verb, kWrites)) return Effect::kWrites;
  if (begins_with_any(verb, kReads)) return Effect::kReads;
  return Effect::kUnknown;
}

void add_serial(const TraceColumns& trace, uint32_t parent, const std::vector<uint32_t>& run, std::vector<Finding>& findings) {
  if (run.size() < kSerialCallsMin) return;
  std::set<uint32_t> groups;
  std::set<std::string> callees;
  bool all_read = true;
  for (const uint32_t row : run) {
    groups.insert(trace.group[row]);
    callees.insert(callee_of(trace, row));
    all_read = all_read && effect_of(trace, row) == Effect::kReads;
  }
  // The same call again and again is the other rule's; calls that may write are taken for independent only where each goes to
  // another callee.
  if (groups.size() < kSerialCallsMin || (!all_read && callees.size() < run.size())) return;
  const int64_t total = total_of(trace, run), longest = longest_of(trace, run);
  const int64_t saved = total - longest;
  if (saved < kSerialSavedMinNs || share_of(trace, saved) < kSerialSavedShareMin) return;
  Finding finding;
  finding.code = FindingCode::kSerialCalls;
  finding.severity = share_of(trace, saved) >= kHighShare ? Severity::kHigh : Severity::kMedium;
  finding.saved_ns = saved;
  set_rows(finding, run);
  finding.arguments.service = trace.service_of(parent);
  finding.arguments.operation = trace.name_of(parent);
  finding.arguments.count = static_cast<int64_t>(run.size());
  finding.arguments.total_ns = total;
  finding.arguments.max_ns = longest;
  finding.arguments.parallel_ns = longest;
  finding.arguments.share = share_of(trace, saved);
  set_parent(trace, parent, finding.arguments);
  findings.push_back(std::move(finding));
}

}  // namespace

void find_repeated_calls(const TraceColumns& trace, std::vector<Finding>& findings) {
  for (uint32_t parent = 0; parent < trace.row_count(); ++parent) {
    if (trace.child_count[parent] < kRetryAttemptsMin) continue;
    struct Group {
      std::vector<uint32_t> rows;
      uint32_t call = 0;
      size_t failed = 0;
    };
    // By the child's and its call's group, so that a loop whose body is a span of its own is seen, too.
    std::map<std::pair<uint32_t, uint32_t>, Group> groups;
    for (const uint32_t child : waited_children(trace, parent)) {
      const auto call = call_within(trace, child);
      if (!call) continue;
      Group& group = groups[{trace.group[child], trace.group[*call]}];
      if (group.rows.empty()) group.call = *call;
      group.rows.push_back(child);
      group.failed += trace.failed(child);
    }
    for (const auto& [key, group] : groups) {
      if (group.failed * 2 > group.rows.size() || (group.failed >= kRetryAttemptsMin - 1 && group.failed + 1 == group.rows.size())) {
        add_retries(trace, parent, group.rows, findings);
      } else {
        add_n_plus_one(trace, parent, group.rows, group.call, findings);
      }
    }
  }
}

void find_serial_calls(const TraceColumns& trace, std::vector<Finding>& findings) {
  for (uint32_t parent = 0; parent < trace.row_count(); ++parent) {
    if (trace.child_count[parent] < kSerialCallsMin) continue;
    std::vector<uint32_t> run;
    for (const uint32_t child : waited_children(trace, parent)) {
      // A cache is asked before the store behind it, so its answer decides what follows.
      const bool fits = is_call(trace, child) && !trace.has(child, flag::kCache) && !trace.failed(child) &&
                        effect_of(trace, child) != Effect::kWrites;
      if (!fits) {
        add_serial(trace, parent, run, findings);
        run.clear();
        continue;
      }
      if (!run.empty()) {
        const int64_t pause = trace.corrected_start(child) - trace.corrected_end(run.back());
        const int64_t before = trace.duration_ns_of[run.back()];
        // Overlapping calls are parallel already; a pause means that something was computed from the answer.
        const bool follows = pause + kClockGrainNs >= 0 && pause <= std::max<int64_t>(1'000'000, before / 10);
        if (!follows) {
          add_serial(trace, parent, run, findings);
          run.clear();
        }
      }
      run.push_back(child);
    }
    add_serial(trace, parent, run, findings);
  }
}

}  // namespace clew::query_analyse
