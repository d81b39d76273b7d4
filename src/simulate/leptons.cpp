#include "simulate/leptons.hpp"

#include <algorithm>
#include <cstdlib>

namespace trigloop::simulate {
namespace {

constexpr int last_muon_eta = 225, last_eg_eta = 68, phi_towers = 72;
constexpr int half_window = 2;  ///< e/gamma are 3x3 towers: no second one has its centre inside (half towers)

int draw_muon_phi(const Process& p, int rank, const Event& event, EventRandom& random) noexcept {
  const Objects& muons = event.muons;
  Bits bits(random.next());
  int tower;
  if (rank == 1 || (rank == 0 && event.jets.count > 0)) {
    const auto& table = rank == 0 ? p.mu_turn : p.mu_pair;
    const int turn = table.draw_short(bits, muons.pt[static_cast<std::size_t>(rank)]) >> 16;
    const int from = rank == 0 ? event.jets.phi[0] / 2 : muons.phi[0] / 8;
    tower = (from + (bits.take(1) != 0 ? turn : phi_towers - turn)) % phi_towers;
  } else {
    tower = static_cast<int>(bits.below(phi_towers));
  }
  return 8 * tower + static_cast<int>(bits.take(3));
}

/// The jet in whose core a cluster of this pt lies, or -1. Clusters end at |eta| 3 and have no more pt than their jet:
/// the next jet that fits takes the place of one that does not.
int draw_partner(const Process& p, const Objects& jets, int pt, std::uint64_t random) noexcept {
  const std::int32_t drawn = p.eg_jet.draw(random, pt);
  if (drawn == QuantileTable::none) return -1;
  for (int i = 0, at = (drawn >> 16) - 1; i < jets.count; ++i, ++at) {
    if (at >= jets.count) at = 0;
    const auto k = static_cast<std::size_t>(at);
    if (jets.pt[k] >= pt && std::abs(jets.eta[k]) <= last_eg_eta) return at;
  }
  return -1;
}

void place_eg(const Process& p, EventRandom& random, int rank, Event& event) noexcept {
  Objects& egs = event.egs;
  const auto k = static_cast<std::size_t>(rank);
  int eta = 0, phi = 0;
  const int partner = draw_partner(p, event.jets, egs.pt[k], random.next());
  Bits bits(random.next());
  if (partner >= 0) {
    eta = event.jets.eta[static_cast<std::size_t>(partner)] + static_cast<int>(bits.take(1));
    phi = event.jets.phi[static_cast<std::size_t>(partner)] - static_cast<int>(bits.take(1));
  }
  if (partner < 0 || egs.any_within(eta, phi, half_window)) {
    const int side = std::min(p.eg_eta.draw_short(bits, egs.pt[k]) >> 16, last_eg_eta);
    eta = bits.take(1) != 0 ? side + 1 : -side;
    phi = static_cast<int>(bits.below(144));
  }
  egs.eta[k] = static_cast<std::int16_t>(eta);
  egs.phi[k] = static_cast<std::int16_t>(phi);
}

/// The next of an ordered spectrum: `share` (16.16, 0..1) of the room from `least` to `previous`, both included. 0 if
/// there is none.
int next_pt(int previous, int least, std::int32_t share) noexcept {
  if (share == QuantileTable::none) return 0;
  const int room = previous - least + 1;
  return least + std::min(static_cast<int>(static_cast<std::int64_t>(room) * share >> 16), room - 1);
}

}  // namespace

void draw_muons(const Process& p, EventRandom& random, Event& event) noexcept {
  Objects& muons = event.muons;
  muons.count = 0;
  const std::int32_t drawn = p.mu1.draw(random.next(), event.jets.count > 0 ? event.jets.pt[0] : 0);
  int pt = drawn == QuantileTable::none ? 0 : std::min(drawn >> 16, saturated_lepton);
  for (int rank = 0; pt != 0; ++rank) {
    const auto k = static_cast<std::size_t>(rank);
    muons.pt[k] = static_cast<std::int16_t>(pt);
    Bits bits(random.next());
    const int eta = std::min(p.mu_eta.draw_short(bits, pt) >> 16, last_muon_eta);
    muons.eta[k] = static_cast<std::int16_t>(bits.take(1) != 0 ? -eta : eta);
    muons.phi[k] = static_cast<std::int16_t>(draw_muon_phi(p, rank, event, random));
    if (++muons.count == max_muons) break;
    pt = next_pt(pt, least_muon, (rank == 0 ? p.mu2 : p.mun).draw(random.next(), pt));
  }
}

void draw_egs(const Process& p, EtPlace et, JetLevels jets, EventRandom& random, Event& event) noexcept {
  Objects& egs = event.egs;
  egs.count = 0;
  egs.clear_places();
  Level level = jets.first;
  for (std::size_t rank = 0; rank < max_egs; ++rank) {
    level = p.eg_link[rank].draw(random.next(), level, jets.second >> 16);
    if (level < p.eg_level[rank].absent(et)) break;
    const int most = rank == 0 ? saturated_lepton : egs.pt[rank - 1];
    egs.pt[rank] = static_cast<std::int16_t>(std::clamp(p.eg_level[rank].value(et, level) >> 16, least_eg, most));
    place_eg(p, random, static_cast<int>(rank), event);
    ++egs.count;
  }
  order_ties(egs, random);
}

}  // namespace trigloop::simulate
