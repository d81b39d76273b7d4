#include "simulate/jets.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace trigloop::simulate {
namespace {

constexpr int last_tower = 55, phi_towers = 72;
constexpr int half_window = 8;  ///< jets are 9x9 towers of two units: no second one has its centre inside
constexpr int tries = 4;        ///< then the overlap stays (a few in 10^5 jets)

struct Tower {
  int eta = 0, phi = 0;
};

Tower draw_direction(const Process& p, int rank, const Objects& jets, EventRandom& random) noexcept {
  const auto k = static_cast<std::size_t>(rank);
  Bits bits(random.next());
  const int eta = std::min(p.jet_eta.draw_short(bits, rank, jets.pt[k]) >> 16, last_tower);
  const bool back = bits.take(1) != 0;
  if (rank != 1) return {back ? -eta : eta, static_cast<int>(bits.below(phi_towers))};
  // The second jet balances the first.
  const bool same = p.jet_side.draw(random.next(), jets.pt[0]) != QuantileTable::none;
  Bits more(random.next());
  const int turn = p.jet_turn.draw_short(more, jets.pt[0], jets.pt[1]) >> 16;
  const int phi = jets.phi[0] / 2 + (back ? turn : phi_towers - turn);
  return {(jets.eta[0] < 0) == same ? -eta : eta, phi >= phi_towers ? phi - phi_towers : phi};
}

}  // namespace

int draw_leading_jet(const Process& p, EventRandom& random, Event& event) noexcept {
  const std::int32_t drawn = p.jet1.draw(random.next(), event.pileup);
  event.jets.count = drawn != QuantileTable::none ? 1 : 0;
  event.jets.pt[0] = static_cast<std::int16_t>(std::min(pt_of_steps(drawn >> 16), saturated_jet));
  return event.jets.count != 0 ? event.jets.pt[0] : 0;
}

namespace {

/// Ranks 2 to 12: each level follows from the one before; the first that is absent ends the list.
JetLevels draw_ranks(const Process& p, EtPlace et, EventRandom& random, Objects& jets) noexcept {
  const std::int32_t lead = steps_of_pt(jets.pt[0]) << 16 | static_cast<std::int32_t>(random.word() >> 16);
  JetLevels levels{p.jet_level[0].rank(et, lead), 0};
  Level level = levels.first;
  for (std::size_t rank = 1; rank < max_jets; ++rank) {
    level = p.jet_link[rank].draw(random.next(), level);
    if (rank == 1) levels.second = level;
    if (level < p.jet_level[rank].absent(et)) break;
    const int pt = pt_of_steps(p.jet_level[rank].value(et, level) >> 16);
    jets.pt[rank] = static_cast<std::int16_t>(std::clamp<int>(pt, least_jet, jets.pt[rank - 1]));
    ++jets.count;
  }
  return levels;
}

}  // namespace

JetLevels draw_jets(const Process& p, EtPlace et, EventRandom& random, Event& event) noexcept {
  Objects& jets = event.jets;
  if (jets.count == 0) return {};
  const JetLevels levels = draw_ranks(p, et, random, jets);
  jets.clear_places();
  for (int rank = 0; rank < jets.count; ++rank) {
    Tower at;
    for (int attempt = 0; attempt < tries; ++attempt) {
      at = draw_direction(p, rank, jets, random);
      if (!jets.any_within(2 * at.eta, 2 * at.phi + 1, half_window)) break;
    }
    const auto k = static_cast<std::size_t>(rank);
    jets.eta[k] = static_cast<std::int16_t>(2 * at.eta);
    jets.phi[k] = static_cast<std::int16_t>(2 * at.phi + 1);
  }
  order_ties(jets, random);
  return levels;
}

void order_ties(Objects& objects, EventRandom& random) noexcept {
  Bits exceptions(random.next());
  // A full list cuts a group of equals somewhere: what is seen of it is hardly ordered.
  int last = objects.count - 1;
  const auto pt = [&](int i) { return objects.pt[static_cast<std::size_t>(i)]; };
  while (objects.count == max_jets && last > 0 && pt(last) == pt(objects.count - 1)) --last;
  for (int i = 1; i <= last; ++i) {
    if (exceptions.take(3) == 0) continue;  // about one pair in ten stands the other way round in the samples
    for (int k = i; k > 0; --k) {
      const auto right = static_cast<std::size_t>(k), left = right - 1;
      if (objects.pt[left] != objects.pt[right] || objects.eta[left] <= objects.eta[right]) break;
      std::swap(objects.eta[left], objects.eta[right]);
      std::swap(objects.phi[left], objects.phi[right]);
    }
  }
}

int scalar_sum(const Event& event) noexcept {
  constexpr int threshold = 48, edge = 56;  // 48 steps are 30 GeV; 56 is |eta| 2.44, the last tower inside 2.5
  int quarters = 0;
  for (int i = 0; i < event.jets.count; ++i) {
    const auto k = static_cast<std::size_t>(i);
    const int steps = steps_of_pt(event.jets.pt[k]);
    if (steps > threshold && std::abs(event.jets.eta[k]) <= edge) quarters += 5 * steps;
  }
  return quarters / 4;
}

}  // namespace trigloop::simulate
