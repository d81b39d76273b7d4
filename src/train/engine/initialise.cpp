#include "train/engine/initialise.hpp"

#include <cmath>

#include "core/random.hpp"
#include "train/nodes/layers.hpp"

namespace trigloop::train {
namespace {

double rounded(const Quantiser& q, double x) {
  const double code = std::nearbyint(x / q.step());
  return std::fmin(std::fmax(code * q.step(), q.lowest()), q.largest());
}

/// QKeras' QInitializer: where the quantiser's step is above the spread of the weights, the variance of the
/// distribution is scaled up, so that rounding leaves something.
double widening(const Quantiser& q, const std::vector<double>& weights) {
  if (!q.is_quantised()) return 1;
  const auto n = static_cast<double>(weights.size());
  const double bound = std::fmax(1, std::ldexp(1, q.integer));
  double sum = 0, squares = 0, qx = 0, qq = 0;
  for (const double x : weights) {
    sum += x;
    squares += x * x;
    qx += rounded(q, x) * x;
    qq += rounded(q, x) * rounded(q, x);
  }
  const double spread = std::sqrt(squares / n - (sum / n) * (sum / n));
  if (std::ldexp(bound, -q.bits) <= spread) return 1;
  const double scale = qq == 0 ? bound / std::sqrt(squares / n) : qq / qx;
  return std::sqrt(std::fmax(scale, 1));
}

void glorot(const Dense& dense, Parameters& parameters, core::Philox random) {
  const Parameter& p = parameters[dense.kernel()];
  const double limit = std::sqrt(6.0 / static_cast<double>(p.rows + p.columns));
  std::vector<double> weights(p.rows * p.columns);
  for (double& w : weights) w = (2.0 * random() / 4294967295.0 - 1) * limit;
  const double factor = widening(dense.options().kernel, weights);
  const std::size_t rising = dense.options().rising;
  for (std::size_t i = 0; i < p.rows; ++i) {
    for (std::size_t j = 0; j < p.columns; ++j) {
      auto w = static_cast<float>(weights[i * p.columns + j] * factor);
      if (rising != 0) w = i % rising == 0 ? std::fabs(w) / 2 : 0;
      parameters.data(dense.kernel())[i * p.stride() + j] = std::fmin(std::fmax(w, -p.clip), p.clip);
    }
  }
}

}  // namespace

void initialise(Network& network, std::uint64_t seed) {
  for (std::size_t n = 0; n < network.nodes().size(); ++n) {
    if (const auto* dense = dynamic_cast<const Dense*>(network.nodes()[n].get()))
      glorot(*dense, network.parameters, core::Philox(seed, 0x1417 + n));
  }
}

}  // namespace trigloop::train
