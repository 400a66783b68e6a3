#include "receive/zipkin/zipkin_v1_span.h"

#include "receive/zipkin/zipkin_limits.h"

namespace clew::receive_zipkin {

namespace {

using otlp::SpanKind;

void set_times(ZipkinSpan& half, const V1Span& source, const V1Annotation& begin, const V1Annotation* end) {
  if (source.timestamp_us != 0 && source.duration_us != 0) {
    half.timestamp_us = source.timestamp_us;
    half.duration_us = source.duration_us;
    return;
  }
  half.timestamp_us = begin.timestamp_us;
  if (end != nullptr && end->timestamp_us > begin.timestamp_us) half.duration_us = end->timestamp_us - begin.timestamp_us;
}

bool is_true(const TagValue& value) {
  switch (value.type) {
    case TagValue::Type::kBool: return value.integer != 0;
    case TagValue::Type::kString: return value.text == "true" || value.text == "1" || value.text == "\x01";
    case TagValue::Type::kBytes: return value.text == "\x01";
    default: return false;
  }
}

}  // namespace

// The first of each core annotation; nullptr where there is none.
struct V1Splitter::Core {
  const V1Annotation* cs = nullptr;
  const V1Annotation* cr = nullptr;
  const V1Annotation* sr = nullptr;
  const V1Annotation* ss = nullptr;
  const V1Annotation* ms = nullptr;
  const V1Annotation* mr = nullptr;
  const V1Annotation* ws = nullptr;
  const V1Annotation* wr = nullptr;
  const Endpoint* ca = nullptr;
  const Endpoint* sa = nullptr;
  const Endpoint* ma = nullptr;

