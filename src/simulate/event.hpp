#pragma once
// One event while it is being made: fixed room for every collection, in hardware units (pt 0.5 GeV; calorimeter eta
// 0.0435, phi 144 to the turn; muon eta 0.010875, phi 576 to the turn).
#include <array>
#include <cstdint>

namespace trigloop::simulate {

inline constexpr int max_egs = 12, max_jets = 12, max_muons = 8, max_taus = 4, energy_sums = 8;

/// What the trigger can store: larger values are cut to these.
inline constexpr int saturated_sum = 4095, saturated_jet = 2047, saturated_lepton = 511;
/// The smallest pt that is kept.
inline constexpr int least_jet = 21, least_eg = 6, least_muon = 5;

/// A collection in falling order of pt. Entries at and beyond `count` are undefined.
struct Objects {
  static constexpr int room = 16;
  int count = 0;
  alignas(32) std::array<std::int16_t, room> pt, eta, phi;
};

/// Order of the energy sums in the trigger's record.
enum class Sum { total_et, total_et_em, missing_et, total_ht, missing_ht, missing_et_hf, missing_ht_hf, tower_count };

struct Event {
  int pileup = 0;
  Objects jets, egs, muons;
  std::array<std::int16_t, Objects::room> eg_isolation, tau_isolation, muon_charge;
  int total_et = 0;          ///< 0.5 GeV
  int met = 0, met_phi = 0;  ///< 0.5 GeV; 144 to the turn
  int ht = 0;                ///< 0.5 GeV
  bool l1 = false;           ///< one of the twelve seeds fired
};

}  // namespace trigloop::simulate
