// Jaeger's spans and processes as one OTLP request.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "otlp/message_writer.h"
#include "receive/jaeger/jaeger_model.h"

namespace clew::receive_jaeger {

// Several batches may follow each other in one request: begin_process(), add_span() …, end_process(). A batch that turns out
// to be malformed is taken back with rollback(). What becomes of each tag, log and reference is in README.md; the
// conventions are OpenTelemetry's for Jaeger and for OpenTracing. Pure; one thread; keeps no view beyond the call.
class OtlpWriter {
 public:
  void begin_process(const Process& process);
  void add_span(const Span& span);
  void end_process();

  // Another encoded request, between two batches: requests put end to end are one.
  void append(std::string_view request) { out_ += request; }

  // Where the request ends between two batches, and going back there.
  size_t size() const { return out_.size(); }
  void rollback(size_t size);

  bool empty() const { return out_.empty(); }
  // The request so far, between two batches; the writer begins the next.
  std::string take();

 private:
  struct Facts;

  void open_scope(std::string_view name, std::string_view version);
  void close_scope();
  void write_span(const Span& span, const Facts& facts);
  void write_references(const Span& span);
  void write_events(const Span& span);
  void write_status(const Facts& facts);

  std::string out_;
  otlp::MessageWriter message_{out_};
  size_t process_begin_ = 0;
  bool process_is_open_ = false;
  size_t scope_begin_ = 0;
  bool scope_is_open_ = false;
  std::string scope_name_;
  std::string scope_version_;
};

}  // namespace clew::receive_jaeger
