// VICReg of z = scale W' x, where batch norm has made scale of the covariance of W' x. All of it is a function of the
// covariances of x in both views, Ca and Cb, and between them, Cab (moments.hpp), and so are its gradients:
//
//     z's covariance is Z = U' C U, U = W scale;   the views differ by Za + Zb - 2 X,   X = diag(Ua' Cab Ub)
//     with G = dL/dZ:   dL/dC = U G U',   dL/dU = 2 C U G;      the same of X, with the diagonal matrix dL/dX
//     scale = gamma / sqrt(w' C w + epsilon) adds its share to dL/dW and dL/dC
//     dx = 2/n dL/dC (x - mean) + 1/n dL/dCab (x of the other view - its mean)
//
// So the layer's output is never made, neither forward nor backward. What shifts z has no gradient.
#include "train/nodes/normed_vicreg.hpp"

namespace trigloop::train {

NormedVicreg::NormedVicreg(Dense& dense, BatchNorm& norm, const Vicreg& loss, Parameters& parameters)
    : dense_(dense), norm_(norm), parameters_(parameters), weights_(loss.weights()) {
  name = dense.name;
  in_features = dense.in_features;
  features = dense.features;
  inputs = dense.inputs;
  output = loss.output;
  joint_views = true;
  terms_ = loss.terms();
}

void NormedVicreg::resize(std::size_t blocks, std::size_t) {
  moments_.resize(in_features, blocks, 2, true);
  for (Gradient& g : gradients_) {
    make_zeros(g.own, in_features * padded(in_features));
    make_zeros(g.other, in_features * padded(in_features));
    make_zeros(g.start, padded(in_features));
  }
}

NormedVicreg::View NormedVicreg::normalised(std::size_t v, const DoubleMatrix& w) const {
  View view;
  for (std::vector<double>* each : {&view.mean, &view.variance, &view.inverse, &view.scale}) each->resize(features);
  view.spread = moments_.covariance(v) * w;
  view.covariance = w.transposed() * view.spread;
  for (std::size_t j = 0; j < features; ++j) {
    view.variance[j] = view.covariance(j, j);
    view.mean[j] = dense_.quantised_bias()[j];
    for (std::size_t i = 0; i < in_features; ++i) view.mean[j] += w(i, j) * moments_.mean(v)[i];
    view.inverse[j] = norm_.inverse_deviation(view.variance[j]);
    view.scale[j] = parameters_.data(norm_.gamma())[j] * view.inverse[j];
  }
  for (std::size_t i = 0; i < features; ++i)
    for (std::size_t j = 0; j < features; ++j) view.covariance(i, j) *= view.scale[i] * view.scale[j];
  return view;
}

VicregOfMoments NormedVicreg::take_loss(const View (&views)[2], const Mixed& mixed, const DoubleMatrix& w,
                                        double events, std::vector<double>& both) {
  std::vector<double> apart(features);
  for (std::size_t j = 0; j < features; ++j) {
    double x = 0;
    for (std::size_t i = 0; i < in_features; ++i) x += w(i, j) * mixed.of[0](i, j);
    const double scales = views[0].scale[j] * views[1].scale[j];
    apart[j] = views[0].covariance(j, j) + views[1].covariance(j, j) - 2 * scales * x;
    both[j] = -2 * per_feature() * scales;
  }
  VicregOfMoments of = vicreg_of_moments({&views[0].covariance, &views[1].covariance}, apart, events, weights_);
  loss_ = of.loss;
  for (std::size_t k = 0; k < terms_.size(); ++k) terms_[k].value = of.terms[k];
  return of;
}

std::vector<double> NormedVicreg::take_weights(View& view, const DoubleMatrix& w) const {
  std::vector<double> dvariance(features);
  view.dw = DoubleMatrix(in_features, features);
  view.dgamma.resize(features);
  for (std::size_t j = 0; j < features; ++j) {
    double dscale = 0;
    for (std::size_t i = 0; i < in_features; ++i) dscale += w(i, j) * view.slope(i, j);
    view.dgamma[j] = dscale * view.inverse[j];
    dvariance[j] = -0.5 * dscale * view.scale[j] * view.inverse[j] * view.inverse[j];
    for (std::size_t i = 0; i < in_features; ++i)
      view.dw(i, j) = view.slope(i, j) * view.scale[j] + 2 * dvariance[j] * view.spread(i, j);
  }
  return dvariance;
}

void NormedVicreg::set_gradient(std::size_t v, const DoubleMatrix& own, const DoubleMatrix& other, double events) {
  Gradient& g = gradients_[v];
  for (std::size_t i = 0; i < in_features; ++i) {
    double start = 0;
    for (std::size_t j = 0; j < in_features; ++j) {
      const double a = 2 * own(i, j) / events, b = other(i, j) / events;
      g.own[i * padded(in_features) + j] = static_cast<float>(a);
      g.other[i * padded(in_features) + j] = static_cast<float>(b);
      start -= a * moments_.mean(v)[j] + b * moments_.mean(1 - v)[j];
    }
    g.start[i] = static_cast<float>(start);
  }
}

void NormedVicreg::merge(const Step& step, const InParts& in_parts) {
  const auto events = static_cast<double>(step.events);
  DoubleMatrix w(in_features, features);
  for (std::size_t i = 0; i < in_features; ++i)
    for (std::size_t j = 0; j < features; ++j) w(i, j) = dense_.quantised_kernel()[i * padded(features) + j];

  Mixed mixed;
  moments_.merge_means(step);
  in_parts(moments_.matrices(), [&](std::size_t part) {
    moments_.merge_products(step, part);
    if (part < 2) {
      views_[part] = normalised(part, w);
    } else {
      mixed.of[0] = moments_.cross() * w;
      mixed.of[1] = moments_.cross().transposed() * w;
    }
  });
  for (const View& view : views_)
    for (std::size_t j = 0; j < features; ++j) norm_.follow(j, view.mean[j], view.variance[j]);

  std::vector<double> both(features);
  const VicregOfMoments of = take_loss(views_, mixed, w, events, both);
  const DoubleMatrix transposed = w.transposed(), between = w.scaled(both) * transposed;
  in_parts(2, [&](std::size_t v) {
    View& view = views_[v];
    DoubleMatrix g = of.gradient[v];
    for (std::size_t j = 0; j < features; ++j) g(j, j) += per_feature();
    view.slope = view.spread.scaled(view.scale) * g;  // half of dL/dU, without the other view's
    for (std::size_t i = 0; i < in_features; ++i)
      for (std::size_t j = 0; j < features; ++j)
        view.slope(i, j) = 2 * view.slope(i, j) - 2 * per_feature() * views_[1 - v].scale[j] * mixed.of[v](i, j);
    const std::vector<double> dvariance = take_weights(view, w);
    for (std::size_t i = 0; i < features; ++i)
      for (std::size_t j = 0; j < features; ++j)
        g(i, j) = g(i, j) * view.scale[i] * view.scale[j] + (i == j ? dvariance[j] : 0.0);
    set_gradient(v, w * g * transposed, v == 0 ? between : between.transposed(), events);
  });
}

void NormedVicreg::backward(const Work& work) {
  if (work.block == 0) {
    float* dw = work.weight_gradients + parameters_[dense_.kernel()].offset;
    float* dgamma = work.weight_gradients + parameters_[norm_.gamma()].offset;
    for (std::size_t j = 0; j < features; ++j) {
      dgamma[j] += static_cast<float>(views_[0].dgamma[j] + views_[1].dgamma[j]);
      for (std::size_t i = 0; i < in_features; ++i)
        dw[i * padded(features) + j] += static_cast<float>(views_[0].dw(i, j) + views_[1].dw(i, j));
    }
  }
  for (std::size_t v = 0; v < 2; ++v) {
    kernel::Product p{.rows = in_features,
                      .depth = in_features,
                      .events = work.rows,
                      .a = {gradients_[v].own.data(), padded(in_features), 1},
                      .b = work.value(inputs[0], v),
                      .bias = gradients_[v].start.data(),
                      .out = work.gradient(inputs[0], v),
                      .add = adds(0)};
    kernel::multiply(p);
    p.a.data = gradients_[v].other.data();
    p.b = work.value(inputs[0], 1 - v);
    p.bias = nullptr;
    p.add = true;
    kernel::multiply(p);
  }
}

}  // namespace trigloop::train
