#pragma once
// The twelve seeds whose OR is the L1 bit of the samples (a small stand-in for a trigger menu).
#include <array>
#include <cstdint>
#include <string_view>

#include "simulate/event.hpp"

namespace trigloop::simulate {

inline constexpr std::array<std::string_view, 12> seed_names = {
    "SingleMu22",        "DoubleMu15_7",      "TripleMu5_3_3",           "SingleEG40", "DoubleEG27_14",
    "SingleJet180er2p5", "DoubleJet150er2p5", "QuadJet95_75_65_40er2p5", "HTT360",     "ETM110",
    "Mu7_EG23",          "Mu20_EG10"};

/// Bit i: seed_names[i] fired. Thresholds in GeV, pt = hardware / 2, all strict.
std::uint32_t fired_seeds(const Event& event) noexcept;
inline bool fires(const Event& event) noexcept { return fired_seeds(event) != 0; }

}  // namespace trigloop::simulate
