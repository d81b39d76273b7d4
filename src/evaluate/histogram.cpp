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

}  // namespace trigloop::evaluate
