#pragma once
// The statistical error of thresholds by a Poisson bootstrap: each replica gives every event a weight drawn from a
// Poisson distribution of mean 1, which for a bin of n events is one draw of mean n. Only the highest scores decide a
// threshold, so only their bins are drawn one by one, and all others together.
#include <cstdint>
#include <span>
#include <vector>

#include "core/random.hpp"
#include "evaluate/crossings.hpp"
#include "score/spectrum.hpp"

namespace trigloop::evaluate {

struct BootstrapOptions {
  unsigned replicas = 200;
  std::uint64_t seed = 1;
};

/// The standard deviation, over the replicas, of the firmware's threshold (in codes) at each rate. `spectrum` holds
/// the events that count (all or pure ones) of a sample of `total`. The same for equal seeds, on every machine.
std::vector<double> threshold_errors(const score::Spectrum& spectrum, std::uint64_t total, const Crossings& crossings,
                                     std::span<const double> rates_khz, const BootstrapOptions& options);

/// A Poisson number. Exact up to a mean of 1024; above, a rounded Gaussian.
std::uint64_t draw_poisson(double mean, core::Philox& random);

}  // namespace trigloop::evaluate
