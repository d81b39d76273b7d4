#pragma once
// The cost of a network in firmware as a term of the loss: effective bit operations (EBOPs), over all multiplications
// the bits of the weight times the bits of what it multiplies (HGQ's measure of LUTs). It can be lowered where the bits
// of weights are trained (trained_bits.hpp); bits of activations are as the recipe says, and their layers' outputs
// count as they are.
#include "train/engine/program.hpp"
#include "train/nodes/layers.hpp"
#include "train/nodes/losses.hpp"

namespace trigloop::train {

class BitOperations final : public Loss {
 public:
  struct Costed {
    const Dense* layer;  ///< whose bits are trained
    int input_bits;
  };
  BitOperations(std::string name, std::vector<Costed> layers, double weight);
  void forward(const Work&) override {}
  void backward(const Work&) override {}
  void finish(const Step& step, float* gradients) override;
  double loss(const Step& step) override;

 private:
  std::vector<Costed> layers_;
  double weight_;
};

/// Bits of a tensor: of its quantiser; of exact sums, what holds them; 32 of floats. `input_bits`: of what is fed.
int bits_of(const Network& network, TensorId tensor, int input_bits);

}  // namespace trigloop::train
