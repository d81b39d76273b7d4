#include "train/nodes/layers.hpp"

namespace trigloop::train {

Activation::Activation(std::string layer, std::size_t width, const Quantiser& quantiser) : quantiser_(quantiser) {
  name = std::move(layer);
  in_features = features = width;
}

void Activation::infer(const float* in, float* out, std::size_t rows) const {
  kernel::quantise(quantiser_, in, out, {features, rows});
}

void Activation::forward(const Work& work) { infer(work.value(inputs[0]), work.value(output), work.rows); }

void Activation::backward(const Work& work) {
  if (!wants(0)) return;
  kernel::quantise_gradient(quantiser_, work.value(inputs[0]), work.gradient(output), work.gradient(inputs[0]),
                            {features, work.rows}, adds(0));
}

}  // namespace trigloop::train
