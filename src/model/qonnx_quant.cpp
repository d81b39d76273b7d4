// The quantisers of QONNX: Quant (IntQuant), BipolarQuant and Trunc, on constants and on features alike.
//
// qonnx computes Quant as round(clip(x / scale + zero_point)) brought back by the scale; clipping before or after the
// rounding is the same, as the limits are integers. Traps: a signed Quant of one bit is +1/-1 there (0 becomes +1); an
// unsigned narrow one ends at 2^bits - 2; HALF_UP rounds ties away from zero.
#include <algorithm>
#include <cctype>
#include <cmath>

#include "core/error.hpp"
#include "core/text.hpp"
#include "model/qonnx_importer.hpp"

namespace trigloop::model::onnx_file {
namespace {

using core::Overflow;
using core::Rounding;

Rounding rounding_of(std::string name) {
  static const std::map<std::string, Rounding> modes{{"ROUND", Rounding::half_even},
                                                     {"HALF_EVEN", Rounding::half_even},
                                                     {"CEIL", Rounding::ceil},
                                                     {"FLOOR", Rounding::floor},
                                                     {"UP", Rounding::away_from_zero},
                                                     {"DOWN", Rounding::toward_zero},
                                                     {"ROUND_TO_ZERO", Rounding::toward_zero},
                                                     {"HALF_UP", Rounding::half_away},
                                                     {"HALF_DOWN", Rounding::half_to_zero}};
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  if (const auto found = modes.find(name); found != modes.end()) return found->second;
  std::vector<std::string> names;
  for (const auto& [known, mode] : modes) names.push_back(known);
  const std::string near = core::nearest(name, names);
  refuse("has the rounding mode '" + name + "'",
         near.empty() ? "ROUND, FLOOR, CEIL, UP, DOWN, HALF_UP, HALF_DOWN" : near);
}

}  // namespace

void Importer::refuse_zero_point(const Node& node) {
  const Value& zero = constant_input(node, 2, "zero point");
  if (!std::ranges::all_of(zero.constants, &Dyadic::is_zero)) {
    refuse("has a zero point other than 0", "a symmetric quantiser (zero point 0) with an Add of a constant around it");
  }
}

/// log2 of the scales, one for all elements or one each.
std::vector<int> Importer::quant_exponents(const Node& node, std::size_t k, const Shape& shape) {
  const Value& scale = constant_input(node, k, "scale");
  std::vector<int> exponents;
  for (const Dyadic& s : scale.constants) {
    if (!s.log2()) refuse("has the scale " + std::to_string(s.to_double()), "a scale that is a power of two");
    exponents.push_back(*s.log2());
  }
  if (exponents.size() == 1) return exponents;
  Shape own = scale.shape;
  while (own.size() > shape.size() && own.front() == 1) own.erase(own.begin());
  if (broadcast(own, shape) != shape)
    refuse("has scales of another shape than its input", "one scale, or one a channel");
  std::vector<int> spread;
  for (const std::uint32_t i : broadcast_index(own, shape)) spread.push_back(exponents[i]);
  return spread;
}

std::vector<FixedPoint> Importer::quant_types(const Node& node, const Shape& shape, bool& is_bipolar) {
  refuse_zero_point(node);
  std::vector<int> exponents = quant_exponents(node, 1, shape);
  const Value& bits = constant_input(node, 3, "bit width");
  Shape own = bits.shape;
  while (own.size() > shape.size() && own.front() == 1) own.erase(own.begin());
  std::vector<std::uint32_t> pick{0};
  if (bits.constants.size() != 1) {
    if (broadcast(own, shape) != shape) refuse("has bit widths of another shape than its input", "one a channel");
    pick = broadcast_index(own, shape);
  }
  const bool is_signed = integer(node, "signed", 1) != 0;
  const bool narrow = integer(node, "narrow", 0) != 0;
  const Rounding rounding = rounding_of(text(node, "rounding_mode", "ROUND"));
  is_bipolar = is_signed && bits.constants.size() == 1 && bits.constants[0] == Dyadic(1);
  std::vector<FixedPoint> types;
  for (std::size_t i = 0; i < std::max(pick.size(), exponents.size()); ++i) {
    const Dyadic& b = bits.constants.at(pick[pick.size() == 1 ? 0 : i]);
    const auto width = b.integer();
    if (!width || *width < 0 || *width > 64)
      refuse("has a bit width of " + std::to_string(b.to_double()), "1 to 64 bits");
    const int exponent = exponents[exponents.size() == 1 ? 0 : i];
    const int w = static_cast<int>(*width);
    FixedPoint type{w, w + exponent, is_signed, rounding,
                    narrow && is_signed ? Overflow::symmetric : Overflow::saturate};
    if (w == 0) type = {1, 1 + exponent, true, rounding, Overflow::symmetric};  // no bits: always 0
    types.push_back(type);
  }
  return types;
}

/// +scale where x >= 0, else -scale: floor(x) brought into [-1, 0], doubled, plus one.
Value Importer::bipolar(const Value& x, const std::vector<int>& exponents) {
  const Value sign = build_.quantise(x, {FixedPoint{1, 1, true, Rounding::floor, Overflow::saturate}});
  const Value ones = build_.add(build_.multiply(sign, Builder::constant(Dyadic(2))), Builder::constant(Dyadic(1)));
  std::vector<Dyadic> scales;
  for (const int e : exponents) scales.emplace_back(1, e);
  return build_.multiply(ones, scales.size() == 1 ? Builder::constant(scales[0]) : Builder::constant(x.shape, scales));
}

Value Importer::quantised(const Node& node, const Value& x) {
  bool is_bipolar = false;
  const std::vector<FixedPoint> types = quant_types(node, x.shape, is_bipolar);
  if (is_bipolar) return bipolar(x, quant_exponents(node, 1, x.shape));
  const Value y = build_.quantise(x, types);
  if (integer(node, "narrow", 0) == 0 || integer(node, "signed", 1) != 0) return y;
  std::vector<Dyadic> limits;
  for (const FixedPoint& type : types) limits.emplace_back(type.max_code() - 1, -type.fraction());
  return build_.at_most(y, limits.size() == 1 ? Builder::constant(limits[0]) : Builder::constant(x.shape, limits));
}

void Importer::quant(const Node& node) { output(node, quantised(node, input(node, 0))); }

void Importer::bipolar_quant(const Node& node) {
  const Value& x = input(node, 0);
  output(node, bipolar(x, quant_exponents(node, 1, x.shape)));
}

/// Version 1 (5 inputs) keeps the scale though bits are dropped; version 2 (6 inputs) states the output's scale.
void Importer::trunc(const Node& node) {
  refuse_zero_point(node);
  const Value x = input(node, 0);
  const auto power = [&](std::size_t k) {
    const auto e = scalar_input(node, k, "scale").log2();
    if (!e) refuse("has a scale that is no power of two", "one that is");
    return *e;
  };
  const int scale = power(1);
  const Rounding rounding = rounding_of(text(node, "rounding_mode", "FLOOR"));
  const auto bits_in = scalar_input(node, 3, "bit width").integer();
  const auto bits_out = scalar_input(node, has_input(node, 5) ? 5 : 4, "bit width").integer();
  if (!bits_in || !bits_out || *bits_out < 1 || *bits_out > 64 || *bits_in < *bits_out || *bits_in > 64) {
    refuse("has strange bit widths", "1 to 64 bits, the output's not above the input's");
  }
  const Value whole = build_.round(x, -scale, Rounding::half_even);
  if (has_input(node, 5)) {
    const bool is_signed = integer(node, "signed", 1) != 0, narrow = integer(node, "narrow", 0) != 0;
    if (narrow && !is_signed) refuse("is unsigned and narrow", "a full range");
    const int w = static_cast<int>(*bits_out);
    return output(node, build_.quantise(whole, {FixedPoint{w, w + power(4), is_signed, rounding,
                                                           narrow ? Overflow::symmetric : Overflow::saturate}}));
  }
  const int dropped = static_cast<int>(*bits_in - *bits_out);
  output(node,
         build_.multiply(build_.round(whole, -scale - dropped, rounding), Builder::constant(Dyadic(1, -dropped))));
}

}  // namespace trigloop::model::onnx_file
