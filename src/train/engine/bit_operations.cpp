#include "train/engine/bit_operations.hpp"

#include <bit>
#include <cmath>

#include "train/nodes/trained_bits.hpp"

namespace trigloop::train {

BitOperations::BitOperations(std::string loss, std::vector<Costed> layers, double weight)
    : layers_(std::move(layers)), weight_(weight) {
  name = std::move(loss);
  makes_output = false;
  terms_ = {{name, 0}};
}

double BitOperations::loss(const Step&) {
  terms_[0].value = 0;
  for (const Costed& each : layers_) {
    const Dense& dense = *each.layer;
    const float* parameters = dense.bit_parameters();
    for (std::size_t i = 0; i < dense.in_features; ++i) {
      for (std::size_t o = 0; o < dense.features; ++o) {
        const std::size_t k = i * padded(dense.features) + o;
        const float q = dense.quantised_kernel()[k];
        terms_[0].value += each.input_bits * trained_bits::bits(dense.options().kernel, q, parameters[k]);
      }
    }
  }
  return weight_ * terms_[0].value;
}

void BitOperations::finish(const Step&, float* gradients) {
  for (const Costed& each : layers_) {
    const Dense& dense = *each.layer;
    float* gradient = gradients + dense.bits_offset();
    for (std::size_t k = 0; k < dense.in_features * padded(dense.features); ++k)
      if (dense.quantised_kernel()[k] != 0)
        gradient[k] += static_cast<float>(weight_ * each.input_bits) * trained_bits::rate;
  }
}

int bits_of(const Network& network, TensorId tensor, int input_bits) {
  for (const auto& node : network.nodes()) {
    if (node->output != tensor || !node->makes_output) continue;
    if (node->inputs.empty()) return input_bits;
    const int before = bits_of(network, node->inputs[0], input_bits);
    if (const auto* activation = dynamic_cast<const Activation*>(node.get()))
      return activation->quantiser().is_quantised() ? activation->quantiser().bits : before;
    const auto* dense = dynamic_cast<const Dense*>(node.get());
    if (dense == nullptr) return before;
    if (!dense->options().kernel.is_quantised()) return 32;
    return before + dense->options().kernel.bits + static_cast<int>(std::bit_width(dense->in_features - 1));
  }
  return input_bits;
}

}  // namespace trigloop::train
