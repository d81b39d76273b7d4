#pragma once
// Fractional bits that are trained, one number a weight, as HGQ does it (Sun et al., "Gradient-based automatic
// mixed precision quantization", arXiv:2405.00645).
//
// A weight w with f fractional bits is used as q = round(w 2^f) 2^-f. Its error w - q shrinks on average by half a bit
// for bit, as if it were proportional to 2^-f; so dq/df is taken to be ln 2 (w - q), and the loss pulls bits where
// rounding hurts. What pulls the other way is the cost: bits of a weight times bits of what it multiplies (EBOPs),
// whose derivative by f is the latter. The type of the layer's kernel is the widest: no weight gets more bits than
// that.
//
// The trained number is f / rate: bits move by whole units, weights by thousandths, and one learning rate serves both.
#include <cstddef>

#include "train/kernels/quantiser.hpp"

namespace trigloop::train::trained_bits {

inline constexpr float rate = 64;

/// The parameter that means all bits of `widest`.
float widest_parameter(const Quantiser& widest);
/// |parameter| never needs to be larger.
float clip(const Quantiser& widest);
/// q = weights rounded to their own bits, saturating in the range of `widest`.
void quantise(const Quantiser& widest, const float* weights, const float* parameters, float* q, std::size_t count);
/// Adds the derivative by the parameters: dq is that by the rounded weights.
void add_gradient(const Quantiser& widest, const float* weights, const float* q, const float* dq, float* dparameters,
                  std::size_t count);
/// Bits of a rounded weight between its highest and its last fractional one: 0 for 0.
int bits(const Quantiser& widest, float q, float parameter);

}  // namespace trigloop::train::trained_bits
