#pragma once
// Lines of comma-separated values as tools of the experiments write them: no quotes.
#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <vector>

namespace trigloop::conditions {

inline std::vector<std::string_view> split(std::string_view line, char at) {
  std::vector<std::string_view> parts;
  for (std::size_t end = 0; end != std::string_view::npos; line.remove_prefix(std::min(end + 1, line.size()))) {
    end = line.find(at);
    parts.push_back(line.substr(0, end));
  }
  return parts;
}

/// None, if the whole text is not one number.
template <class T>
std::optional<T> number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

}  // namespace trigloop::conditions
