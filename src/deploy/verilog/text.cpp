#include "deploy/verilog/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace trigloop::deploy {

std::string constant_text(Code code, int width) {
  std::string digits;
  for (int k = (width + 3) / 4; k-- > 0;) {
    const int bits = std::min(4, width - 4 * k);
    digits += fmt::format("{:X}", static_cast<unsigned>(code >> 4 * k & ((1 << bits) - 1)));
  }
  const std::size_t first = std::min(digits.find_first_not_of('0'), digits.size() - 1);
  return fmt::format("{}'h{}", width, digits.substr(first));
}

std::string bit_text(const Word& word, int k) {
  return word.width == 1 ? word.name : fmt::format("{}[{}]", word.name, k);
}

std::string span_text(int width) { return width == 1 ? "" : fmt::format("[{}:0] ", width - 1); }

std::string bits_text(const Word& word, int lowest, int width) {
  const int zeros = std::clamp(-lowest, 0, width), from = lowest + zeros;
  const int inside = std::clamp(word.width - from, 0, width - zeros), above = width - zeros - inside;
  std::vector<std::string> parts;
  if (above > 0) {
    const std::string top = word.is_signed ? bit_text(word, word.width - 1) : "1'b0";
    parts.push_back(above == 1 ? top : fmt::format("{{{}{{{}}}}}", above, top));
  }
  if (inside == word.width) {
    parts.push_back(word.name);
  } else if (inside == 1) {
    parts.push_back(bit_text(word, from));
  } else if (inside > 1) {
    parts.push_back(fmt::format("{}[{}:{}]", word.name, from + inside - 1, from));
  }
  if (zeros > 0) parts.push_back(fmt::format("{}'d0", zeros));
  return parts.size() == 1 ? parts.front() : fmt::format("{{{}}}", fmt::join(parts, ", "));
}

}  // namespace trigloop::deploy
