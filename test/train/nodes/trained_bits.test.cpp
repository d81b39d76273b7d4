// Weights with trained bits: how they round, and what their bits learn from.
#include "train/nodes/trained_bits.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/random.hpp"
#include "train/nodes/layers.hpp"

namespace trigloop::train {
namespace {

TEST(TrainedBits, RoundAsTheKernelsTypeWhereAllBitsAreThere) {
  const Quantiser widest = Quantiser::signed_bits(6, 2);
  core::Philox random(2, 2);
  Floats w, q, expected, bits;
  for (Floats* each : {&w, &q, &expected, &bits}) make_zeros(*each, 512);
  for (float& v : w.span()) v = 12 * random.uniform() - 6;
  std::fill_n(bits.data(), 512, trained_bits::widest_parameter(widest));
  trained_bits::quantise(widest, w.data(), bits.data(), q.data(), 512);
  for (std::size_t k = 0; k < 512; ++k) {
    const float code = std::nearbyint(w[k] / widest.step()) * widest.step();
    EXPECT_EQ(q[k], std::min(std::max(code, widest.lowest()), widest.largest())) << w[k];
  }
}

TEST(TrainedBits, FollowTheErrorOfRounding) {
  // ln 2 (w - q) is the derivative of q by f if the error is c 2^-f: from q(f) = w - c 2^-f.
  const Quantiser widest = Quantiser::signed_bits(8, 2);
  alignas(64) const float w[16] = {0.3f, -1.1f, 2.7f, 9.0f}, bits[16] = {2 / 64.f, 1 / 64.f, 0, 0};
  alignas(64) float q[16], dq[16] = {1, -2, 0.5f, 1}, out[16] = {};
  trained_bits::quantise(widest, w, bits, q, 16);
  EXPECT_EQ(q[0], 0.25f);
  EXPECT_EQ(q[1], -1.0f);
  EXPECT_EQ(q[2], 3.0f);
  trained_bits::add_gradient(widest, w, q, dq, out, 16);
  for (int k = 0; k < 3; ++k) {
    const double f = bits[k] * 64, c = (double{w[k]} - q[k]) * std::exp2(f), h = 1e-5;
    const double slope = ((w[k] - c * std::exp2(-f - h)) - (w[k] - c * std::exp2(-f + h))) / (2 * h);
    EXPECT_NEAR(out[k], dq[k] * slope * 64, 1e-4) << k;
  }
  EXPECT_EQ(out[3], 0) << "bits do not help what saturates";
  EXPECT_EQ(trained_bits::bits(widest, 0.25f, 2 / 64.f), 1);
  EXPECT_EQ(trained_bits::bits(widest, -3.0f, 2 / 64.f), 4);
  EXPECT_EQ(trained_bits::bits(widest, 0, 2 / 64.f), 0);
}

}  // namespace
}  // namespace trigloop::train
