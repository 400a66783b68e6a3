// Bytes with shared ownership of whatever holds them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace clew::stdx {

// A view and the owner that keeps it alive: a gRPC slice, a string, a mapped file. Shared because a request's bytes are
// held by the log's writer, the log's readers and the receiver at once, and none of them knows who ends last.
struct SharedBytes {
  std::shared_ptr<const void> owner;
  std::string_view view;

  static SharedBytes from_string(std::string text) {
    auto held = std::make_shared<const std::string>(std::move(text));
    std::string_view view = *held;
    return {std::move(held), view};
  }
  size_t size() const { return view.size(); }
};

}  // namespace clew::stdx
