#include "query/analyse/trace_columns.h"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <tuple>
#include <utility>

#include "query/analyse/analyse_limits.h"
#include "query/analyse/normalised_text.h"

namespace clew::query_analyse {
namespace {

using otlp::SpanKind;

constexpr uint32_t kNone = 0xffffffffu;

bool calls(SpanKind kind) { return kind == SpanKind::kClient || kind == SpanKind::kProducer; }
bool answers(SpanKind kind) { return kind == SpanKind::kServer || kind == SpanKind::kConsumer; }

// Parents of raw spans, which are sorted and distinct by now.
class ParentFinder {
 public:
  explicit ParentFinder(const std::vector<RawSpan>& spans) : spans_(spans), next_(spans.size(), kNone) {
    first_.reserve(spans.size());
    // Backwards, so that each chain is in the order of the spans.
    for (uint32_t i = static_cast<uint32_t>(spans.size()); i-- > 0;) {
      auto [at, is_new] = first_.try_emplace(spans[i].span_id, i);
      if (is_new) continue;
      next_[i] = at->second;
      at->second = i;
    }
  }

  // kNone for a root, or where the parent was not received.
  uint32_t parent_of(uint32_t index) const {
    const RawSpan& span = spans_[index];
    // Zipkin's shared spans: the server's half hangs below the client's.
    if (span.kind == SpanKind::kServer) {
      const uint32_t client = find(span.span_id, [&](uint32_t other) { return spans_[other].kind == SpanKind::kClient; });
      if (client != kNone) return client;
    }
    if (span.parent_span_id == 0) return kNone;
    const uint32_t same_service = find(span.parent_span_id, [&](uint32_t other) {
      return other != index && spans_[other].service == span.service;
    });
    if (same_service != kNone) return same_service;
    return find(span.parent_span_id, [&](uint32_t other) { return other != index; });
  }

 private:
  template <class Accept>
  uint32_t find(otlp::SpanId id, Accept&& accept) const {
    const auto at = first_.find(id);
    if (at == first_.end()) return kNone;
    for (uint32_t i = at->second; i != kNone; i = next_[i]) {
      if (accept(i)) return i;
    }
    return kNone;
  }

  const std::vector<RawSpan>& spans_;
  absl::flat_hash_map<otlp::SpanId, uint32_t> first_;
  std::vector<uint32_t> next_;
};

void drop_repeated(std::vector<RawSpan>& spans) {
  const auto identity = [](const RawSpan& span) { return std::tuple(span.start_ns, span.span_id, span.kind); };
  // Of equal ones the longest stays, whatever order they were read in.
  std::ranges::sort(spans, {}, [&](const RawSpan& span) { return std::tuple_cat(identity(span), std::tuple(-span.duration_ns)); });
  const auto repeated = std::ranges::unique(spans, {}, identity);
  spans.erase(repeated.begin(), repeated.end());
}

// Children of each span in the order of the spans, that is by start.
struct Children {
  std::vector<uint32_t> begin;  // By parent; one more than spans.
  std::vector<uint32_t> items;
};

Children children_of(const std::vector<uint32_t>& parents) {
  Children children;
  children.begin.assign(parents.size() + 1, 0);
  for (const uint32_t parent : parents) {
    if (parent != kNone) ++children.begin[parent + 1];
  }
  std::partial_sum(children.begin.begin(), children.begin.end(), children.begin.begin());
  children.items.resize(children.begin.back());
  std::vector<uint32_t> next(children.begin.begin(), children.begin.end() - 1);
  for (uint32_t i = 0; i < parents.size(); ++i) {
    if (parents[i] != kNone) children.items[next[parents[i]]++] = i;
  }
  return children;
}

class Arranger {
 public:
  explicit Arranger(RawTrace raw) : raw_(std::move(raw)) {}

