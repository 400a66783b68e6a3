// Fields of shapes in few words, for the tables that are made of them.
#pragma once

#include "api/native/endpoint.h"

namespace clew::api_native {

inline Field one(std::string_view name, std::string_view object, std::string_view description) {
  return {.name = name, .type = FieldType::kObject, .description = description, .object = object};
}
inline Field list_of(std::string_view name, std::string_view object, std::string_view description) {
  return {.name = name, .type = FieldType::kObject, .description = description, .list = true, .object = object};
}
inline Field list(std::string_view name, FieldType type, std::string_view description) {
  return {.name = name, .type = type, .description = description, .list = true};
}
inline Field nullable(Field field) {
  field.nullable = true;
  return field;
}
inline Field or_null(std::string_view name, FieldType type, std::string_view description) {
  return nullable({.name = name, .type = type, .description = description});
}
inline Field maybe(Field field) {
  field.optional = true;
  return field;
}
inline Field maybe(std::string_view name, FieldType type, std::string_view description) {
  return maybe({.name = name, .type = type, .description = description});
}

}  // namespace clew::api_native
