#include "evaluate/histogram.hpp"

#include <algorithm>
#include <cmath>

namespace trigloop::evaluate {

std::vector<std::int64_t> histogram_edges(std::int64_t lowest, std::int64_t highest) {
  std::vector<std::int64_t> edges{lowest};
  for (int i = 0; edges.back() <= highest; ++i) {
    const auto step = static_cast<std::int64_t>(std::llround(std::pow(10.0, i / 20.0)));
    const std::int64_t edge = std::min(lowest + std::max<std::int64_t>(step, i + 1), highest + 1);
    if (edge > edges.back()) edges.push_back(edge);
  }
  return edges;
}

std::vector<std::uint64_t> histogram(const score::Cumulative& scores, std::span<const std::int64_t> edges) {
  std::vector<std::uint64_t> counts;
  for (std::size_t i = 0; i + 1 < edges.size(); ++i)
    counts.push_back(scores.at_least(edges[i]) - scores.at_least(edges[i + 1]));
  return counts;
}

EvenHistogram even_histogram(const score::Cumulative& scores, int fraction, std::size_t bins) {
  EvenHistogram result;
  if (scores.total() == 0) return result;
  double low = std::ldexp(static_cast<double>(scores.ranked(0)), -fraction);
  double high = std::ldexp(static_cast<double>(scores.ranked(scores.total() - 1)), -fraction);
  if (low == high) low -= 0.5, high += 0.5;
  const double step = (high - low) / static_cast<double>(bins);
  for (std::size_t i = 0; i < bins; ++i)
    result.edges.push_back(static_cast<float>(low + step * static_cast<double>(i)));
  result.edges.push_back(static_cast<float>(high));
  // Codes below 2^24 are float32 exactly, and so are comparisons with edges.
  const auto from = [&](float edge) {
    return scores.at_least(static_cast<std::int64_t>(std::ceil(std::ldexp(static_cast<double>(edge), fraction))));
  };
  for (std::size_t i = 0; i < bins; ++i)
    result.counts.push_back(from(result.edges[i]) - (i + 1 < bins ? from(result.edges[i + 1]) : 0));
  return result;
}

}  // namespace trigloop::evaluate
