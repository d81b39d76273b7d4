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
  make_zeros(scratch_, blocks * block_events * stride());
  make_zeros(mean_, 2 * stride());
  make_zeros(gradient_, 2 * features * stride());
  make_sums(blocks, 1, 16);
}

void Vicreg::gather(const Work& work) {
  float* centred = scratch_.data() + work.block * block_events * stride();
  for (std::size_t view = 0; view < 2; ++view) {
    const float* z = work.value(inputs[0], view);
    float* mean = moments(work.block, view);
    float* squares = mean + stride();
    kernel::block_moments(z, work.rows, stride(), mean, centred);
    kernel::centre(z, mean, work.rows, stride(), centred);
    std::fill_n(squares, features * stride(), 0.0f);
    // On and above the diagonal, 16 rows at a time; merge_view knows the rest by symmetry.
    for (std::size_t i = 0; i < features; i += 16) {
      kernel::multiply({.rows = std::min<std::size_t>(16, features - i),
                        .depth = work.rows,
                        .columns = features - i,
                        .a = {centred + i, 1, stride()},
                        .b = centred + i,
                        .b_stride = stride(),
                        .start = squares + i * stride() + i,
                        .start_stride = stride(),
                        .out = squares + i * stride() + i,
                        .out_stride = stride()});
    }
  }
  std::fill_n(sums(work), 16, 0.0f);
  kernel::squared_difference(work.value(inputs[0], 0), work.value(inputs[0], 1), work.rows * stride(), sums(work));
}

/// Blocks are merged as batch norm does, with squares and products about different means.
void Vicreg::merge_view(const Step& step, std::size_t view, std::vector<double>& mean, std::vector<double>& squares) {
  double count = 0;
  std::vector<double> away(stride());
  for (std::size_t block = 0; count < static_cast<double>(step.events); ++block) {
    const double rows = std::min(static_cast<double>(block_events), static_cast<double>(step.events) - count);
    const float* of_block = moments(block, view);
    for (std::size_t j = 0; j < features; ++j) away[j] = of_block[j] - mean[j];
    const double weight = count * rows / (count + rows);
    for (std::size_t i = 0; i < features; ++i) {
      const float* row = of_block + (i + 1) * stride();
      const double pull = away[i] * weight;
      double* out = squares.data() + i * stride();
      for (std::size_t j = i; j < features; ++j) out[j] += row[j] + pull * away[j];
    }
    for (std::size_t j = 0; j < features; ++j) mean[j] += away[j] * (rows / (count + rows));
    count += rows;
  }
  for (std::size_t i = 0; i < features; ++i)
    for (std::size_t j = 0; j < i; ++j) squares[i * stride() + j] = squares[j * stride() + i];
}

/// Fills the view's gradient matrix; returns its covariance term and adds its spread.
double Vicreg::set_gradient(const Step& step, std::size_t view, const std::vector<double>& squares, double& spread) {
  const auto events = static_cast<double>(step.events), width = static_cast<double>(features);
  double covariance = 0;
  for (std::size_t i = 0; i < features; ++i) {
    float* row = gradient_.data() + (view * features + i) * stride();
    for (std::size_t j = 0; j < features; ++j) {
      const double c = squares[i * stride() + j] / (events - 1);
      if (i != j) covariance += c * c / width;
      row[j] = static_cast<float>(weights_.covariance * 4 * c / (width * (events - 1)));
    }
    const double deviation = std::sqrt(squares[i * stride() + i] / events + variance_floor);
    spread += std::max(0.0, 1 - deviation) / (2 * width);
    row[i] = static_cast<float>(deviation < 1 ? -weights_.spread / (2 * width * events * deviation) : 0.0);
  }
  return covariance;
}

void Vicreg::merge(const Step& step) {
  double spread = 0, covariance = 0;
  for (std::size_t view = 0; view < 2; ++view) {
    std::vector<double> mean(stride()), squares(features * stride());
    merge_view(step, view, mean, squares);
    covariance += set_gradient(step, view, squares, spread);
    for (std::size_t j = 0; j < features; ++j) mean_[view * stride() + j] = static_cast<float>(mean[j]);
  }
  const double invariance =
      total({.events = step.events, .views = 1}) / (static_cast<double>(step.events) * static_cast<double>(features));
  terms_[0].value = invariance;
  terms_[1].value = spread;
  terms_[2].value = covariance;
  loss_ = weights_.invariance * invariance + weights_.spread * spread + weights_.covariance * covariance;
}

void Vicreg::backward(const Work& work) {
  float* centred = scratch_.data() + work.block * block_events * stride();
  const auto scale = static_cast<float>(weights_.invariance * 2 /
                                        (static_cast<double>(work.step->events) * static_cast<double>(features)));
  for (std::size_t view = 0; view < 2; ++view) {
    const float* z = work.value(inputs[0], view);
    float* dz = work.gradient(inputs[0], view);
    kernel::centre(z, mean_.data() + view * stride(), work.rows, stride(), centred);
    kernel::difference(z, work.value(inputs[0], 1 - view), scale, dz, work.rows * stride(), adds(0));
    kernel::multiply({.rows = work.rows,
                      .depth = features,
                      .columns = features,
                      .a = {centred, stride(), 1},
                      .b = gradient_.data() + view * features * stride(),
                      .b_stride = stride(),
                      .start = dz,
                      .start_stride = stride(),
                      .out = dz,
                      .out_stride = stride()});
  }
}

}  // namespace trigloop::train
