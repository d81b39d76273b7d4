#include "train/engine/optimiser.hpp"

#include <cmath>

#include "train/kernels/kernels.hpp"

namespace trigloop::train {

Optimiser::Optimiser(const OptimiserOptions& options, std::size_t parameters) : options_(options) {
  make_zeros(first, parameters);
  make_zeros(second, options.kind == OptimiserOptions::Kind::adam ? parameters : 0);
}

void Optimiser::update(Parameters& parameters, const float* gradients, double learning_rate) {
  ++updates;
  const auto t = static_cast<double>(updates);
  const double correction = std::sqrt(1 - std::pow(options_.beta2, t)) / (1 - std::pow(options_.beta1, t));
  const auto narrow = [](double v) { return static_cast<float>(v); };
  for (const Parameter& p : parameters.list()) {
    float* w = parameters.data() + p.offset;
    const float* g = gradients + p.offset;
    const float decay = narrow(options_.weight_decay * learning_rate);
    if (options_.kind == OptimiserOptions::Kind::adam) {
      kernel::adam({narrow(learning_rate * correction), narrow(options_.beta1), narrow(options_.beta2),
                    narrow(options_.epsilon), decay, p.clip},
                   g, w, first.data() + p.offset, second.data() + p.offset, p.size());
    } else {
      kernel::lion({narrow(learning_rate), narrow(options_.beta1), narrow(options_.beta2), decay, p.clip}, g, w,
                   first.data() + p.offset, p.size());
    }
  }
}

}  // namespace trigloop::train
