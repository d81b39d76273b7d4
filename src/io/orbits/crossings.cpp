#include "io/orbits/crossings.hpp"

namespace trigloop::io::orbits {
namespace {

std::string place_of_fault(std::span<const std::uint32_t> offsets) {
  for (std::size_t i = 1; i < offsets.size(); ++i) {
    if (offsets[i] < offsets[i - 1]) {
      return "its objects of crossing " + std::to_string(i - 1) + " begin at " + std::to_string(offsets[i - 1]) +
             " and end at " + std::to_string(offsets[i]);
    }
  }
  return "its first object is number " + std::to_string(offsets[0]) + ", not 0";
}

}  // namespace

std::optional<std::string> Crossings::add(std::size_t product, std::span<const std::uint32_t> offsets) {
  if (offsets.size() != offsets_of_orbit) {
    return "it has " + std::to_string(offsets.size()) + " offsets, not " + std::to_string(offsets_of_orbit);
  }
  Counts& counts = counts_[product];
  std::uint32_t falls = offsets[0];  // the compiler does this loop in vectors
  for (std::size_t i = 0; i < crossing_slots; ++i) {
    counts[i] = offsets[i + 1] - offsets[i];
    falls |= offsets[i + 1] < offsets[i] ? 1u : 0u;
    any_[i] |= counts[i];
  }
  if (falls != 0) return place_of_fault(offsets);
  if (counts[0] != 0) return "it has objects in crossing 0; crossings are numbered from 1";
  return std::nullopt;
}

std::size_t Crossings::list(std::uint32_t* out) const noexcept {
  std::size_t n = 0;
  for (std::size_t i = 0; i < crossing_slots; ++i) {
    out[n] = static_cast<std::uint32_t>(i);
    n += any_[i] != 0 ? 1 : 0;
  }
  return n;
}

}  // namespace trigloop::io::orbits
