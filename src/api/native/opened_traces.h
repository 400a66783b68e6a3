// Trace files that a viewer opened: kept in memory for an hour, never stored, asked like stored ones.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "otlp/model.h"
#include "stdx/clock.h"
#include "stdx/error.h"
#include "table/catalog.h"

namespace clew::api_native {

// Any thread. The oldest goes when there are kOpenedMax.
class OpenedTraces {
 public:
  // Makes a catalog of an ExportTraceServiceRequest.
  using MakeCatalog = std::function<stdx::Result<std::shared_ptr<const table::Catalog>>(std::string otlp)>;

  OpenedTraces(MakeCatalog make, const stdx::Clock& clock) : make_(std::move(make)), clock_(clock) {}

  struct Opened {
    std::string token;
    int64_t expires_at_ns = 0;
    std::shared_ptr<const table::Catalog> catalog;
  };
  stdx::Result<Opened> open(const otlp::TracesData& data);
  // kNotFound for a token that is unknown or expired.
  stdx::Result<std::shared_ptr<const table::Catalog>> find(const std::string& token) const;

 private:
  void forget_expired(int64_t now_ns);

  const MakeCatalog make_;
  const stdx::Clock& clock_;
  mutable std::mutex mutex_;
  std::map<std::string, Opened> opened_;
};

// A file's traces, of whichever format it is: OTLP JSON (as /traces/{id} gives it, or one request a line as collectors write
// files) or Jaeger's JSON (as its UI downloads it). `format` becomes "otlp" or "jaeger". Guarded by trace_file_fuzz.
stdx::Result<otlp::TracesData> parse_trace_file(std::string_view text, std::string_view& format);

}  // namespace clew::api_native
