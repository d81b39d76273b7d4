#include <cmath>

#include "train/nodes/losses.hpp"

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
  make_zeros(powers_, 2 * blocks * views * objects_.size() * feature_stride);
}

float* MomentumReconstruction::powers(const Work& work, std::size_t which) {
  const std::size_t block = (work.view * blocks_ + work.block) * 2 + which;
  return powers_.data() + block * objects_.size() * feature_stride;
}

void MomentumReconstruction::find_powers(const Work& work, std::size_t which) {
  float* out = powers(work, which);
  for (std::size_t j = 0; j < objects_.size(); ++j) {
    const float* eta = work.value(inputs[which]) + (3 * j + 1) * feature_stride;
    for (std::size_t r = 0; r < work.rows; ++r)
      out[j * feature_stride + r] = eta[r] * objects_[j].eta_scale + objects_[j].eta_bias;
  }
  kernel::exponential(out, out, {objects_.size(), work.rows});
}

namespace {

struct Momentum {
  float pt, pz, sinh, cosh;
  Momentum(float x, float power, const MomentumReconstruction::Object& o)
      : pt(x * o.pt_scale + o.pt_bias), sinh((power - 1 / power) / 2), cosh((power + 1 / power) / 2) {
    pz = pt * sinh;
  }
};

float sign(float x) { return x > 0 ? 1.0f : x < 0 ? -1.0f : 0.0f; }

}  // namespace

/// Both momenta of an object of an event.
struct MomentumReconstruction::Compared {
  Momentum x, y;
};

MomentumReconstruction::Compared MomentumReconstruction::compare(const Work& work, std::size_t j, std::size_t event) {
  const std::size_t pt = 3 * j * feature_stride + event, power = j * feature_stride + event;
  return {Momentum(work.value(inputs[0])[pt], powers(work, 0)[power], objects_[j]),
          Momentum(work.value(inputs[1])[pt], powers(work, 1)[power], objects_[j])};
}

void MomentumReconstruction::forward(const Work& work) {
  for (std::size_t which : {0, 1}) find_powers(work, which);
  double sum = 0;
  for (std::size_t j = 0; j < objects_.size(); ++j) {
    for (std::size_t r = 0; r < work.rows; ++r) {
      const auto [x, y] = compare(work, j, r);
      sum += std::abs(x.pt - y.pt) + std::abs(x.pz - y.pz);
    }
  }
  sums(work)[0] = static_cast<float>(sum);
}

void MomentumReconstruction::backward(const Work& work) {
  if (!wants(0)) return;
  const auto scale =
      static_cast<float>(weight_ / (static_cast<double>(work.step->events) * static_cast<double>(objects_.size())));
  float* dx = work.gradient(inputs[0]);
  if (!adds(0)) std::fill_n(dx, features * feature_stride, 0.0f);
  for (std::size_t j = 0; j < objects_.size(); ++j) {
    float *dpt = dx + 3 * j * feature_stride, *deta = dpt + feature_stride;
    for (std::size_t r = 0; r < work.rows; ++r) {
      const auto [x, y] = compare(work, j, r);
      const float along = sign(x.pz - y.pz);
      dpt[r] += scale * (sign(x.pt - y.pt) + along * x.sinh) * objects_[j].pt_scale;
      deta[r] += scale * along * x.pt * x.cosh * objects_[j].eta_scale;
    }
  }
}

double MomentumReconstruction::loss(const Step& step) {
  terms_[0].value = total(step) / (static_cast<double>(step.events) * static_cast<double>(objects_.size()));
  return weight_ * terms_[0].value;
}

}  // namespace trigloop::train
