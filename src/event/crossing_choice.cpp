#include "event/crossing_choice.hpp"

#include <algorithm>
#include <charconv>

#include "core/units.hpp"

namespace trigloop::event {
namespace {

/// 64 bits that depend on all 64 of `x` (the finaliser of splitmix64).
std::uint64_t mixed(std::uint64_t x) noexcept {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

constexpr std::string_view between = ", \t\r\n";

std::string without_comments(std::string_view text) {
  std::string kept;
  bool comment = false;
  for (const char c : text) {
    comment = c == '#' || (comment && c != '\n');
    kept += comment ? ' ' : c;
  }
  return kept;
}

/// Adds "7" or "1-36".
bool add_item(std::string_view item, std::vector<bool>& crossings) {
  unsigned first = 0, last = 0;
  const char* const end = item.data() + item.size();
  auto read = std::from_chars(item.data(), end, first);
  if (read.ec != std::errc()) return false;
  last = first;
  if (read.ptr != end && *read.ptr == '-') read = std::from_chars(read.ptr + 1, end, last);
  if (read.ec != std::errc() || read.ptr != end || last < first || last >= crossings.size()) return false;
  std::fill(crossings.begin() + first, crossings.begin() + last + 1, true);
  return true;
}

}  // namespace

bool CrossingChoice::keeps(std::uint32_t orbit, std::uint32_t crossing) const noexcept {
  return prescale <= 1 || mixed(std::uint64_t{orbit} << 12 | crossing) % prescale == 0;
}

std::optional<std::vector<bool>> parse_crossings(std::string_view text) {
  std::vector<bool> crossings(core::crossings_per_orbit + 1);
  const std::string list = without_comments(text);
  std::string_view left = list;
  bool any = false;
  for (std::size_t at; (at = left.find_first_not_of(between)) != left.npos; any = true) {
    left.remove_prefix(at);
    const std::string_view item = left.substr(0, left.find_first_of(between));
    if (!add_item(item, crossings)) return std::nullopt;
    left.remove_prefix(item.size());
  }
  return any ? std::optional(std::move(crossings)) : std::nullopt;
}

std::string format_crossings(const std::vector<bool>& crossings) {
  std::string text;
  for (std::size_t first = 0; first < crossings.size(); ++first) {
    if (!crossings[first]) continue;
    std::size_t last = first;
    while (last + 1 < crossings.size() && crossings[last + 1]) ++last;
    if (!text.empty()) text += ',';
    text += std::to_string(first);
    if (last > first) text += "-" + std::to_string(last);
    first = last;
  }
  return text;
}

}  // namespace trigloop::event
