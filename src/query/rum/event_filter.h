// Which events a question means: TraceQL's syntax over the attributes of events.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "query/execute/selection.h"
#include "query/plan/predicate.h"
#include "query/traceql/ast.h"
#include "stdx/error.h"
#include "table/segment.h"

namespace clew::query_rum {

class WindowColumns;

// `{ .view.name = "/checkout" && resource.service.version != "2.3.1" }`. `.x` is the event's own attribute, or its resource's
// where it has none itself; `span.x` its own only; `resource.x`. `name` is the event's name, `trace:id` and `span:id` are those
// that a request carries. Other intrinsics are refused by name. Immutable once made; any thread.
class EventFilter {
 public:
  struct Node {
    query_traceql::Expression::Kind kind = query_traceql::Expression::Kind::kConstant;
    bool constant = true;
    uint32_t predicate = 0;  // kCompare.
    std::vector<Node> children;
  };

  // Empty text: every event. Errors: kInvalidArgument that names the place.
  static stdx::Result<EventFilter> parse(std::string_view q);

  // This and: the attribute (a key of event_keys.h) has the value. An empty value: it has none.
  EventFilter with(std::string_view key, std::string_view value) const;

  bool all() const { return root_.kind == query_traceql::Expression::Kind::kConstant && root_.constant; }
  const Node& root() const { return root_; }
  const std::vector<query_plan::Predicate>& predicates() const { return predicates_; }

 private:
  Node root_;
  std::vector<query_plan::Predicate> predicates_;
};

// A filter for one segment, window by window: what a string predicate says of a dictionary's entry is asked once. One thread.
// Filter and segment must outlive it.
class EventMatcher {
 public:
  EventMatcher(const EventFilter& filter, const table::Segment& segment);
  ~EventMatcher();
  // False if certainly no row of the segment matches.
  bool may_match() const;
  // Of the window that `columns` stands at. Errors are the columns'.
  query_execute::Selection match(WindowColumns& columns, const query_execute::Selection& candidates);

 private:
  class Impl;
  const EventFilter& filter_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace clew::query_rum
