// JSON text written front to back into a string: for every answer of every API room.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace clew::wire {

// Appends JSON to a string that the caller owns and keeps alive. Commas and colons come by themselves; that calls nest
// properly is the caller's duty (asserted). No indentation, no DOM, no reading (that is simdjson's). One thread.
//
//   JsonWriter json(body);
//   json.begin_object();
//   json.member("traceID", id);
//   json.key("spans").begin_array() … json.end_array();
//   json.end_object();
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }

  JsonWriter& key(std::string_view name);

  // Quoted and escaped; each invalid UTF-8 sequence becomes U+FFFD.
  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
  JsonWriter& value(bool flag) { return raw(flag ? "true" : "false"); }
  template <std::signed_integral T>
  JsonWriter& value(T number) {
    return signed_number(number);
  }
  template <std::unsigned_integral T>
    requires(!std::same_as<T, bool>)
  JsonWriter& value(T number) {
    return unsigned_number(number);
  }
  // The shortest text that reads back as the same double ("1", "0.1", "1e+300"); NaN and infinities, which JSON lacks, are
  // null. Who must keep them apart writes them as strings.
  JsonWriter& value(double number);
  JsonWriter& null() { return raw("null"); }

  // A 64-bit integer as a JSON string, because JavaScript's numbers hold only 53 bits of it.
  JsonWriter& int64_string(int64_t number);
  JsonWriter& uint64_string(uint64_t number);

  // One value that is JSON already; nobody checks it.
  JsonWriter& raw(std::string_view json);

  template <class T>
  JsonWriter& member(std::string_view name, const T& content) {
    return key(name).value(content);
  }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  JsonWriter& signed_number(int64_t number);
  JsonWriter& unsigned_number(uint64_t number);
  void separate() {
    if (comma_) out_.push_back(',');
    comma_ = true;
  }

  std::string& out_;
  int depth_ = 0;
  bool comma_ = false;  // A value stands before, so the next one needs a comma.
};

// Appends `text` as a JSON string with its quotes, by the rules of JsonWriter::value().
void append_json_string(std::string_view text, std::string& out);
// Appends `text` with every maximal invalid part replaced by U+FFFD (Unicode 15, section 3.9), nothing escaped.
void append_valid_utf8(std::string_view text, std::string& out);

}  // namespace clew::wire
