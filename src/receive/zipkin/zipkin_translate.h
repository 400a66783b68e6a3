// Zipkin's four encodings into OTLP: bytes in, bytes out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "stdx/error.h"
#include "wire/thrift_reader.h"

namespace clew::receive_zipkin {

enum class Format : uint8_t { kV1Json, kV1Thrift, kV2Json, kV2Proto };

// "JSON_V1", "THRIFT", "JSON_V2", "PROTO3": what Zipkin calls them.
std::string_view format_name(Format format);

struct Translated {
  std::string request;    // An ExportTraceServiceRequest.
  size_t span_count = 0;  // In it; a version 1 span with both sides counts as two.
};

// A list of spans as an ExportTraceServiceRequest; an empty list (and an empty body) becomes no bytes. Spans with ids that are no
// ids are kept in it, for the survey to refuse one by one. kInvalidArgument, in Zipkin's words, for anything that is not
// such a list; where the bytes are another of the four encodings, the message says which.
//
// Pure: `receive_time_ns` is the start of spans that tell no time. Any thread; memory is bounded by a small multiple of the
// body. Sources: zipkin-api's zipkin-api.yaml, zipkin2-api.yaml, zipkin.proto and thrift/zipkinCore.thrift. Guarded by
// zipkin_json_fuzz, zipkin_proto_fuzz and zipkin_thrift_fuzz.
stdx::Result<Translated> translate(Format format, std::string body, int64_t receive_time_ns);

// The value of a Thrift field or message that is a list of version 1 spans, in either encoding: for doors that get Zipkin's
// spans inside another protocol's call (Jaeger's emitZipkinBatch). What follows the list is left alone.
stdx::Result<Translated> translate_thrift_list(std::string_view list, wire::ThriftEncoding encoding,
                                               int64_t receive_time_ns);

}  // namespace clew::receive_zipkin
