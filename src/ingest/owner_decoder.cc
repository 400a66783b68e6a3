#include "ingest/owner_decoder.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "otlp/message_reader.h"
#include "otlp/trace_fields.h"
#include "table/span_fields.h"

namespace clew::ingest {
namespace {

using otlp::MessageReader;
using otlp::wire_tag;
using table::Scope;
using table::ValueType;
namespace field = otlp::field;

constexpr otlp::WireType kVarint = otlp::WireType::kVarint;
constexpr otlp::WireType kLength = otlp::WireType::kLength;

// Two messages that belong together, by content.
std::pair<uint64_t, uint64_t> hash_of(std::string_view message, std::string_view schema_url) {
  const XXH128_hash_t hash = XXH3_128bits_withSeed(
      message.data(), message.size(), schema_url.empty() ? 0 : XXH3_64bits(schema_url.data(), schema_url.size()));
  return {hash.high64, hash.low64};
}

}  // namespace

OwnerDecoder::OwnerDecoder(table::RowTable& table, RepairCounts& repairs)
    : table_(table),
      repairs_(repairs),
      resource_attributes_(table, Scope::kResource, repairs),
      scope_attributes_(table, Scope::kInstrumentation, repairs) {}

uint32_t OwnerDecoder::resource_ordinal(std::string_view message, std::string_view schema_url) {
  const BytesHash hash = hash_of(message, schema_url);
  if (auto found = resources_.find(hash); found != resources_.end()) return found->second;
  const uint32_t ordinal = add_resource(message, schema_url);
  resources_.emplace(hash, ordinal);
  return ordinal;
}

uint32_t OwnerDecoder::add_resource(std::string_view message, std::string_view schema_url) {
  const uint32_t ordinal = table_.add_resource();
  uint64_t dropped = 0;
  bool has_service_name = false;
  resource_attributes_.begin(ordinal);
  MessageReader fields(message);
  while (fields.next()) {
    if (fields.tag() == wire_tag(field::kResourceDroppedAttributesCount, kVarint)) dropped = fields.as_uint32();
    if (fields.tag() != wire_tag(field::kResourceAttributes, kLength)) continue;
    const std::optional<std::string_view> service_name = string_attribute(fields.bytes(), "service.name");
    if (service_name && !has_service_name) {
      table_.set_service_name(ordinal, *service_name);
      has_service_name = true;
    } else {
      resource_attributes_.add(fields.bytes());
    }
  }
  if (!fields.ok()) ++repairs_.malformed_attributes;
  resource_attributes_.finish();
  set_text(Scope::kResourceField, table::field::kResourceSchemaUrl, ordinal, schema_url);
  set_count(Scope::kResourceField, table::field::kResourceDroppedAttributesCount, ordinal, dropped);
  return ordinal;
}

uint32_t OwnerDecoder::instrumentation_ordinal(std::string_view message, std::string_view schema_url) {
  const BytesHash hash = hash_of(message, schema_url);
  if (auto found = instrumentations_.find(hash); found != instrumentations_.end()) return found->second;
  const uint32_t ordinal = add_instrumentation(message, schema_url);
  instrumentations_.emplace(hash, ordinal);
  return ordinal;
}

uint32_t OwnerDecoder::add_instrumentation(std::string_view message, std::string_view schema_url) {
  std::string_view name, version;
  uint64_t dropped = 0;
  MessageReader fields(message);
  while (fields.next()) {
    if (fields.tag() == wire_tag(field::kScopeName, kLength)) name = fields.bytes();
    if (fields.tag() == wire_tag(field::kScopeVersion, kLength)) version = fields.bytes();
    if (fields.tag() == wire_tag(field::kScopeDroppedAttributesCount, kVarint)) dropped = fields.as_uint32();
  }
  if (!fields.ok()) ++repairs_.malformed_attributes;
  const uint32_t ordinal = table_.add_instrumentation(name, version);
  scope_attributes_.begin(ordinal);
  MessageReader again(message);
  while (again.next()) {
    if (again.tag() == wire_tag(field::kScopeAttributes, kLength)) scope_attributes_.add(again.bytes());
  }
  scope_attributes_.finish();
  set_text(Scope::kInstrumentationField, table::field::kScopeSchemaUrl, ordinal, schema_url);
  set_count(Scope::kInstrumentationField, table::field::kScopeDroppedAttributesCount, ordinal, dropped);
  return ordinal;
}

void OwnerDecoder::set_text(Scope scope, std::string_view name, uint32_t owner, std::string_view text) {
  if (!text.empty()) table_.attribute(scope, name, ValueType::kString)->append_text(owner, text);
}

void OwnerDecoder::set_count(Scope scope, std::string_view name, uint32_t owner, uint64_t count) {
  if (count != 0) table_.attribute(scope, name, ValueType::kInt64)->append_int(owner, static_cast<int64_t>(count));
}

}  // namespace clew::ingest
