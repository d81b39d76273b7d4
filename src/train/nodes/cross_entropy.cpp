#include <algorithm>
#include <cmath>

#include "train/nodes/losses.hpp"

namespace trigloop::train {

CrossEntropy::CrossEntropy(std::string loss, std::size_t width, double weight) : weight_(weight) {
  name = std::move(loss);
  in_features = features = width;
  terms_ = {{name, 0}};
}

void CrossEntropy::resize(std::size_t blocks, std::size_t views) {
  make_sums(blocks, views, 16);
  blocks_ = blocks;
  make_zeros(shares_, blocks * views * features * feature_stride);
}

/// Softmax of each event, less its largest logit, which keeps exp in range.
void CrossEntropy::forward(const Work& work) {
  const float *x = work.value(inputs[0]), *target = work.value(inputs[1]);
  float* share = shares(work);
  for (std::size_t r = 0; r < work.rows; ++r) {
    float largest = x[r];
    for (std::size_t j = 1; j < features; ++j) largest = std::max(largest, x[j * feature_stride + r]);
    for (std::size_t j = 0; j < features; ++j)
      share[j * feature_stride + r] = std::max(x[j * feature_stride + r] - largest, -80.0f);
  }
  kernel::exponential(share, share, {features, work.rows});
  double loss = 0;
  for (std::size_t r = 0; r < work.rows; ++r) {
    float sum = 0;
    for (std::size_t j = 0; j < features; ++j) sum += share[j * feature_stride + r];
    for (std::size_t at = r; at < features * feature_stride; at += feature_stride) {
      share[at] /= sum;
      if (target[at] > 0) loss -= static_cast<double>(target[at]) * std::log(static_cast<double>(share[at]));
    }
  }
  sums(work)[0] = static_cast<float>(loss);
}

void CrossEntropy::backward(const Work& work) {
  if (!wants(0)) return;
  const auto scale = static_cast<float>(weight_ / static_cast<double>(work.step->events));
  kernel::difference(shares(work), work.value(inputs[1]), scale, work.gradient(inputs[0]), {features, work.rows},
                     adds(0));
}

double CrossEntropy::loss(const Step& step) {
  terms_[0].value = total(step) / static_cast<double>(step.events);
  return weight_ * terms_[0].value;
}

}  // namespace trigloop::train
