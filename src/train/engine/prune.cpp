#include "train/engine/prune.hpp"

#include <algorithm>
#include <cmath>

namespace trigloop::train {

double PruneOptions::sparsity(std::int64_t epoch) const {
  if (epoch < begin) return 0;
  const auto length = static_cast<double>(std::max<std::int64_t>(1, end - begin));
  const double left = std::max(0.0, 1 - static_cast<double>(epoch - begin) / length);
  return last + (first - last) * std::pow(left, power);
}

Pruner::Pruner(const PruneOptions& options, const Parameters& parameters, const std::vector<std::string>& layers)
    : options_(options), masks_(parameters.size(), 1.0f) {
  for (std::size_t k = 0; k < parameters.list().size(); ++k)
    for (const std::string& layer : layers)
      if (parameters[k].name == layer + "/kernel") kernels_.push_back(k);
}

void Pruner::begin_epoch(std::int64_t epoch, Parameters& parameters) {
  if (epoch < options_.begin || epoch > options_.end) return;
  const double share = options_.sparsity(epoch);
  std::vector<std::size_t> order;
  for (const std::size_t kernel : kernels_) {
    const Parameter& p = parameters[kernel];
    order.clear();
    for (std::size_t k = 0; k < p.rows * p.columns; ++k)
      order.push_back(p.offset + k / p.columns * p.stride() + k % p.columns);
    const float* w = parameters.data();
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
      const float x = std::abs(w[a]), y = std::abs(w[b]);
      return x < y || (x == y && a < b);
    });
    const auto zeros = static_cast<std::size_t>(std::lround(share * static_cast<double>(order.size())));
    for (std::size_t k = 0; k < order.size(); ++k) masks_[order[k]] = k < zeros ? 0.0f : 1.0f;
  }
  apply(parameters);
}

void Pruner::apply(Parameters& parameters) const {
  for (const std::size_t kernel : kernels_) {
    const Parameter& p = parameters[kernel];
    for (std::size_t k = p.offset; k < p.offset + p.size(); ++k) parameters.data()[k] *= masks_[k];
  }
}

}  // namespace trigloop::train
