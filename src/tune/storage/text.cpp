// Names and times as Optuna writes them.
#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>

#include "tune/storage/storage.hpp"

namespace trigloop::tune {
namespace {

constexpr std::array<std::string_view, 5> states{"RUNNING", "COMPLETE", "PRUNED", "FAIL", "WAITING"};
constexpr std::array<std::string_view, 3> directions{"NOT_SET", "MINIMIZE", "MAXIMIZE"};

template <class T, std::size_t N>
std::optional<T> find(const std::array<std::string_view, N>& names, std::string_view name) {
  for (std::size_t i = 0; i < N; ++i)
    if (names[i] == name) return static_cast<T>(i);
  return {};
}

/// The number in text[at, at + digits), or -1.
int digits(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  if (text.size() < at + count) return -1;
  const char* const end = text.data() + at + count;
  return std::from_chars(text.data() + at, end, value).ptr == end && text[at] != '-' ? value : -1;
}

/// Microseconds after the dot, of up to nine digits; `at` moves behind them. -1: no digits.
std::int64_t fraction(std::string_view text, std::size_t& at) {
  std::int64_t value = 0;
  std::size_t n = 0;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, ++n)
    if (n < 6) value = value * 10 + (text[at] - '0');
  for (std::size_t k = n; k < 6; ++k) value *= 10;
  return n == 0 || n > 9 ? -1 : value;
}

/// Minutes east of universal time: "+02:00", "Z".
std::optional<int> zone(std::string_view text) {
  if (text == "Z") return 0;
  const int hours = digits(text, 1, 2), minutes = digits(text, 4, 2);
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':' || hours < 0 || hours > 23 ||
      minutes < 0 || minutes > 59)
    return {};
  return (text[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
}

}  // namespace

std::string_view name_of(TrialState state) { return states[static_cast<std::size_t>(state)]; }
std::string_view name_of(Direction direction) { return directions[static_cast<std::size_t>(direction)]; }
std::optional<TrialState> state_of(std::string_view name) { return find<TrialState>(states, name); }
std::optional<Direction> direction_of(std::string_view name) { return find<Direction>(directions, name); }

TrialTime now() { return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()); }

std::string time_text(TrialTime time, char separator) {
  const auto days = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(days);
  const std::chrono::hh_mm_ss clock(time - days);
  char text[64];
  std::snprintf(text, sizeof(text), "%04d-%02u-%02u%c%02d:%02d:%02d.%06d", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), separator,
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return text;
}

std::optional<TrialTime> parse_time(std::string_view text, bool local) {
  const int year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  const int hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (year < 1 || !date.ok() || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
    return {};
  std::size_t at = 19;
  std::int64_t micros = 0;
  if (at < text.size() && text[at] == '.') micros = fraction(text, ++at);
  if (micros < 0) return {};
  TrialTime time = std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
                   std::chrono::seconds(second) + std::chrono::microseconds(micros);
  if (at < text.size()) {
    const auto offset = zone(text.substr(at));
    if (!offset) return {};
    return time - std::chrono::minutes(*offset);
  }
  if (!local) return time;
  std::tm parts{};
  parts.tm_year = year - 1900, parts.tm_mon = month - 1, parts.tm_mday = day;
  parts.tm_hour = hour, parts.tm_min = minute, parts.tm_sec = second, parts.tm_isdst = -1;
  return TrialTime(std::chrono::seconds(std::mktime(&parts)) + std::chrono::microseconds(micros));
}

}  // namespace trigloop::tune
