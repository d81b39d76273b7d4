#pragma once
// The histograms in which drift is looked for: scores, and the model's inputs pooled by object ("Jet.pt" holds all
// jets).
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "scout/record/counts.hpp"

namespace trigloop::watch {

struct Histogram {
  std::string object, quantity;  ///< "Jet", "pt"; "Jet", "pt@35-57" (of those at this |eta|); "score", "score"
  scout::Counts counts;          ///< of hardware integers; of codes
  std::string name() const { return object == quantity ? object : object + "." + quantity; }
};

/// "Jet0.pt", "Jet1.pt", ... become "Jet.pt"; absent objects, which the model sees as zeros, are taken out.
std::vector<Histogram> pool(const scout::InputHistograms& inputs);

/// Bins of a histogram: bin b holds [edges[b], edges[b + 1]); the first also what is below, the last what is above.
using Edges = std::vector<std::int64_t>;

/// About tenths of the entries, then the highest 5, 2, 1, 0.5, ... per cent, as long as `lumisections` hold 20 entries
/// each.
Edges quantile_edges(const scout::Counts& counts, std::uint64_t lumisections);
/// `bins` of equal width over the range.
Edges equal_edges(const scout::Counts& counts, std::int64_t bins);
/// A bin an integer, as long as a lumisection holds 20 entries of it.
Edges integer_edges(const scout::Counts& counts, std::uint64_t lumisections);

std::vector<double> binned(const scout::Counts& counts, const Edges& edges);
/// Shares of the bins, if every value were multiplied by `factor`. A value stands for the interval of half a step
/// around it, so that small factors move a part of the entries at an edge.
std::vector<double> stretched(const scout::Counts& counts, const Edges& edges, double factor);
/// Shares of the bins, if the mean moved by a relative `change` the way an exponential family does: weights e^(theta
/// v).
std::vector<double> tilted(const scout::Counts& counts, const Edges& edges, double change);

}  // namespace trigloop::watch
