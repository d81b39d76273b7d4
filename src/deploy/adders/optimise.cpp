#include "deploy/adders/optimise.hpp"

#include <algorithm>

#include "deploy/adders/patterns.hpp"
#include "deploy/adders/refine.hpp"

namespace trigloop::deploy {
namespace {

/// Of a core that others share, which is half as fast as one by itself. Refinement, a fifth of the time, is in it.
constexpr double work_a_second = 1.5e7;

/// The k-th run: first the plain ones, then shaken ones around the best prices so far.
GreedyOptions options_of(std::uint64_t k, const GreedyOptions& best) {
  static constexpr double prices[] = {1.0, 0.9, 1.15, 1.3};
  GreedyOptions options;
  if (k < 4) {
    options.term_cost = prices[k];
    return options;
  }
  options.term_cost = best.term_cost * (1 + 0.02 * (static_cast<double>(k % 5) - 2));
  options.noise = 0.02 * static_cast<double>(1 + k % 8);
  options.seed = k;
  return options;
}

}  // namespace

SumGraph optimise(const MatrixProduct& product, const OptimiseOptions& options) {
  const double allowed = options.budget * work_a_second;
  const Greedy beginning(product, {});
  SumGraph best;
  GreedyOptions best_options;
  int best_cells = 0;
  double work = 0;
  for (std::uint64_t k = 0; k == 0 || work < allowed; ++k) {
    GreedyOptions tried = options_of(k, best_options);
    tried.max_depth = options.max_depth;
    Greedy greedy(beginning, tried);
    SumGraph graph = std::move(greedy).run();
    work += 1000 + static_cast<double>(greedy.work());
    graph = refine(std::move(graph), product.inputs);
    const int cells = cells_of(graph, product.inputs);
    if (k > 0 && cells >= best_cells) continue;
    best = std::move(graph);
    best_cells = cells;
    best_options = tried;
  }
  return best;
}

}  // namespace trigloop::deploy
