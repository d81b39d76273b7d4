// Gradients of what is rounded: as if it were not, at the rounded values.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/isa.hpp"
#include "core/random.hpp"
#include "train/engine/feed.hpp"
#include "train/engine/program.hpp"
#include "train/nodes/layers.hpp"
#include "train/nodes/losses.hpp"

namespace trigloop::train {
namespace {

TEST(StraightThrough, GradientsPassStraightThroughQuantisers) {
  const Quantiser relu = Quantiser::unsigned_relu(4, 2), bits = Quantiser::signed_bits(4, 1);
  alignas(64) const float x[16] = {-1,  0,     0.01f,  0.125f,  0.375f, 1.3f, 3.75f, 3.7501f,
                                   100, -0.2f, 2.125f, 0.1249f, 3.9f,   1,    2,     3};
  alignas(64) float y[16], g[16], ones[16];
  std::fill_n(ones, 16, 1.0f);
  kernel::quantise_flat(relu, x, y, 16);  // steps of 1/4, half to even, at most 3.75
  const float rounded[16] = {0, 0, 0, 0, 0.5f, 1.25f, 3.75f, 3.75f, 3.75f, 0, 2, 0, 3.75f, 1, 2, 3};
  for (int k = 0; k < 16; ++k) EXPECT_EQ(y[k], rounded[k]) << x[k];
  kernel::quantise_gradient(relu, x, ones, g, {1, 16}, false);
  for (int k = 0; k < 16; ++k) EXPECT_EQ(g[k], x[k] > 0 && x[k] <= 3.75f ? 1 : 0) << x[k];
  kernel::quantise_flat(bits, x, y, 16);  // steps of 1/4, from -2 to 1.75
  EXPECT_EQ(y[0], -1);
  EXPECT_EQ(y[8], 1.75f);
  EXPECT_EQ(y[3], 0);
  EXPECT_EQ(y[4], 0.5f);
  kernel::quantise_gradient(bits, x, ones, g, {1, 16}, false);
  for (int k = 0; k < 16; ++k) EXPECT_EQ(g[k], 1);
}

TEST(StraightThrough, NotesOfRoundedNumbersGiveNumbersAndGradientsBack) {
  const Quantiser wide = Quantiser::unsigned_relu(15, 3), relu = Quantiser::unsigned_relu(10, 6);
  constexpr kernel::Shape shape{2, 100};
  Floats x, y, again, dy, expected, found;
  for (Floats* each : {&x, &y, &again, &dy, &expected, &found}) make_zeros(*each, 2 * feature_stride);
  core::AlignedBuffer<std::int16_t> memory(2 * feature_stride);
  std::int16_t* notes = memory.data();
  core::Philox random(5, 5);
  for (const Quantiser& q : {relu, wide}) {
    for (std::size_t k = 0; k < x.size(); ++k) {
      const float share = 2.6f * random.uniform() - 1.3f;  // below 0, inside, and above the largest
      x[k] = k % 7 == 0 ? 0 : k % 11 == 0 ? q.largest() : k % 13 == 0 ? q.step() / 2 : share * q.largest();
      dy[k] = random.uniform() - 0.5f;
    }
    for (const std::string& isa : core::usable_isas()) {
      if (isa != "avx2" && isa != "avx512" && isa != "neon") continue;
      core::force_isa(isa);
      kernel::quantise(q, x.data(), expected.data(), shape);
      kernel::quantise(q, x.data(), y.data(), notes, shape);
      kernel::quantise_again(q, notes, again.data(), shape);
      EXPECT_TRUE(std::ranges::equal(y.span(), expected.span())) << isa;
      EXPECT_TRUE(std::ranges::equal(again.span(), expected.span())) << isa;
      kernel::quantise_gradient(q, x.data(), dy.data(), expected.data(), shape, false);
      kernel::noted_gradient(notes, dy.data(), found.data(), shape, false);
      EXPECT_TRUE(std::ranges::equal(found.span(), expected.span())) << isa;
    }
    core::force_isa("");
  }
}

/// Gradients of two layers with an activation that rounds between them; weights are rounded by the layers, or before.
std::vector<float> straight_through(bool by_layers) {
  const Quantiser kernel_bits = Quantiser::signed_bits(6, 2), bias_bits = Quantiser::signed_bits(10, 6);
  constexpr std::size_t events = 200;
  core::Philox random(4, 4);
  Table table(9, events);
  for (std::size_t e = 0; e < events; ++e)
    for (std::size_t k = 0; k < 9; ++k) table.row(e)[k] = 4 * random.uniform() - 2;
  Network net;
  Feed& feed = net.add(std::make_unique<Feed>("input", table), {});
  const auto dense = [&](const char* name, TensorId x, std::size_t n) {
    Dense::Options options{net.features(x), n, {}, {}};
    if (by_layers) options.kernel = kernel_bits, options.bias = bias_bits;
    return net.add(std::make_unique<Dense>(name, options, net.parameters), {x}).output;
  };
  TensorId y = dense("a", feed.output, 7);
  y = net.add(std::make_unique<Activation>("r", 7, Quantiser::unsigned_relu(4, 1)), {y}).output;
  y = dense("b", y, 9);
  net.add(std::make_unique<Reconstruction>("loss", Reconstruction::Kind::squared, 9, 1.0), {y, feed.output});
  for (const Parameter& p : net.parameters.list()) {
    for (std::size_t k = 0; k < p.rows * p.columns; ++k) {
      float& w = net.parameters.data()[p.offset + k / p.columns * p.stride() + k % p.columns];
      const float step = (p.name.ends_with("kernel") ? kernel_bits : bias_bits).step();
      w = 2 * random.uniform() - 1;
      if (!by_layers) w = std::nearbyint(w / step) * step;
    }
  }
  const Permutation order(events, 0, 0);
  feed.set_order(&order);
  Team team(2);
  Program program(net, events, 1, team);
  program.step({.number = 0, .seed = 1, .events = events, .views = 1, .first = 0});
  return {program.gradients(), program.gradients() + net.parameters.size()};
}

TEST(StraightThrough, GradientsOfRoundedWeightsAreThoseAtTheRoundedOnes) {
  const std::vector<float> gradients = straight_through(true);
  EXPECT_EQ(gradients, straight_through(false));
  EXPECT_NE(*std::ranges::max_element(gradients), 0);
}

}  // namespace
}  // namespace trigloop::train
