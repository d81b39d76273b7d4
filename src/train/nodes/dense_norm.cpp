// A layer with batch norm behind it, as one node: the moments of the layer's input give mean and variance of its output
// (moments.hpp), so batch norm becomes other weights and another bias, of each view. Backward, with g the gradient in
// front of the ReLU, w a column of W, and s = gamma / deviation:
//
//     dgamma = sum g xhat = w . K / deviation,    K = sum (x - mean) g,    dbeta = sum g
//     dW = s (K - dgamma / deviation C w)
//     dx = W s g - W (s dgamma / (n deviation)) W' (x - mean) - W s mean(g)
//
// C being the covariance of x: the sums of K and g are all that is needed of the batch.
#include "train/nodes/dense_norm.hpp"

#include <cmath>

namespace trigloop::train {

DenseNorm::DenseNorm(Dense& dense, BatchNorm& norm, Parameters& parameters)
    : dense_(dense), norm_(norm), parameters_(parameters) {
  name = dense.name;
  in_features = dense.in_features;
  features = dense.features;
  inputs = dense.inputs;
  output = norm.output;
  joint_views = true;
}

void DenseNorm::resize(std::size_t blocks, std::size_t views) {
  blocks_ = blocks;
  moments_.resize(in_features, blocks, views, false);
  views_ = std::vector<View>(views);
  for (View& view : views_) {
    make_zeros(view.weights, in_features * padded(features));
    make_zeros(view.offsets, padded(features));
    make_zeros(view.own, in_features * padded(in_features));
    make_zeros(view.start, padded(in_features));
    make_zeros(view.sums, slots_of(blocks) * sum_floats());
    view.inverse.assign(features, 0.0);
  }
}

void DenseNorm::gather(const Work& work) { moments_.gather(work, inputs[0]); }

DoubleMatrix DenseNorm::weights() const {
  DoubleMatrix w(in_features, features);
  for (std::size_t i = 0; i < in_features; ++i)
    for (std::size_t j = 0; j < features; ++j) w(i, j) = dense_.quantised_kernel()[i * padded(features) + j];
  return w;
}

void DenseNorm::merge(const Step& step, const InParts&) {
  moments_.merge_means(step);
  for (std::size_t v = 0; v < step.views; ++v) moments_.merge_products(step, v);
  const DoubleMatrix w = weights();
  const float *gamma = parameters_.data(norm_.gamma()), *beta = parameters_.data(norm_.beta());
  for (std::size_t v = 0; v < step.views; ++v) {
    View& view = views_[v];
    const DoubleMatrix spread = moments_.covariance(v) * w;
    for (std::size_t j = 0; j < features; ++j) {
      double mean = 0, variance = 0;
      for (std::size_t i = 0; i < in_features; ++i) {
        mean += w(i, j) * moments_.mean(v)[i];
        variance += w(i, j) * spread(i, j);
      }
      norm_.follow(j, mean + dense_.quantised_bias()[j], variance);
      view.inverse[j] = norm_.inverse_deviation(variance);
      const double scale = gamma[j] * view.inverse[j];
      view.offsets[j] = static_cast<float>(beta[j] - scale * mean);
      for (std::size_t i = 0; i < in_features; ++i)
        view.weights[i * padded(features) + j] = static_cast<float>(scale * w(i, j));
    }
  }
}

void DenseNorm::forward(const Work& work) {
  for (std::size_t v = 0; v < work.step->views; ++v) {
    kernel::multiply({.rows = features,
                      .depth = in_features,
                      .events = work.rows,
                      .a = {views_[v].weights.data(), 1, padded(features)},
                      .b = work.value(inputs[0], v),
                      .bias = views_[v].offsets.data(),
                      .out = work.value(output, v),
                      .relu = norm_.relu()});
  }
}

/// Leaves the gradient in front of the ReLU in the place of that behind it, and of the input's what the first term
/// gives: it is a quarter as wide.
void DenseNorm::gather_gradient(const Work& work) {
  const kernel::Shape shape{features, work.rows};
  for (std::size_t v = 0; v < work.step->views; ++v) {
    float* g = work.gradient(output, v);
    if (norm_.relu()) kernel::quantise_gradient({Quantiser::Kind::relu}, work.value(output, v), g, g, shape, false);
    float* sums = views_[v].sums.data() + work.slot() * sum_floats();
    kernel::multiply_over_events({.rows = in_features,
                                  .columns = features,
                                  .events = work.rows,
                                  .views = 1,
                                  .x = {work.value(inputs[0], v), 0},
                                  .y = {g, 0},
                                  .out = sums + padded(features),
                                  .out_stride = padded(features),
                                  .y_sums = sums,
                                  .add = !work.begins});
    if (!wants(0)) continue;
    kernel::multiply({.rows = in_features,
                      .depth = features,
                      .events = work.rows,
                      .a = {views_[v].weights.data(), padded(features), 1},
                      .b = g,
                      .bias = nullptr,
                      .out = work.gradient(inputs[0], v),
                      .add = adds(0)});
  }
}

void DenseNorm::merge_gradient(const Step& step, float* weight_gradients) {
  const std::size_t blocks = (step.events + block_events - 1) / block_events;
  const auto events = static_cast<double>(step.events);
  const DoubleMatrix w = weights();
  for (std::size_t v = 0; v < step.views; ++v) {
    View& view = views_[v];
    DoubleMatrix sums(1 + in_features, features);  // of g, then of x g
    kernel::add_slots(view.sums.data(), slots_of(blocks), sum_floats(), sums.data(), sum_floats());
    const DoubleMatrix spread = moments_.covariance(v) * w;
    std::vector<double> pull(features), level(features);  // of what is taken from the gradient
    for (std::size_t j = 0; j < features; ++j) {
      double dgamma = 0;
      for (std::size_t i = 0; i < in_features; ++i) {
        sums(i + 1, j) -= moments_.mean(v)[i] * sums(0, j);
        dgamma += w(i, j) * sums(i + 1, j) * view.inverse[j];
      }
      const double scale = parameters_.data(norm_.gamma())[j] * view.inverse[j];
      weight_gradients[parameters_[norm_.gamma()].offset + j] += static_cast<float>(dgamma);
      weight_gradients[parameters_[norm_.beta()].offset + j] += static_cast<float>(sums(0, j));
      float* dw = weight_gradients + parameters_[dense_.kernel()].offset + j;
      for (std::size_t i = 0; i < in_features; ++i)
        dw[i * padded(features)] +=
            static_cast<float>(scale * (sums(i + 1, j) - dgamma * view.inverse[j] * spread(i, j)));
      pull[j] = scale * dgamma * view.inverse[j] / events;
      level[j] = scale * sums(0, j) / events;
    }
    set_gradient(view, w, pull, level, moments_.mean(v));
  }
}

/// dx = W s g + own x + start; the first is there already.
void DenseNorm::set_gradient(View& view, const DoubleMatrix& w, const std::vector<double>& pull,
                             const std::vector<double>& level, const std::vector<double>& mean) const {
  const DoubleMatrix own = w.scaled(pull) * w.transposed();
  for (std::size_t i = 0; i < in_features; ++i) {
    double start = 0;
    for (std::size_t j = 0; j < features; ++j) start -= w(i, j) * level[j];
    for (std::size_t k = 0; k < in_features; ++k) {
      view.own[i * padded(in_features) + k] = static_cast<float>(-own(i, k));
      start += own(i, k) * mean[k];
    }
    view.start[i] = static_cast<float>(start);
  }
}

void DenseNorm::backward(const Work& work) {
  if (!wants(0)) return;
  for (std::size_t v = 0; v < work.step->views; ++v) {
    kernel::multiply({.rows = in_features,
                      .depth = in_features,
                      .events = work.rows,
                      .a = {views_[v].own.data(), padded(in_features), 1},
                      .b = work.value(inputs[0], v),
                      .bias = views_[v].start.data(),
                      .out = work.gradient(inputs[0], v),
                      .add = true});
  }
}

std::size_t DenseNorm::multiply_adds() const {
  const std::size_t product = in_features * features, square = in_features * in_features;
  return views_.size() * ((is_cheap() ? 2 : 1) * product + square / 2 + product + (wants(0) ? product + square : 0));
}

}  // namespace trigloop::train
