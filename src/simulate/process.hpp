#pragma once
// What is known of a process: its pile-up and its tables, fitted by dev/fit_simulation.py and compiled in.
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "simulate/levels.hpp"
#include "simulate/quantile.hpp"

namespace trigloop::simulate {

/// The mean number of collisions of a crossing: Gaussian around `mean`, or flat between two values. The number itself
/// is Poisson around that.
struct PileupProfile {
  bool flat = false;
  float first = 52, second = 8;  ///< mean and standard deviation, or the two ends
};

/// The links of the chain, each conditional on what stands in brackets; src/simulate/README.md draws it.
/// pt are hardware units.
struct Process {
  std::string name;
  PileupProfile pileup;
  QuantileTable jet1;   ///< leading jet pt [pile-up]
  QuantileTable sumet;  ///< ET - 42 pile-up + 3000 [pile-up, jet1]
  EtNodes et;
  std::array<LevelTable, 12> jet_level, eg_level;  ///< pt by rank [ET, level]
  LevelTable met_level;
  std::array<Link, 12> jet_link;  ///< the level of a rank [that of the rank before]; the first is not used
  std::array<Link, 12> eg_link;   ///< the same; the first follows the leading jet, the second also the second jet
  Link met_link;                  ///< [leading jet, leading muon's pt]
  QuantileTable mu1;              ///< leading muon pt [jet1]
  QuantileTable mu2;              ///< the second, as a share of the room below the first [mu1]
  QuantileTable mun;              ///< the same for the others [the one before]
  QuantileTable jet_eta;          ///< |tower| 0..55 [rank, pt]
  QuantileTable jet_side;         ///< 1: the two leading jets on the same side in eta [jet1]
  QuantileTable jet_turn;         ///< angle between the two leading jets, towers 0..36 [jet1, jet2]
  QuantileTable eg_jet;           ///< the jet in whose core an e/gamma lies, 1..12, 0: none [pt]
  QuantileTable eg_eta;           ///< |eta| of those without a jet, 0..68 [pt]
  QuantileTable mu_eta;           ///< |eta| 0..225 [pt]
  QuantileTable mu_turn;          ///< angle to the leading jet, towers [mu1]
  QuantileTable mu_pair;          ///< angle of the second muon to the first [mu2]
  QuantileTable met_turn;         ///< angle of missing ET to the leading jet [jet1, met]
  QuantileTable met_mu;           ///< and to a leading muon above 10 GeV [mu1]
};

/// Zero bias: what every crossing is.
const Process& zero_bias();
/// The ten signals, in alphabetical order.
const std::vector<Process>& signals();

}  // namespace trigloop::simulate
