// The file of strategies, read again when it changes.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "receive/sampling/strategies.h"
#include "stdx/error.h"
#include "stdx/file_version.h"

namespace clew::receive_sampling {

// A file that turns bad is reported once for each change, and the last good one stays in force. Any thread may ask; one
// thread refreshes.
class StrategiesFile {
 public:
  // Told of each change: nullptr, or why the file cannot be used.
  using Report = std::function<void(const stdx::Error*)>;

  StrategiesFile(std::string path, Report report) : path_(std::move(path)), report_(std::move(report)) {}

  // The first time; an error names file and fault.
  stdx::Result<void> load();
  // Looks whether it has changed, and reads it if so.
  void refresh();

  std::shared_ptr<const Strategies> current() const;

 private:
  stdx::Result<Strategies> read() const;
  void set(Strategies strategies);

  const std::string path_;
  const Report report_;
  stdx::FileVersion seen_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Strategies> current_ = std::make_shared<const Strategies>();  // Shared with whoever reads it.
};

}  // namespace clew::receive_sampling