  const V1Annotation** slot(std::string_view value) {
    if (value.size() != 2) return nullptr;
    switch (value[0] << 8 | value[1]) {
      case 'c' << 8 | 's': return &cs;
      case 'c' << 8 | 'r': return &cr;
      case 's' << 8 | 'r': return &sr;
      case 's' << 8 | 's': return &ss;
      case 'm' << 8 | 's': return &ms;
      case 'm' << 8 | 'r': return &mr;
      case 'w' << 8 | 's': return &ws;
      case 'w' << 8 | 'r': return &wr;
      default: return nullptr;
    }
  }
  const Endpoint** address_slot(std::string_view key) {
    return key == "ca" ? &ca : key == "sa" ? &sa : key == "ma" ? &ma : nullptr;
  }
  SpanKind kind_of(const V1Annotation* annotation) const {
    if (annotation == cs || annotation == cr) return SpanKind::kClient;
    if (annotation == sr || annotation == ss) return SpanKind::kServer;
    if (annotation == ms || annotation == ws) return SpanKind::kProducer;
    return SpanKind::kConsumer;
  }
};

void V1Span::clear() {
  ids = {};
  name = {};
  timestamp_us = duration_us = 0;
  debug = false;
  annotations.clear();
  binary_annotations.clear();
}

ZipkinSpan& V1Splitter::start_half(const V1Span& source, const Endpoint& endpoint) {
  if (half_count_ == halves_.size()) halves_.emplace_back();
  ZipkinSpan& half = halves_[half_count_++];
  half.clear();
  half.ids = source.ids;
  half.name = source.name;
  half.debug = source.debug;
  half.local = endpoint;
  return half;
}

ZipkinSpan& V1Splitter::half_for(const V1Span& source, const Endpoint& endpoint) {
  if (half_count_ == 0) return start_half(source, endpoint);
  if (endpoint.empty()) return halves_.front();
  for (size_t index = 0; index < half_count_; ++index) {
    ZipkinSpan& half = halves_[index];
    if (half.local.empty()) half.local = endpoint;
    if (same_service(half.local, endpoint)) return half;
  }
  return half_count_ < kHalvesMax ? start_half(source, endpoint) : halves_.front();
}

void V1Splitter::take_annotations(const V1Span& source, Core& core) {
  for (const V1Annotation& annotation : source.annotations) {
    ZipkinSpan& half = half_for(source, annotation.endpoint);
    const V1Annotation** slot = core.slot(annotation.value);
    if (slot == nullptr || *slot != nullptr) {
      half.annotations.push_back({annotation.timestamp_us, annotation.value});
      continue;
    }
    *slot = &annotation;
    // A service that calls itself has both kinds; its halves part when the times are known.
    if (half.kind == SpanKind::kUnspecified) half.kind = core.kind_of(&annotation);
  }
}

void V1Splitter::take_binary_annotations(const V1Span& source, Core& core) {
  for (const V1BinaryAnnotation& annotation : source.binary_annotations) {
    const Endpoint** address = core.address_slot(annotation.key);
    if (address != nullptr && !annotation.endpoint.empty() && is_true(annotation.value)) {
      *address = &annotation.endpoint;
      continue;
    }
    ZipkinSpan& half = half_for(source, annotation.endpoint);
    // "lc" without a name only says where a local span ran.
    const bool is_bare_local = annotation.key == "lc" && annotation.value.type == TagValue::Type::kString &&
                               annotation.value.text.empty();
    if (!is_bare_local) half.tags.push_back({annotation.key, annotation.value});
  }
}

// The half of `second`, which is made if both annotations are of one service.
ZipkinSpan& V1Splitter::other_half(const V1Span& source, const V1Annotation& first, const V1Annotation& second,
                                   SpanKind first_kind, SpanKind second_kind) {
  const bool is_loopback = &half_for(source, first.endpoint) == &half_for(source, second.endpoint);
  half_for(source, first.endpoint).kind = first_kind;
  ZipkinSpan& other = is_loopback ? start_half(source, second.endpoint) : half_for(source, second.endpoint);
  other.kind = second_kind;
  return other;
}

void V1Splitter::time_call(const V1Span& source, const Core& core) {
  if (core.cs != nullptr && core.sr != nullptr) {
    ZipkinSpan& server = other_half(source, *core.cs, *core.sr, SpanKind::kClient, SpanKind::kServer);
    server.shared = true;
    server.timestamp_us = core.sr->timestamp_us;
    if (core.ss != nullptr && core.ss->timestamp_us > core.sr->timestamp_us) {
      server.duration_us = core.ss->timestamp_us - core.sr->timestamp_us;
    }
    // The span's own times are the client's.
    ZipkinSpan& client = half_for(source, core.cs->endpoint);
    set_times(client, source, *core.cs, core.cr);
    if (core.cr == nullptr && source.duration_us == 0) client.duration_us = 0;
  } else if (core.cs != nullptr && core.cr != nullptr) {
    set_times(half_for(source, core.cs->endpoint), source, *core.cs, core.cr);
  } else if (core.sr != nullptr && core.ss != nullptr) {
    set_times(half_for(source, core.sr->endpoint), source, *core.sr, core.ss);
  } else {
    time_incomplete(source, core);
  }
  // Version 1 has no flag: a server that leaves the times out says that its client has them.
  if (core.cs == nullptr && core.sr != nullptr &&
      (source.timestamp_us == 0 || (core.ss != nullptr && source.duration_us == 0))) {
    half_for(source, core.sr->endpoint).shared = true;
  }
}

void V1Splitter::keep_as_annotation(const V1Span& source, const V1Annotation& annotation) {
  half_for(source, annotation.endpoint).annotations.push_back({annotation.timestamp_us, annotation.value});
}

void V1Splitter::time_incomplete(const V1Span& source, const Core& core) {
  for (const V1Annotation* begin : {core.cs, core.sr}) {
    if (begin != nullptr) half_for(source, begin->endpoint).timestamp_us = begin->timestamp_us;
  }
  // An end without its begin is all that is known of the time.
  for (const V1Annotation* end : {core.cr, core.ss}) {
    if (end != nullptr) keep_as_annotation(source, *end);
  }
  ZipkinSpan& first = half_for(source, {});
  if (source.timestamp_us != 0) {
    first.timestamp_us = source.timestamp_us;
    first.duration_us = source.duration_us;
  }
}

void V1Splitter::time_message(const V1Span& source, const Core& core) {
  if (core.ms != nullptr && core.mr != nullptr) {
    ZipkinSpan& consumer = other_half(source, *core.ms, *core.mr, SpanKind::kProducer, SpanKind::kConsumer);
    consumer.shared = true;
    const V1Annotation& begin = core.wr != nullptr ? *core.wr : *core.mr;
    consumer.timestamp_us = begin.timestamp_us;
    if (core.mr->timestamp_us > begin.timestamp_us) consumer.duration_us = core.mr->timestamp_us - begin.timestamp_us;
    ZipkinSpan& producer = half_for(source, core.ms->endpoint);
    producer.timestamp_us = core.ms->timestamp_us;
    if (core.ws != nullptr && core.ws->timestamp_us > core.ms->timestamp_us) {
      producer.duration_us = core.ws->timestamp_us - core.ms->timestamp_us;
    }
  } else if (core.ms != nullptr) {
    set_times(half_for(source, core.ms->endpoint), source, *core.ms, core.ws);
  } else if (core.mr != nullptr) {
    const V1Annotation& begin = core.wr != nullptr ? *core.wr : *core.mr;
    set_times(half_for(source, core.mr->endpoint), source, begin, core.mr);
  }
}

void V1Splitter::set_remotes(const V1Span& source, const Core& core) {
  const auto set = [&](const V1Annotation* side, SpanKind kind, const Endpoint* remote) {
    if (side == nullptr || remote == nullptr || same_service(side->endpoint, *remote)) return;
    for (size_t index = 0; index < half_count_; ++index) {
      if (halves_[index].kind == kind) halves_[index].remote = *remote;
    }
  };
  set(core.cs != nullptr ? core.cs : core.cr, SpanKind::kClient, core.sa);
  set(core.sr != nullptr ? core.sr : core.ss, SpanKind::kServer, core.ca);
  set(core.ms, SpanKind::kProducer, core.ma);
  set(core.mr, SpanKind::kConsumer, core.ma);
  const bool has_core = core.cs || core.cr || core.sr || core.ss || core.ms || core.mr;
  const Endpoint* only = core.sa != nullptr ? core.sa : core.ca != nullptr ? core.ca : core.ma;
  if (!has_core && only != nullptr) half_for(source, {}).remote = *only;
}

std::span<const ZipkinSpan> V1Splitter::split(const V1Span& span) {
  half_count_ = 0;
  halves_.reserve(kHalvesMax + 2);  // References to halves stay good while further ones start.
  Core core;
  take_annotations(span, core);
  take_binary_annotations(span, core);
  if (half_count_ == 0) start_half(span, {});
  if (core.ms != nullptr || core.mr != nullptr) {
    time_message(span, core);
  } else {
    time_call(span, core);
  }
  // What was sent without having been handed over, or the other way round, says nothing but its time.
  if (core.ms == nullptr && core.ws != nullptr) keep_as_annotation(span, *core.ws);
  if (core.mr == nullptr && core.wr != nullptr) keep_as_annotation(span, *core.wr);
  set_remotes(span, core);
  return {halves_.data(), half_count_};
}

}  // namespace clew::receive_zipkin
