// Clew's own log: one structured line an event, to standard error.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

namespace clew::self {

enum class LogLevel : uint8_t { kDebug, kInfo, kWarn, kError };
enum class LogFormat : uint8_t { kText, kJson };

std::optional<LogLevel> parse_log_level(std::string_view name);    // debug, info, warn, error
std::optional<LogFormat> parse_log_format(std::string_view name);  // text, json

// A key and its value; the text a field refers to must live until log() returns.
struct LogField {
  std::string_view key;
  std::variant<std::string_view, int64_t, uint64_t, double, bool> value;

  LogField(std::string_view name, std::string_view text) : key(name), value(text) {}
  LogField(std::string_view name, const char* text) : key(name), value(std::string_view(text)) {}
  LogField(std::string_view name, const std::string& text) : key(name), value(std::string_view(text)) {}
  LogField(std::string_view name, bool truth) : key(name), value(truth) {}
  template <class T>
    requires std::is_arithmetic_v<T>
  LogField(std::string_view name, T number) : key(name) {
    if constexpr (std::is_floating_point_v<T>) {
      value = static_cast<double>(number);
    } else if constexpr (std::is_signed_v<T>) {
      value = static_cast<int64_t>(number);
    } else {
      value = static_cast<uint64_t>(number);
    }
  }
};

// Writes a line if `level` is on. `message` is a fixed text in plain English; what varies goes into fields, because lines
// are counted as repeated by their message: beyond kRepeatsMax in kRepeatWindow a message is held back, and the next one
// that passes says how many were. Any thread may call; a call that writes takes a lock and a system call, so never log
// per span. Never throws.
void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});
inline void log_debug(std::string_view message, std::initializer_list<LogField> fields = {}) {
  log(LogLevel::kDebug, message, fields);
}
inline void log_info(std::string_view message, std::initializer_list<LogField> fields = {}) {
  log(LogLevel::kInfo, message, fields);
}
inline void log_warn(std::string_view message, std::initializer_list<LogField> fields = {}) {
  log(LogLevel::kWarn, message, fields);
}
inline void log_error(std::string_view message, std::initializer_list<LogField> fields = {}) {
  log(LogLevel::kError, message, fields);
}
bool log_enabled(LogLevel level);

void configure_log(LogLevel level, LogFormat format);

// Sends lines (without newline) elsewhere, for tests; an empty function goes back to standard error.
void redirect_log(std::function<void(std::string_view)> sink);

// The line itself: pure, so that its form can be tested.
std::string format_log_line(LogFormat format, int64_t unix_ms, LogLevel level, std::string_view message,
                            std::initializer_list<LogField> fields, uint64_t suppressed_count = 0);

}  // namespace clew::self
