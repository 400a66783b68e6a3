// Builds the OTLP requests that everything of a browser becomes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "otlp/message_writer.h"

namespace clew::receive_rum {

// An ExportLogsServiceRequest or ExportTraceServiceRequest, whose envelopes have the same numbers: resources one after the
// other, each with one scope, clew.rum. Rows are LogRecord or Span messages. One thread.
class RumRequest {
 public:
  RumRequest() : out_(text_) {}
  RumRequest(const RumRequest&) = delete;
  RumRequest& operator=(const RumRequest&) = delete;

  // `write` adds attributes (field::kResourceAttributes) to the resource.
  template <class Write>
  void begin_resource(Write write) {
    end_resource();
    open_resource();
    write(out_);
    open_scope();
  }

  // Between these, what is added to out() or append_encoded() is the row's.
  size_t begin_row();
  void end_row(size_t row) { out_.close(row); }
  otlp::MessageWriter& out() { return out_; }
  void append_encoded(std::string_view fields) { text_ += fields; }

  uint32_t row_count() const { return row_count_; }
  size_t size() const { return text_.size(); }
  // The request; empty if it has no row. Ends the building.
  std::string finish();

 private:
  void open_resource();
  void open_scope();
  void end_resource();

  std::string text_;
  otlp::MessageWriter out_;
  bool is_open_ = false;
  size_t resource_rows_ = 0, resource_ = 0, scope_rows_ = 0;
  uint32_t row_count_ = 0;
};

}  // namespace clew::receive_rum
