#include <algorithm>
#include <cmath>

#include "train/losses.hpp"

namespace trigloop::train {

CrossEntropy::CrossEntropy(std::string loss, std::size_t width, double weight) : weight_(weight) {
  name = std::move(loss);
  in_features = features = width;
  terms_ = {{name, 0}};
}

void CrossEntropy::resize(std::size_t blocks, std::size_t views) {
  make_sums(blocks, views, 16);
  blocks_ = blocks;
  make_zeros(shares_, blocks * views * block_events * stride());
}

/// Softmax of each row, less its largest logit, which keeps exp in range.
void CrossEntropy::forward(const Work& work) {
  float* share = shares(work);
  double loss = 0;
  for (std::size_t r = 0; r < work.rows; ++r) {
    const float* x = work.value(inputs[0]) + r * stride();
    const float largest = *std::max_element(x, x + features);
    for (std::size_t j = 0; j < features; ++j) share[r * stride() + j] = std::max(x[j] - largest, -80.0f);
  }
  kernel::exponential(share, share, work.rows * stride());
  for (std::size_t r = 0; r < work.rows; ++r) {
    float* p = share + r * stride();
    const float* target = work.value(inputs[1]) + r * stride();
    float sum = 0;
    for (std::size_t j = 0; j < features; ++j) sum += p[j];
    for (std::size_t j = 0; j < features; ++j) {
      p[j] /= sum;
      if (target[j] > 0) loss -= static_cast<double>(target[j]) * std::log(static_cast<double>(p[j]));
    }
  }
  sums(work)[0] = static_cast<float>(loss);
}

void CrossEntropy::backward(const Work& work) {
  if (!wants(0)) return;
  const auto scale = static_cast<float>(weight_ / static_cast<double>(work.step->events));
  const float* share = shares(work);
  float* dx = work.gradient(inputs[0]);
  if (!adds(0)) std::fill_n(dx, work.rows * stride(), 0.0f);
  for (std::size_t r = 0; r < work.rows; ++r)
    for (std::size_t k = r * stride(); k < r * stride() + features; ++k)
      dx[k] += scale * (share[k] - work.value(inputs[1])[k]);
}

double CrossEntropy::loss(const Step& step) {
  terms_[0].value = total(step) / static_cast<double>(step.events);
  return weight_ * terms_[0].value;
}

}  // namespace trigloop::train
