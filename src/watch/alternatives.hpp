#pragma once
// What may happen to a histogram: the alternatives among which its detectors look, each with a meaning.
//
//     scale    every value is multiplied (pt, scores): 1, 2, 5, 10, 20 % up and down
//     mean     the mean number of objects changes by these
//     region   one of 24 regions of eta or phi has 0.1, 0.7, 0.9, 1.1, 1.4 or 4 times its share: a dead or a noisy
//     place
#include <cstdint>
#include <string_view>
#include <vector>

#include "watch/drift/shape_model.hpp"
#include "watch/drift/shape_test.hpp"
#include "watch/histograms.hpp"

namespace trigloop::watch {

enum class Change : std::uint8_t { scale, mean, region };
std::string_view name_of(Change change) noexcept;
/// Which changes are looked for in a histogram: by the name of its quantity.
Change change_of(const std::string& quantity) noexcept;

/// Bins for a histogram of the reference; fewer than three edges: there is nothing to look at.
Edges edges_for(const Histogram& histogram, std::uint64_t lumisections);

/// One test's bins of a lumisection: all of them, or a region and the rest.
std::vector<double> bins_of_test(const std::vector<double>& bins, Change change, std::size_t test);
/// 1, or as many as there are regions.
std::size_t tests_of(Change change, const Edges& edges) noexcept;

/// Shares that the alternatives have, if `shares` are those of the test in the reference.
std::vector<drift::ShapeAlternative> alternatives_of(Change change, const scout::Counts& fine, const Edges& edges,
                                                     const std::vector<double>& shares);

}  // namespace trigloop::watch
