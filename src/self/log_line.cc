#include "self/log_line.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <mutex>

#include "self/json_text.h"
#include "self/metrics.h"
#include "self/repeat_limiter.h"

namespace clew::self {
namespace {

constexpr std::string_view kLevelNames[] = {"debug", "info", "warn", "error"};
constexpr std::string_view kLevelLabels[] = {"DEBUG", "INFO ", "WARN ", "ERROR"};
constexpr std::string_view kFormatNames[] = {"text", "json"};

template <class T, size_t kCount>
std::optional<T> parse_name(const std::string_view (&names)[kCount], std::string_view name) {
  for (size_t i = 0; i < kCount; ++i) {
    if (names[i] == name) return static_cast<T>(i);
  }
  return std::nullopt;
}

// Hands lines to a function; spdlog's own callback sink is newer than Debian 12's spdlog.
class FunctionSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit FunctionSink(std::function<void(std::string_view)> function) : function_(std::move(function)) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    function_({message.payload.data(), message.payload.size()});
  }
  void flush_() override {}

 private:
  std::function<void(std::string_view)> function_;
};

spdlog::sink_ptr standard_error() {
  auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  sink->set_pattern("%v");
  return sink;
}

// One for the process, like standard error itself.
struct LogState {
  std::atomic<LogLevel> level{LogLevel::kInfo};
  std::atomic<LogFormat> format{LogFormat::kText};
  std::mutex mutex;
  RepeatLimiter limiter;                                     // Guarded by mutex.
  spdlog::sink_ptr sink = standard_error();                  // Guarded by mutex.
};

LogState& log_state() {
  static LogState* const state = new LogState();  // Never destroyed: threads that outlive main may still log.
  return *state;
}

bool needs_quotes(std::string_view text) {
  if (text.empty()) return true;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '=' || c == '\\') return true;
  }
  return false;
}

void append_field(LogFormat format, const LogField& field, std::string& line) {
  const bool json = format == LogFormat::kJson;
  if (json) {
    line += ',';
    append_json_text(field.key, line);
    line += ':';
  } else {
    line += ' ';
    line += field.key;
    line += '=';
  }
  std::visit(
      [&](auto value) {
        using T = decltype(value);
        if constexpr (std::is_same_v<T, std::string_view>) {
          if (json || needs_quotes(value)) {
            append_json_text(value, line);
          } else {
            line += value;
          }
        } else if constexpr (std::is_same_v<T, double>) {
          line += json && !std::isfinite(value) ? "null" : fmt::format("{}", value);
        } else {
          line += fmt::format("{}", value);
        }
      },
      field.value);
}

std::string timestamp(int64_t unix_ms) {
  const std::chrono::sys_time<std::chrono::seconds> seconds{std::chrono::seconds(unix_ms / 1000)};
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)),
                     unix_ms % 1000);
}

}  // namespace

std::optional<LogLevel> parse_log_level(std::string_view name) { return parse_name<LogLevel>(kLevelNames, name); }
std::optional<LogFormat> parse_log_format(std::string_view name) { return parse_name<LogFormat>(kFormatNames, name); }

std::string format_log_line(LogFormat format, int64_t unix_ms, LogLevel level, std::string_view message,
                            std::initializer_list<LogField> fields, uint64_t suppressed_count) {
  std::string line;
  if (format == LogFormat::kJson) {
    line = fmt::format(R"({{"time":"{}","level":"{}","message":)", timestamp(unix_ms),
                       kLevelNames[static_cast<size_t>(level)]);
    append_json_text(message, line);
  } else {
    line = fmt::format("{} {} {}", timestamp(unix_ms), kLevelLabels[static_cast<size_t>(level)], message);
  }
  for (const LogField& field : fields) append_field(format, field, line);
  if (suppressed_count != 0) append_field(format, {"suppressed", suppressed_count}, line);
  if (format == LogFormat::kJson) line += '}';
  return line;
}

bool log_enabled(LogLevel level) { return level >= log_state().level.load(std::memory_order_relaxed); }

void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  if (!log_enabled(level)) return;
  try {
    LogState& state = log_state();
    const int64_t now_ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
            .count();
    const std::lock_guard lock(state.mutex);
    const RepeatLimiter::Verdict verdict = state.limiter.see(message, now_ms);
    if (!verdict.print) {
      static const Counter suppressed = process_metrics().counter(metric::kLogLinesSuppressed);
      suppressed.add();
      return;
    }
    const std::string line =
        format_log_line(state.format.load(), now_ms, level, message, fields, verdict.suppressed_count);
    state.sink->log(spdlog::details::log_msg("clew", spdlog::level::info, line));
    state.sink->flush();
  } catch (...) {
    // A log that cannot be written must not end what it tells about.
  }
}

void configure_log(LogLevel level, LogFormat format) {
  log_state().level = level;
  log_state().format = format;
}

void redirect_log(std::function<void(std::string_view)> sink) {
  LogState& state = log_state();
  const std::lock_guard lock(state.mutex);
  state.limiter = {};
  state.sink = sink ? std::make_shared<FunctionSink>(std::move(sink)) : standard_error();
}

}  // namespace clew::self
