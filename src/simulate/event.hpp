#pragma once
// One event while it is being made: fixed room for every collection, in hardware units (pt 0.5 GeV; calorimeter eta
// 0.0435, phi 144 to the turn; muon eta 0.010875, phi 576 to the turn).
#include <algorithm>
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

  /// Before objects are placed one by one: an empty place is far from everything.
  void clear_places() noexcept {
    constexpr std::int16_t nowhere = 10000;
    eta.fill(nowhere);
    phi.fill(0);
  }
  /// Whether one of the places taken since clear_places lies within `window` in eta and in phi (144 to the turn). All
  /// 16 places are looked at, by 16-bit operations that compilers turn into vectors.
  bool any_within(int at_eta, int at_phi, int window) const noexcept {
    using Word = std::int16_t;
    const auto e = static_cast<Word>(at_eta), f = static_cast<Word>(at_phi), w = static_cast<Word>(window);
    Word any = 0;
    for (std::size_t i = 0; i < room; ++i) {
      const auto up = static_cast<Word>(eta[i] - e), down = static_cast<Word>(e - eta[i]);
      const auto left = static_cast<Word>(phi[i] - f), right = static_cast<Word>(f - phi[i]);
      const Word turn = std::max(left, right), back = static_cast<Word>(144 - turn);
      const bool near = std::max(up, down) <= w && std::min(turn, back) <= w;
      any = static_cast<Word>(any | (near ? 1 : 0));
    }
    return any != 0;
  }
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
