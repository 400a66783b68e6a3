// The readers of Zipkin's encodings: each feeds an OtlpBuilder span by span.
#pragma once

#include <string>
#include <string_view>

#include "receive/zipkin/zipkin_to_otlp.h"
#include "stdx/error.h"
#include "wire/thrift_reader.h"

namespace clew::receive_zipkin {

// All are pure and single-threaded; kInvalidArgument says what is wrong and at which span. Unknown fields are passed over.
stdx::Result<void> read_v1_json(std::string body, OtlpBuilder& builder);
stdx::Result<void> read_v2_json(std::string body, OtlpBuilder& builder);
stdx::Result<void> read_v2_proto(std::string_view body, OtlpBuilder& builder);
// `to_the_end`, if given, says whether the list is all there was.
stdx::Result<void> read_v1_thrift(std::string_view body, wire::ThriftEncoding encoding, OtlpBuilder& builder,
                                  bool* to_the_end);

}  // namespace clew::receive_zipkin