  TraceColumns run() {
    assert(!raw_.spans.empty());
    drop_repeated(raw_.spans);
    find_parents();
    order_rows();
    fill_rows();
    trace_.services = raw_.services.texts();
    trace_.names = raw_.names.texts();
    trace_.texts = raw_.texts.texts();
    trace_.service_is_browser = std::move(raw_.service_is_browser);
    trace_.service_is_browser.resize(trace_.services.size());
    choose_root();
    correct_clocks();
    mark_async();
    measure_self();
    mark_calls();
    return std::move(trace_);
  }

 private:
  void find_parents() {
    const ParentFinder finder(raw_.spans);
    parents_.resize(raw_.spans.size());
    for (uint32_t i = 0; i < parents_.size(); ++i) parents_[i] = finder.parent_of(i);
  }

  // Depth first from every root; spans that only hang in a circle are roots of their own, as if their parent were missing.
  void order_rows() {
    const Children children = children_of(parents_);
    const size_t count = raw_.spans.size();
    order_.reserve(count);
    std::vector<bool> seen(count);
    std::vector<uint32_t> stack;
    const auto descend = [&](uint32_t from) {
      stack.push_back(from);
      while (!stack.empty()) {
        const uint32_t index = stack.back();
        stack.pop_back();
        if (seen[index]) continue;
        seen[index] = true;
        order_.push_back(index);
        for (uint32_t at = children.begin[index + 1]; at-- > children.begin[index];) stack.push_back(children.items[at]);
      }
    };
    for (uint32_t i = 0; i < count; ++i) {
      if (parents_[i] == kNone) descend(i);
    }
    for (uint32_t i = 0; i < count && order_.size() < count; ++i) {
      if (seen[i]) continue;
      parents_[i] = kNone;
      descend(i);
    }
  }

  void fill_rows() {
    const auto count = static_cast<uint32_t>(order_.size());
    trace_.trace_id = raw_.trace_id;
    trace_.begin_unix_ns = raw_.spans.front().start_ns;
    std::vector<uint32_t> row_of(count);
    for (uint32_t row = 0; row < count; ++row) row_of[order_[row]] = row;
    resize_all(count);
    for (uint32_t row = 0; row < count; ++row) {
      const RawSpan& span = raw_.spans[order_[row]];
      const uint32_t parent = parents_[order_[row]];
      trace_.start_ns[row] = span.start_ns - trace_.begin_unix_ns;
      trace_.duration_ns_of[row] = span.duration_ns;
      trace_.duration_ns = std::max(trace_.duration_ns, trace_.start_ns[row] + span.duration_ns);
      trace_.parent[row] = parent == kNone ? -1 : static_cast<int32_t>(row_of[parent]);
      trace_.service[row] = span.service;
      trace_.name[row] = span.name;
      trace_.span_id[row] = span.span_id;
      trace_.parent_span_id[row] = span.parent_span_id;
      trace_.kind[row] = span.kind;
      trace_.status[row] = span.status;
      trace_.event_count[row] = span.event_count;
      trace_.statement[row] = span.statement;
      trace_.system[row] = span.system;
      trace_.peer[row] = span.peer;
      trace_.exception_type[row] = span.exception_type;
      trace_.error_message[row] = span.error_message;
      trace_.group[row] = group_of(span);
      trace_.error_count += span.status == otlp::StatusCode::kError;
      uint16_t flags = 0;
      if (span.has_exception) flags |= flag::kException;
      if (span.has_links) flags |= flag::kLinks;
      if (span.statement != kNoText) flags |= flag::kStatement;
      if (span.connection == table::ConnectionType::kDb) flags |= flag::kDatabase;
      if (span.connection == table::ConnectionType::kCache) flags |= flag::kCache;
      if (span.connection == table::ConnectionType::kMessaging) flags |= flag::kMessaging;
      if (parent == kNone) {
        flags |= span.parent_span_id == 0 ? flag::kRoot : flag::kOrphan;
        ++(span.parent_span_id == 0 ? trace_.root_count : trace_.orphan_count);
      } else {
        const auto parent_row = static_cast<uint32_t>(trace_.parent[row]);
        ++trace_.child_count[parent_row];
        trace_.depth[row] = static_cast<uint16_t>(std::min<uint32_t>(trace_.depth[parent_row] + 1u, kDepthMax));
      }
      trace_.flags[row] = flags;
    }
    for (uint32_t row = count; row-- > 0;) {
      trace_.subtree[row] += 1;
      if (trace_.parent[row] >= 0) trace_.subtree[static_cast<uint32_t>(trace_.parent[row])] += trace_.subtree[row];
    }
  }

