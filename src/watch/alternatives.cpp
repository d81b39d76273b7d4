#include "watch/alternatives.hpp"

#include <algorithm>

namespace trigloop::watch {
namespace {

constexpr double sizes[] = {-0.2, -0.1, -0.05, -0.02, -0.01, 0.01, 0.02, 0.05, 0.1, 0.2};
constexpr double factors[] = {0.1, 0.7, 0.9, 1.1, 1.4, 4};
constexpr std::int64_t regions = 24;

/// The reference's shares, moved as the fine histogram is moved.
std::vector<double> moved(const std::vector<double>& shares, const std::vector<double>& from,
                          const std::vector<double>& to) {
  std::vector<double> out(shares.size());
  double sum = 0;
  for (std::size_t b = 0; b < out.size(); ++b) {
    out[b] = std::max(1e-9, from[b] > 0 ? shares[b] * to[b] / from[b] : shares[b]);
    sum += out[b];
  }
  for (double& share : out) share /= sum;
  return out;
}

}  // namespace

std::string_view name_of(Change change) noexcept {
  constexpr std::string_view names[] = {"scale", "mean", "region"};
  return names[static_cast<std::size_t>(change)];
}

Change change_of(const std::string& quantity) noexcept {
  if (quantity == "eta" || quantity == "phi") return Change::region;
  return quantity == "count" ? Change::mean : Change::scale;
}

Edges edges_for(const Histogram& histogram, std::uint64_t lumisections) {
  switch (change_of(histogram.quantity)) {
    case Change::scale:
      return quantile_edges(histogram.counts, lumisections);
    case Change::mean:
      return integer_edges(histogram.counts, lumisections);
    case Change::region:
      return equal_edges(histogram.counts, regions);
  }
  return {};
}

std::vector<double> bins_of_test(const std::vector<double>& bins, Change change, std::size_t test) {
  if (change != Change::region) return bins;
  double rest = 0;
  for (std::size_t b = 0; b < bins.size(); ++b) rest += b == test ? 0 : bins[b];
  return {bins[test], rest};
}

std::size_t tests_of(Change change, const Edges& edges) noexcept {
  return change == Change::region ? edges.size() - 1 : 1;
}

std::vector<drift::ShapeAlternative> alternatives_of(Change change, const scout::Counts& fine, const Edges& edges,
                                                     const std::vector<double>& shares) {
  std::vector<drift::ShapeAlternative> all;
  const auto add = [&](std::vector<double> other, double size) {
    all.push_back({std::move(other), size, {}, {}, {}, 0});
  };
  if (change == Change::region) {
    for (const double factor : factors) {
      const double inside = shares[0] * factor / (shares[0] * factor + shares[1]);
      add({inside, 1 - inside}, factor - 1);
    }
    return all;
  }
  const auto shift = [&](double size) {
    return change == Change::scale ? stretched(fine, edges, 1 + size) : tilted(fine, edges, size);
  };
  const std::vector<double> from = shift(0);
  for (const double size : sizes) add(moved(shares, from, shift(size)), size);
  return all;
}

}  // namespace trigloop::watch
