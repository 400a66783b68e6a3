// SkyWalking v2 (agents 6 and 7): UpstreamSegment in protobuf.
#pragma once

#include <string>
#include <string_view>

#include "receive/skywalking/name_book.h"
#include "receive/skywalking/segment_translate.h"

namespace clew::receive_skywalking {

// Source: skywalking-data-collect-protocol at its v2, language-agent-v2/trace.proto and common/trace-common.proto. Guarded by
// skywalking_fuzz.

// v2 and the oldest v3 call the same method; v2's message has ids as packed numbers in field 1 and opaque bytes in field 2,
// nothing else, where v3 has texts and more.
bool is_segment_v2(std::string_view message);

// One segment, handed to `translator`; nothing stays of it if it fails. Numbers that the book does not know (another backend gave
// them out) become names that say so, such as "sw6.service.17". `service` is set to the segment's.
stdx::Result<Translated> translate_segment_v2(std::string_view message, const NameBook& names, SegmentTranslator& translator,
                                              std::string& service);

// The resource of a service's instance by its number, and whether the book knows it.
struct InstanceName {
  std::string service;
  std::string instance;
  std::string resource;
  bool known = false;
};
InstanceName instance_of(const NameBook& names, int32_t instance, int32_t service = 0);

// The instance that browsers name as theirs; nobody registers it.
inline constexpr int32_t kBrowserInstance = 1;

}  // namespace clew::receive_skywalking
