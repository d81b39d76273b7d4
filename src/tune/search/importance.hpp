#pragma once
// Which parameters matter: functional analysis of variance over a random forest (Hutter, Hoos, Leyton-Brown, ICML
// 2014).
//
// A forest learns the objective; in each tree the share of a parameter is the variance of the tree's mean over all
// other parameters, over the variance of the tree. As in Optuna's FanovaImportanceEvaluator, logarithms are not taken.
#include <string>
#include <vector>

#include "tune/search/history.hpp"

namespace trigloop::tune {

struct Importance {
  std::string name;
  double share = 0;  ///< in [0, 1]; of all parameters together 1
};

struct ForestOptions {
  std::size_t trees = 64, depth = 64;
  std::size_t trials = 4096;  ///< at most so many, the newest, are learnt from
  std::uint64_t seed = 0;
};

/// The importance for objective `objective` of all parameters that every complete trial has, most important first.
/// Empty if fewer than two complete trials differ.
std::vector<Importance> importance(const History& history, std::size_t objective = 0,
                                   const ForestOptions& options = {});

}  // namespace trigloop::tune
