#include "core/fixed_point.hpp"

#include <string_view>

#include "core/quantiser.hpp"

namespace trigloop::core {
namespace {

std::string_view name_of(Rounding rounding) {
  switch (rounding) {
    case Rounding::floor:
      return "trn";
    case Rounding::ceil:
      return "ceil";
    case Rounding::toward_zero:
      return "trn_zero";
    case Rounding::away_from_zero:
      return "away";
    case Rounding::half_even:
      return "rnd_conv";
    case Rounding::half_up:
      return "rnd";
    case Rounding::half_down:
      return "rnd_min_inf";
    case Rounding::half_away:
      return "rnd_inf";
    case Rounding::half_to_zero:
      return "rnd_zero";
  }
  return "?";
}

std::string_view name_of(Overflow overflow) {
  switch (overflow) {
    case Overflow::saturate:
      return "sat";
    case Overflow::wrap:
      return "wrap";
    case Overflow::symmetric:
      return "sat_sym";
  }
  return "?";
}

}  // namespace

Code quantise(Code code, int fraction, const FixedPoint& type) noexcept {
  return Quantiser<Code>(fraction, type)(code);
}

std::string to_string(const FixedPoint& type) {
  std::string text = type.is_signed ? "<" : "u<";
  text += std::to_string(type.width) + "," + std::to_string(type.integer) + "> ";
  text += name_of(type.rounding);
  text += ' ';
  text += name_of(type.overflow);
  return text;
}

}  // namespace trigloop::core
