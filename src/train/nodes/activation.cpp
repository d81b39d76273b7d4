#include "train/nodes/layers.hpp"

namespace trigloop::train {

Activation::Activation(std::string layer, std::size_t width, const Quantiser& quantiser) : quantiser_(quantiser) {
  name = std::move(layer);
  in_features = features = width;
}

void Activation::infer(const float* in, float* out, std::size_t rows) const {
  kernel::quantise(quantiser_, in, out, {features, rows});
}

void Activation::resize(std::size_t blocks, std::size_t views) {
  blocks_ = blocks;
  if (notes) noted_.resize_discard(blocks * views * features * feature_stride);
}

void Activation::forward(const Work& work) {
  if (!notes) return infer(work.value(inputs[0]), work.value(output), work.rows);
  kernel::quantise(quantiser_, work.value(inputs[0]), work.value(output), noted(work), {features, work.rows});
}

void Activation::again(const Work& work) {
  if (!notes) return forward(work);
  kernel::quantise_again(quantiser_, noted(work), work.value(output), {features, work.rows});
}

void Activation::backward(const Work& work) {
  if (!wants(0)) return;
  const kernel::Shape shape{features, work.rows};
  const float* dy = work.gradient(output);
  float* dx = work.gradient(inputs[0]);
  if (notes) return kernel::noted_gradient(noted(work), dy, dx, shape, adds(0));
  kernel::quantise_gradient(quantiser_, work.value(inputs[0]), dy, dx, shape, adds(0));
}

}  // namespace trigloop::train
