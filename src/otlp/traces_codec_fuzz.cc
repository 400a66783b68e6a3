// What decodes comes back equal from our protobuf and from our JSON.
#include <algorithm>
#include <cstdlib>

#include "otlp/traces_codec.h"

namespace {

using namespace clew::otlp;

bool same(const TracesData& a, const TracesData& b) {
  return std::ranges::equal(a.resource_spans, b.resource_spans, [](const auto& x, const auto& y) {
    return same_resource(x.resource, y.resource) &&
           std::ranges::equal(x.scope_spans, y.scope_spans, [](const auto& s, const auto& t) {
             return same_scope(s.scope, t.scope) && std::ranges::equal(s.spans, t.spans, same_span);
           });
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto traces = decode_traces({reinterpret_cast<const char*>(data), size});
  if (!traces) return 0;
  const auto again = decode_traces(encode_traces(*traces));
  if (!again || !same(*again, *traces)) std::abort();
  const auto protobuf = traces_json_to_protobuf(traces_to_json(*traces));
  if (!protobuf) std::abort();
  const auto from_json = decode_traces(*protobuf);
  if (!from_json || !same(*from_json, *traces)) std::abort();
  return 0;
}
