#include "deploy/cpp/conversion.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace trigloop::deploy {
namespace {

using core::FixedPoint, core::Overflow, core::Rounding;

/// What is added before the shift to the right, which floors (core/quantiser.hpp has the same rules).
std::string addend(Rounding rounding, long long half, long long almost, int right) {
  switch (rounding) {
    case Rounding::floor:
      return "0";
    case Rounding::ceil:
      return fmt::format("{}", almost);
    case Rounding::toward_zero:
      return fmt::format("(x < 0 ? {} : 0)", almost);
    case Rounding::away_from_zero:
      return fmt::format("(x > 0 ? {} : 0)", almost);
    case Rounding::half_even:
      return fmt::format("{} + ((x >> {}) & 1)", half - 1, right);
    case Rounding::half_up:
      return fmt::format("{}", half);
    case Rounding::half_down:
      return fmt::format("{}", half - 1);
    case Rounding::half_away:
      return fmt::format("{} - (x < 0 ? 1 : 0)", half);
    case Rounding::half_to_zero:
      return fmt::format("{} + (x < 0 ? 1 : 0)", half - 1);
  }
  return "0";
}

}  // namespace

std::string conversion_body(int fraction, const FixedPoint& type, const std::string& integer, int bits) {
  const int left = std::clamp(type.fraction() - fraction, 0, bits - 2);
  const int right = std::clamp(fraction - type.fraction(), 0, bits - 2);
  const auto low = static_cast<long long>(type.min_code()), high = static_cast<long long>(type.max_code());
  std::string body;
  if (right > 0) {
    const long long half = (1LL << right) >> 1, almost = (1LL << right) - 1;
    const std::string add = addend(type.rounding, half, almost, right);
    body += add == "0" ? fmt::format("x >>= {}; ", right) : fmt::format("x = (x + {}) >> {}; ", add, right);
  }
  if (type.overflow == Overflow::wrap) {
    const int spare = bits - type.width;
    const std::string u = "std::u" + integer.substr(5);
    const std::string top = fmt::format("static_cast<{}>(x) << {}", u, std::min(left + spare, bits - 1));
    if (left >= type.width) return "return 0;";
    if (type.is_signed) return body + fmt::format("return static_cast<{}>({}) >> {};", integer, top, spare);
    return body + fmt::format("return static_cast<{}>(({}) >> {});", integer, top, spare);
  }
  if (left > 0)
    return body + fmt::format("return x > {} ? {} : x < {} ? {} : static_cast<{}>(x * ({}{{1}} << {}));", high >> left,
                              high, -(-low >> left), low, integer, integer, left);
  return body + fmt::format("return x > {} ? {} : x < {} ? {} : x;", high, high, low, low);
}

}  // namespace trigloop::deploy
