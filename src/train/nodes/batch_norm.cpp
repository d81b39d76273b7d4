// Batch norm. A block's moments are taken around the block's own mean, and merged by the rule for sums of squares about
// different means (Chan, Golub, LeVeque): E[x^2] - E[x]^2 would cancel where a mean is large against the spread.
#include <cmath>
#include <limits>

#include "train/nodes/layers.hpp"

namespace trigloop::train {
namespace {

constexpr double momentum = 0.99, epsilon = 1e-3;  // Keras' defaults

float floor_of(bool relu) { return relu ? 0.0f : -std::numeric_limits<float>::infinity(); }

}  // namespace

BatchNorm::BatchNorm(std::string layer, std::size_t width, bool relu, Parameters& parameters)
    : parameters_(&parameters), relu_(relu) {
  name = std::move(layer);
  in_features = features = width;
  gamma_ = parameters.add({name + "/gamma", 1, width});
  beta_ = parameters.add({name + "/beta", 1, width});
  std::fill_n(parameters.data(gamma_), width, 1.0f);
  moving_mean_.assign(width, 0.0f);
  moving_variance_.assign(width, 1.0f);
}

void BatchNorm::resize(std::size_t blocks, std::size_t views) {
  blocks_ = blocks;
  make_zeros(sums_, blocks * views * 2 * width());
  for (Floats* each : {&mean_, &inverse_, &dy_mean_, &dyx_mean_}) make_zeros(*each, views * width());
}

kernel::Norm BatchNorm::norm(std::size_t view) const {
  const std::size_t at = view * width();
  return {mean_.data() + at, inverse_.data() + at, parameters_->data(gamma_), parameters_->data(beta_),
          floor_of(relu_)};
}

double BatchNorm::inverse_deviation(double variance) { return 1 / std::sqrt(variance + epsilon); }

void BatchNorm::follow(std::size_t j, double mean, double variance) {
  const auto move = [](float& moving, double now) {
    moving = static_cast<float>(moving - (moving - now) * (1 - momentum));
  };
  move(moving_mean_[j], mean);
  move(moving_variance_[j], variance);
}

void BatchNorm::gather(const Work& work) {
  kernel::block_moments(work.value(inputs[0]), {features, work.rows}, sums(work.block, work.view, 0),
                        sums(work.block, work.view, 1));
}

void BatchNorm::merge(const Step& step, const InParts&) {
  std::vector<double> mean(features), squares(features);
  for (std::size_t view = 0; view < step.views; ++view) {
    std::ranges::fill(mean, 0.0);
    std::ranges::fill(squares, 0.0);
    double count = 0;
    for (std::size_t block = 0; count < static_cast<double>(step.events); ++block) {
      const double rows = std::min(static_cast<double>(block_events), static_cast<double>(step.events) - count);
      const double share = rows / (count + rows), apart = count * rows / (count + rows);
      const float *means = sums(block, view, 0), *around = sums(block, view, 1);
      for (std::size_t j = 0; j < features; ++j) {
        const double away = means[j] - mean[j];
        squares[j] += around[j] + away * away * apart;
        mean[j] += away * share;
      }
      count += rows;
    }
    for (std::size_t j = 0; j < features; ++j) {
      const double variance = squares[j] / count;
      mean_[view * width() + j] = static_cast<float>(mean[j]);
      inverse_[view * width() + j] = static_cast<float>(inverse_deviation(variance));
      follow(j, mean[j], variance);
    }
  }
}

void BatchNorm::forward(const Work& work) {
  kernel::normalise(norm(work.view), work.value(inputs[0]), {features, work.rows}, work.value(output));
}

void BatchNorm::gather_gradient(const Work& work) {
  kernel::normalise_sums(norm(work.view), work.value(inputs[0]), work.gradient(output), {features, work.rows},
                         sums(work.block, work.view, 0), sums(work.block, work.view, 1));
}

void BatchNorm::merge_gradient(const Step& step, float* weight_gradients) {
  const std::size_t blocks = (step.events + block_events - 1) / block_events;
  float* dgamma = weight_gradients + (*parameters_)[gamma_].offset;
  float* dbeta = weight_gradients + (*parameters_)[beta_].offset;
  std::vector<double> dy(features), dyx(features);
  for (std::size_t view = 0; view < step.views; ++view) {
    std::ranges::fill(dy, 0.0);
    std::ranges::fill(dyx, 0.0);
    for (std::size_t block = 0; block < blocks; ++block) {
      for (std::size_t j = 0; j < features; ++j) {
        dy[j] += sums(block, view, 0)[j];
        dyx[j] += sums(block, view, 1)[j];
      }
    }
    for (std::size_t j = 0; j < features; ++j) {
      dbeta[j] += static_cast<float>(dy[j]);
      dgamma[j] += static_cast<float>(dyx[j]);
      dy_mean_[view * width() + j] = static_cast<float>(dy[j] / static_cast<double>(step.events));
      dyx_mean_[view * width() + j] = static_cast<float>(dyx[j] / static_cast<double>(step.events));
    }
  }
}

void BatchNorm::backward(const Work& work) {
  if (!wants(0)) return;
  const std::size_t at = work.view * width();
  kernel::normalise_gradient(norm(work.view), work.value(inputs[0]), work.gradient(output), dy_mean_.data() + at,
                             dyx_mean_.data() + at, {features, work.rows}, work.gradient(inputs[0]), adds(0));
}

void BatchNorm::infer(const float* in, float* out, std::size_t rows) const {
  Floats mean, inverse;
  make_zeros(mean, width());
  make_zeros(inverse, width());
  for (std::size_t j = 0; j < features; ++j) {
    mean[j] = moving_mean_[j];
    inverse[j] = static_cast<float>(inverse_deviation(moving_variance_[j]));
  }
  kernel::normalise({mean.data(), inverse.data(), parameters_->data(gamma_), parameters_->data(beta_), floor_of(relu_)},
                    in, {features, rows}, out);
}

}  // namespace trigloop::train
