#include "train/mixture/mixture.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>

#include "core/error.hpp"
#include "train/mixture/kmeans.hpp"

namespace trigloop::train {
namespace {

constexpr std::size_t block = 1024;  // events whose sums are made in one go; part of the numerics

/// Sums over events that a mixture follows from, with their number of events in each component.
struct Moments {
  double log_likelihood = 0;
  std::vector<double> count, sums, squares;

  Moments(std::size_t k, std::size_t n) : count(k), sums(k * n), squares(k * n * n) {}
  /// One event's share in one component. Squares below the diagonal and on it.
  void add(std::size_t c, double share, const float* x, const double* around, std::size_t n) {
    count[c] += share;
    for (std::size_t i = 0; i < n; ++i) {
      const double away = share * (static_cast<double>(x[i]) - around[i]);
      sums[c * n + i] += away;
      for (std::size_t j = 0; j <= i; ++j)
        squares[(c * n + i) * n + j] += away * (static_cast<double>(x[j]) - around[j]);
    }
  }
  void add(const Moments& other) {
    log_likelihood += other.log_likelihood;
    const auto plus = [](std::vector<double>& a, const std::vector<double>& b) {
      std::ranges::transform(a, b, a.begin(), std::plus<>());
    };
    plus(count, other.count);
    plus(sums, other.sums);
    plus(squares, other.squares);
  }
};

/// Moments of all rows; `share` gives an event's shares in the components and returns its log likelihood.
template <class Share>
Moments collect(const Table& rows, const Mixture& m, Team& team, const Share& share) {
  const std::size_t blocks = (rows.events + block - 1) / block;
  std::vector<Moments> parts(blocks, Moments(m.components, m.dimensions));
  team.run(blocks, [&](std::size_t b, unsigned) {
    std::vector<double> shares(m.components);
    for (std::size_t e = b * block; e < std::min(rows.events, (b + 1) * block); ++e) {
      parts[b].log_likelihood += share(e, shares.data());
      for (std::size_t c = 0; c < m.components; ++c)
        if (shares[c] > 0) parts[b].add(c, shares[c], rows.row(e), m.means.data() + c * m.dimensions, m.dimensions);
    }
  });
  Moments all(m.components, m.dimensions);
  for (const Moments& part : parts) all.add(part);
  return all;
}

/// The mixture that makes the collected events most likely. `m` holds the means that sums were made around.
Mixture maximise(const Moments& moments, const Mixture& m, double events, double floor) {
  const std::size_t n = m.dimensions;
  Mixture out = m;
  for (std::size_t c = 0; c < m.components; ++c) {
    const double count = moments.count[c];
    if (!(count > 1e-9 * events))
      throw core::Error(core::ErrorCode::mismatch, "a component of the mixture has lost all its events")
          .remedy("Ask for fewer components");
    out.weights[c] = count / events;
    for (std::size_t i = 0; i < n; ++i) {
      const double shift_i = moments.sums[c * n + i] / count;
      out.means[c * n + i] = m.means[c * n + i] + shift_i;
      for (std::size_t j = 0; j <= i; ++j) {
        const double shift_j = moments.sums[c * n + j] / count;
        const double value = moments.squares[(c * n + i) * n + j] / count - shift_i * shift_j + (i == j ? floor : 0);
        out.covariances[(c * n + i) * n + j] = out.covariances[(c * n + j) * n + i] = value;
      }
    }
  }
  return out;
}

/// The logarithms of densities of an event, less what all components share.
class Density {
 public:
  explicit Density(const Mixture& m) : m_(m), whitening_(m.whitening()) {
    for (std::size_t c = 0; c < m.components; ++c) {
      double log_determinant = 0;
      for (std::size_t i = 0; i < m.dimensions; ++i)
        log_determinant += std::log(whitening_[(c * m.dimensions + i) * m.dimensions + i]);
      constant_.push_back(std::log(m.weights[c]) + log_determinant -
                          0.5 * static_cast<double>(m.dimensions) * std::log(2 * std::numbers::pi));
    }
  }
  /// Fills each component's share of an event; returns the logarithm of the event's density.
  double shares(const float* x, double* out) const {
    double largest = -std::numeric_limits<double>::infinity();
    for (std::size_t c = 0; c < m_.components; ++c) {
      out[c] = constant_[c] - 0.5 * squared_distance(c, x);
      largest = std::max(largest, out[c]);
    }
    double sum = 0;
    for (std::size_t c = 0; c < m_.components; ++c) sum += out[c] = std::exp(out[c] - largest);
    for (std::size_t c = 0; c < m_.components; ++c) out[c] /= sum;
    return largest + std::log(sum);
  }

