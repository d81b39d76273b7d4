#pragma once
// Things that go wrong in a detector, to be found by whoever watches: each with a start, a size and, if wanted, a ramp.
//
//     jet-scale:start=LS412,size=+3%          the jet energy scale moves
//     dead-region:start=LS420,eta=-1..0.5,phi=90..120,size=100%   a region loses that share of its energy
//     noisy-tower:start=100000,eta=1.2,phi=45,size=20GeV,rate=10% a tower adds energy to that share of the events
//     pile-up:start=LS400,size=+20%,ramp=10   the mean pile-up grows, over ten lumisections
//     bunch-fill:start=LS430,size=2448        the number of colliding bunches changes (scouting streams only)
//
// An event before the start is, bit for bit, what it is without the drift.
#include <cstdint>
#include <string>
#include <vector>

#include "simulate/event.hpp"
#include "simulate/random.hpp"

namespace trigloop::simulate {

enum class DriftKind { jet_scale, dead_region, noisy_tower, pile_up, bunch_fill };

/// Where an event stands in its stream.
struct StreamPosition {
  std::uint64_t event = 0;
  std::uint32_t lumisection = 0;  ///< 0 in streams that have none
};

struct Drift {
  DriftKind kind = DriftKind::jet_scale;
  bool by_lumisection = false;  ///< `start` and `ramp` count lumisections, else events
  std::uint64_t start = 0;
  std::uint64_t ramp = 0;    ///< the size is reached this much after the start; 0: at once
  double size = 0;           ///< relative (0.03), GeV (noisy-tower) or bunches (bunch-fill)
  double rate = 1;           ///< noisy-tower: share of events
  double eta[2] = {-5, 5};   ///< dead-region: a range; noisy-tower: twice the same
  double phi[2] = {0, 360};  ///< degrees

  /// The share of the size that holds at a position: 0 before the start, 1 from start + ramp on.
  double progress(StreamPosition at) const noexcept;
};

/// Reads "NAME:key=value,...". Error: usage, naming what is wrong and the nearest name.
Drift parse_drift(const std::string& text);

/// By how much the mean pile-up is multiplied.
float pileup_scale(const std::vector<Drift>& drifts, StreamPosition at) noexcept;

/// Changes the objects and sums of an event that is not finished yet. `random` is the event's own for this purpose.
void apply(const std::vector<Drift>& drifts, StreamPosition at, EventRandom random, Event& event) noexcept;

}  // namespace trigloop::simulate
