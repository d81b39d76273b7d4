#pragma once
// Layers: nodes with weights, and the functions between them.
#include "train/nodes/node.hpp"

namespace trigloop::train {

/// y = x W + b, W and b being rounded before use where they have a quantiser (QKeras' QDense).
class Dense final : public Node {
 public:
  struct Options {
    std::size_t inputs = 0, outputs = 0;
    Quantiser kernel, bias;
    bool trains_bits = false;  ///< of each weight (trained_bits.hpp); `kernel` is the widest type then
    std::size_t rising = 0;    ///< n: weights of inputs 0, n, ... begin non-negative, others 0 (initialise.hpp); 0: off
  };
  /// Adds NAME/kernel (inputs x outputs) and NAME/bias to `parameters`, all zero; NAME/bits, as wide as they may be.
  Dense(std::string name, const Options& options, Parameters& parameters);

  const Options& options() const noexcept { return options_; }
  std::size_t kernel() const noexcept { return kernel_; }
  std::size_t bias() const noexcept { return bias_; }
  /// Trained bits: the parameters, and where their gradients are.
  const float* bit_parameters() const { return parameters_->data(bits_); }
  std::size_t bits_offset() const { return (*parameters_)[bits_].offset; }

  void resize(std::size_t, std::size_t views) override { views_ = views; }
  void begin(const Step&) override { quantise(); }
  void forward(const Work& work) override;
  void backward(const Work& work) override;
  bool adds_by_block() const override { return true; }
  std::size_t multiply_adds() const override { return views_ * (2 + wants(0)) * in_features * features; }
  void finish(const Step& step, float* gradients) override;
  /// With the weights of the last `quantise`.
  void infer(const float* in, float* out, std::size_t rows) const override;
  /// Rounds the parameters anew; `begin` does it every step.
  void quantise();
  /// W and b as used; rows are padded(features) apart.
  const float* quantised_kernel() const noexcept { return weights_.data(); }
  const float* quantised_bias() const noexcept { return offsets_.data(); }

 private:
  Options options_;
  Parameters* parameters_;
  std::size_t kernel_, bias_, bits_ = 0, views_ = 1;
  Floats weights_, offsets_;
};

/// A quantiser's values of x: quantised_relu, quantised_bits, relu.
class Activation final : public Node {
 public:
  Activation(std::string name, std::size_t features, const Quantiser& quantiser);
  const Quantiser& quantiser() const noexcept { return quantiser_; }
  void resize(std::size_t blocks, std::size_t views) override;
  void forward(const Work& work) override;
  bool is_cheap() const override { return true; }
  bool can_note() const override { return quantiser_.kind == Quantiser::Kind::quantised_relu && quantiser_.bits <= 15; }
  void again(const Work& work) override;
  void backward(const Work& work) override;
  void infer(const float* in, float* out, std::size_t rows) const override;

 private:
  std::int16_t* noted(const Work& work) {
    return noted_.data() + (work.view * blocks_ + work.block) * features * feature_stride;
  }

  Quantiser quantiser_;
  std::size_t blocks_ = 0;
  core::AlignedBuffer<std::int16_t> noted_;
};

/// Keras' BatchNormalization: momentum 0.99, epsilon 1e-3, moments of each view for itself; the moving ones are updated
/// view after view.
class BatchNorm final : public Node {
 public:
  /// `relu`: the output is max(0, y). In one node, because y itself is then never stored.
  BatchNorm(std::string name, std::size_t features, bool relu, Parameters& parameters);

  bool relu() const noexcept { return relu_; }
  std::size_t gamma() const noexcept { return gamma_; }
  std::size_t beta() const noexcept { return beta_; }
  /// Lets the moving moments of a feature follow those of a batch.
  void follow(std::size_t feature, double mean, double variance);
  static double inverse_deviation(double variance);

  void resize(std::size_t blocks, std::size_t views) override;
  bool needs_batch() const override { return true; }
  void gather(const Work& work) override;
  void merge(const Step& step, const InParts& in_parts) override;
  void forward(const Work& work) override;
  bool is_cheap() const override { return true; }
  bool gradient_needs_batch() const override { return true; }
  void gather_gradient(const Work& work) override;
  void merge_gradient(const Step& step, float* weight_gradients) override;
  void backward(const Work& work) override;
  void infer(const float* in, float* out, std::size_t rows) const override;
  std::vector<std::vector<float>*> state() override { return {&moving_mean_, &moving_variance_}; }

 private:
  /// One of the pairs of sums of a block and view, `width` floats each.
  float* sums(std::size_t block, std::size_t view, std::size_t which) {
    return sums_.data() + ((view * blocks_ + block) * 2 + which) * width();
  }
  std::size_t width() const { return padded(features); }
  kernel::Norm norm(std::size_t view) const;

  Parameters* parameters_;
  std::size_t gamma_, beta_, blocks_ = 0;
  bool relu_;
  std::vector<float> moving_mean_, moving_variance_;
  Floats sums_;                                 ///< of each block
  Floats mean_, inverse_, dy_mean_, dyx_mean_;  ///< of each view
};

/// z = mean + exp(log variance / 2) x noise: the inputs are the means and the logarithms of variances.
class Sample final : public Node {
 public:
  Sample(std::string name, std::size_t features, std::uint32_t stream);
  void resize(std::size_t blocks, std::size_t views) override;
  void begin(const Step& step) override;
  void forward(const Work& work) override;
  void backward(const Work& work) override;

 private:
  /// dz / dlog_variance of a block.
  float* slope(const Work& work) {
    return slope_.data() + (work.view * blocks_ + work.block) * features * feature_stride;
  }

  std::uint32_t stream_;
  std::vector<kernel::Keys> keys_;  ///< of each view
  std::size_t blocks_ = 0;
  Floats slope_;
};

}  // namespace trigloop::train
