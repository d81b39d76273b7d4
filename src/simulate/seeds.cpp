#include "simulate/seeds.hpp"

#include <cstdlib>

namespace trigloop::simulate {
namespace {

/// The four highest pt of the jets with |eta| < 2.5, zero filled.
std::array<int, 4> central_jets(const Objects& jets) noexcept {
  constexpr int edge = 57;  // 57 x 0.0435 = 2.48
  std::array<int, 4> pt{};
  std::size_t found = 0;
  for (int i = 0; i < jets.count && found < pt.size(); ++i) {
    const auto k = static_cast<std::size_t>(i);
    if (std::abs(jets.eta[k]) <= edge) pt[found++] = jets.pt[k];
  }
  return pt;
}

}  // namespace

std::uint32_t fired_seeds(const Event& e) noexcept {
  const auto above = [](const Objects& objects, int rank, int gev) {
    return rank < objects.count && objects.pt[static_cast<std::size_t>(rank)] > 2 * gev;
  };
  const auto jet = central_jets(e.jets);
  const bool fired[] = {
      above(e.muons, 0, 22),
      above(e.muons, 0, 15) && above(e.muons, 1, 7),
      above(e.muons, 0, 5) && above(e.muons, 1, 3) && above(e.muons, 2, 3),
      above(e.egs, 0, 40),
      above(e.egs, 0, 27) && above(e.egs, 1, 14),
      jet[0] > 360,
      jet[1] > 300,
      jet[0] > 190 && jet[1] > 150 && jet[2] > 130 && jet[3] > 80,
      e.ht > 720,
      e.met > 220,
      above(e.muons, 0, 7) && above(e.egs, 0, 23),
      above(e.muons, 0, 20) && above(e.egs, 0, 10),
  };
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < seed_names.size(); ++i) bits |= std::uint32_t{fired[i]} << i;
  return bits;
}

}  // namespace trigloop::simulate
