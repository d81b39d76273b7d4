#include "train/mixture/kmeans.hpp"

#include <algorithm>

#include "core/random.hpp"

namespace trigloop::train {
namespace {

constexpr std::size_t block = 1024;
constexpr int most_iterations = 100;
constexpr std::uint64_t stream = 0x6B6D;  // "km"

double squared_distance(const float* x, const double* centre, std::size_t n) {
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double away = static_cast<double>(x[i]) - centre[i];
    sum += away * away;
  }
  return sum;
}

template <class F>
void each_event(const Table& rows, Team& team, const F& f) {
  team.run((rows.events + block - 1) / block, [&](std::size_t b, unsigned) {
    for (std::size_t e = b * block; e < std::min(rows.events, (b + 1) * block); ++e) f(e);
  });
}

void add_centre(const Table& rows, std::size_t event, Clusters& out) {
  out.centres.insert(out.centres.end(), rows.row(event), rows.row(event) + rows.features);
}

/// The event at which the sum of `weights` passes `share` of their total.
std::size_t draw(const std::vector<double>& weights, double share) {
  double total = 0, sum = 0;
  for (const double w : weights) total += w;
  for (std::size_t e = 0; e < weights.size(); ++e)
    if ((sum += weights[e]) > share * total) return e;
  return weights.size() - 1;
}

void start(const Table& rows, std::size_t clusters, std::uint64_t seed, Team& team, Clusters& out) {
  core::Philox random(seed, stream);
  std::vector<double> nearest(rows.events, 1.0);
  for (std::size_t c = 0; c < clusters; ++c) {
    add_centre(rows, draw(nearest, static_cast<double>(random.uniform())), out);
    each_event(rows, team, [&](std::size_t e) {
      const double d = squared_distance(rows.row(e), out.centres.data() + c * rows.features, rows.features);
      nearest[e] = c == 0 ? d : std::min(nearest[e], d);
    });
  }
}

/// Each event goes to its nearest centre; whether any changed.
bool assign(const Table& rows, std::size_t clusters, Team& team, Clusters& out) {
  std::vector<std::uint32_t> before = out.of_event;
  each_event(rows, team, [&](std::size_t e) {
    double least = 0;
    for (std::size_t c = 0; c < clusters; ++c) {
      const double d = squared_distance(rows.row(e), out.centres.data() + c * rows.features, rows.features);
      if (c == 0 || d < least) least = d, out.of_event[e] = static_cast<std::uint32_t>(c);
    }
  });
  return before != out.of_event;
}

/// Centres become means. A cluster without events stays where it is.
void move(const Table& rows, std::size_t clusters, Clusters& out) {
  const std::size_t n = rows.features;
  std::vector<double> sums(clusters * n, 0.0), count(clusters, 0.0);
  for (std::size_t e = 0; e < rows.events; ++e) {
    const std::size_t c = out.of_event[e];
    ++count[c];
    for (std::size_t i = 0; i < n; ++i) sums[c * n + i] += static_cast<double>(rows.row(e)[i]);
  }
  for (std::size_t k = 0; k < sums.size(); ++k)
    if (count[k / n] > 0) out.centres[k] = sums[k] / count[k / n];
}

}  // namespace

Clusters kmeans(const Table& rows, std::size_t clusters, std::uint64_t seed, Team& team) {
  Clusters out;
  start(rows, clusters, seed, team, out);
  out.of_event.assign(rows.events, static_cast<std::uint32_t>(clusters));
  for (int iteration = 0; iteration < most_iterations && assign(rows, clusters, team, out); ++iteration)
    move(rows, clusters, out);
  return out;
}

}  // namespace trigloop::train
