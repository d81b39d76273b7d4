#pragma once
// Reads the text of the generated tables. It is part of the program: what it holds is asserted, not validated.
#include <algorithm>
#include <cassert>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <vector>

namespace trigloop::simulate {

class TableText {
 public:
  explicit TableText(std::string_view text) : text_(text) {}

  int number() {
    text_.remove_prefix(std::min(text_.find_first_not_of(" \n"), text_.size()));
    int value = 0;
    const auto read = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    assert(read.ec == std::errc());
    text_.remove_prefix(static_cast<std::size_t>(read.ptr - text_.data()));
    return value;
  }
  std::uint32_t count() { return static_cast<std::uint32_t>(number()); }
  /// A list behind its length.
  std::vector<int> numbers() {
    std::vector<int> all(count());
    for (int& one : all) one = number();
    return all;
  }
  /// What is left: numbers of `digits` base-64 digits each (the alphabet of RFC 4648), whatever the line breaks.
  std::vector<std::uint32_t> packed(int digits) {
    std::vector<std::uint32_t> all;
    std::uint32_t value = 0;
    int read = 0;
    for (const char c : text_) {
      if (c == '\n' || c == ' ') continue;
      value = value << 6 | digit(c);
      if (++read < digits) continue;
      all.push_back(value);
      value = 0;
      read = 0;
    }
    return all;
  }

 private:
  static std::uint32_t digit(char c) {
    if (c >= 'A' && c <= 'Z') return static_cast<std::uint32_t>(c - 'A');
    if (c >= 'a' && c <= 'z') return static_cast<std::uint32_t>(c - 'a' + 26);
    if (c >= '0' && c <= '9') return static_cast<std::uint32_t>(c - '0' + 52);
    return c == '+' ? 62 : 63;
  }

  std::string_view text_;
};

}  // namespace trigloop::simulate
