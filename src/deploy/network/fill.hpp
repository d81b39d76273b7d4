#pragma once
// Texts with holes: @NAME@.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace trigloop::deploy {

inline std::string filled(std::string_view text, const std::vector<std::pair<std::string, std::string>>& values) {
  std::string result(text);
  for (const auto& [name, value] : values) {
    const std::string hole = "@" + name + "@";
    for (std::size_t at = 0; (at = result.find(hole, at)) != std::string::npos; at += value.size())
      result.replace(at, hole.size(), value);
  }
  return result;
}

}  // namespace trigloop::deploy
