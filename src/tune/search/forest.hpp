#pragma once
// A regression tree over a box, and what it says of each of its sides.
#include <cstddef>
#include <span>
#include <vector>

#include "core/random.hpp"

namespace trigloop::tune {

/// A side of the box: an interval, or so many choices (then values are 0 ... choices - 1).
struct Side {
  double low = 0, high = 1;
  std::size_t choices = 0;
};

/// Rows of values, one a side, and the answer of each.
struct Samples {
  std::vector<Side> sides;
  std::vector<std::vector<double>> columns;  ///< by side
  std::vector<double> answers;
};

/// The shares of the sides in the variance of one tree, grown on a bootstrap of the samples; empty if it has none.
std::vector<double> tree_shares(const Samples& samples, std::size_t depth, core::Philox random);

}  // namespace trigloop::tune
