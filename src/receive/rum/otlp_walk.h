// The records or spans of an OTLP request in place, with what stands around them.
#pragma once

#include <cstring>
#include <string_view>

#include "otlp/message_reader.h"
#include "otlp/trace_fields.h"

namespace clew::receive_rum {

constexpr uint32_t length_tag(uint32_t number) { return otlp::wire_tag(number, otlp::WireType::kLength); }

inline bool contains(std::string_view bytes, std::string_view word) {
  return !bytes.empty() && memmem(bytes.data(), bytes.size(), word.data(), word.size()) != nullptr;
}

// A resource and one of its scopes, as they were sent.
struct Surroundings {
  std::string_view resource, resource_schema_url, scope, scope_schema_url;
};

// Calls begin_resource(around) for each resource, whose scopes are left out if that says false; begin_scope(around) for each
// scope, and item(message) for each record or span in it until that says false. Traces and logs have the same envelope.
// False: malformed, where it was looked at. Guarded by otlp_sessions_fuzz.
template <class BeginResource, class BeginScope, class Item>
bool walk_otlp(std::string_view request, BeginResource&& begin_resource, BeginScope&& begin_scope, Item&& item) {
  namespace field = otlp::field;
  using otlp::MessageReader;
  MessageReader resources(request);
  while (resources.next()) {
    if (resources.tag() != length_tag(field::kTracesResourceSpans)) continue;
    Surroundings around;
    MessageReader of_resource(resources.bytes());
    while (of_resource.next()) {
      if (of_resource.tag() == length_tag(field::kResourceSpansResource)) around.resource = of_resource.bytes();
      if (of_resource.tag() == length_tag(field::kResourceSpansSchemaUrl)) around.resource_schema_url = of_resource.bytes();
    }
    if (!of_resource.ok()) return false;
    if (!begin_resource(around)) continue;
    MessageReader scopes(resources.bytes());
    while (scopes.next()) {
      if (scopes.tag() != length_tag(field::kResourceSpansScopeSpans)) continue;
      around.scope = around.scope_schema_url = {};
      MessageReader of_scope(scopes.bytes());
      while (of_scope.next()) {
        if (of_scope.tag() == length_tag(field::kScopeSpansScope)) around.scope = of_scope.bytes();
        if (of_scope.tag() == length_tag(field::kScopeSpansSchemaUrl)) around.scope_schema_url = of_scope.bytes();
      }
      if (!of_scope.ok()) return false;
      begin_scope(around);
      MessageReader items(scopes.bytes());
      while (items.next()) {
        if (items.tag() == length_tag(field::kScopeSpansSpans) && !item(items.bytes())) break;
      }
    }
  }
  return resources.ok();
}

}  // namespace clew::receive_rum
