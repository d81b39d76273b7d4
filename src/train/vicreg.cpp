// VICReg. Both the spread and the covariance are functions of the matrix S of squares around the mean, so a block only
// adds its S, and the gradient is a matrix times the centred row: dz = (z - mean) G + s (z - z of the other view).
#include <cmath>

#include "train/losses.hpp"

namespace trigloop::train {
namespace {

constexpr double variance_floor = 1e-4;  // keeps the root's gradient finite

}  // namespace

Vicreg::Vicreg(std::string loss, std::size_t width, const Weights& weights) : weights_(weights) {
  name = std::move(loss);
  in_features = features = width;
  joint_views = true;
  terms_ = {{"invariance", 0}, {"spread", 0}, {"covariance", 0}};
}

void Vicreg::resize(std::size_t blocks, std::size_t) {
  blocks_ = blocks;
  make_zeros(moments_, blocks * 2 * moment_floats());
  make_zeros(scratch_, blocks * features * feature_stride);
  make_zeros(mean_, 2 * width());
  make_zeros(gradient_, 2 * features * width());
  make_sums(blocks, 1, 16);
}

void Vicreg::gather(const Work& work) {
  const kernel::Shape shape{features, work.rows};
  float* away = centred(work);
  for (std::size_t view = 0; view < 2; ++view) {
    const float* z = work.value(inputs[0], view);
    float* mean = moments(work.block, view);
    float* squares = mean + width();
    kernel::block_moments(z, shape, mean, squares);  // of `squares` only the diagonal, which is made again
    kernel::centre(z, mean, shape, away);
    std::fill_n(squares, features * width(), 0.0f);
    kernel::multiply_over_events({.rows = features,
                                  .columns = features,
                                  .events = work.rows,
                                  .views = 1,
                                  .x = {away, 0},
                                  .y = {away, 0},
                                  .out = squares,
                                  .out_stride = width(),
                                  .triangular = true});
  }
  sums(work)[0] = kernel::squared_difference(work.value(inputs[0], 0), work.value(inputs[0], 1), shape);
}

/// Blocks are merged as batch norm does, with squares and products about different means.
void Vicreg::merge_view(const Step& step, std::size_t view, std::vector<double>& mean, std::vector<double>& squares) {
  double count = 0;
  std::vector<double> away(width());
  for (std::size_t block = 0; count < static_cast<double>(step.events); ++block) {
    const double rows = std::min(static_cast<double>(block_events), static_cast<double>(step.events) - count);
    const float* of_block = moments(block, view);
    for (std::size_t j = 0; j < features; ++j) away[j] = of_block[j] - mean[j];
    const double weight = count * rows / (count + rows);
    for (std::size_t i = 0; i < features; ++i) {
      const float* row = of_block + (i + 1) * width();
      const double pull = away[i] * weight;
      double* out = squares.data() + i * width();
      for (std::size_t j = i; j < features; ++j) out[j] += row[j] + pull * away[j];
    }
    for (std::size_t j = 0; j < features; ++j) mean[j] += away[j] * (rows / (count + rows));
    count += rows;
  }
  for (std::size_t i = 0; i < features; ++i)
    for (std::size_t j = 0; j < i; ++j) squares[i * width() + j] = squares[j * width() + i];
}

/// Fills the view's gradient matrix; returns its covariance term and adds its spread.
double Vicreg::set_gradient(const Step& step, std::size_t view, const std::vector<double>& squares, double& spread) {
  const auto events = static_cast<double>(step.events), count = static_cast<double>(features);
  double covariance = 0;
  for (std::size_t i = 0; i < features; ++i) {
    float* row = gradient_.data() + (view * features + i) * width();
    for (std::size_t j = 0; j < features; ++j) {
      const double c = squares[i * width() + j] / (events - 1);
      if (i != j) covariance += c * c / count;
      row[j] = static_cast<float>(weights_.covariance * 4 * c / (count * (events - 1)));
    }
    const double deviation = std::sqrt(squares[i * width() + i] / events + variance_floor);
    spread += std::max(0.0, 1 - deviation) / (2 * count);
    row[i] = static_cast<float>(deviation < 1 ? -weights_.spread / (2 * count * events * deviation) : 0.0);
  }
  return covariance;
}

void Vicreg::merge(const Step& step) {
  double spread = 0, covariance = 0;
  for (std::size_t view = 0; view < 2; ++view) {
    std::vector<double> mean(width()), squares(features * width());
    merge_view(step, view, mean, squares);
    covariance += set_gradient(step, view, squares, spread);
    for (std::size_t j = 0; j < features; ++j) mean_[view * width() + j] = static_cast<float>(mean[j]);
  }
  const double invariance =
      total({.events = step.events, .views = 1}) / (static_cast<double>(step.events) * static_cast<double>(features));
  terms_[0].value = invariance;
  terms_[1].value = spread;
  terms_[2].value = covariance;
  loss_ = weights_.invariance * invariance + weights_.spread * spread + weights_.covariance * covariance;
}

void Vicreg::backward(const Work& work) {
  const kernel::Shape shape{features, work.rows};
  const auto scale = static_cast<float>(weights_.invariance * 2 /
                                        (static_cast<double>(work.step->events) * static_cast<double>(features)));
  for (std::size_t view = 0; view < 2; ++view) {
    const float* z = work.value(inputs[0], view);
    float* dz = work.gradient(inputs[0], view);
    kernel::centre(z, mean_.data() + view * width(), shape, centred(work));
    kernel::difference(z, work.value(inputs[0], 1 - view), scale, dz, shape, adds(0));
    kernel::multiply({.rows = features,
                      .depth = features,
                      .events = work.rows,
                      .a = {gradient_.data() + view * features * width(), width(), 1},
                      .b = centred(work),
                      .bias = nullptr,
                      .out = dz,
                      .add = true});
  }
}

}  // namespace trigloop::train
