#include "train/layers.hpp"
#include "train/trained_bits.hpp"

namespace trigloop::train {

Dense::Dense(std::string layer, const Options& options, Parameters& parameters)
    : options_(options), parameters_(&parameters) {
  // Keras keeps the weights of quantised layers in the quantiser's range, which it takes to be +-max(1, 2^integer).
  const auto clip = [](const Quantiser& q) {
    return q.is_quantised() ? std::max(1.0f, std::ldexp(1.0f, q.integer)) : Parameter{}.clip;
  };
  name = std::move(layer);
  in_features = options.inputs;
  features = options.outputs;
  kernel_ = parameters.add({name + "/kernel", options.inputs, options.outputs, clip(options.kernel)});
  bias_ = parameters.add({name + "/bias", 1, options.outputs, clip(options.bias)});
  if (options.trains_bits) {
    bits_ = parameters.add({name + "/bits", options.inputs, options.outputs, trained_bits::clip(options.kernel)});
    for (std::size_t i = 0; i < options.inputs; ++i)
      std::fill_n(parameters.data(bits_) + i * padded(features), features,
                  trained_bits::widest_parameter(options.kernel));
  }
  make_zeros(weights_, options.inputs * stride());
  make_zeros(transposed_, options.outputs * in_stride());
  make_zeros(offsets_, stride());
}

void Dense::quantise() {
  if (options_.trains_bits)
    trained_bits::quantise(options_.kernel, parameters_->data(kernel_), parameters_->data(bits_), weights_.data(),
                           in_features * padded(features));
  else
    kernel::quantise(options_.kernel, parameters_->data(kernel_), weights_.data(), in_features * padded(features));
  kernel::quantise(options_.bias, parameters_->data(bias_), offsets_.data(), stride());
  for (std::size_t i = 0; i < in_features; ++i)
    for (std::size_t o = 0; o < features; ++o) transposed_[o * in_stride() + i] = weights_[i * stride() + o];
}

void Dense::finish(const Step&, float* gradients) {
  if (!options_.trains_bits) return;
  trained_bits::add_gradient(options_.kernel, parameters_->data(kernel_), weights_.data(),
                             gradients + (*parameters_)[kernel_].offset, gradients + bits_offset(),
                             in_features * padded(features));
}

void Dense::infer(const float* in, float* out, std::size_t rows) const {
  kernel::multiply({.rows = rows,
                    .depth = in_features,
                    .columns = features,
                    .a = {in, in_stride(), 1},
                    .b = weights_.data(),
                    .b_stride = stride(),
                    .start = offsets_.data(),
                    .start_stride = 0,
                    .out = out,
                    .out_stride = stride()});
}

void Dense::forward(const Work& work) { infer(work.value(inputs[0]), work.value(output), work.rows); }

void Dense::backward(const Work& work) {
  const float* dy = work.gradient(output);
  float* dw = work.weight_gradients + (*parameters_)[kernel_].offset;
  kernel::multiply({.rows = in_features,
                    .depth = work.rows,
                    .columns = features,
                    .a = {work.value(inputs[0]), 1, in_stride()},
                    .b = dy,
                    .b_stride = stride(),
                    .start = dw,
                    .start_stride = stride(),
                    .out = dw,
                    .out_stride = stride()});
  kernel::add_rows(dy, work.rows, stride(), work.weight_gradients + (*parameters_)[bias_].offset);
  if (!wants(0)) return;
  static constexpr float zeros[4096] = {};
  float* dx = work.gradient(inputs[0]);
  kernel::multiply({.rows = work.rows,
                    .depth = features,
                    .columns = in_features,
                    .a = {dy, stride(), 1},
                    .b = transposed_.data(),
                    .b_stride = in_stride(),
                    .start = adds(0) ? dx : zeros,
                    .start_stride = adds(0) ? in_stride() : 0,
                    .out = dx,
                    .out_stride = in_stride()});
}

}  // namespace trigloop::train
