#pragma once
// Local improvement of a sum graph: shared values that cost more than they save are dissolved into their users.
#include <span>

#include "deploy/adders/sum_graph.hpp"

namespace trigloop::deploy {

/// Dissolves values of a single use, and all others whose removal lowers the cost, until none is left. The same
/// product.
SumGraph refine(SumGraph graph, std::span<const Range> inputs);

}  // namespace trigloop::deploy
