// Durations and instants as people and APIs write them: "1.5s", "2026-01-01T00:00:05.5Z".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace clew::stdx {

// Go's duration syntax: an optional sign, then numbers with optional fractions and units ns, us, µs (either micro sign), ms,
// s, m, h; also d and w, as Prometheus has them. "0" needs no unit. nullopt for anything else and beyond 64-bit nanoseconds.
std::optional<int64_t> parse_duration_ns(std::string_view text);

// As Go prints it: "1.5s", "2h45m0s", "340µs", "0s".
std::string go_duration_text(int64_t duration_ns);
// For people: three digits and one unit, "1.53 s", "340 µs", "12 ns", and "2 h 45 min" from a minute up.
std::string short_duration_text(int64_t duration_ns);

// RFC 3339 with up to nine (further digits are cut) digits of fraction, upper or lower case, any offset. nullopt for anything
// else, for days that do not exist and outside 1677…2262, the reach of 64-bit nanoseconds. A leap second is the next second.
std::optional<int64_t> parse_rfc3339_ns(std::string_view text);
// UTC, as many digits of fraction as needed: "2026-01-01T00:00:05.25Z".
std::string rfc3339_text(int64_t unix_ns);

}  // namespace clew::stdx
