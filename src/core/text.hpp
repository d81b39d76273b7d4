#pragma once
// Small helpers for messages.
#include <span>
#include <string>
#include <string_view>

namespace trigloop::core {

/// The candidate that is nearest to `word` in edit distance (Levenshtein), or "" if none is near enough to be meant.
std::string nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace trigloop::core
