#pragma once
// Jets: the ordered spectrum, directions that do not overlap, and HT.
#include "simulate/event.hpp"
#include "simulate/process.hpp"
#include "simulate/random.hpp"

namespace trigloop::simulate {

/// The pt of the leading jet: the event's hard scale. 0 if there is no jet.
int draw_leading_jet(const Process& process, EventRandom& random, Event& event) noexcept;

/// The levels of the two leading jets, whether they are there or not: what other objects are correlated with.
struct JetLevels {
  Level first = 0, second = 0;
};

/// The other jets, given the leading one and ET, and the directions of all.
JetLevels draw_jets(const Process& process, EtPlace et, EventRandom& random, Event& event) noexcept;

/// Jet pt come in steps of 5/4 units (the calibration of the samples), stored rounded down: 4, 9, 14, ... do not occur.
constexpr int pt_of_steps(int steps) noexcept { return steps + steps / 4; }
constexpr int steps_of_pt(int pt) noexcept { return pt - (pt + 1) / 5; }

/// Swaps directions so that clusters of equal pt mostly stand in rising order of eta, as sorted by a trigger that scans
/// the detector from one end.
void order_ties(Objects& objects, EventRandom& random) noexcept;

/// HT in 0.5 GeV: jets above 30 GeV with |eta| < 2.5, summed before rounding.
int scalar_sum(const Event& event) noexcept;

}  // namespace trigloop::simulate
