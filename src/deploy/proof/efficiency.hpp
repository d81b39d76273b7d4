#pragma once
// Thresholds, rates and efficiencies through the deployed product: the tables that the training was judged by, made
// again from the scores that the product gives.
#include "bundle/bundle.hpp"
#include "deploy/proof/contender.hpp"
#include "evaluate/evaluate.hpp"

namespace trigloop::deploy {

struct EfficiencyMatch {
  std::string through;  ///< the contender whose scores were taken
  std::uint64_t background_events = 0;
  std::size_t signals = 0;
  struct Rate {
    double khz = 0;
    std::int64_t engine = 0, deployed = 0;  ///< the firmware's raw threshold, a code
  };
  std::vector<Rate> rates;
  bool equal = false;
  std::string first;       ///< the first line of the tables that differs: of the engine, of the product
  std::string bundle;      ///< whose own tables were compared, too; "" if none were given
  std::size_t tables = 0;  ///< numbers of those tables that were compared
  /// They alone differ, and they are of floating-point scores: none of the bundle's thresholds is a code.
  bool of_floats = false;
};

/// Tables of the samples' own scores (the engine's) against those of the same events through `contender`. Samples keep
/// all their values (SampleOptions::keep). Errors: those of evaluate; mismatch, if values are missing.
EfficiencyMatch match_efficiencies(const evaluate::Sample& background, const std::vector<evaluate::Sample>& signals,
                                   const evaluate::EvaluateOptions& options, Contender& contender,
                                   const bundle::Bundle* trained = nullptr);

/// How the tables of `product` compare with those that the training left in `trained`: thresholds of both rules, rates
/// above them, and all columns of efficiencies, at the rates and of the signals that both have.
struct TableDifference {
  std::size_t numbers = 0;  ///< compared
  std::string first;        ///< what differs first, for people; "" if nothing does
};
/// Error: mismatch, if they have no rate in common.
TableDifference difference_from(const bundle::Bundle& trained, const evaluate::Evaluation& product);

}  // namespace trigloop::deploy
