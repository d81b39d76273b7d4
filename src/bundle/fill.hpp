#pragma once
// An evaluation as the tables of a bundle.
#include <span>

#include "bundle/bundle.hpp"
#include "evaluate/evaluate.hpp"

namespace trigloop::bundle {

/// Fills everything that `evaluation` tells: thresholds, efficiencies, histograms, plots. The rest stays as it is.
void set_results(const evaluate::Evaluation& evaluation, Bundle& bundle);

/// Its plots alone, beside results that are there: the evaluation must have their target rates.
void set_plots(const evaluate::Evaluation& evaluation, Bundle& bundle);

/// Efficiencies of an evaluation of moved signals, at the thresholds of the same background.
void set_drifted(const evaluate::Evaluation& moved, const std::string& drift, Bundle& bundle);

}  // namespace trigloop::bundle
