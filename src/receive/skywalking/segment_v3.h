// SkyWalking v3 (agents 8 and later): SegmentObject in protobuf.
#pragma once

#include <string_view>

#include "receive/skywalking/skywalking_segment.h"
#include "stdx/error.h"

namespace clew::receive_skywalking {

// Pure, in place. Source: skywalking-data-collect-protocol, language-agent/Tracing.proto and common/Common.proto.
// Guarded by skywalking_fuzz.

// Walks the envelope: its texts, and how many spans there are. kInvalidArgument, kPayloadTooLarge.
stdx::Result<SegmentHead> read_segment_head(std::string_view segment);

// Calls take(message) for each encoded span of a segment whose head has been read, while it returns true.
template <class Take>
void for_each_span(std::string_view segment, Take&& take);

// One SpanObject. False: malformed.
bool read_span(std::string_view message, SegmentSpan& span);

// KeyStringValuePair, shared by nearly all messages of SkyWalking.
bool read_pair(std::string_view message, TextPair& pair);
// Appends one more pair unless there are `count_max`; `dropped` counts those left out.
bool append_pair(std::string_view message, size_t count_max, std::vector<TextPair>& pairs, uint32_t& dropped);
bool read_log(std::string_view message, SegmentLog& log);

}  // namespace clew::receive_skywalking

#include "otlp/message_reader.h"

namespace clew::receive_skywalking {

inline constexpr uint32_t kSegmentSpans = 3;

template <class Take>
void for_each_span(std::string_view segment, Take&& take) {
  otlp::MessageReader reader(segment);
  while (reader.next()) {
    if (reader.tag() == otlp::wire_tag(kSegmentSpans, otlp::WireType::kLength) && !take(reader.bytes())) return;
  }
}

}  // namespace clew::receive_skywalking
