// Attributes of OTLP messages in place, by key.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clew::receive_rum {

// Views into KeyValue messages, in their order; of a key that repeats the first counts. Malformed ones are left out. One thread.
// Guarded by otlp_sessions_fuzz.
class WireFields {
 public:
  struct Field {
    std::string_view key;
    std::string_view value;  // An AnyValue message.
  };

  void clear() { fields_.clear(); }
  void add(std::string_view key_value);
  void add_map(std::string_view any_value);  // The pairs of a value that is a map; nothing of any other.

  const std::vector<Field>& all() const { return fields_; }
  std::string_view text(std::string_view key) const;            // Empty if it is none.
  std::optional<double> number(std::string_view key) const;     // Of texts, too, that are numbers.
  std::optional<bool> boolean(std::string_view key) const;

 private:
  const Field* find(std::string_view key) const;

  std::vector<Field> fields_;
};

// An AnyValue: the text, number or boolean that it holds.
struct WireValue {
  std::optional<std::string_view> text;
  std::optional<int64_t> integer;
  std::optional<double> real;
  std::optional<bool> boolean;
};
WireValue read_wire_value(std::string_view any_value);

}  // namespace clew::receive_rum
