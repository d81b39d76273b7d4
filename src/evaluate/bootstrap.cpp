#include "evaluate/bootstrap.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/interrupt.hpp"

namespace trigloop::evaluate {
namespace {

using Bins = std::vector<std::pair<std::int64_t, std::uint64_t>>;

/// The highest bins, descending, that replicas may need: what is allowed, half more, and ten standard deviations.
Bins highest(const score::Spectrum& spectrum, std::uint64_t allowed) {
  Bins bins = spectrum.bins();
  std::ranges::reverse(bins);
  const auto most = static_cast<double>(allowed);
  const double wanted = 1.5 * most + 10 * std::sqrt(most) + 50;
  std::uint64_t seen = 0;
  std::size_t n = 0;
  while (n < bins.size() && static_cast<double>(seen) < wanted) seen += bins[n++].second;
  bins.resize(n);
  return bins;
}

/// Adds up values and their squares, relative to the first one.
class Spread {
 public:
  void add(double value) noexcept {
    if (n_++ == 0) origin_ = value;
    sum_ += value - origin_;
    squares_ += (value - origin_) * (value - origin_);
  }
  double deviation() const noexcept {
    if (n_ < 2) return 0;
    const auto n = static_cast<double>(n_);
    return std::sqrt(std::max(0.0, (squares_ - sum_ * sum_ / n) / (n - 1)));
  }

 private:
  std::uint64_t n_ = 0;
  double origin_ = 0, sum_ = 0, squares_ = 0;
};

/// The smallest T with which at most `allowed` events pass, of bins in descending order.
std::int64_t threshold_in(const Bins& bins, const std::vector<std::uint64_t>& counts, std::uint64_t allowed) {
  std::uint64_t passing = 0;
  for (std::size_t i = 0; i < bins.size(); ++i) {
    passing += counts[i];
    if (passing > allowed) return bins[i].first + 1;
  }
  return bins.empty() ? 0 : bins.back().first;
}

}  // namespace

std::uint64_t draw_poisson(double mean, core::Philox& random) {
  if (mean > 1024) {
    const double radius = std::sqrt(-2 * std::log(static_cast<double>(random.positive_uniform())));
    const double normal = radius * std::cos(2 * std::numbers::pi * static_cast<double>(random.uniform()));
    return static_cast<std::uint64_t>(std::max(0.0, std::round(mean + std::sqrt(mean) * normal)));
  }
  if (mean > 16) {
    const std::uint64_t half = draw_poisson(mean / 2, random);
    return half + draw_poisson(mean / 2, random);
  }
  // Knuth: events of a Poisson process are e-fold apart on average in a product of uniform numbers.
  const double limit = std::exp(-mean);
  std::uint64_t n = 0;
  for (auto product = static_cast<double>(random.positive_uniform()); product > limit; ++n)
    product *= static_cast<double>(random.positive_uniform());
  return n;
}

std::vector<double> threshold_errors(const score::Spectrum& spectrum, std::uint64_t total, const Crossings& crossings,
                                     std::span<const double> rates_khz, const BootstrapOptions& options) {
  if (rates_khz.empty()) return {};
  const Bins bins = highest(spectrum, crossings.allowed(*std::ranges::max_element(rates_khz), total));
  std::uint64_t drawn = 0;
  for (const auto& bin : bins) drawn += bin.second;
  const auto rest = static_cast<double>(total - drawn);
  std::vector<Spread> spreads(rates_khz.size());
  std::vector<std::uint64_t> counts(bins.size());
  for (unsigned replica = 0; replica < options.replicas; ++replica) {
    core::stop_if_interrupted();
    core::Philox random(options.seed, replica);
    std::uint64_t events = draw_poisson(rest, random);
    for (std::size_t i = 0; i < bins.size(); ++i)
      events += counts[i] = draw_poisson(static_cast<double>(bins[i].second), random);
    for (std::size_t r = 0; r < rates_khz.size(); ++r)
      spreads[r].add(static_cast<double>(threshold_in(bins, counts, crossings.allowed(rates_khz[r], events))));
  }
  std::vector<double> errors;
  for (const Spread& spread : spreads) errors.push_back(spread.deviation());
  return errors;
}

}  // namespace trigloop::evaluate
