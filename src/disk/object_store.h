// Where blocks live: a local folder, later S3. One interface, one acceptance suite (object_store_acceptance.h).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "stdx/error.h"

namespace clew::disk {

struct ObjectInfo {
  std::string key;
  uint64_t size = 0;
};

// An object being written. Nothing is visible under its key until commit() succeeds; destroying it without commit leaves
// nothing behind (also after a crash: leftovers are removed when the store opens). One thread.
class ObjectWriter {
 public:
  virtual ~ObjectWriter() = default;
  virtual stdx::Result<void> append(std::string_view bytes) = 0;
  virtual uint64_t size() const = 0;
  // Durable and visible on return, all or nothing.
  virtual stdx::Result<void> commit() = 0;
};

// Immutable objects by key; keys are relative paths of [A-Za-z0-9._=/-], no "..". Any thread. Errors: kNotFound,
// kAlreadyExists, kUnavailable (storage full or failing: retry), kInvalidArgument (bad key).
class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  virtual stdx::Result<std::unique_ptr<ObjectWriter>> create(const std::string& key) = 0;
  // Small objects in one step. With `only_if_absent`, exactly one of several concurrent callers succeeds; the others get
  // kAlreadyExists.
  virtual stdx::Result<void> put(const std::string& key, std::string_view bytes, bool only_if_absent) = 0;
  // Exactly `length` bytes from `offset`; a range beyond the end is kInvalidArgument.
  virtual stdx::Result<std::string> get(const std::string& key, uint64_t offset, uint64_t length) = 0;
  virtual stdx::Result<std::string> get_all(const std::string& key) = 0;
  virtual stdx::Result<ObjectInfo> stat(const std::string& key) = 0;
  // Keys that start with `prefix`, ascending; complete and consistent with every put that has returned.
  virtual stdx::Result<std::vector<ObjectInfo>> list(const std::string& prefix) = 0;
  // Removing what is not there succeeds. Readers that hold the object open may still read it.
  virtual stdx::Result<void> remove(const std::string& key) = 0;
};

}  // namespace clew::disk
