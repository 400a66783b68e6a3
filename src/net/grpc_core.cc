#include "net/grpc_core.h"

#include <limits>

#include "wire/content_coding.h"

namespace clew::net {

void init_grpc() {
  static const bool once = [] {
    grpc_init();
    return true;
  }();
  static_cast<void>(once);
}

GrpcByteBuffer byte_buffer_copy(std::string_view bytes) {
  grpc_slice slice = slice_copy(bytes);
  GrpcByteBuffer buffer(grpc_raw_byte_buffer_create(&slice, 1));
  grpc_slice_unref(slice);
  return buffer;
}

stdx::Result<std::string> message_bytes(const grpc_byte_buffer& buffer, size_t size_max) {
  const grpc_slice_buffer& slices = buffer.data.raw.slice_buffer;
  std::string bytes;
  bytes.reserve(slices.length);
  for (size_t index = 0; index < slices.count; ++index) bytes += slice_view(slices.slices[index]);
  switch (buffer.data.raw.compression) {
    case GRPC_COMPRESS_NONE: return wire::decode_content("identity", std::move(bytes), size_max);
    case GRPC_COMPRESS_GZIP: return wire::decode_gzip(bytes, size_max);
    case GRPC_COMPRESS_DEFLATE: return wire::decode_deflate(bytes, size_max);
    default: return stdx::fail(stdx::ErrorCode::kUnsupportedMediaType, "unknown message compression");
  }
}

gpr_timespec deadline_after(std::chrono::milliseconds wait) {
  return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_millis(wait.count(), GPR_TIMESPAN));
}

void GrpcArguments::add(const char* key, int value) {
  grpc_arg argument{};
  argument.type = GRPC_ARG_INTEGER;
  argument.key = const_cast<char*>(key);
  argument.value.integer = value;
  arguments_.push_back(argument);
}

void GrpcArguments::add(const char* key, size_t value) {
  constexpr size_t kMax = std::numeric_limits<int>::max();
  add(key, static_cast<int>(value < kMax ? value : kMax));
}

void GrpcArguments::add(const char* key, void* pointer, const grpc_arg_pointer_vtable* vtable) {
  grpc_arg argument{};
  argument.type = GRPC_ARG_POINTER;
  argument.key = const_cast<char*>(key);
  argument.value.pointer = {pointer, vtable};
  arguments_.push_back(argument);
}

}  // namespace clew::net
