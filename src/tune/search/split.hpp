#pragma once
// The trials of a study by merit: the best share is what a search learns from, the rest what it keeps away from.
//
// Complete trials come before pruned ones; those by how far they came, then by their last value (Optuna's order).
#include <set>
#include <tuple>
#include <vector>

#include "tune/search/history.hpp"

namespace trigloop::tune {

class Ranking {
 public:
  /// Takes a complete or pruned trial of a study of one objective.
  void add(const History& history, const Trial& trial);
  std::size_t size() const noexcept { return order_.size(); }
  /// The numbers of the best `count` trials, by number.
  std::vector<std::int64_t> best(std::size_t count) const;

 private:
  std::set<std::tuple<bool, double, double, std::int64_t>> order_;  ///< pruned, loss (or steps), last loss, number
};

/// The numbers of the best `count` complete trials of a study of several objectives, by number: whole fronts, and of
/// the front that is cut those that add most to the dominated volume.
std::vector<std::int64_t> best_of_several(const History& history, std::size_t count);

}  // namespace trigloop::tune
