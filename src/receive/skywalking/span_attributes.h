// What a SkyWalking span's tags, peer, layer and component say in OpenTelemetry's words.
#pragma once

#include "receive/skywalking/attributes.h"
#include "receive/skywalking/skywalking_segment.h"

namespace clew::receive_skywalking {

// Writes the tags as they are and beside them, where semantic conventions have a name for the same thing, that name too.
// Source: SkyWalking's Tags.java and its documentation of special span tags; semantic conventions 1.27. README.md has the table.
void write_span_attributes(const SegmentSpan& span, AttributeWriter& out);

}  // namespace clew::receive_skywalking
