// Which attribute a field of an event becomes.
#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>

#include "receive/rum/bundle.h"
#include "receive/rum/json_fields.h"
#include "receive/rum/record_writer.h"

namespace clew::receive_rum {

// The scope of everything that comes from a browser: table/record_kind.h knows log records of this scope as events.
inline constexpr std::string_view kRumScope = "clew.rum";

// Members of a bundle that are read one by one; others are kept as they are.
bool is_known_group(std::string_view key);

// Who the client is: its header, its address, and what the header tells; where the SDK speaks of `os` and `device` itself, that
// is left to it. SDKs of browsers do not.
void write_client(RecordWriter& record, const BundleContext& context, simdjson::dom::element os = nothing(),
                  simdjson::dom::element device = nothing());

// Where the client is, as the operator's databases tell by its address; where the SDK says anything of `geo` or `isp` itself,
// that is left to it. Names are under the SDK's keys (geo.country, geo.province, geo.city, isp.name, isp.id), so that one key
// groups both, and codes under OpenTelemetry's (geo.country.iso_code, geo.region.iso_code).
void write_place(RecordWriter& record, const BundleContext& context, simdjson::dom::element geo = nothing(),
                 simdjson::dom::element isp = nothing());

// All fields of an event but those that every event has. OpenTelemetry's names where it has one, "rum.<field>" elsewhere,
// unknown fields too: nothing that an SDK sends is lost.
void write_event_fields(RecordWriter& record, simdjson::dom::element event, std::string_view event_type);
// The same of a request, for its span: without the raw timing.
void write_request_fields(RecordWriter& record, simdjson::dom::element event);

// What happened, in a line: "GET /api/cart 200", "TypeError: x is undefined".
std::string event_line(simdjson::dom::element event, std::string_view event_type);

}  // namespace clew::receive_rum
