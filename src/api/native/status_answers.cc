#include <algorithm>

#include "api/native/answers.h"

namespace clew::api_native {
namespace {

// table::Catalog names generations of the head so; everything else is a block.
bool is_live(const table::SpanSet& set) { return set.name().starts_with("head-"); }

}  // namespace

AnswerResult answer_status(const Question& question) {
  const NativeOptions& options = question.options;
  uint64_t span_count = 0;
  uint64_t block_count = 0;
  for (const auto& set : options.catalog->snapshot()) {
    span_count += set->span_count();
    if (!is_live(*set)) ++block_count;
  }
  Answer answer;
  wire::JsonWriter json(answer.body);
  json.begin_object();
  json.member("version", options.build.version);
  json.member("revision", options.build.revision);
  json.member("compiler", options.build.compiler);
  json.key("started_at_ns").int64_string(options.started_at_ns);
  json.key("now_ns").int64_string(options.clock->now_ns());
  json.member("span_count", span_count);
  json.member("block_count", block_count);
  json.member("queries_running", options.admission->running());
  json.member("queries_max", options.admission->limits().concurrent_max);
  json.end_object();
  return answer;
}

AnswerResult answer_blocks(const Question& question) {
  table::Catalog::Sets sets = question.options.catalog->snapshot();
  std::ranges::sort(sets, [](const auto& a, const auto& b) {
    return std::pair(a->start_min_ns(), a->name()) < std::pair(b->start_min_ns(), b->name());
  });
  Answer answer;
  wire::JsonWriter json(answer.body);
  json.begin_object().key("blocks").begin_array();
  for (const auto& set : sets) {
    json.begin_object();
    json.member("name", set->name());
    json.member("live", is_live(*set));
    json.member("span_count", set->span_count());
    if (question.options.block_bytes) {
      if (const auto bytes = question.options.block_bytes(set->name())) json.member("byte_count", *bytes);
    }
    if (set->span_count() > 0) {
      json.key("start_min_ns").int64_string(set->start_min_ns());
      json.key("start_max_ns").int64_string(set->start_max_ns());
    }
    json.end_object();
  }
  json.end_array().end_object();
  return answer;
}

AnswerResult answer_openapi(const Question&) { return Answer{.body = openapi_json()}; }

}  // namespace clew::api_native
