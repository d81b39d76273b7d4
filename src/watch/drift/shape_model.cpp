#include "watch/drift/shape_model.hpp"

#include <algorithm>
#include <cmath>

namespace trigloop::watch::drift {
namespace {

constexpr double least_share = 1e-9;

/// Weighted least squares of each bin's share against z, shares being those at z = 0.
void fit_shares(ShapeModel& model, std::span<const Shape> shapes, bool with_slopes) {
  const std::size_t bins = shapes.front().counts.size();
  double n = 0, nz = 0, nzz = 0;
  std::vector<double> x(bins), xz(bins);
  for (const Shape& shape : shapes) {
    n += shape.total;
    nz += shape.total * shape.z;
    nzz += shape.total * shape.z * shape.z;
    for (std::size_t b = 0; b < bins; ++b) {
      x[b] += shape.counts[b];
      xz[b] += shape.counts[b] * shape.z;
    }
  }
  model.shares.resize(bins);
  const double determinant = n * nzz - nz * nz;
  const bool regress = with_slopes && determinant > 1e-9 * n * n;
  if (regress) model.slopes.resize(bins);
  double sum = 0;
  for (std::size_t b = 0; b < bins; ++b) {
    // Half an entry a bin: what was never seen is rare, not impossible (Jeffreys' prior).
    const double plain = (x[b] + 0.5) / (n + 0.5 * static_cast<double>(bins));
    double share = plain, slope = 0;
    if (regress) {
      share = std::max((x[b] * nzz - xz[b] * nz) / determinant, 0.1 * plain);
      slope = (xz[b] * n - x[b] * nz) / determinant / share;
    }
    model.shares[b] = std::max(share, least_share);
    if (regress) model.slopes[b] = slope;
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
  const std::size_t lost = model.slopes.empty() ? 1 : 2;
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

double ShapeModel::concentration(double z) const noexcept {
  const double known = slopes.empty() ? 1 / entries : (1 + z * z) / entries;
  return 1 / std::max(dispersion.upper + known, 1e-9);
}

void ShapeModel::at(double z, std::span<const double> of, std::span<double> out) const noexcept {
  if (slopes.empty() || z == 0) {
    std::ranges::copy(of, out.begin());
    return;
  }
  double sum = 0;
  for (std::size_t b = 0; b < out.size(); ++b) {
    // A share never falls below a fifth by the slope alone: far from the reference, a straight line is no law.
    out[b] = of[b] * std::max(0.2, 1 + slopes[b] * z);
    sum += out[b];
  }
  for (double& share : out) share /= sum;
}

double ShapeModel::worth(double n) const noexcept { return n * (1 + dispersion.upper) / (1 + dispersion.upper * n); }

void ShapeModel::update(const Shape& seen) noexcept {
  if (seen.total <= 0) return;
  const double n = worth(seen.total);
  double sum = 0;
  for (std::size_t b = 0; b < shares.size(); ++b) {
    const double at_z = slopes.empty() ? 1 : std::max(0.2, 1 + slopes[b] * seen.z);
    shares[b] = std::max((entries * shares[b] + n * seen.counts[b] / seen.total / at_z) / (entries + n), least_share);
    sum += shares[b];
  }
  for (double& share : shares) share /= sum;
  entries += n;
}

ShapeModel fit_shape(std::span<const Shape> shapes, const std::vector<std::vector<double>>& alternatives, bool slopes) {
  ShapeModel model;
  fit_shares(model, shapes, slopes);
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
