#include "watch/findings.hpp"

#include <algorithm>
#include <cmath>

namespace trigloop::watch {
namespace {

constexpr double strong = 8;  // log of the likelihood ratio: 3000 to 1

double sum_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum;
}

/// From which bin on values are so large that a scale of a per cent moves them: below, the trigger's integers round it
/// away. Bins before it are taken together; at least three must be left.
std::size_t first_fine_bin(const HistogramReference& histogram) {
  constexpr std::int64_t steps = 50;
  if (histogram.change() != Change::scale) return 0;
  const Edges& edges = histogram.edges;
  const auto fine = std::ranges::lower_bound(edges, steps) - edges.begin();
  return edges.size() > static_cast<std::size_t>(fine) + 3 ? static_cast<std::size_t>(fine) : 0;
}

/// log likelihood of counts, if the histogram is changed by `size`; up to a constant.
struct ScaleLikelihood {
  const HistogramReference& histogram;
  const drift::ShapeAlternative& seen;
  std::vector<double> unchanged;
  std::size_t coarse;  ///< bins that are taken together

  ScaleLikelihood(const HistogramReference& h, const drift::ShapeAlternative& s)
      : histogram(h), seen(s), unchanged(shifted(0)), coarse(first_fine_bin(h)) {}
  std::vector<double> shifted(double size) const {
    return histogram.change() == Change::scale ? stretched(histogram.fine, histogram.edges, 1 + size)
                                               : tilted(histogram.fine, histogram.edges, size);
  }
  double operator()(double size) const {
    const std::vector<double> shares = shifted(size);
    double log_likelihood = 0, norm = 0, share = 0, counted = 0;
    for (std::size_t b = 0; b < shares.size(); ++b) {
      share += seen.expected[b] * std::max(shares[b], 1e-12) / std::max(unchanged[b], 1e-12);
      counted += seen.counted[b];
      if (b + 1 < coarse) continue;
      norm += share;
      if (counted > 0) log_likelihood += counted * std::log(std::max(share, 1e-300));
      share = counted = 0;
    }
    return log_likelihood - sum_of(seen.counted) * std::log(norm);
  }
};

/// The size of largest likelihood by golden section, and its error from the curvature, times the dispersion's.
void fit_size(Finding& finding, const HistogramChannel& channel, const drift::ShapeAlternative& seen) {
  constexpr double golden = 0.6180339887498949;
  const ScaleLikelihood likelihood(channel.reference, seen);
  double low = -0.6, high = 1.5;
  double a = high - golden * (high - low), b = low + golden * (high - low);
  double at_a = likelihood(a), at_b = likelihood(b);
  while (high - low > 1e-5) {
    if (at_a > at_b) {
      high = b;
      b = a;
      at_b = at_a;
      at_a = likelihood(a = high - golden * (high - low));
    } else {
      low = a;
      a = b;
      at_a = at_b;
      at_b = likelihood(b = low + golden * (high - low));
    }
  }
  finding.size = 0.5 * (low + high);
  constexpr double h = 2e-3;
  const double curvature =
      (2 * likelihood(finding.size) - likelihood(finding.size - h) - likelihood(finding.size + h)) / (h * h);
  const double n = sum_of(seen.counted) / std::max(1.0, seen.lumisections);
  const double inflation = 1 + n * channel.reference.tests.front().dispersion.upper;
  finding.error = curvature > 0 ? std::sqrt(inflation / curvature) : 0;
}

const drift::ShapeAlternative& best_of(const drift::ShapeTest& test) { return test.alternatives[test.best()]; }

/// The strongest region and its neighbours that moved the same way.
void fit_region(Finding& finding, const HistogramChannel& channel, std::size_t strongest) {
  const auto& best = best_of(channel.tests[strongest]);
  const auto like_it = [&](std::size_t t) {
    const auto& other = best_of(channel.tests[t]);
    return (other.size > 0) == (best.size > 0) && other.evidence.cusum > std::max(5.0, 0.1 * best.evidence.cusum);
  };
  std::size_t first = strongest, last = strongest;
  while (first > 0 && like_it(first - 1)) --first;
  while (last + 1 < channel.tests.size() && like_it(last + 1)) ++last;
  double counted = 0, expected = 0;
  for (std::size_t t = first; t <= last; ++t) {
    const auto& one = best_of(channel.tests[t]);
    // Excursions began at different lumisections: shares of entries make them comparable.
    const double weight = best.lumisections / std::max(1.0, one.lumisections);
    counted += weight * one.counted[0];
    expected += weight * one.expected[0];
  }
  const drift::ShapeModel& model = channel.reference.tests[strongest];
  const double n = (best.counted[0] + best.counted[1]) / std::max(1.0, best.lumisections);
  finding.size = counted / std::max(expected, 1e-9) - 1;
  finding.error = std::sqrt(std::max(counted, 1.0) * (1 + n * model.dispersion.upper)) / std::max(expected, 1e-9);
  const Place place = place_of(channel.reference.object, channel.reference.quantity,
                               static_cast<double>(channel.reference.edges[first]),
                               static_cast<double>(channel.reference.edges[last + 1]));
  finding.place = place.text;
  finding.low = place.low;
  finding.high = place.high;
}

}  // namespace

Finding finding_of(const RateChannel& channel) {
  const drift::RateAlternative& best = channel.test.alternatives[channel.test.best()];
  Finding finding;
  finding.channel = name_of(channel.reference.point);
  finding.object = "rate";
  finding.quantity = finding.channel;
  finding.evidence = best.evidence.cusum;
  finding.since_step = best.evidence.since;
  finding.muted = channel.muted;
  const drift::RateModel& model = channel.reference.model;
  const double n = std::max(1.0, best.lumisections);
  finding.size = best.counted / std::max(best.expected, 1e-9) - 1;
  finding.error = (1 + finding.size) *
                  std::sqrt(1 / std::max(best.counted, 1.0) + model.dispersion.upper / n + model.covariance[0][0]);
  return finding;
}

Finding finding_of(const HistogramChannel& channel) {
  const auto strongest =
      std::ranges::max_element(channel.tests, {}, [](const auto& test) { return best_of(test).evidence.cusum; });
  const drift::ShapeAlternative& best = best_of(*strongest);
  Finding finding;
  finding.channel = channel.reference.name();
  finding.object = channel.reference.object;
  finding.quantity = channel.reference.quantity;
  finding.evidence = best.evidence.cusum;
  finding.since_step = best.evidence.since;
  finding.muted = channel.muted;
  if (const RegionalQuantity of = regional(finding.quantity); of.regional) {
    const Place place = eta_place(finding.object, of);
    finding.quantity = of.quantity;
    finding.place = place.text;
    finding.low = place.low;
    finding.high = place.high;
  }
  if (best.evidence.cusum <= 0) return finding;
  if (channel.reference.change() == Change::region) {
    fit_region(finding, channel, static_cast<std::size_t>(strongest - channel.tests.begin()));
  } else {
    fit_size(finding, channel, best);
  }
  return finding;
}

std::vector<Finding> moved_since(const std::vector<Finding>& found, std::uint64_t since, std::uint64_t within) {
  std::vector<Finding> moved;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (i == 0 || (found[i].evidence >= strong && found[i].since_step + within >= since)) moved.push_back(found[i]);
  }
  std::ranges::stable_sort(moved.begin() + 1, moved.end(), std::greater<>(), &Finding::evidence);
  return moved;
}

}  // namespace trigloop::watch
