#include "core/text.hpp"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <vector>

namespace trigloop::core {
namespace {

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t swapped = diagonal + (lower(a[i]) == lower(b[j]) ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({swapped, row[j] + 1, diagonal + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string nearest(std::string_view word, std::span<const std::string> candidates) {
  // Names longer than this are no typing errors, and the distance is quadratic.
  constexpr std::size_t longest = 256;
  std::string_view best;
  std::size_t best_distance = word.size() / 3 + 1;  // beyond that, a suggestion puzzles more than it helps
  for (const std::string& candidate : candidates) {
    if (candidate.size() > longest || word.size() > longest) continue;
    const std::size_t distance = edit_distance(word, candidate);
    if (distance <= best_distance && (best.empty() || distance < best_distance)) {
      best = candidate;
      best_distance = distance;
    }
  }
  return std::string(best);
}

std::string with_commas(std::uint64_t n) {
  std::string text = std::to_string(n);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
  return text;
}

std::string human_bytes(std::uint64_t n) {
  if (n < 1000) return std::to_string(n) + " B";
  double value = static_cast<double>(n);
  const char* unit = "";
  for (const char* next : {"kB", "MB", "GB", "TB"}) {
    if (value < 999.5) break;
    value /= 1000;
    unit = next;
  }
  char digits[32];
  std::snprintf(digits, sizeof(digits), "%.3g ", value);
  return digits + std::string(unit);
}

}  // namespace trigloop::core
