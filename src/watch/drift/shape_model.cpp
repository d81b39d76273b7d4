#include "watch/drift/shape_model.hpp"

#include <algorithm>
#include <cmath>

namespace trigloop::watch::drift {
namespace {

constexpr double least_share = 1e-9;

/// Weighted least squares of each bin's share against powers of z, shares being those at z = 0.
void fit_shares(ShapeModel& model, std::span<const Shape> shapes, std::size_t terms) {
  const std::size_t bins = shapes.front().counts.size();
  Matrix weights{};
  std::vector<Terms> sums(bins);
  for (const Shape& shape : shapes) {
    const Terms row = powers(shape.z, terms);
    add_outer(weights, row, shape.total);
    for (std::size_t b = 0; b < bins; ++b) {
      for (std::size_t i = 0; i < terms; ++i) sums[b][i] += shape.counts[b] * row[i];
    }
  }
  const Matrix solve = inverse(weights, terms);
  model.shares.resize(bins);
  if (terms > 1) {
    model.slopes.resize(bins);
    model.curvatures.resize(bins);
  }
  double sum = 0;
  for (std::size_t b = 0; b < bins; ++b) {
    // Half an entry a bin: what was never seen is rare, not impossible (Jeffreys' prior).
    const double plain = (sums[b][0] + 0.5) / (weights[0][0] + 0.5 * static_cast<double>(bins));
    model.shares[b] = plain;
    if (terms > 1) {
      const Terms fitted = times(solve, sums[b]);
      model.shares[b] = std::max(fitted[0], 0.1 * plain);
      model.slopes[b] = fitted[1] / model.shares[b];
      model.curvatures[b] = fitted[2] / model.shares[b];
    }
    model.shares[b] = std::max(model.shares[b], least_share);
    sum += model.shares[b];
  }
  for (double& share : model.shares) share /= sum;
}

/// The dispersion along one direction f: counts times f, against what they should add to.
Dispersion dispersion_along(const ShapeModel& model, std::span<const Shape> shapes,
                            std::span<const double> alternative) {
  const std::size_t bins = model.shares.size();
  std::vector<double> p(bins);
  std::vector<double> squares, totals;  // of deviations over their multinomial variance
  for (const Shape& shape : shapes) {
    if (shape.total <= 0) continue;
    model.at(shape.z, model.shares, p);
    double mean = 0, square = 0, seen = 0;
    for (std::size_t b = 0; b < bins; ++b) {
      const double f = std::log(alternative[b] / model.shares[b]);
      mean += p[b] * f;
      square += p[b] * f * f;
      seen += shape.counts[b] * f;
    }
    const double variance = shape.total * (square - mean * mean);
    if (variance <= 0) continue;
    squares.push_back((seen - shape.total * mean) * (seen - shape.total * mean) / variance);
    totals.push_back(shape.total);
  }
  const std::size_t lost = model.slopes.empty() ? 1 : most_terms;
  if (squares.size() < lost + 2) return {};
  return dispersion_of(
      [&](double d) {
        double sum = 0;
        // Variance of a Dirichlet-multinomial: multinomial x (n + A) / (1 + A), A = 1/d.
        for (std::size_t i = 0; i < squares.size(); ++i) sum += squares[i] * (1 + d) / (1 + d * totals[i]);
        return sum;
      },
      squares.size() - lost);
}

}  // namespace

double ShapeModel::factor(std::size_t bin, double z) const noexcept {
  // A share never falls below a fifth by the fit alone: far from the reference, a polynomial is no law.
  return slopes.empty() ? 1 : std::max(0.2, 1 + z * (slopes[bin] + z * curvatures[bin]));
}

double ShapeModel::concentration(double z) const noexcept {
  const double known = slopes.empty() ? 1 / entries : (1 + z * z + z * z * z * z) / entries;
  return 1 / std::max(dispersion.upper + known, 1e-9);
}

void ShapeModel::at(double z, std::span<const double> of, std::span<double> out) const noexcept {
  if (slopes.empty() || z == 0) {
    std::ranges::copy(of, out.begin());
    return;
  }
  double sum = 0;
  for (std::size_t b = 0; b < out.size(); ++b) sum += out[b] = of[b] * factor(b, z);
  for (double& share : out) share /= sum;
}

double ShapeModel::worth(double n) const noexcept { return n * (1 + dispersion.upper) / (1 + dispersion.upper * n); }

void ShapeModel::update(const Shape& seen) noexcept {
  if (seen.total <= 0) return;
  const double n = worth(seen.total);
  double sum = 0;
  for (std::size_t b = 0; b < shares.size(); ++b) {
    const double seen_share = seen.counts[b] / seen.total / factor(b, seen.z);
    shares[b] = std::max((entries * shares[b] + n * seen_share) / (entries + n), least_share);
    sum += shares[b];
  }
  for (double& share : shares) share /= sum;
  entries += n;
}

ShapeModel fit_shape(std::span<const Shape> shapes, const std::vector<std::vector<double>>& alternatives,
                     std::size_t terms) {
  ShapeModel model;
  fit_shares(model, shapes, terms);
  for (const auto& alternative : alternatives) {
    const Dispersion along = dispersion_along(model, shapes, alternative);
    model.dispersion.best = std::max(model.dispersion.best, along.best);
    model.dispersion.upper = std::max(model.dispersion.upper, along.upper);
  }
  model.entries = 0;
  for (const Shape& shape : shapes) model.entries += model.worth(shape.total);
  model.entries = std::max(model.entries, 1.0);
  return model;
}

}  // namespace trigloop::watch::drift
