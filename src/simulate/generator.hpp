#pragma once
// Makes events of one process. An event depends on (seed, number) alone; see README.md for the chain of draws.
#include <cstdint>
#include <vector>

#include "simulate/drift.hpp"
#include "simulate/event.hpp"
#include "simulate/process.hpp"
#include "simulate/random.hpp"

namespace trigloop::simulate {

class Generator {
 public:
  Generator(const Process& process, std::uint64_t seed) : process_(process), seed_(seed) {}

  /// The event of that number. `pileup_scale` multiplies the mean pile-up. HT and the L1 bit are not yet set: see
  /// finish(), which comes after any drift.
  void make(std::uint64_t number, float pileup_scale, Event& event) const noexcept;

 private:
  const Process& process_;
  std::uint64_t seed_;
};

/// What follows from the objects: HT and the L1 bit.
void finish(Event& event) noexcept;

/// A whole event: made, drifted, finished.
void make_event(const Generator& generator, const std::vector<Drift>& drifts, std::uint64_t seed, std::uint64_t number,
                StreamPosition at, Event& event) noexcept;

/// The number of collisions in a crossing.
int draw_pileup(const PileupProfile& profile, float scale, EventRandom& random) noexcept;

}  // namespace trigloop::simulate
