#include "ingest/span_decoder.h"

#include <gtest/gtest.h>

#include <random>

#include "otlp/traces_codec.h"
#include "otlp/traces_survey.h"
#include "table/span_fields.h"

namespace clew::ingest {
namespace {

using table::AttributeColumn;
using table::Scope;
using table::ValueType;

otlp::Span plain_span(uint64_t trace, otlp::SpanId id) {
  otlp::Span span;
  span.trace_id = {trace, trace + 1};
  span.span_id = id;
  span.name = "GET /cart";
  span.kind = otlp::SpanKind::kServer;
  span.start_time_unix_nano = 1'700'000'000'000'000'000;
  span.end_time_unix_nano = 1'700'000'000'000'001'000;
  return span;
}

otlp::TracesData request_of(std::vector<otlp::Span> spans, otlp::Attributes resource = {}) {
  otlp::TracesData data;
  auto& resource_spans = data.resource_spans.emplace_back();
  resource_spans.resource.attributes = std::move(resource);
  auto& scope_spans = resource_spans.scope_spans.emplace_back();
  scope_spans.scope.name = "test";
  scope_spans.spans = std::move(spans);
  return data;
}

const AttributeColumn* find_column(const table::SpanTable& table, Scope scope, std::string_view key, ValueType type) {
  for (size_t i = 0; i < table.attribute_column_count(); ++i) {
    const table::ColumnInfo& info = table.attribute_column(i).info();
    if (info.scope == scope && info.key == key && info.type == type) return &table.attribute_column(i);
  }
  return nullptr;
}

TEST(SpanDecoder, WritesCoreFieldsAndTypedAttributes) {
  otlp::Span span = plain_span(1, 2);
  span.parent_span_id = 9;
  span.status_code = otlp::StatusCode::kError;
  span.status_message = "no";
  span.attributes = {{"text", {std::string("a")}}, {"int", {int64_t{-5}}}, {"double", {1.5}}, {"bool", {true}},
                     {"none", {}}, {"list", {otlp::ArrayValue{{{int64_t{1}}, {std::string("x")}}}}}};
  table::SpanTable table;
  SpanDecoder decoder(table);
  const auto request = otlp::encode_traces(request_of({span}, {{"service.name", {std::string("cart")}}}));
  EXPECT_EQ(decoder.decode(request, {7, 8}).spans, 1u);

  ASSERT_EQ(table.published_row_count(), 1u);
  EXPECT_EQ(table.trace_index().id(0), span.trace_id);
  EXPECT_EQ(table.span_ids()[0], 2u);
  EXPECT_EQ(table.parent_span_ids()[0], 9u);
  EXPECT_EQ(table.starts()[0], 1'700'000'000'000'000'000);
  EXPECT_EQ(table.durations()[0], 1'000);
  EXPECT_EQ(table.name_dictionary().at(table.names()[0]), "GET /cart");
  EXPECT_EQ(table.kinds()[0], static_cast<uint8_t>(otlp::SpanKind::kServer));
  EXPECT_EQ(table.service_dictionary().at(table.resource_services()[0].load()), "cart");
  EXPECT_EQ(table.trace_first_offset(0), 7u);
  const auto text = [&](std::string_view key, ValueType type, Scope scope = Scope::kSpan) {
    const AttributeColumn* column = find_column(table, scope, key, type);
    return column == nullptr ? "absent" : std::string(column->dictionary().at(column->codes()[0]));
  };
  EXPECT_EQ(text("text", ValueType::kString), "a");
  EXPECT_EQ(text("none", ValueType::kJson), "null");
  EXPECT_EQ(text("list", ValueType::kJson), R"([1,"x"])");
  EXPECT_EQ(text("status_message", ValueType::kString, Scope::kSpanField), "no");
  EXPECT_EQ(find_column(table, Scope::kSpan, "int", ValueType::kInt64)->numbers()[0], static_cast<uint64_t>(-5));
  EXPECT_EQ(std::bit_cast<double>(find_column(table, Scope::kSpan, "double", ValueType::kDouble)->numbers()[0]), 1.5);
  EXPECT_EQ(find_column(table, Scope::kSpan, "bool", ValueType::kBool)->codes()[0], 1u);
}

TEST(SpanDecoder, DecodesAResourceOncePerTable) {
  table::SpanTable table;
  SpanDecoder decoder(table);
  const otlp::Attributes resource = {{"service.name", {std::string("cart")}}, {"host.name", {std::string("h1")}}};
  for (uint64_t i = 1; i <= 10; ++i) {
    decoder.decode(otlp::encode_traces(request_of({plain_span(i, i)}, resource)), {});
  }
  EXPECT_EQ(table.resource_services().size(), 1u);
  EXPECT_EQ(find_column(table, Scope::kResource, "host.name", ValueType::kString)->entry_count(), 1u);
}

TEST(SpanDecoder, RefusesBadSpansAndKeepsTheirNeighbours) {
  otlp::Span zero_trace = plain_span(1, 2);
  zero_trace.trace_id = {};
  otlp::Span zero_span = plain_span(1, 0);
  table::SpanTable table;
  SpanDecoder decoder(table);
  zero_trace.attributes = {{"only.here", {std::string("x")}}};
  const auto counts =
      decoder.decode(otlp::encode_traces(request_of({plain_span(1, 1), zero_trace, zero_span, plain_span(1, 4)})), {});
  EXPECT_EQ(counts.spans, 2u);
  EXPECT_EQ(counts.refused, 2u);
  EXPECT_EQ(find_column(table, Scope::kSpan, "only.here", ValueType::kString), nullptr);
}

TEST(SpanDecoder, RepairsAndCounts) {
  otlp::Span backwards = plain_span(1, 1);
  std::swap(backwards.start_time_unix_nano, backwards.end_time_unix_nano);
  otlp::Span twice = plain_span(1, 2);
  twice.attributes = {{"k", {std::string("first")}}, {"k", {std::string("second")}}};
  otlp::Span broken_text = plain_span(1, 3);
  broken_text.name = "caf\xc3";
  table::SpanTable table;
  SpanDecoder decoder(table);
  decoder.decode(otlp::encode_traces(request_of({backwards, twice, broken_text})), {});
  const RepairCounts repairs = decoder.repairs();
  EXPECT_EQ(repairs.end_before_start, 1u);
  EXPECT_EQ(table.durations()[0], 0);
  EXPECT_EQ(repairs.duplicate_attributes, 1u);
  const AttributeColumn* column = find_column(table, Scope::kSpan, "k", ValueType::kString);
  EXPECT_EQ(column->dictionary().at(column->codes()[0]), "first");
  EXPECT_EQ(repairs.invalid_utf8, 1u);
  EXPECT_EQ(table.name_dictionary().at(table.names()[2]), "caf\xef\xbf\xbd");
}

TEST(SpanDecoder, KeysBeyondTheColumnsOverflowIntoJson) {
  otlp::Span span = plain_span(1, 1);
  for (int i = 0; i < 1'500; ++i) span.attributes.push_back({"key-" + std::to_string(i), {int64_t{i}}});
  table::SpanTable table;
  SpanDecoder decoder(table);
  decoder.decode(otlp::encode_traces(request_of({span})), {});
  EXPECT_EQ(decoder.repairs().overflowed_attributes, 1'500 - table::kTableColumnsMax);
  const AttributeColumn* overflow =
      find_column(table, Scope::kSpanField, table::field::kAttributesOverflow, ValueType::kJson);
  ASSERT_NE(overflow, nullptr);
  const std::string_view json = overflow->dictionary().at(0);
  EXPECT_NE(json.find(R"("span.key-1499":1499)"), std::string_view::npos);
  EXPECT_EQ(json.find(R"("span.key-0":)"), std::string_view::npos);
}

TEST(SpanDecoder, ReplayFilterSkipsStoredSpans) {
  table::SpanTable table;
  SpanDecoder decoder(table);
  const SpanDecoder::ReplayFilter filter = [](otlp::TraceId id, uint64_t offset) { return id.hi == 2 && offset >= 5; };
  const auto request = otlp::encode_traces(request_of({plain_span(1, 1), plain_span(2, 2)}));
  EXPECT_EQ(decoder.decode(request, {4, 0}, &filter).spans, 0u);
  const auto counts = decoder.decode(request, {5, 0}, &filter);
  EXPECT_EQ(counts.spans, 1u);
  EXPECT_EQ(counts.skipped, 1u);
}

// The survey answers the client before anything is decoded: the decoder must refuse exactly what the survey refused.
TEST(SpanDecoder, RefusesExactlyWhatTheSurveyRefuses) {
  std::mt19937_64 random(5);
  otlp::Span span = plain_span(3, 4);
  span.attributes = {{"a", {std::string("b")}}, {"c", {int64_t{1}}}};
  span.events = {{1, "e", {{"k", {std::string("v")}}}, 0}};
  span.links = {{{1, 2}, 3, "", {}, 0, 0}};
  const std::string good = otlp::encode_traces(request_of({span, plain_span(3, 5)}, {{"r", {std::string("s")}}}));
  int surveyed = 0, refused = 0;
  for (int i = 0; i < 50'000; ++i) {
    std::string request = good;
    for (uint64_t changes = 1 + random() % 3; changes > 0; --changes) {
      request[random() % request.size()] = static_cast<char>(random());
    }
    const auto survey = otlp::survey_traces(request);
    if (!survey) continue;
    table::SpanTable table;
    SpanDecoder decoder(table);
    const DecodeCounts counts = decoder.decode(request, {});
    ASSERT_EQ(counts.refused, survey->refused_count);
    ASSERT_EQ(counts.spans + counts.refused, survey->span_count);
    ++surveyed;
    refused += survey->refused_count != 0;
  }
  EXPECT_GT(surveyed, 1'000);
  EXPECT_GT(refused, 1'000);
}

}  // namespace
}  // namespace clew::ingest
