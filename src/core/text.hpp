#pragma once
// Small helpers for messages.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace trigloop::core {

/// The candidate that is nearest to `word` in edit distance (Levenshtein), or "" if none is near enough to be meant.
std::string nearest(std::string_view word, std::span<const std::string> candidates);

/// "1,234,567"
std::string with_commas(std::uint64_t n);

/// "512 B", "1.23 kB", "37.6 MB": three digits, powers of 1000.
std::string human_bytes(std::uint64_t n);

}  // namespace trigloop::core
