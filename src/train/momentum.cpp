#include <cmath>

#include "train/losses.hpp"

namespace trigloop::train {

MomentumReconstruction::MomentumReconstruction(std::string loss, std::vector<Object> objects, double weight)
    : objects_(std::move(objects)), weight_(weight) {
  name = std::move(loss);
  in_features = features = 3 * objects_.size();
  terms_ = {{name, 0}};
}

void MomentumReconstruction::resize(std::size_t blocks, std::size_t views) {
  make_sums(blocks, views, 16);
  blocks_ = blocks;
  make_zeros(powers_, 2 * blocks * views * block_events * padded(objects_.size()));
}

float* MomentumReconstruction::powers(const Work& work, std::size_t which) {
  const std::size_t block = (work.view * blocks_ + work.block) * 2 + which;
  return powers_.data() + block * block_events * padded(objects_.size());
}

void MomentumReconstruction::find_powers(const Work& work, std::size_t which) {
  const std::size_t width = padded(objects_.size());
  float* out = powers(work, which);
  for (std::size_t r = 0; r < work.rows; ++r) {
    const float* x = work.value(inputs[which]) + r * stride();
    for (std::size_t j = 0; j < objects_.size(); ++j)
      out[r * width + j] = x[3 * j + 1] * objects_[j].eta_scale + objects_[j].eta_bias;
  }
  kernel::exponential(out, out, work.rows * width);
}

namespace {

struct Momentum {
  float pt, pz, sinh, cosh;
  Momentum(const float* x, float power, const MomentumReconstruction::Object& o)
      : pt(x[0] * o.pt_scale + o.pt_bias), sinh((power - 1 / power) / 2), cosh((power + 1 / power) / 2) {
    pz = pt * sinh;
  }
};

float sign(float x) { return x > 0 ? 1.0f : x < 0 ? -1.0f : 0.0f; }

}  // namespace

void MomentumReconstruction::forward(const Work& work) {
  const std::size_t width = padded(objects_.size());
  for (std::size_t which : {0, 1}) find_powers(work, which);
  double sum = 0;
  for (std::size_t r = 0; r < work.rows; ++r) {
    for (std::size_t j = 0; j < objects_.size(); ++j) {
      const std::size_t at = r * stride() + 3 * j;
      const Momentum x(work.value(inputs[0]) + at, powers(work, 0)[r * width + j], objects_[j]);
      const Momentum y(work.value(inputs[1]) + at, powers(work, 1)[r * width + j], objects_[j]);
      sum += std::abs(x.pt - y.pt) + std::abs(x.pz - y.pz);
    }
  }
  sums(work)[0] = static_cast<float>(sum);
}

void MomentumReconstruction::backward(const Work& work) {
  if (!wants(0)) return;
  const std::size_t width = padded(objects_.size());
  const auto scale =
      static_cast<float>(weight_ / (static_cast<double>(work.step->events) * static_cast<double>(objects_.size())));
  float* dx = work.gradient(inputs[0]);
  if (!adds(0)) std::fill_n(dx, work.rows * stride(), 0.0f);
  for (std::size_t r = 0; r < work.rows; ++r) {
    for (std::size_t j = 0; j < objects_.size(); ++j) {
      const std::size_t at = r * stride() + 3 * j;
      const Object& o = objects_[j];
      const Momentum x(work.value(inputs[0]) + at, powers(work, 0)[r * width + j], o);
      const Momentum y(work.value(inputs[1]) + at, powers(work, 1)[r * width + j], o);
      const float along = sign(x.pz - y.pz);
      dx[at] += scale * (sign(x.pt - y.pt) + along * x.sinh) * o.pt_scale;
      dx[at + 1] += scale * along * x.pt * x.cosh * o.eta_scale;
    }
  }
}

double MomentumReconstruction::loss(const Step& step) {
  terms_[0].value = total(step) / (static_cast<double>(step.events) * static_cast<double>(objects_.size()));
  return weight_ * terms_[0].value;
}

}  // namespace trigloop::train
