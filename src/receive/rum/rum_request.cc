#include "receive/rum/rum_request.h"

#include "otlp/trace_fields.h"
#include "receive/rum/event_fields.h"

namespace clew::receive_rum {

namespace field = otlp::field;

void RumRequest::open_resource() {
  is_open_ = true;
  resource_rows_ = out_.open(field::kTracesResourceSpans);
  resource_ = out_.open(field::kResourceSpansResource);
}

void RumRequest::open_scope() {
  out_.close(resource_);
  scope_rows_ = out_.open(field::kResourceSpansScopeSpans);
  const size_t scope = out_.open(field::kScopeSpansScope);
  out_.add_bytes(field::kScopeName, kRumScope);
  out_.close(scope);
}

void RumRequest::end_resource() {
  if (!is_open_) return;
  is_open_ = false;
  out_.close(scope_rows_);
  out_.close(resource_rows_);
}

size_t RumRequest::begin_row() {
  ++row_count_;
  return out_.open(field::kScopeSpansSpans);
}

std::string RumRequest::finish() {
  end_resource();
  return row_count_ == 0 ? std::string() : std::move(text_);
}

}  // namespace clew::receive_rum
