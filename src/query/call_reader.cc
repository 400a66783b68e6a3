#include "query/call_reader.h"

#include <string_view>
#include <variant>

#include "query/plan/field_columns.h"
#include "table/call_attributes.h"

namespace clew::query {

using query_execute::kNoValue;
using table::ConnectionType;

CallReader::CallReader(const table::Segment& segment, query_execute::TraceLookup& traces, query_execute::ValueTable& values)
    : values_(values) {
  for (const table::CallTypeAttribute& attribute : table::kCallTypeAttributes) {
    add(segment, traces, Role::kType, attribute.key, attribute.type);
  }
  for (const std::string_view key : table::kPeerAttributes) add(segment, traces, Role::kPeer, key, ConnectionType::kUnknown);
  for (const std::string_view key : table::kStatementAttributes) {
    add(segment, traces, Role::kStatement, key, ConnectionType::kUnknown);
  }
}

void CallReader::add(const table::Segment& segment, query_execute::TraceLookup& traces, Role role, std::string_view key,
                     ConnectionType type) {
  auto attribute = std::make_unique<Attribute>();
  attribute->role = role;
  attribute->type = type;
  attribute->names_system = type != ConnectionType::kHttp;
  attribute->field = {.scope = query_traceql::FieldScope::kSpan, .key = std::string(key)};
  const query_plan::FieldColumns columns = query_plan::columns_of(attribute->field, segment);
  if (columns.first.typed.empty() && columns.first.overflow.empty()) return;
  attribute->reader = std::make_unique<query_execute::FieldReader>(attribute->field, segment, traces, values_);
  attributes_.push_back(std::move(attribute));
}

void CallReader::read(query_execute::Batch& batch, const query_execute::Selection& selection, std::vector<Call>& calls) {
  selection.for_each([&](uint32_t row) { calls[row] = {}; });
  ids_.resize(batch.row_count());
  for (const auto& attribute : attributes_) {
    attribute->reader->read(batch, selection, ids_);
    selection.for_each([&](uint32_t row) {
      const uint32_t id = ids_[row];
      if (id == kNoValue) return;
      const auto* text = std::get_if<std::string>(&values_.at(id).value);
      if (text == nullptr) return;
      Call& call = calls[row];
      switch (attribute->role) {
        case Role::kType:
          call.type = table::call_type({{}, attribute->type}, *text);
          if (attribute->names_system) call.system = id;
          break;
        case Role::kPeer: call.peer = id; break;
        case Role::kStatement:
          if (call.statement == kNoValue) call.statement = id;
          break;
      }
    });
  }
}

std::optional<stdx::Error> CallReader::error() const {
  for (const auto& attribute : attributes_) {
    if (attribute->reader->error()) return attribute->reader->error();
  }
  return std::nullopt;
}

}  // namespace clew::query
