#include "train/nodes/moments.hpp"

#include <algorithm>
#include <cmath>

namespace trigloop::train {

void Moments::resize(std::size_t features, std::size_t blocks, std::size_t views, bool crossed) {
  features_ = features;
  views_ = views;
  crossed_ = crossed;
  make_zeros(block_means_, blocks * views * width());
  make_zeros(products_, slots_of(blocks) * matrices() * features * width());
  means_.assign(views, std::vector<double>(width()));
  covariances_.assign(matrices(), DoubleMatrix(features, features));
}

void Moments::gather(const Work& work, TensorId tensor) {
  const kernel::Shape shape{features_, work.rows};
  const std::size_t view_floats = features_ * feature_stride;
  for (std::size_t view = 0; view < views_; ++view) {
    float* mean = mean_of(work.block, view);
    kernel::block_means(work.value(tensor, view), shape, mean);
    kernel::centre(work.value(tensor, view), mean, shape, work.scratch + view * view_floats);
  }
  for (std::size_t matrix = 0; matrix < matrices(); ++matrix) {
    const bool is_cross = matrix == views_;
    kernel::multiply_over_events({.rows = features_,
                                  .columns = features_,
                                  .events = work.rows,
                                  .views = 1,
                                  .x = {work.scratch + (is_cross ? 0 : matrix) * view_floats, 0},
                                  .y = {work.scratch + (is_cross ? 1 : matrix) * view_floats, 0},
                                  .out = products_of(work.slot(), matrix),
                                  .out_stride = width(),
                                  .add = !work.begins,
                                  .triangular = !is_cross});
  }
}

void Moments::merge_means(const Step& step) {
  const std::size_t blocks = (step.events + block_events - 1) / block_events;
  const auto events = static_cast<double>(step.events);
  const auto rows_of = [&](std::size_t block) {
    return static_cast<double>(std::min(block_events, step.events - block * block_events));
  };
  // Distances are weighted so that their products are what blocks miss.
  away_.assign(views_, DoubleMatrix(blocks, features_));
  for (std::size_t view = 0; view < views_; ++view) {
    std::vector<double>& mean = means_[view];
    std::ranges::fill(mean, 0.0);
    for (std::size_t block = 0; block < blocks; ++block)
      for (std::size_t j = 0; j < features_; ++j) mean[j] += rows_of(block) / events * mean_of(block, view)[j];
    for (std::size_t block = 0; block < blocks; ++block) {
      const double weight = std::sqrt(rows_of(block));
      for (std::size_t j = 0; j < features_; ++j) away_[view](block, j) = weight * (mean_of(block, view)[j] - mean[j]);
    }
  }
}

void Moments::merge_products(const Step& step, std::size_t matrix) {
  const std::size_t blocks = (step.events + block_events - 1) / block_events;
  const bool is_cross = matrix == views_;
  DoubleMatrix& c = covariances_[matrix];
  std::fill_n(c.data(), features_ * width(), 0.0);
  kernel::add_slots(products_of(0, matrix), slots_of(blocks), matrices() * features_ * width(), c.data(),
                    features_ * width());
  add_transposed_product(away_[is_cross ? 0 : matrix], away_[is_cross ? 1 : matrix], c);
  const auto events = static_cast<double>(step.events);
  for (std::size_t i = 0; i < features_; ++i)
    for (std::size_t j = 0; j < features_; ++j) c(i, j) = (!is_cross && j < i) ? c(j, i) : c(i, j) / events;
}

void Moments::merge(const Step& step, const InParts& in_parts) {
  merge_means(step);
  in_parts(matrices(), [&](std::size_t matrix) { merge_products(step, matrix); });
}

}  // namespace trigloop::train