  void resize_all(uint32_t count) {
    for (auto* column : {&trace_.start_ns, &trace_.duration_ns_of, &trace_.self_ns, &trace_.skew_ns}) column->resize(count);
    trace_.parent.resize(count);
    for (auto* column : {&trace_.subtree, &trace_.child_count, &trace_.service, &trace_.name, &trace_.group, &trace_.statement,
                         &trace_.system, &trace_.peer, &trace_.exception_type, &trace_.error_message}) {
      column->resize(count);
    }
    for (auto* column : {&trace_.depth, &trace_.flags, &trace_.event_count}) column->resize(count);
    trace_.span_id.resize(count);
    trace_.parent_span_id.resize(count);
    trace_.kind.resize(count);
    trace_.status.resize(count);
  }

  // Statements are normalised once each; spans without one are grouped by service and name alone.
  uint32_t group_of(const RawSpan& span) {
    uint32_t statement = kNoText;
    if (span.statement != kNoText) {
      const auto [at, is_new] = normalised_.try_emplace(std::pair(span.statement, span.system), 0);
      if (is_new) at->second = statements_.add(normalise_statement(raw_.texts.at(span.statement), raw_.texts.at(span.system)));
      statement = at->second;
    }
    const auto [at, is_new] = group_by_key_.try_emplace(std::tuple(span.service, span.name, statement), 0);
    if (is_new) {
      at->second = static_cast<uint32_t>(trace_.groups.size());
      trace_.groups.emplace_back(statements_.at(statement));
    }
    return at->second;
  }

  void choose_root() {
    int64_t longest = -1;
    for (uint32_t row = 0; row < trace_.row_count(); row += trace_.subtree[row]) {
      if (trace_.has(row, flag::kRoot)) {
        trace_.root = row;
        return;
      }
      if (trace_.duration_ns_of[row] > longest) {
        longest = trace_.duration_ns_of[row];
        trace_.root = row;
      }
    }
  }

  // Clocks of hosts differ. Below a call to another service the callee's clock is found out anew: if it cannot have been as
  // measured, the callee is put into the middle of its call, and what it does itself moves with it.
  void correct_clocks() {
    for (uint32_t row = 0; row < trace_.row_count(); ++row) {
      if (trace_.parent[row] < 0) continue;
      const auto parent = static_cast<uint32_t>(trace_.parent[row]);
      if (trace_.service[row] == trace_.service[parent] && !(calls(trace_.kind[parent]) && answers(trace_.kind[row]))) {
        trace_.skew_ns[row] = trace_.skew_ns[parent];
      } else {
        trace_.skew_ns[row] = skew_below(parent, row);
      }
      if (trace_.skew_ns[row] == 0) continue;
      ++trace_.skewed_count;
      trace_.flags[row] |= flag::kSkewed;
    }
  }

  int64_t skew_below(uint32_t parent, uint32_t row) const {
    const int64_t parent_start = trace_.corrected_start(parent);
    const int64_t parent_end = trace_.corrected_end(parent);
    const int64_t start = trace_.start_ns[row];
    const int64_t end = start + trace_.duration_ns_of[row];
    const int64_t room = trace_.duration_ns_of[parent] - trace_.duration_ns_of[row];
    // A queue may hold a message for long, so that only an impossible order speaks against a consumer's clock.
    const bool waits = trace_.kind[parent] == SpanKind::kClient && trace_.kind[row] == SpanKind::kServer;
    const bool early = start + kClockGrainNs < parent_start;
    const bool late = waits && room >= 0 && end > parent_end + kClockGrainNs;
    if (!early && !late) return 0;
    const int64_t target = waits && room > 0 ? parent_start + room / 2 : parent_start;
    return target - start;
  }

