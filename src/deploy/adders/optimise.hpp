#pragma once
// The cheapest sums that make a constant matrix-vector product, of many tried.
//
// One greedy run shares patterns by what they save (patterns.hpp) and is improved locally (refine.hpp). Which pattern
// comes first decides much, and nobody knows the best order; so runs are repeated with other prices of a bit, other
// limits of depth and slightly shaken savings, and the cheapest is kept. The work is counted in updates of tables, not
// in seconds: the result is the same on every machine.
#include "deploy/adders/sum_graph.hpp"

namespace trigloop::deploy {

struct OptimiseOptions {
  double budget = 10;   ///< seconds on a common core, by count of work
  int max_depth = 100;  ///< of shared values, in additions that follow one another
};

SumGraph optimise(const MatrixProduct& product, const OptimiseOptions& options = {});

}  // namespace trigloop::deploy
