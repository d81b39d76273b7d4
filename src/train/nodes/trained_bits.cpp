#include "train/nodes/trained_bits.hpp"

#include <algorithm>
#include <cmath>

namespace trigloop::train::trained_bits {
namespace {

constexpr float ln2 = 0.69314718f;

int fewest(const Quantiser& widest) { return -widest.integer - 1; }  // a step beyond which everything rounds to 0

int fraction(const Quantiser& widest, float parameter) {
  return std::clamp(static_cast<int>(std::nearbyint(parameter * rate)), fewest(widest), widest.fraction());
}

}  // namespace

float widest_parameter(const Quantiser& widest) { return static_cast<float>(widest.fraction()) / rate; }

float clip(const Quantiser& widest) {
  return static_cast<float>(std::max(std::abs(fewest(widest)), std::abs(widest.fraction()))) / rate;
}

void quantise(const Quantiser& widest, const float* weights, const float* parameters, float* q, std::size_t count) {
  for (std::size_t k = 0; k < count; ++k) {
    const int f = fraction(widest, parameters[k]);
    const float rounded = std::ldexp(std::nearbyint(std::ldexp(weights[k], f)), -f);
    const float largest = widest.largest() + widest.step() - std::ldexp(1.0f, -f);  // codes of this step end earlier
    q[k] = std::min(std::max(rounded, widest.lowest()), std::max(largest, 0.0f));
  }
}

void add_gradient(const Quantiser& widest, const float* weights, const float* q, const float* dq, float* dparameters,
                  std::size_t count) {
  for (std::size_t k = 0; k < count; ++k) {
    if (weights[k] < widest.lowest() || weights[k] > widest.largest()) continue;  // bits do not help what saturates
    dparameters[k] += dq[k] * (weights[k] - q[k]) * (ln2 * rate);
  }
}

int bits(const Quantiser& widest, float q, float parameter) {
  if (q == 0) return 0;
  return std::max(1, std::ilogb(q) + 1 + fraction(widest, parameter));
}

}  // namespace trigloop::train::trained_bits
