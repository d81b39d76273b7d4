#pragma once
// Times for people.
#include <cstdint>
#include <ctime>
#include <string>

namespace trigloop::scout {

/// "2026-11-22 01:30:00", UTC, from seconds since 1970.
inline std::string utc_text(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts);
  return text;
}

}  // namespace trigloop::scout
