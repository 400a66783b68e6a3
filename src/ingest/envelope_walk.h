// The three levels of an Export…ServiceRequest, the same for logs and metrics: calls a visitor for every item.
#pragma once

#include <string_view>

#include "otlp/message_reader.h"
#include "otlp/trace_fields.h"

namespace clew::ingest {

// What stands around an item: encoded messages and their schema URLs.
struct Surroundings {
  std::string_view resource;
  std::string_view resource_schema_url;
  std::string_view scope;
  std::string_view scope_schema_url;
};

// Fields may come in any order, so what surrounds the items is looked for before they are read: begin(surroundings) is called
// once a scope, then item(message) for each LogRecord or Metric in it. What is malformed was refused by the survey.
template <class Begin, class Item>
void walk_envelope(std::string_view request, Begin&& begin, Item&& item) {
  using otlp::MessageReader;
  namespace field = otlp::field;
  constexpr auto length = [](uint32_t number) { return otlp::wire_tag(number, otlp::WireType::kLength); };
  MessageReader resources(request);
  while (resources.next()) {
    if (resources.tag() != length(field::kTracesResourceSpans)) continue;
    Surroundings around;
    MessageReader of_resource(resources.bytes());
    while (of_resource.next()) {
      if (of_resource.tag() == length(field::kResourceSpansResource)) around.resource = of_resource.bytes();
      if (of_resource.tag() == length(field::kResourceSpansSchemaUrl)) around.resource_schema_url = of_resource.bytes();
    }
    MessageReader scopes(resources.bytes());
    while (scopes.next()) {
      if (scopes.tag() != length(field::kResourceSpansScopeSpans)) continue;
      around.scope = around.scope_schema_url = {};
      MessageReader of_scope(scopes.bytes());
      while (of_scope.next()) {
        if (of_scope.tag() == length(field::kScopeSpansScope)) around.scope = of_scope.bytes();
        if (of_scope.tag() == length(field::kScopeSpansSchemaUrl)) around.scope_schema_url = of_scope.bytes();
      }
      begin(around);
      MessageReader items(scopes.bytes());
      while (items.next()) {
        if (items.tag() == length(field::kScopeSpansSpans)) item(items.bytes());
      }
    }
  }
}

}  // namespace clew::ingest
