#include "deploy/network/ap_type.hpp"

#include <array>
#include <regex>
#include <utility>

#include "core/error.hpp"

namespace trigloop::deploy {
namespace {

using core::Error, core::ErrorCode, core::FixedPoint, core::Overflow, core::Rounding;

constexpr std::array<std::pair<Rounding, const char*>, 7> roundings{{{Rounding::floor, "AP_TRN"},
                                                                     {Rounding::toward_zero, "AP_TRN_ZERO"},
                                                                     {Rounding::half_even, "AP_RND_CONV"},
                                                                     {Rounding::half_up, "AP_RND"},
                                                                     {Rounding::half_down, "AP_RND_MIN_INF"},
                                                                     {Rounding::half_away, "AP_RND_INF"},
                                                                     {Rounding::half_to_zero, "AP_RND_ZERO"}}};
constexpr std::array<std::pair<Overflow, const char*>, 3> overflows{
    {{Overflow::wrap, "AP_WRAP"}, {Overflow::saturate, "AP_SAT"}, {Overflow::symmetric, "AP_SAT_SYM"}}};

}  // namespace

std::string ap_type(const FixedPoint& type) {
  std::string text = std::string(type.is_signed ? "ap_fixed<" : "ap_ufixed<") + std::to_string(type.width) + ", " +
                     std::to_string(type.integer);
  if (type.rounding == Rounding::floor && type.overflow == Overflow::wrap) return text + ">";
  const char *rounding = nullptr, *overflow = nullptr;
  for (const auto& [mode, name] : roundings)
    if (mode == type.rounding) rounding = name;
  for (const auto& [mode, name] : overflows)
    if (mode == type.overflow) overflow = name;
  if (rounding == nullptr)
    throw Error(ErrorCode::unsupported, "ap_fixed has no rounding as in " + core::to_string(type));
  return text + ", " + rounding + ", " + overflow + ">";
}

FixedPoint holding(const model::Tensor& tensor) {
  model::Range all = tensor.ranges.front();
  for (const model::Range& range : tensor.ranges) {
    all.lo = std::min(all.lo, range.lo);
    all.hi = std::max(all.hi, range.hi);
  }
  FixedPoint type;
  type.is_signed = all.lo < 0;
  type.width = std::max(1, model::bits_of(all) - (type.is_signed ? 0 : 1));  // bits_of counts a sign
  type.integer = type.width - tensor.fraction;
  return type;
}

FixedPoint parse_ap_type(const std::string& text) {
  static const std::regex form(
      R"(\s*ap_(u?)fixed\s*<\s*(\d{1,2})\s*,\s*(-?\d{1,3})\s*(,\s*(\w+)\s*(,\s*(\w+)\s*)?)?>\s*)");
  std::smatch part;
  const auto refuse = [&] {
    return Error(ErrorCode::usage, "'" + core::escaped(text) + "' is no type").remedy("Write it as ap_fixed<18,13>");
  };
  if (!std::regex_match(text, part, form)) throw refuse();
  FixedPoint type{std::stoi(part[2]), std::stoi(part[3]), part[1].length() == 0, Rounding::floor, Overflow::wrap};
  bool known_rounding = !part[5].matched, known_overflow = !part[7].matched;
  for (const auto& [mode, name] : roundings)
    if (part[5] == name) type.rounding = mode, known_rounding = true;
  for (const auto& [mode, name] : overflows)
    if (part[7] == name) type.overflow = mode, known_overflow = true;
  if (!known_rounding || !known_overflow || type.width < 1 || type.width > 61) throw refuse();
  return type;
}

}  // namespace trigloop::deploy
