// VICReg. Spread and covariance are functions of z's covariance Z, so the gradient is a matrix times the centred event:
// dz = 2/n dL/dZ (z - mean) + s (z - z of the other view).
#include <cmath>

#include "train/nodes/losses.hpp"

namespace trigloop::train {
namespace {

constexpr double variance_floor = 1e-4;  // keeps the root's gradient finite

/// Of one view: fills dL/dZ and adds to the terms.
void add_view(const DoubleMatrix& z, double events, const Vicreg::Weights& weights, DoubleMatrix& gradient,
              VicregOfMoments& out) {
  const std::size_t features = z.rows();
  const auto width = static_cast<double>(features);
  const double unbiased = events / (events - 1);
  for (std::size_t i = 0; i < features; ++i) {
    for (std::size_t j = 0; j < features; ++j) {
      const double c = z(i, j) * unbiased;
      if (i != j) out.terms[2] += c * c / width;
      gradient(i, j) = weights.covariance * 2 * c * unbiased / width;
    }
    const double deviation = std::sqrt(z(i, i) + variance_floor);
    out.terms[1] += std::max(0.0, 1 - deviation) / (2 * width);
    gradient(i, i) = deviation < 1 ? -weights.spread / (4 * width * deviation) : 0.0;
  }
}

}  // namespace

VicregOfMoments vicreg_of_moments(const std::array<const DoubleMatrix*, 2>& z, const std::vector<double>& apart,
                                  double events, const Vicreg::Weights& weights) {
  const std::size_t features = z[0]->rows();
  VicregOfMoments out;
  for (const double squared : apart) out.terms[0] += squared / static_cast<double>(features);
  for (std::size_t view = 0; view < 2; ++view) {
    out.gradient[view] = DoubleMatrix(features, features);
    add_view(*z[view], events, weights, out.gradient[view], out);
  }
  out.loss = weights.invariance * out.terms[0] + weights.spread * out.terms[1] + weights.covariance * out.terms[2];
  return out;
}

Vicreg::Vicreg(std::string loss, std::size_t width, const Weights& weights) : weights_(weights) {
  name = std::move(loss);
  in_features = features = width;
  joint_views = true;
  terms_ = {{"invariance", 0}, {"spread", 0}, {"covariance", 0}};
}

void Vicreg::resize(std::size_t blocks, std::size_t) {
  moments_.resize(features, blocks, 2, false);
  make_zeros(start_, 2 * padded(features));
  make_zeros(gradient_, 2 * features * padded(features));
  make_sums(blocks, 1, 16);
}

void Vicreg::gather(const Work& work) {
  moments_.gather(work, inputs[0]);
  sums(work)[0] = kernel::squared_difference(work.value(inputs[0], 0), work.value(inputs[0], 1), {features, work.rows});
}

void Vicreg::merge(const Step& step, const InParts& in_parts) {
  const auto events = static_cast<double>(step.events);
  moments_.merge(step, in_parts);
  const VicregOfMoments of = vicreg_of_moments({&moments_.covariance(0), &moments_.covariance(1)},
                                               {total({.events = step.events, .views = 1}) / events}, events, weights_);
  loss_ = of.loss;
  for (std::size_t k = 0; k < terms_.size(); ++k) terms_[k].value = of.terms[k];
  for (std::size_t view = 0; view < 2; ++view) {
    for (std::size_t i = 0; i < features; ++i) {
      double start = 0;
      for (std::size_t j = 0; j < features; ++j) {
        const double g = 2 * of.gradient[view](i, j) / events;
        start -= g * moments_.mean(view)[j];
        gradient_[(view * features + i) * padded(features) + j] = static_cast<float>(g);
      }
      start_[view * padded(features) + i] = static_cast<float>(start);
    }
  }
}

void Vicreg::backward(const Work& work) {
  const kernel::Shape shape{features, work.rows};
  const auto scale = static_cast<float>(weights_.invariance * 2 /
                                        (static_cast<double>(work.step->events) * static_cast<double>(features)));
  for (std::size_t view = 0; view < 2; ++view) {
    const float* z = work.value(inputs[0], view);
    float* dz = work.gradient(inputs[0], view);
    kernel::difference(z, work.value(inputs[0], 1 - view), scale, dz, shape, adds(0));
    kernel::multiply({.rows = features,
                      .depth = features,
                      .events = work.rows,
                      .a = {gradient_.data() + view * features * padded(features), padded(features), 1},
                      .b = z,
                      .bias = start_.data() + view * padded(features),
                      .out = dz,
                      .add = true});
  }
}

}  // namespace trigloop::train
