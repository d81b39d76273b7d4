#include "simulate/fill.hpp"

#include <algorithm>
#include <string>

#include "core/error.hpp"
#include "core/units.hpp"
#include "simulate/random.hpp"

namespace trigloop::simulate {

FillScheme::FillScheme(unsigned bunches) {
  if (bunches == 0 || bunches > core::crossings_per_orbit) {
    throw core::Error(core::ErrorCode::usage, std::to_string(bunches) + " colliding bunches do not fit an orbit")
        .remedy("Give 1 to 3564; 2544, 2448 and 2748 are usual");
  }
  colliding_.reserve(bunches);
  for (unsigned train = 0; train < trains; ++train) {
    const unsigned length = bunches / trains + (train < bunches % trains ? 1 : 0);
    for (unsigned i = 0; i < length; ++i)
      colliding_.push_back(static_cast<std::uint16_t>(train * train_length + i + 1));
  }
}

CrossingSampler::CrossingSampler(const FillScheme& fill, double kept, std::uint64_t seed)
    : colliding_(fill.colliding()), kept_(kept), seed_(seed) {
  if (!(kept > 0 && kept <= 1))
    throw core::Error(core::ErrorCode::usage, "the kept share of crossings must be above 0 and at most 1");
  // Geometric gaps; what is beyond the last entry is beyond the orbit. Products alone: the same on every machine.
  double missed = 1;
  while (within_.size() < colliding_.size()) {
    missed *= 1 - kept;
    within_.push_back(static_cast<std::uint32_t>((1 - missed) * 4294967295.0));
  }
}

std::size_t CrossingSampler::sample(std::uint32_t orbit, std::vector<std::uint16_t>& out) const {
  out.clear();
  EventRandom random(seed_, Purpose::orbit, orbit);
  std::size_t at = 0;
  while (true) {
    const std::uint32_t level = random.word();
    at += static_cast<std::size_t>(std::ranges::lower_bound(within_, level) - within_.begin());
    if (at >= colliding_.size()) return out.size();
    out.push_back(colliding_[at++]);
  }
}

}  // namespace trigloop::simulate
