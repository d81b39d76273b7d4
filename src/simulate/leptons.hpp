#pragma once
// Muons and e/gamma: ordered spectra, and where they lie with respect to the jets.
#include "simulate/event.hpp"
#include "simulate/jets.hpp"
#include "simulate/process.hpp"
#include "simulate/random.hpp"

namespace trigloop::simulate {

/// Muons: hard ones turn with the leading jet, second ones with the first.
void draw_muons(const Process& process, EventRandom& random, Event& event) noexcept;

/// e/gamma clusters: in the core of a jet as often as the samples have it, the others by their own eta.
void draw_egs(const Process& process, EtPlace et, JetLevels jets, EventRandom& random, Event& event) noexcept;

}  // namespace trigloop::simulate
