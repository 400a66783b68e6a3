// Small owners of gRPC C core's objects. Internal to net/.
#pragma once

#include <grpc/byte_buffer.h>
#include <grpc/grpc.h>
#include <grpc/slice.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "stdx/error.h"

namespace clew::net {

struct GrpcByteBufferDelete {
  void operator()(grpc_byte_buffer* buffer) const { grpc_byte_buffer_destroy(buffer); }
};
using GrpcByteBuffer = std::unique_ptr<grpc_byte_buffer, GrpcByteBufferDelete>;

// Keeps gRPC initialised. It is never shut down before the process ends: late replies may still need it.
void init_grpc();

inline std::string_view slice_view(const grpc_slice& slice) {
  return {reinterpret_cast<const char*>(GRPC_SLICE_START_PTR(slice)), GRPC_SLICE_LENGTH(slice)};
}
inline grpc_slice slice_copy(std::string_view bytes) { return grpc_slice_from_copied_buffer(bytes.data(), bytes.size()); }

GrpcByteBuffer byte_buffer_copy(std::string_view bytes);
// The message in one piece, decompressed with a cap. kInvalidArgument, kPayloadTooLarge, kUnsupportedMediaType.
stdx::Result<std::string> message_bytes(const grpc_byte_buffer& buffer, size_t size_max);

gpr_timespec deadline_after(std::chrono::milliseconds wait);

// A list of channel arguments under construction. `text` and pointers must outlive the list.
class GrpcArguments {
 public:
  void add(const char* key, int value);
  void add(const char* key, size_t value);  // Capped to int.
  void add(const char* key, std::chrono::milliseconds value) { add(key, static_cast<size_t>(value.count())); }
  void add(const char* key, void* pointer, const grpc_arg_pointer_vtable* vtable);
  grpc_channel_args list() { return {arguments_.size(), arguments_.data()}; }

 private:
  std::vector<grpc_arg> arguments_;
};

}  // namespace clew::net