 private:
  double squared_distance(std::size_t c, const float* x) const {
    const std::size_t n = m_.dimensions;
    double squared = 0;
    for (std::size_t i = 0; i < n; ++i) {
      double y = 0;
      for (std::size_t j = 0; j <= i; ++j)
        y += whitening_[(c * n + i) * n + j] * (static_cast<double>(x[j]) - m_.means[c * n + j]);
      squared += y * y;
    }
    return squared;
  }

  const Mixture& m_;
  std::vector<double> whitening_, constant_;
};

}  // namespace

/// The inverse of the Cholesky factor of each covariance.
std::vector<double> Mixture::whitening() const {
  const std::size_t n = dimensions;
  std::vector<double> all(components * n * n, 0.0), factor(n * n);
  for (std::size_t c = 0; c < components; ++c) {
    const double* s = covariances.data() + c * n * n;
    double* a = all.data() + c * n * n;
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        double value = s[i * n + j];
        for (std::size_t k = 0; k < j; ++k) value -= factor[i * n + k] * factor[j * n + k];
        if (i == j && !(value > 0))
          throw core::Error(core::ErrorCode::mismatch, "a covariance of the mixture is not positive definite");
        factor[i * n + j] = i == j ? std::sqrt(value) : value / factor[j * n + j];
      }
      a[i * n + i] = 1 / factor[i * n + i];
      for (std::size_t j = 0; j < i; ++j) {
        double value = 0;
        for (std::size_t k = j; k < i; ++k) value -= factor[i * n + k] * a[k * n + j];
        a[i * n + j] = value * a[i * n + i];
      }
    }
  }
  return all;
}

Mixture improve_mixture(Mixture mixture, const Table& rows, const MixtureOptions& options, Team& team) {
  const auto events = static_cast<double>(rows.events);
  double before = -std::numeric_limits<double>::infinity();
  for (int iteration = 0; iteration < options.iterations; ++iteration) {
    const Density density(mixture);
    const Moments moments = collect(rows, mixture, team,
                                    [&](std::size_t e, double* shares) { return density.shares(rows.row(e), shares); });
    mixture = maximise(moments, mixture, events, options.floor);
    const double now = moments.log_likelihood / events;
    if (std::abs(now - before) < options.tolerance) break;
    before = now;
  }
  return mixture;
}

double mean_log_likelihood(const Mixture& mixture, const Table& rows, Team& team) {
  const Density density(mixture);
  const Moments moments =
      collect(rows, mixture, team, [&](std::size_t e, double* shares) { return density.shares(rows.row(e), shares); });
  return moments.log_likelihood / static_cast<double>(rows.events);
}

Mixture fit_mixture(const Table& rows, const MixtureOptions& options, Team& team) {
  if (rows.events <= options.components) {
    throw core::Error(core::ErrorCode::mismatch, "there are " + std::to_string(rows.events) + " events for " +
                                                     std::to_string(options.components) + " components of a mixture");
  }
  const std::size_t n = rows.features;
  Mixture start{options.components, n, std::vector<double>(options.components), {}, {}};
  const Clusters clusters = kmeans(rows, options.components, options.seed, team);
  start.means = clusters.centres;
  start.covariances.resize(options.components * n * n);
  const Moments moments = collect(rows, start, team, [&](std::size_t e, double* shares) {
    for (std::size_t c = 0; c < options.components; ++c) shares[c] = c == clusters.of_event[e] ? 1 : 0;
    return 0.0;
  });
  start = maximise(moments, start, static_cast<double>(rows.events), options.floor);
  return improve_mixture(std::move(start), rows, options, team);
}

}  // namespace trigloop::train
