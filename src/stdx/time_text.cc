#include "stdx/time_text.h"

#include <charconv>
#include <chrono>
#include <cstddef>

#include <fmt/format.h>

namespace clew::stdx {
namespace {

struct Unit {
  std::string_view name;
  int64_t ns;
};
// Longer names first where one begins another.
constexpr Unit kUnits[] = {
    {"ns", 1},
    {"us", 1'000},
    {"\u00b5s", 1'000},
    {"\u03bcs", 1'000},
    {"ms", 1'000'000},
    {"s", 1'000'000'000},
    {"m", 60'000'000'000},
    {"h", 3'600'000'000'000},
    {"d", 86'400'000'000'000},
    {"w", 604'800'000'000'000},
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

const Unit* take_unit(std::string_view& text) {
  for (const Unit& unit : kUnits) {
    if (text.starts_with(unit.name)) {
      text.remove_prefix(unit.name.size());
      return &unit;
    }
  }
  return nullptr;
}

// One "<number><unit>" from the front of `text`, in ns.
std::optional<int64_t> take_part(std::string_view& text) {
  int64_t whole = 0;
  size_t digits = 0;
  for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1), ++digits) {
    if (__builtin_mul_overflow(whole, 10, &whole) || __builtin_add_overflow(whole, text.front() - '0', &whole)) {
      return std::nullopt;
    }
  }
  double fraction = 0;
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    double place = 0.1;
    for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1), ++digits) {
      fraction += (text.front() - '0') * place;
      place /= 10;
    }
  }
  if (digits == 0) return std::nullopt;
  const Unit* unit = take_unit(text);
  if (unit == nullptr || __builtin_mul_overflow(whole, unit->ns, &whole)) return std::nullopt;
  // A hair more, so that 0.1 s is 100 000 000 ns although 0.1 has no exact double.
  const auto rest = static_cast<int64_t>(fraction * static_cast<double>(unit->ns) + 1e-6);
  if (__builtin_add_overflow(whole, rest, &whole)) return std::nullopt;
  return whole;
}

// A decimal without trailing zeros: (1500000000, 1000000000) → "1.5".
std::string decimal(int64_t value, int64_t unit) {
  std::string text = fmt::format("{}", value / unit);
  int64_t rest = value % unit;
  if (rest == 0) return text;
  text.push_back('.');
  while (rest != 0) {
    unit /= 10;
    text.push_back(static_cast<char>('0' + rest / unit));
    rest %= unit;
  }
  return text;
}

// Exactly `count` digits from the front.
std::optional<int> take_digits(std::string_view& text, size_t count) {
  if (text.size() < count) return std::nullopt;
  int value = 0;
  for (size_t i = 0; i < count; ++i) {
    if (!is_digit(text[i])) return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, char upper) {
  const char lower = upper >= 'A' && upper <= 'Z' ? static_cast<char>(upper + ('a' - 'A')) : upper;
  if (text.empty() || (text.front() != upper && text.front() != lower)) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<int64_t> take_fraction_ns(std::string_view& text) {
  if (!take(text, '.')) return 0;
  int64_t ns = 0;
  int64_t place = 100'000'000;
  size_t digits = 0;
  for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1), ++digits) {
    ns += (text.front() - '0') * place;
    place /= 10;
  }
  if (digits == 0) return std::nullopt;
  return ns;
}

std::optional<int> take_offset_minutes(std::string_view& text) {
  if (take(text, 'Z')) return 0;
  const bool east = take(text, '+');
  if (!east && !take(text, '-')) return std::nullopt;
  const auto hours = take_digits(text, 2);
  if (!hours || !take(text, ':')) return std::nullopt;
  const auto minutes = take_digits(text, 2);
  if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const int offset = *hours * 60 + *minutes;
  return east ? offset : -offset;
}

}  // namespace

std::optional<int64_t> parse_duration_ns(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text == "0") return 0;
  if (text.empty()) return std::nullopt;
  int64_t total = 0;
  while (!text.empty()) {
    const auto part = take_part(text);
    if (!part || __builtin_add_overflow(total, *part, &total)) return std::nullopt;
  }
  return negative ? -total : total;
}

std::string go_duration_text(int64_t duration_ns) {
  if (duration_ns == 0) return "0s";
  if (duration_ns == INT64_MIN) return "-2562047h47m16.854775808s";
  if (duration_ns < 0) return "-" + go_duration_text(-duration_ns);
  if (duration_ns < 1'000) return fmt::format("{}ns", duration_ns);
  if (duration_ns < 1'000'000) return decimal(duration_ns, 1'000) + "\u00b5s";
  if (duration_ns < 1'000'000'000) return decimal(duration_ns, 1'000'000) + "ms";
  const int64_t minutes = duration_ns / 60'000'000'000;
  std::string text;
  if (minutes >= 60) text += fmt::format("{}h", minutes / 60);
  if (minutes > 0) text += fmt::format("{}m", minutes % 60);
  return text + decimal(duration_ns % 60'000'000'000, 1'000'000'000) + "s";
}

std::string short_duration_text(int64_t duration_ns) {
  if (duration_ns < 0) return "-" + short_duration_text(duration_ns == INT64_MIN ? INT64_MAX : -duration_ns);
  if (duration_ns < 1'000) return fmt::format("{} ns", duration_ns);
  const auto scaled = [duration_ns](double unit, std::string_view name) {
    const double value = static_cast<double>(duration_ns) / unit;
    const int digits = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
    return fmt::format("{:.{}f} {}", value, digits, name);
  };
  if (duration_ns < 999'500) return scaled(1e3, "\u00b5s");
  if (duration_ns < 999'500'000) return scaled(1e6, "ms");
  if (duration_ns < 59'950'000'000) return scaled(1e9, "s");
  const int64_t seconds = (duration_ns + 500'000'000) / 1'000'000'000;
  if (seconds < 3600) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
  const int64_t minutes = seconds / 60;
  if (minutes < 48 * 60) return fmt::format("{} h {} min", minutes / 60, minutes % 60);
  return fmt::format("{} d {} h", minutes / 1440, minutes / 60 % 24);
}

std::optional<int64_t> parse_rfc3339_ns(std::string_view text) {
  using namespace std::chrono;
  const auto year_number = take_digits(text, 4);
  if (!year_number || !take(text, '-')) return std::nullopt;
  const auto month_number = take_digits(text, 2);
  if (!month_number || !take(text, '-')) return std::nullopt;
  const auto day_number = take_digits(text, 2);
  if (!day_number || !(take(text, 'T') || take(text, ' '))) return std::nullopt;
  const auto hour_number = take_digits(text, 2);
  if (!hour_number || !take(text, ':')) return std::nullopt;
  const auto minute_number = take_digits(text, 2);
  if (!minute_number || !take(text, ':')) return std::nullopt;
  const auto second_number = take_digits(text, 2);
  if (!second_number || *hour_number > 23 || *minute_number > 59 || *second_number > 60) return std::nullopt;
  const auto fraction_ns = take_fraction_ns(text);
  if (!fraction_ns) return std::nullopt;
  const auto offset_minutes = take_offset_minutes(text);
  if (!offset_minutes || !text.empty()) return std::nullopt;

  const year_month_day date{year(*year_number), month(static_cast<unsigned>(*month_number)),
                            day(static_cast<unsigned>(*day_number))};
  if (!date.ok()) return std::nullopt;
  const int64_t day_count = sys_days(date).time_since_epoch().count();
  int64_t unix_s = day_count * 86'400 + *hour_number * 3600 + (*minute_number - *offset_minutes) * 60 + *second_number;
  int64_t unix_ns = 0;
  if (__builtin_mul_overflow(unix_s, 1'000'000'000, &unix_ns)) return std::nullopt;
  if (__builtin_add_overflow(unix_ns, *fraction_ns, &unix_ns)) return std::nullopt;
  return unix_ns;
}

std::string rfc3339_text(int64_t unix_ns) {
  using namespace std::chrono;
  const auto instant = sys_time<nanoseconds>(nanoseconds(unix_ns));
  const auto midnight = floor<days>(instant);
  const year_month_day date{midnight};
  const int64_t ns_of_day = (instant - midnight).count();
  const int64_t second = ns_of_day / 1'000'000'000;
  std::string text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                                 static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), second / 3600,
                                 second / 60 % 60, second % 60);
  if (const int64_t rest = ns_of_day % 1'000'000'000; rest != 0) text += decimal(rest, 1'000'000'000).substr(1);
  return text + "Z";
}

}  // namespace clew::stdx
