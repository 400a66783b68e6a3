// What a request that came to the wrong port probably is, so that its sender can be told where to go.
#pragma once

#include <string_view>

namespace clew::receive {

// By its path and content type: a phrase that names the protocol and its port ("OTLP over HTTP, which goes to port 4318"), or
// empty if nothing known looks like that. Pure; any thread.
std::string_view protocol_by_request(std::string_view path, std::string_view content_type);

}  // namespace clew::receive
