#include "train/mixture/mixture_score.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.hpp"

namespace trigloop::train {
namespace {

using model::Builder;
using model::Dyadic;
using model::FixedPoint;
using model::Value;

constexpr int constant_bits = 24, weight_fraction = 12, log_fraction = 12, octaves = 16, parts = 4;
constexpr double score_unit = 256;
constexpr std::size_t points = octaves * parts;
constexpr FixedPoint half_even(int width, int integer, bool is_signed) {
  return {width, integer, is_signed, core::Rounding::half_even, core::Overflow::saturate};
}
constexpr FixedPoint y_type = half_even(20, 10, true), d_type = half_even(24, 16, false),
                     log_type = half_even(18, 6, true);

double rounded(double x, int fraction) { return std::ldexp(std::nearbyint(std::ldexp(x, fraction)), -fraction); }

double rounded(double x, const FixedPoint& type) {
  const double step = std::ldexp(1.0, -type.fraction());
  const double low = static_cast<double>(type.min_code()) * step, high = static_cast<double>(type.max_code()) * step;
  return std::clamp(rounded(std::clamp(x, low, high), type.fraction()), low, high);
}

/// Where the lines meet, and the logarithms there.
struct LogTable {
  std::array<double, points + 1> at{}, log{}, slope{};
  LogTable() {
    for (std::size_t i = 0; i <= points; ++i) {
      at[i] = std::ldexp(1 + static_cast<double>(i % parts) / parts, static_cast<int>(i / parts));
      log[i] = rounded(std::log2(at[i]), log_fraction);
    }
    for (std::size_t i = 0; i < points; ++i) slope[i] = (log[i + 1] - log[i]) / (at[i + 1] - at[i]);
    slope[points] = slope[points - 1];  // beyond what d can be
  }
  double operator()(double d) const {
    if (d <= 1) return 0;
    const auto i = static_cast<std::size_t>(std::ranges::upper_bound(at, d) - at.begin()) - 1;
    return rounded(log[i] + slope[i] * (d - at[i]), log_fraction);
  }
};

const LogTable& table() {
  static const LogTable made;
  return made;
}

std::vector<Dyadic> dyadic(const std::vector<double>& values) {
  std::vector<Dyadic> out;
  for (const double v : values) out.push_back(Dyadic::from_double(v));
  return out;
}

model::Shape vector_of(std::size_t n) { return {static_cast<std::int64_t>(n)}; }

/// L(d) of each of `n` features: a line from 1 on, and at every later point the change of slope.
Value logarithms(Builder& build, const Value& d, std::size_t n) {
  std::vector<std::uint32_t> index;
  std::vector<double> starts, bends(n * n * points, 0.0);
  for (std::size_t k = 0; k < n; ++k) {
    for (std::size_t i = 0; i < points; ++i) {
      index.push_back(static_cast<std::uint32_t>(k));
      starts.push_back(-table().at[i]);
      bends[k * n * points + k * points + i] = table().slope[i] - (i == 0 ? 0 : table().slope[i - 1]);
    }
  }
  const model::Shape wide = vector_of(n * points);
  const Value beyond = build.relu(build.add(build.remap(d, index, wide), Builder::constant(wide, dyadic(starts))));
  return build.quantise(build.dense(beyond, dyadic(bends), n, vector_of(n)), {log_type});
}

}  // namespace

MixtureScore::MixtureScore(const Mixture& mixture)
    : components_(mixture.components), dimensions_(mixture.dimensions), matrix_(mixture.whitening()) {
  const std::size_t n = dimensions_;
  for (std::size_t c = 0; c < components_; ++c) {
    for (std::size_t i = 0; i < n; ++i) {
      double b = 0;
      for (std::size_t j = 0; j <= i; ++j) b -= matrix_[(c * n + i) * n + j] * mixture.means[c * n + j];
      offset_.push_back(b);
    }
    weights_.push_back(rounded(mixture.weights[c], weight_fraction));
  }
  double largest = 0;
  for (const auto* values : {&matrix_, &offset_})
    for (const double v : *values) largest = std::max(largest, std::abs(v));
  if (!(largest < std::ldexp(1, constant_bits - 2)))
    throw core::Error(core::ErrorCode::mismatch, "the mixture is too narrow, or too far from 0, for constants of " +
                                                     std::to_string(constant_bits) + " bits");
  const int integer = std::max(1, std::ilogb(largest) + 2);  // the sign, and bits up to the largest
  for (auto* values : {&matrix_, &offset_})
    for (double& v : *values) v = rounded(v, half_even(constant_bits, integer, true));
}

double MixtureScore::operator()(const float* x) const {
  double score = 0;
  for (std::size_t c = 0; c < components_; ++c) {
    double d = 0;
    for (std::size_t i = c * dimensions_; i < (c + 1) * dimensions_; ++i) {
      double y = offset_[i];
      for (std::size_t j = 0; j < dimensions_; ++j) y += matrix_[i * dimensions_ + j] * static_cast<double>(x[j]);
      y = rounded(y, y_type);
      d += y * y;
    }
    score += weights_[c] * table()(rounded(d, d_type));
  }
  return score_unit * score;
}

Value MixtureScore::in_graph(Builder& build, const Value& x) const {
  const std::size_t rows = components_ * dimensions_;
  build.set_label("mixture");
  Value y = build.dense(x, dyadic(matrix_), rows, vector_of(rows));
  y = build.quantise(build.add(y, Builder::constant(vector_of(rows), dyadic(offset_))), {y_type});
  const Value d = build.sum(build.multiply(y, y), dimensions_, vector_of(components_));
  build.set_label("logarithm");
  const Value log = logarithms(build, build.quantise(d, {d_type}), components_);
  std::vector<double> weights = weights_;
  for (double& w : weights) w *= score_unit;
  build.set_label("weighted");
  return build.dense(log, dyadic(weights), 1, vector_of(1));
}

}  // namespace trigloop::train
