#pragma once
// Hidden features of events: what the network makes of an event before its score, and, for autoencoders, what it
// rebuilds of that. For some thousand events of a sample; the reference engine keeps every intermediate value.
//
// The score of all our networks is a sum of squares, of x or of differences x' - x. In the first case x is the hidden
// vector, in the second x is, and x' is the rebuilt one.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/graph.hpp"
#include "score/scorer.hpp"

namespace trigloop::evaluate {

struct HiddenNodes {
  model::NodeIndex vector = 0;
  std::optional<model::NodeIndex> rebuilt;
};

/// None, if the score is no sum of squares.
std::optional<HiddenNodes> find_hidden(const model::Graph& graph);

struct Hidden {
  std::string tensor;                   ///< the node's name
  std::size_t features = 0;             ///< 0: there is no such vector
  std::vector<double> values, rebuilt;  ///< [event][feature]; rebuilt: empty if nothing is rebuilt
  std::vector<double> scores;
  std::size_t events() const noexcept { return scores.size(); }
};

/// `events`: hardware integers, as many a event as the network takes.
Hidden read_hidden(const score::Scorer& scorer, std::span<const std::int16_t> events);

/// Directions of the greatest variance.
struct Components {
  std::vector<double> mean;
  std::vector<std::vector<double>> directions;  ///< orthonormal; the greatest element of each is positive
  std::vector<double> explained;                ///< share of the variance along each, falling; all 0 if there is none
};

/// All components of rows of `features` numbers. None of a matrix that is not finite.
Components principal_components(std::span<const double> rows, std::size_t features);

/// How well a feature is rebuilt.
struct Rebuilt {
  std::string sample;
  std::size_t feature = 0;
  std::vector<double> edges;
  std::vector<std::uint64_t> input, rebuilt;  ///< counts in these bins
  double bias = 0, rms = 0;                   ///< of rebuilt - input
  double correlation = 0;                     ///< NaN where one of them does not vary
};

/// One a feature; none, if nothing is rebuilt.
std::vector<Rebuilt> compare_rebuilt(const std::string& sample, const Hidden& hidden);

}  // namespace trigloop::evaluate
