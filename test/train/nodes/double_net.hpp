#pragma once
// A network of training nodes in double precision, one event after the other, written to be read: what the engine's
// gradients are tested against by central differences. It knows nothing of blocks, padding or vectors.
#include <cmath>
#include <functional>
#include <map>
#include <vector>

#include "train/engine/program.hpp"
#include "train/nodes/layers.hpp"
#include "train/nodes/losses.hpp"

namespace trigloop::train::test {

using Row = std::vector<double>;
using Rows = std::vector<Row>;            ///< of events
using Views = std::vector<Rows>;          ///< of views
using Given = std::map<TensorId, Views>;  ///< tensors that nothing computes: data, noise

class DoubleNet {
 public:
  explicit DoubleNet(const Network& network) : network_(network) {}

  /// Values of all tensors of nodes that are known; others are `given`. `noise` is that of the sampling node.
  std::map<TensorId, Views> forward(const std::vector<double>& parameters, Given tensors,
                                    const Rows& noise = {}) const {
    for (const auto& node : network_.nodes()) {
      if (tensors.contains(node->output) || !node->makes_output) continue;
      Views out;
      for (std::size_t v = 0; v < tensors.at(node->inputs[0]).size(); ++v) {
        const Rows& x = tensors.at(node->inputs[0])[v];
        if (const auto* dense = dynamic_cast<const Dense*>(node.get()))
          out.push_back(run(*dense, parameters, x));
        else if (const auto* act = dynamic_cast<const Activation*>(node.get()))
          out.push_back(run(*act, x));
        else if (const auto* norm = dynamic_cast<const BatchNorm*>(node.get()))
          out.push_back(normalised(*norm, norm->relu(), parameters, x));
        else
          out.push_back(sampled(x, tensors.at(node->inputs[1])[v], noise));
      }
      tensors[node->output] = std::move(out);
    }
    return tensors;
  }

 private:
  const double* find(const std::vector<double>& parameters, const std::string& name, std::size_t& stride) const {
    for (const Parameter& p : network_.parameters.list()) {
      if (p.name != name) continue;
      stride = p.stride();
      return parameters.data() + p.offset;
    }
    return nullptr;
  }

  Rows run(const Dense& dense, const std::vector<double>& parameters, const Rows& x) const {
    std::size_t stride = 0;
    const double* kernel = find(parameters, dense.name + "/kernel", stride);
    const double* bias = find(parameters, dense.name + "/bias", stride);
    Rows y(x.size(), Row(dense.features));
    for (std::size_t e = 0; e < x.size(); ++e) {
      for (std::size_t o = 0; o < dense.features; ++o) {
        y[e][o] = bias[o];
        for (std::size_t i = 0; i < dense.in_features; ++i) y[e][o] += x[e][i] * kernel[i * stride + o];
      }
    }
    return y;
  }

  static Rows run(const Activation& activation, Rows x) {
    if (activation.quantiser().kind == Quantiser::Kind::relu)
      for (Row& row : x)
        for (double& v : row) v = std::max(0.0, v);
    return x;
  }

  Rows normalised(const Node& node, bool relu, const std::vector<double>& parameters, const Rows& x) const {
    std::size_t stride = 0;
    const double* gamma = find(parameters, node.name + "/gamma", stride);
    const double* beta = find(parameters, node.name + "/beta", stride);
    const auto n = static_cast<double>(x.size());
    Rows y = x;
    for (std::size_t j = 0; j < node.features; ++j) {
      double mean = 0, variance = 0;
      for (const Row& row : x) mean += row[j] / n;
      for (const Row& row : x) variance += (row[j] - mean) * (row[j] - mean) / n;
      for (Row& row : y) {
        row[j] = gamma[j] * (row[j] - mean) / std::sqrt(variance + 1e-3) + beta[j];
        if (relu) row[j] = std::max(0.0, row[j]);
      }
    }
    return y;
  }

  static Rows sampled(const Rows& mean, const Rows& log_variance, const Rows& noise) {
    Rows z = mean;
    for (std::size_t e = 0; e < z.size(); ++e)
      for (std::size_t j = 0; j < z[e].size(); ++j) z[e][j] += std::exp(log_variance[e][j] / 2) * noise[e][j];
    return z;
  }

  const Network& network_;
};

/// The VICReg loss of two views.
inline double vicreg(const Views& z, double invariance, double spread, double covariance) {
  const auto n = static_cast<double>(z[0].size()), width = static_cast<double>(z[0][0].size());
  double loss = 0;
  for (std::size_t e = 0; e < z[0].size(); ++e)
    for (std::size_t j = 0; j < z[0][e].size(); ++j)
      loss += invariance * std::pow(z[0][e][j] - z[1][e][j], 2) / (n * width);
  for (const Rows& view : z) {
    const std::size_t features = view[0].size();
    Row mean(features);
    for (const Row& row : view)
      for (std::size_t j = 0; j < features; ++j) mean[j] += row[j] / n;
    for (std::size_t i = 0; i < features; ++i) {
      for (std::size_t j = 0; j < features; ++j) {
        double sum = 0;
        for (const Row& row : view) sum += (row[i] - mean[i]) * (row[j] - mean[j]);
        if (i != j)
          loss += covariance * std::pow(sum / (n - 1), 2) / width;
        else
          loss += spread * std::max(0.0, 1 - std::sqrt(sum / n + 1e-4)) / (2 * width);
      }
    }
  }
  return loss;
}

}  // namespace trigloop::train::test
