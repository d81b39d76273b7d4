#pragma once
// Several objectives at once: who dominates whom, and how much a front is worth. Less is better everywhere here.
#include <span>
#include <vector>

#include "tune/search/history.hpp"

namespace trigloop::tune {

using Losses = std::vector<double>;  ///< one an objective; NaN counts as infinite

/// Of a complete trial, such that less is better.
Losses losses_of(const History& history, const Trial& trial);

/// Whether `a` is nowhere worse than `b` and somewhere better.
bool dominates(const Losses& a, const Losses& b) noexcept;

/// Indices of points by front: the first is dominated by nobody, the next by those of the first alone, and so on.
/// Within a front in their order. Two objectives take n log n comparisons, more n^2.
std::vector<std::vector<std::size_t>> fronts(const std::vector<Losses>& points);

/// The numbers of the complete trials that no other dominates, in their order.
std::vector<std::int64_t> pareto_front(const History& history);

/// The volume that points dominate, up to `reference` (which bounds it from above in every objective).
double hypervolume(std::vector<Losses> points, const Losses& reference);

/// At most `count` of a front's points, chosen one after the other by what they add to the dominated volume: within
/// 1 - 1/e of the best choice.
std::vector<std::size_t> spread_subset(const std::vector<Losses>& points, const std::vector<std::size_t>& front,
                                       std::size_t count);

/// For each point of a front how far its neighbours are, summed over objectives scaled to 1 (Deb et al., NSGA-II);
/// infinite at the ends.
std::vector<double> crowding(const std::vector<Losses>& points, const std::vector<std::size_t>& front);

}  // namespace trigloop::tune