  void mark_async() {
    for (uint32_t row = 0; row < trace_.row_count(); ++row) {
      if (trace_.parent[row] < 0) continue;
      const auto parent = static_cast<uint32_t>(trace_.parent[row]);
      const bool by_kind = trace_.kind[row] == SpanKind::kConsumer || trace_.kind[parent] == SpanKind::kProducer;
      const int64_t parent_end = trace_.corrected_end(parent) + kClockGrainNs;
      const bool outlives = trace_.corrected_start(row) > parent_end || trace_.corrected_end(row) > parent_end;
      if (by_kind || outlives) trace_.flags[row] |= flag::kAsync;
    }
  }

  // Duration minus the union of what the children cover that were waited for.
  void measure_self() {
    std::vector<std::pair<int64_t, int64_t>> covered;
    for (uint32_t row = 0; row < trace_.row_count(); ++row) {
      const int64_t begin = trace_.corrected_start(row);
      const int64_t end = trace_.corrected_end(row);
      covered.clear();
      trace_.for_each_child(row, [&](uint32_t child) {
        if (trace_.has(child, flag::kAsync)) return;
        const int64_t from = std::max(begin, trace_.corrected_start(child));
        const int64_t to = std::min(end, trace_.corrected_end(child));
        if (from < to) covered.emplace_back(from, to);
      });
      if (!std::ranges::is_sorted(covered)) std::ranges::sort(covered);
      int64_t self = end - begin, reached = begin;
      for (const auto& [from, to] : covered) {
        if (to <= reached) continue;
        self -= to - std::max(from, reached);
        reached = to;
      }
      trace_.self_ns[row] = self;
    }
  }

  void mark_calls() {
    std::vector<bool> failed_child(trace_.row_count()), answered(trace_.row_count());
    for (uint32_t row = 0; row < trace_.row_count(); ++row) {
      if (trace_.parent[row] < 0) continue;
      const auto parent = static_cast<uint32_t>(trace_.parent[row]);
      if (trace_.failed(row)) failed_child[parent] = true;
      if (trace_.service[row] != trace_.service[parent] || answers(trace_.kind[row])) answered[parent] = true;
    }
    constexpr uint16_t kStore = flag::kDatabase | flag::kCache | flag::kMessaging;
    for (uint32_t row = 0; row < trace_.row_count(); ++row) {
      if (trace_.failed(row) && !failed_child[row]) trace_.flags[row] |= flag::kErrorCause;
      if (calls(trace_.kind[row]) && !answered[row] && trace_.peer[row] != kNoText && !trace_.has(row, kStore)) {
        trace_.flags[row] |= flag::kExternal;
      }
    }
  }

  RawTrace raw_;
  TraceColumns trace_;
  std::vector<uint32_t> parents_;  // By raw span.
  std::vector<uint32_t> order_;    // Raw span of each row.
  TextPool statements_;
  absl::flat_hash_map<std::pair<uint32_t, uint32_t>, uint32_t> normalised_;  // (statement, system) → in statements_.
  absl::flat_hash_map<std::tuple<uint32_t, uint32_t, uint32_t>, uint32_t> group_by_key_;  // (service, name, statement)
};

}  // namespace

uint32_t TextPool::add(std::string_view text) {
  if (const auto found = index_.find(text); found != index_.end()) return found->second;
  const auto index = static_cast<uint32_t>(texts_.size());
  index_.emplace(std::string(text), index);
  texts_.emplace_back(text);
  return index;
}

TraceColumns arrange(RawTrace raw) { return Arranger(std::move(raw)).run(); }

}  // namespace clew::query_analyse
