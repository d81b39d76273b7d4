#include "train/nodes/layers.hpp"
#include "train/nodes/trained_bits.hpp"

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
  joint_views = true;
  make_zeros(weights_, options.inputs * padded(features));
  make_zeros(offsets_, padded(features));
}

void Dense::quantise() {
  if (options_.trains_bits)
    trained_bits::quantise(options_.kernel, parameters_->data(kernel_), parameters_->data(bits_), weights_.data(),
                           weights_.size());
  else
    kernel::quantise_flat(options_.kernel, parameters_->data(kernel_), weights_.data(), weights_.size());
  kernel::quantise_flat(options_.bias, parameters_->data(bias_), offsets_.data(), offsets_.size());
}

void Dense::finish(const Step&, float* gradients) {
  if (!options_.trains_bits) return;
  trained_bits::add_gradient(options_.kernel, parameters_->data(kernel_), weights_.data(),
                             gradients + (*parameters_)[kernel_].offset, gradients + bits_offset(),
                             in_features * padded(features));
}

void Dense::infer(const float* in, float* out, std::size_t rows) const {
  kernel::multiply({.rows = features,
                    .depth = in_features,
                    .events = rows,
                    .a = {weights_.data(), 1, padded(features)},
                    .b = in,
                    .bias = offsets_.data(),
                    .out = out});
}

void Dense::forward(const Work& work) {
  for (std::size_t view = 0; view < work.step->views; ++view)
    infer(work.value(inputs[0], view), work.value(output, view), work.rows);
}

void Dense::backward(const Work& work) {
  kernel::multiply_over_events({.rows = in_features,
                                .columns = features,
                                .events = work.rows,
                                .views = work.step->views,
                                .x = work.all_values(inputs[0]),
                                .y = work.all_gradients(output),
                                .out = work.weight_gradients + (*parameters_)[kernel_].offset,
                                .out_stride = padded(features),
                                .y_sums = work.weight_gradients + (*parameters_)[bias_].offset,
                                .add = !work.begins});
  if (!wants(0)) return;
  for (std::size_t view = 0; view < work.step->views; ++view) {
    kernel::multiply({.rows = in_features,
                      .depth = features,
                      .events = work.rows,
                      .a = {weights_.data(), padded(features), 1},
                      .b = work.gradient(output, view),
                      .bias = nullptr,
                      .out = work.gradient(inputs[0], view),
                      .add = adds(0)});
  }
}

}  // namespace trigloop::train
