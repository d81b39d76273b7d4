#include "train/nodes/losses.hpp"

#include "core/error.hpp"

namespace trigloop::train {

void Node::infer(const float*, float*, std::size_t) const {
  throw core::Error(core::ErrorCode::unsupported, "'" + name + "' has no meaning outside of training");
}

void Loss::make_sums(std::size_t blocks, std::size_t views, std::size_t width) {
  blocks_ = blocks;
  width_ = width;
  make_zeros(sums_, blocks * views * width);
}

double Loss::total(const Step& step) const {
  const std::size_t blocks = (step.events + block_events - 1) / block_events;
  double sum = 0;
  for (std::size_t view = 0; view < step.views; ++view)
    for (std::size_t k = view * blocks_ * width_; k < (view * blocks_ + blocks) * width_; ++k) sum += sums_[k];
  return sum;
}

Reconstruction::Reconstruction(std::string loss, Kind kind, std::size_t width, double weight)
    : kind_(kind), weight_(weight) {
  name = std::move(loss);
  in_features = features = width;
  terms_ = {{name, 0}};
}

void Reconstruction::forward(const Work& work) {
  const auto measure = kind_ == Kind::squared ? kernel::squared_difference : kernel::absolute_difference;
  sums(work)[0] = measure(work.value(inputs[0]), work.value(inputs[1]), {features, work.rows});
}

void Reconstruction::backward(const Work& work) {
  const auto gradient = kind_ == Kind::squared ? kernel::difference : kernel::sign_of_difference;
  const double share = weight_ / (static_cast<double>(work.step->events) * static_cast<double>(features));
  const auto scale = static_cast<float>(kind_ == Kind::squared ? 2 * share : share);
  if (wants(0))
    gradient(work.value(inputs[0]), work.value(inputs[1]), scale, work.gradient(inputs[0]), {features, work.rows},
             adds(0));
  if (wants(1))
    gradient(work.value(inputs[1]), work.value(inputs[0]), scale, work.gradient(inputs[1]), {features, work.rows},
             adds(1));
}

double Reconstruction::loss(const Step& step) {
  terms_[0].value = total(step) / (static_cast<double>(step.events) * static_cast<double>(features));
  return weight_ * terms_[0].value;
}

Divergence::Divergence(std::string loss, std::size_t width, double weight) : weight_(weight) {
  name = std::move(loss);
  in_features = features = width;
  terms_ = {{name, 0}};
}

void Divergence::forward(const Work& work) {
  sums(work)[0] = kernel::divergence(work.value(inputs[0]), work.value(inputs[1]), {features, work.rows});
}

void Divergence::backward(const Work& work) {
  const double share = weight_ / (static_cast<double>(work.step->events) * static_cast<double>(features));
  kernel::divergence_gradient(work.value(inputs[0]), work.value(inputs[1]), static_cast<float>(share),
                              {features, work.rows}, work.gradient(inputs[0]), work.gradient(inputs[1]), adds(0));
}

double Divergence::loss(const Step& step) {
  terms_[0].value = -0.5 * total(step) / (static_cast<double>(step.events) * static_cast<double>(features));
  return weight_ * terms_[0].value;
}

}  // namespace trigloop::train
